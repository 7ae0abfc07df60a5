/**
 * Writes generated/ from spec/, or with --check compares the two and writes nothing.
 *
 *     npm run generate [-- --check] [--root <folder that holds spec/ and generated/>]
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Refusal } from "./document.mjs";
import { generate } from "./generator.mjs";
import { isUnfinished, recover, Unfinished } from "./replace.mjs";
import { sha256Of } from "./spec-folder.mjs";

const { values } = parseArgs({ options: { check: { type: "boolean" }, root: { type: "string" } } });
const root = values.root ?? fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "generated");

if (!values.check) carryOutStopped();
else if (isUnfinished(root)) {
  console.error("An update of spec/ was stopped. Run `npm run generate`, which carries it out.");
  process.exit(1);
}

const text = readFileSync(join(root, "spec/openapi.json"), "utf8");
const wanted = await generate(JSON.parse(text), sha256Of(text)).catch(tell);

const present = existsSync(folder) ? readdirSync(folder) : [];
const missing = [...wanted.keys()].filter((name) => !present.includes(name));
const extra = present.filter((name) => !wanted.has(name));
const changed = present.filter(
  (name) => wanted.has(name) && readFileSync(join(folder, name), "utf8") !== wanted.get(name),
);
const differences = [
  ...changed.map((name) => `changed: generated/${name}`),
  ...missing.map((name) => `missing: generated/${name}`),
  ...extra.map((name) => `extra: generated/${name}`),
];

if (values.check) {
  if (differences.length > 0) {
    console.error(differences.join("\n"));
    console.error("generated/ is not what spec/ gives. Run `npm run generate`.");
    process.exitCode = 1;
  }
} else {
  mkdirSync(folder, { recursive: true });
  for (const name of [...changed, ...missing]) {
    writeFileSync(join(folder, name), wanted.get(name) ?? "");
  }
  for (const name of extra) rmSync(join(folder, name), { recursive: true });
  console.log(differences.length > 0 ? differences.join("\n") : "generated/ is up to date.");
}

function carryOutStopped() {
  try {
    recover(root);
  } catch (error) {
    tell(error);
  }
}

/**
 * @param {unknown} error
 * @returns {never}
 */
function tell(error) {
  if (!(error instanceof Refusal || error instanceof Unfinished)) throw error;
  console.error(error.message);
  process.exit(1);
}
