/**
 * Writes the public types to api/, without comments, so that a diff shows every change to them. With --check it
 * compares them instead, and writes nothing.
 *
 *     npm run types:report [-- --check]
 *
 * Does not use @microsoft/api-extractor, which needs 48 packages for the same output.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createTwoFilesPatch } from "diff";
import { format } from "prettier";
import { build } from "tsdown";
import ts from "typescript";
import { isMain } from "./is-main.ts";

const ENTRIES = { index: "src/index.ts", testing: "src/testing/index.ts" };

const HEAD = "// Written by `npm run types:report`. Do not edit: `npm run check` compares.\n\n";

/** @returns file name in api/ → its text */
export async function typesReport(root: string): Promise<Map<string, string>> {
  mkdirSync(join(root, ".tmp"), { recursive: true });
  const outDir = mkdtempSync(join(root, ".tmp/types-"));
  try {
    // Built separately, because a chunk that entries share exports its types under one-letter names.
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
        return [`${name}.d.ts`, await withoutComments(text)] as const;
      }),
    );
    return new Map(texts);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

async function withoutComments(text: string) {
  const file = ts.createSourceFile("api.d.ts", text, ts.ScriptTarget.Latest);
  const bare = ts.createPrinter({ removeComments: true }).printFile(file);
  return format(HEAD + bare, { parser: "typescript", printWidth: 100 });
}

/** @returns the lines of a diff against the files in api/ */
export function typesDiff(root: string, report: ReadonlyMap<string, string>): string[] {
  return [...report].flatMap(([name, text]) => {
    const path = join(root, "api", name);
    const old = existsSync(path) ? readFileSync(path, "utf8") : "";
    if (old === text) return [];
    const patch = createTwoFilesPatch(`api/${name}`, `api/${name}`, old, text, "", "", {
      context: 1,
    });
    // The first two lines are a header of jsdiff.
    return patch.trimEnd().split("\n").slice(2);
  });
}

export function writeTypes(root: string, report: ReadonlyMap<string, string>) {
  mkdirSync(join(root, "api"), { recursive: true });
  for (const [name, text] of report) writeFileSync(join(root, "api", name), text);
}

if (isMain(import.meta)) {
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
      "The public types do not match api/. If the change is intended, run `npm run types:report`.",
    );
    process.exitCode = 1;
  }
}
