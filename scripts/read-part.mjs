import { isDeepStrictEqual } from "node:util";
import { bundled } from "./bundle.mjs";
import { operationsOf, Refusal, vendorVersion } from "./document.mjs";
import { nextParts } from "./parts.mjs";
import { documentsIn, readSource } from "./sources.mjs";
import { check, completed, upgraded } from "./valid.mjs";

/**
 * @typedef {import("./document.mjs").Json} Json
 * @typedef {import("./parts.mjs").Part} Part
 */

/**
 * A source → the document in it, checked, as a part of the bundle. A page may hold a document for each operation.
 *
 * @param {string} source
 * @param {readonly Part[]} recorded
 * @param {{ stdin: AsyncIterable<Uint8Array | string>, timeout?: number }} io `timeout` in milliseconds
 * @returns {Promise<{ part: Part, warnings: string[] }>}
 */
export async function readPart(source, recorded, { stdin, timeout = 30_000 }) {
  const { address: page, file, text } = await readSource(source, { stdin, timeout });
  const documents = [];
  const warnings = [];
  const found = documentsIn(source, text);
  for (const [index, each] of found.entries()) {
    const name = found.length === 1 ? source : `${source} (document ${index + 1})`;
    warnings.push(...texts(each).map((line) => `${name}: ${line}`));
    const whole = await completed(name, each, file);
    const problems = await check(whole);
    if (problems.errors.length > 0) {
      const lines = problems.errors.map((line) => `  ${line}`).join("\n");
      throw new Refusal(`${name}: Expected a valid OpenAPI document, got:\n${lines}`);
    }
    warnings.push(...problems.warnings.map((line) => `${name}: ${line}`));
    if (vendorVersion(whole) === undefined) {
      const got = JSON.stringify(whole["info"].version);
      warnings.push(
        `${name}: #/info/version: Expected one of the vendor's versions, such as "16", got ${got}.`,
      );
    }
    documents.push(upgraded(whole));
  }
  const [first] = documents;
  if (first === undefined) throw new Error("Expected at least one document");
  const date = new Date().toISOString().slice(0, 10);
  const one = nextParts(
    [],
    documents.map((each) => ({ page, date, document: each })),
  );
  const whole = bundled(
    one.parts.map((part) => part.document),
    first["info"],
  );
  warnings.push(...[...one.warnings, ...whole.warnings].map((line) => `${source}: ${line}`));
  const { document } = whole;
  if (operationsOf(document).length === 0) warnings.push(`${source}: #/paths: No operation.`);
  // What is there already keeps the day on which it came.
  const same = recorded.find(
    (part) => part.page === page && isDeepStrictEqual(part.document, document),
  );
  return { part: same ?? { page, date, document }, warnings };
}

/**
 * YAML reads `version: 16` and `openapi: 3.1` as numbers.
 *
 * @param {Json} document is changed
 * @returns {string[]} warnings
 */
function texts(document) {
  const told = (/** @type {string} */ place) =>
    `#/${place}: Expected a text, got a number; it is taken as one.`;
  const warnings = [];
  if (typeof document["openapi"] === "number") {
    document["openapi"] = `${document["openapi"].toFixed(1)}.0`;
    warnings.push(told("openapi"));
  }
  if (typeof document["info"]?.version === "number") {
    document["info"].version = String(document["info"].version);
    warnings.push(told("info/version"));
  }
  return warnings;
}
