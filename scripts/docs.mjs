/**
 * Writes docs/api/ from the docstrings, or with --check compares the two and writes nothing.
 *
 *     npm run docs [-- --check]
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Application, Converter, OptionDefaults } from "typedoc";
import { differing, writeFolder } from "./written-folder.mjs";

const ENTRIES = ["src/index.ts", "src/testing/index.ts"];

/** The types of the whole document: longer than everything else, and of no use as text. */
const OF_DOCUMENT = ["components", "operations", "paths"];

/**
 * @param {string} root
 * @returns {Promise<Map<string, string>>} file name in docs/api/ → its text
 */
async function reference(root) {
  mkdirSync(join(root, ".tmp"), { recursive: true });
  const folder = mkdtempSync(join(root, ".tmp/reference-"));
  try {
    /** @type {Partial<import("typedoc").TypeDocOptions & import("typedoc-plugin-markdown").PluginOptions>} */
    const options = {
      plugin: ["typedoc-plugin-markdown"],
      tsconfig: join(root, "tsconfig.json"),
      entryPoints: ENTRIES.map((entry) => join(root, entry)),
      outputs: [{ name: "markdown", path: folder }],
      logLevel: "Warn",
      treatWarningsAsErrors: true,
      // The compiler's words are those of `npm run types`.
      skipErrorChecking: true,
      // openapi-typescript writes it; TypeDoc does not know it.
      blockTags: [...OptionDefaults.blockTags, "@description"],
      // What every Error has is not told.
      excludeExternals: true,
      // Line numbers would change with every line above them.
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
        if (OF_DOCUMENT.includes(child.name)) project.removeReflection(child);
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

/**
 * A page is headed by what is written behind `from`.
 *
 * @param {{ name: string }} page
 */
function title({ name }) {
  return name === "index" ? "impact-partner-client" : `impact-partner-client/${name}`;
}

const { values } = parseArgs({ options: { check: { type: "boolean" } } });
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "docs/api");
const wanted = await reference(root);
const differences = differing(folder, wanted).map(({ how, name }) => `${how}: docs/api/${name}`);
if (!values.check) writeFolder(folder, wanted);
else if (differences.length > 0) {
  console.error(differences.join("\n"));
  console.error("docs/api/ is not what the docstrings give. Run `npm run docs`.");
  process.exitCode = 1;
}
