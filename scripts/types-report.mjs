/**
 * The public types as text: what an editor of a user's program knows of the package, without comments. It is
 * committed in api/, so that a change of it is seen where it is made.
 *
 *     npm run types:report [-- --check]
 *
 * Not @microsoft/api-extractor: 48 packages and a second compiler, for the same lines.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createTwoFilesPatch } from "diff";
import { format } from "prettier";
import { build } from "tsdown";
import ts from "typescript";

const ENTRIES = { index: "src/index.ts", testing: "src/testing/index.ts" };

const HEAD = "// Written by `npm run types:report`. Do not edit: `npm run check` compares.\n\n";

/**
 * @param {string} root
 * @returns {Promise<Map<string, string>>} file name in api/ → its text
 */
export async function typesReport(root) {
  mkdirSync(join(root, ".tmp"), { recursive: true });
  const outDir = mkdtempSync(join(root, ".tmp/types-"));
  try {
    // One at a time, so that each is whole in itself: a shared file would name what it holds by the letter.
    const texts = await Promise.all(
      Object.entries(ENTRIES).map(async ([name, entry]) => {
        const folder = join(outDir, name);
        await build({
          cwd: root,
          config: false,
          logLevel: "silent",
          entry: { [name]: entry },
          format: "esm",
          platform: "neutral",
          external: [/^node:/],
          outDir: folder,
          dts: { oxc: true, emitDtsOnly: true, tsconfig: join(root, "tsconfig.json") },
        });
        const text = readFileSync(join(folder, `${name}.d.ts`), "utf8");
        return /** @type {const} */ ([`${name}.d.ts`, await withoutComments(text)]);
      }),
    );
    return new Map(texts);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** @param {string} text */
async function withoutComments(text) {
  const file = ts.createSourceFile("api.d.ts", text, ts.ScriptTarget.Latest);
  const bare = ts.createPrinter({ removeComments: true }).printFile(file);
  return format(HEAD + bare, { parser: "typescript", printWidth: 100 });
}

/**
 * @param {string} root
 * @param {ReadonlyMap<string, string>} report
 * @returns {string[]} the lines that differ from what is committed
 */
export function typesDiff(root, report) {
  return [...report].flatMap(([name, text]) => {
    const path = join(root, "api", name);
    const old = existsSync(path) ? readFileSync(path, "utf8") : "";
    if (old === text) return [];
    const patch = createTwoFilesPatch(`api/${name}`, `api/${name}`, old, text, "", "", {
      context: 1,
    });
    // Without jsdiff's heading and ruler.
    return patch.trimEnd().split("\n").slice(2);
  });
}

/**
 * @param {string} root
 * @param {ReadonlyMap<string, string>} report
 */
export function writeTypes(root, report) {
  mkdirSync(join(root, "api"), { recursive: true });
  for (const [name, text] of report) writeFileSync(join(root, "api", name), text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { check: { type: "boolean" }, root: { type: "string" } },
  });
  const root = values.root ?? fileURLToPath(new URL("..", import.meta.url));
  const report = await typesReport(root);
  const lines = typesDiff(root, report);
  if (lines.length > 0) console.log(lines.join("\n"));
  if (!values.check) writeTypes(root, report);
  else if (lines.length > 0) {
    console.error(
      "The public types are not those in api/. If they are meant, run `npm run types:report`.",
    );
    process.exitCode = 1;
  }
}
