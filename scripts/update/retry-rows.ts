/**
 * Keeps the table in src/http/retry-rules.ts complete: one row for each operation except GET and HEAD. A new operation
 * gets `"never"`, because the effect of a duplicate request is not known yet.
 */
import { format } from "prettier";
import { operationsOf } from "../openapi/document.ts";
import type { OpenApi } from "../openapi/types.ts";

/** Matches unedited rows. Those of removed operations are deleted. For edited ones, the compiler names the line. */
const UNTOUCHED_ROW = /^ {2}"([A-Z]+ [^"]+)":\s+"never",\n/gm;

/** @param text of src/http/retry-rules.ts */
export async function updateRetryRules(
  text: string,
  document: OpenApi,
): Promise<{ text: string; added: string[]; removed: string[] }> {
  const needed = operationsOf(document)
    .filter(({ method }) => method !== "get" && method !== "head")
    .map(({ place }) => place);
  const start = text.indexOf("const rules: ");
  const end = text.indexOf("};", start);
  if (start < 0 || end < 0) {
    throw new Error("src/http/retry-rules.ts: Expected a table `const rules: … = {…};`, got none");
  }
  const removed: string[] = [];
  const table = text.slice(start, end).replace(UNTOUCHED_ROW, (row, key: string) => {
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
