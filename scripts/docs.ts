/**
 * Writes docs/api/ from the docstrings. With --check it compares them instead, and writes nothing.
 *
 *     npm run docs [-- --check]
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Application, Converter, OptionDefaults } from "typedoc";
import { differences, writeFolder } from "./written-folder.ts";
import type { TypeDocOptions } from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";

const ENTRIES = ["src/index.ts", "src/testing/index.ts"];

/** Generated types of the whole document. Left out, because they are too long to read. */
const GENERATED = ["components", "operations", "paths"];

/** @returns file name in docs/api/ → its text */
async function reference(root: string): Promise<Map<string, string>> {
  mkdirSync(join(root, ".tmp"), { recursive: true });
  const folder = mkdtempSync(join(root, ".tmp/reference-"));
  try {
    const options: Partial<TypeDocOptions & PluginOptions> = {
      plugin: ["typedoc-plugin-markdown"],
      tsconfig: join(root, "tsconfig.json"),
      entryPoints: ENTRIES.map((entry) => join(root, entry)),
      outputs: [{ name: "markdown", path: folder }],
      logLevel: "Warn",
      treatWarningsAsErrors: true,
      // `npm run types` reports type errors.
      skipErrorChecking: true,
      // openapi-typescript writes this tag, TypeDoc does not know it.
      blockTags: [...OptionDefaults.blockTags, "@description"],
      // Leaves out the properties that every `Error` inherits.
      excludeExternals: true,
      // Leaves out line numbers, which change with every line added above them.
      disableSources: true,
      readme: "none",
      name: "Reference",
      sort: ["source-order"],
      groupOrder: ["Functions", "Classes", "Interfaces", "Type Aliases", "Variables"],
      router: "module",
      pageTitleTemplates: { module: title },
      hideBreadcrumbs: true,
      hidePageHeader: true,
      hideGroupHeadings: true,
      useHTMLEncodedBrackets: true,
      classPropertiesFormat: "table",
      interfacePropertiesFormat: "table",
      parametersFormat: "table",
      typeAliasPropertiesFormat: "table",
      typeDeclarationFormat: "table",
      tableColumnSettings: { hideInherited: true, hideModifiers: true, hideOverrides: true },
    };
    const app = await Application.bootstrapWithPlugins(options);
    app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
      const index = project.getChildByName(["index"]);
      const children = index?.isDeclaration() ? (index.children ?? []) : [];
      for (const child of children) {
        if (GENERATED.includes(child.name)) project.removeReflection(child);
      }
    });
    const project = await app.convert();
    if (project === undefined) throw new Error("TypeDoc could not read src/");
    await app.generateOutputs(project);
    if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error("TypeDoc warned");
    const names = readdirSync(folder).sort();
    return new Map(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The title of a page is the module specifier. */
function title({ name }: { name: string }) {
  return name === "index" ? "impact-partner-client" : `impact-partner-client/${name}`;
}

const { values } = parseArgs({ options: { check: { type: "boolean" } } });
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "docs/api");
const wanted = await reference(root);
const lines = differences(folder, wanted).map(({ how, name }) => `${how}: docs/api/${name}`);
if (!values.check) writeFolder(folder, wanted);
else if (lines.length > 0) {
  console.error(lines.join("\n"));
  console.error("docs/api/ does not match the docstrings. Run `npm run docs`.");
  process.exitCode = 1;
}
