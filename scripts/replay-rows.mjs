import { format } from "prettier";
import { operationsOf } from "./document.mjs";

/**
 * Keeps the table in src/http/retry-rules.ts complete: a row for each operation that is not a GET. What a new one
 * does when repeated is not known, so it is `"never"` until somebody finds out.
 *
 * @typedef {import("./document.mjs").Json} Json
 */

/** Only rows that nobody has thought about are taken away: for others, the compiler names the line. */
const UNTOUCHED_ROW = /^ {2}"([A-Z]+ [^"]+)":\s+"never",\n/gm;

/**
 * @param {string} text of src/http/retry-rules.ts
 * @param {Json} document
 * @returns {Promise<{ text: string, added: string[], removed: string[] }>}
 */
export async function withRows(text, document) {
  const needed = operationsOf(document)
    .filter(({ method }) => method !== "get" && method !== "head")
    .map(({ place }) => place);
  const start = text.indexOf("export const rules");
  const end = text.indexOf("\n};", start) + 1;
  if (start < 0 || end < 1) {
    throw new Error(
      "src/http/retry-rules.ts: Expected a table `export const rules = {…};`, got none",
    );
  }
  /** @type {string[]} */
  const removed = [];
  const table = text.slice(start, end).replace(UNTOUCHED_ROW, (row, key) => {
    if (needed.includes(key)) return row;
    removed.push(key);
    return "";
  });
  const added = needed.filter((key) => !table.includes(`"${key}":`));
  if (added.length + removed.length === 0) return { text, added, removed };
  const rows = added.map((key) => `  ${JSON.stringify(key)}: "never",\n`).join("");
  const next = text.slice(0, start) + table + rows + text.slice(end);
  return {
    text: await format(next, { parser: "typescript", printWidth: 100 }),
    added,
    removed,
  };
}
