/**
 * Writes generated/ from spec/. With --check it compares them instead, and writes nothing.
 *
 *     npm run generate [-- --check] [--root <folder that has spec/ and generated/>]
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generate } from "./generator.ts";
import { Refusal } from "./openapi/document.ts";
import type { OpenApi } from "./openapi/types.ts";
import { sha256Of } from "./update/spec-folder.ts";
import { differences, writeFolder } from "./written-folder.ts";

const { values } = parseArgs({ options: { check: { type: "boolean" }, root: { type: "string" } } });
const root = values.root ?? fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "generated");

const text = readFileSync(join(root, "spec/openapi.json"), "utf8");
const wanted = await generate(JSON.parse(text) as OpenApi, sha256Of(text)).catch(fail);

const lines = differences(folder, wanted).map(({ how, name }) => `${how}: generated/${name}`);
if (!values.check) {
  writeFolder(folder, wanted);
  console.log(lines.length > 0 ? lines.join("\n") : "generated/ is up to date.");
} else if (lines.length > 0) {
  console.error(lines.join("\n"));
  console.error("generated/ does not match spec/. Run `npm run generate`.");
  process.exitCode = 1;
}

function fail(error: unknown): never {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exit(1);
}
