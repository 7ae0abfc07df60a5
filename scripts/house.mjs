/**
 * Proves what CONTRIBUTING.md says of src/: that a file imports only files above it in the table, that src/api.ts
 * alone imports openapi-fetch, and that no entry of the library reaches a module of Node's.
 *
 *     npm run house [-- --root <folder that holds src/ and CONTRIBUTING.md>]
 *
 * Types count as imports, too: what needs another file to be understood is no lower than that file.
 */
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import ts from "typescript";

const LIBRARY = ["src/index.ts", "src/testing/index.ts", "src/raw.ts"];

/** Below the files of the table, in this order. */
const FOLDERS = ["src/testing", "src/cli"];

/** @typedef {ReadonlyMap<string, readonly string[]>} Imports file → what it imports: files from the root, or packages */

/**
 * @param {string} root
 * @returns {string[]} what is wrong; none if the house is as it is described
 */
export function problemsOf(root) {
  const imports = importsOf(root);
  const table = tableIn(readFileSync(join(root, "CONTRIBUTING.md"), "utf8"));
  return [
    ...outsideOfTable(imports, table),
    ...notAbove(imports, table),
    ...cycles(imports),
    ...transportImporters(imports),
    ...builtinsReached(imports),
  ];
}

/**
 * @param {string} root
 * @returns {Imports}
 */
function importsOf(root) {
  const files = ["src", "generated"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => posix.join(folder, name.replaceAll("\\", "/"))),
  );
  return new Map(
    files.toSorted().map((file) => {
      const names = namesImported(readFileSync(join(root, file), "utf8"));
      const folder = posix.dirname(file);
      const resolved = names.map((name) =>
        name.startsWith(".") ? posix.join(folder, name) : name,
      );
      return [file, [...new Set(resolved)]];
    }),
  );
}

/**
 * All that a file may name another by: import, export … from, import() of a value or of a type, require().
 *
 * @param {string} text
 * @returns {string[]}
 */
function namesImported(text) {
  /** @type {string[]} */
  const names = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    const name = nameIn(node);
    if (name !== undefined && ts.isStringLiteralLike(name)) names.push(name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("file.ts", text, ts.ScriptTarget.Latest));
  return names;
}

/** @param {ts.Node} node */
function nameIn(node) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return node.argument.literal;
  }
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (!ts.isCallExpression(node)) return undefined;
  const { expression: callee } = node;
  const isImport =
    callee.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(callee) && callee.text === "require");
  return isImport ? node.arguments[0] : undefined;
}

/**
 * The files that CONTRIBUTING.md lists, in its order.
 *
 * @param {string} markdown
 * @returns {string[]}
 */
function tableIn(markdown) {
  return [...markdown.matchAll(/^\| (`.+?\.ts`.*?) *\|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(.+?\.ts)`/g)].map(([, name]) => `src/${name}`),
  );
}

/**
 * @param {Imports} imports
 * @param {readonly string[]} table
 */
function outsideOfTable(imports, table) {
  const homeless = [...imports.keys()].filter(
    (file) => file.startsWith("src/") && rank(file, table) === -1,
  );
  const gone = table.filter((file) => !imports.has(file));
  return [
    ...homeless.map((file) => `${file} is not in CONTRIBUTING.md's table`),
    ...gone.map((file) => `${file} is in CONTRIBUTING.md's table, and not in src/`),
  ];
}

/**
 * @param {Imports} imports
 * @param {readonly string[]} table
 */
function notAbove(imports, table) {
  return edges(imports)
    .filter(([file, to]) => rank(to, table) > rank(file, table))
    .map(([file, to]) => `${file} imports ${to}, which is not above it`);
}

/**
 * How far down a file stands. Those of a folder are equals: among them nothing but cycles is refused. What is not
 * in src/ stands above all.
 *
 * @param {string} file
 * @param {readonly string[]} table
 */
function rank(file, table) {
  const order = [...table, ...FOLDERS];
  return order.indexOf(table.includes(file) ? file : posix.dirname(file));
}

/**
 * Each way back to a file, told once.
 *
 * @param {Imports} imports
 */
function cycles(imports) {
  /** @type {string[]} */
  const found = [];
  const finished = new Set();
  /**
   * @param {string} file
   * @param {readonly string[]} path
   */
  const visit = (file, path) => {
    const start = path.indexOf(file);
    if (start !== -1) found.push([...path.slice(start), file].join(" → "));
    if (start !== -1 || finished.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
    finished.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found.map((path) => `a cycle: ${path}`);
}

/** @param {Imports} imports */
function transportImporters(imports) {
  return edges(imports)
    .filter(([file, to]) => /^openapi-fetch(\/|$)/.test(to) && file !== "src/api.ts")
    .map(([file]) => `${file} imports openapi-fetch, which is for src/api.ts alone`);
}

/** @param {Imports} imports */
function builtinsReached(imports) {
  return LIBRARY.flatMap((entry) => {
    /** @type {Map<string, string>} */
    const from = new Map([[entry, ""]]);
    for (const file of from.keys()) {
      for (const next of imports.get(file) ?? []) if (!from.has(next)) from.set(next, file);
    }
    /**
     * @param {string} file
     * @returns {string[]}
     */
    const pathTo = (file) => (file === "" ? [] : [...pathTo(from.get(file) ?? ""), file]);
    return [...from.keys()]
      .filter((name) => isBuiltin(name))
      .map((name) => `${entry} reaches ${name}: ${pathTo(name).join(" → ")}`);
  });
}

/**
 * @param {Imports} imports
 * @returns {[file: string, to: string][]}
 */
function edges(imports) {
  return [...imports].flatMap(([file, names]) =>
    names.map((to) => /** @type {[string, string]} */ ([file, to])),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { root: { type: "string" } } });
  const problems = problemsOf(values.root ?? fileURLToPath(new URL("..", import.meta.url)));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
