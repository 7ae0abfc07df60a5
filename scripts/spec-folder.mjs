import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * spec/: `openapi.json` is what everything is generated from, `source.json` says where it came from. A single
 * document lies there as the vendor published it. Of several, `openapi.json` is the bundle, `source.json` a
 * list, and each document lies untouched in `documents/`, so that the bundle can be made anew when one changes.
 *
 * @typedef {import("./document.mjs").Json} Json
 * @typedef {import("./parts.mjs").Part} Part
 * @typedef {{ page: string, title: string, version: string, sha256: string, date: string, file?: string }} Source
 */

/** @param {unknown} value */
export const jsonText = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** @param {string} text */
export const sha256Of = (text) => createHash("sha256").update(text).digest("hex");

/**
 * @param {string} root
 * @returns {{ document: Json, parts: Part[] }}
 */
export function readSpec(root) {
  const folder = join(root, "spec");
  const json = (/** @type {string} */ name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  /** @type {Source[]} */
  const sources = [json("source.json")].flat();
  const parts = sources.map(({ page, date, file = "openapi.json" }) => ({
    page,
    date,
    document: json(file),
  }));
  return { document: json("openapi.json"), parts };
}

/**
 * @param {string} root
 * @param {Json} document the bundle
 * @param {readonly Part[]} parts
 * @returns {Source[]}
 */
export function writeSpec(root, document, parts) {
  const folder = join(root, "spec");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "openapi.json"), jsonText(document));
  const isOne = parts.length === 1;
  /** @type {string[]} */
  const files = [];
  const sources = parts.map((part) => {
    const text = jsonText(part.document);
    const { title, version } = part.document["info"];
    /** @type {Source} */
    const source = {
      page: part.page,
      title,
      version,
      sha256: sha256Of(text),
      date: part.date,
    };
    if (isOne) return source;
    const file = freeFile(title, files);
    files.push(file);
    mkdirSync(join(folder, "documents"), { recursive: true });
    writeFileSync(join(folder, file), text);
    return { ...source, file };
  });
  writeFileSync(join(folder, "source.json"), jsonText(isOne ? sources[0] : sources));
  return sources;
}

/**
 * @param {string} title
 * @param {readonly string[]} taken
 */
function freeFile(title, taken) {
  const name =
    title
      .toLowerCase()
      .match(/[a-z0-9]+/g)
      ?.join("-") ?? "document";
  for (let count = 1; ; count++) {
    const file = `documents/${name}${count === 1 ? "" : `-${count}`}.json`;
    if (!taken.includes(file)) return file;
  }
}
