/**
 * Writes generated/ from spec/, or with --check compares the two and writes nothing.
 *
 *     npm run generate [-- --check] [--root <folder that holds spec/ and generated/>]
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Refusal } from "./document.mjs";
import { generate } from "./generator.mjs";
import { isUnfinished, recover, Unfinished } from "./replace.mjs";
import { sha256Of } from "./spec-folder.mjs";
import { differing, writeFolder } from "./written-folder.mjs";

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

const differences = differing(folder, wanted).map(({ how, name }) => `${how}: generated/${name}`);
if (!values.check) {
  writeFolder(folder, wanted);
  console.log(differences.length > 0 ? differences.join("\n") : "generated/ is up to date.");
} else if (differences.length > 0) {
  console.error(differences.join("\n"));
  console.error("generated/ is not what spec/ gives. Run `npm run generate`.");
  process.exitCode = 1;
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
