/** Compares the generated types of two versions, so that every change to them is reported. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createTwoFilesPatch } from "diff";
import ts from "typescript";

/** The types that the package exports from each file. */
const EXPORTS = {
  "openapi.ts": /^export interface (paths|components|operations)\b/gm,
  "params.ts": /^export interface (\w+)/gm,
};

const MAX_LINES = 10;
const MAX_LENGTH = 120;

/**
 * @param before the folder generated/ of the present version
 * @param after the folder generated/ of the next version
 * @returns the first lines that differ; none if the exported types differ only in comments and order
 */
export function changedTypes(before: string, after: string): string[] {
  const lines = Object.keys(EXPORTS).flatMap((name) => {
    const [old, next] = [before, after].map((folder) => withoutComments(textOf(folder, name)));
    return linesOf(old, next);
  });
  if (lines.length === 0 || areSame(before, after)) return [];
  const rest = lines.length - MAX_LINES;
  return rest > 0 ? [...lines.slice(0, MAX_LINES), `… ${rest} more`] : lines;
}

function textOf(folder: string, name: string): string {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function withoutComments(text: string): string {
  const file = ts.createSourceFile("types.ts", text, ts.ScriptTarget.Latest);
  return ts.createPrinter({ removeComments: true }).printFile(file);
}

function linesOf(before = "", after = ""): string[] {
  const patch = createTwoFilesPatch("", "", before, after, "", "", { context: 0 });
  // The first four lines are a header.
  const changed = patch
    .split("\n")
    .slice(4)
    .filter((line) => /^[+-]/.test(line));
  return changed.map((line) => {
    const text = `${line[0]} ${line.slice(1).trim()}`;
    return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  });
}

/** Whether the compiler considers each pair of exported types identical. It ignores their order and references. */
function areSame(before: string, after: string): boolean {
  const lines = Object.entries(EXPORTS).flatMap(([file, exported], index) => {
    const folders = [before, after];
    const names = folders.flatMap((folder) =>
      [...textOf(folder, file).matchAll(exported)].map(([, name]) => name),
    );
    return [
      ...folders.map(
        (folder, of) =>
          `import type * as ${"ab"[of]}${index} from ${JSON.stringify(join(folder, file))};`,
      ),
      ...[...new Set(names)].map(
        (name) => `true satisfies Same<a${index}.${name}, b${index}.${name}>;`,
      ),
    ];
  });
  const text = `type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;\n${lines.join("\n")}`;
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es5.d.ts"],
    skipLibCheck: true,
    types: [],
  };
  const file = join(after, "same-types.ts");
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    name === file
      ? ts.createSourceFile(name, text, ts.ScriptTarget.Latest)
      : getSourceFile(name, ...rest);
  return ts.getPreEmitDiagnostics(ts.createProgram([file], options, host)).length === 0;
}
