import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { copyOfProject, root } from "./workspace.ts";

/** The pages that are written by hand, from the root. */
export const pages: readonly string[] = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** A block of TypeScript in a page. */
export interface Block {
  page: string;
  code: string;
  /** Under which others import it, if its first line says so: `links.ts`. */
  name: string | undefined;
}

export function readPage(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

export const blocks: readonly Block[] = pages.flatMap((page) =>
  [...readPage(page).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => ({
    page,
    code,
    name: /^\/\/ ([\w-]+\.ts)\n/.exec(code)?.[1],
  })),
);

/** The block that is a file of this name. */
export function fileInPages(name: string): string {
  const found = blocks.filter((block) => block.name === name);
  if (found.length !== 1) throw new Error(`${found.length} blocks are ${name}`);
  return found[0]!.code;
}

/** A folder with the blocks that are files, as JavaScript, where they find each other and the packages. */
export function folderOfFiles(): string {
  const folder = copyOfProject([]);
  for (const { name, code } of blocks) {
    if (name !== undefined) writeFileSync(join(folder, moduleName(name)), asJavaScript(code));
  }
  return folder;
}

/** The module that a block is, in such a folder. */
export function load(name: string): Promise<unknown> {
  return import(join(folderOfFiles(), moduleName(name)));
}

const moduleName = (file: string): string => file.replace(/ts$/, "js");

/** The block without its types. */
export function asJavaScript(code: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}
