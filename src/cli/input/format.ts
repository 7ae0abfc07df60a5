// Detects the format of a file, by its name or else by its first characters.

import { extname } from "node:path";
import { UsageError } from "../io.ts";
import { RESULT_COLUMNS } from "../outcome.ts";
import { PARAMETER_NAMES } from "../parameters.ts";

export type Format =
  | { readonly kind: "csv"; readonly delimiter: string; readonly wantsBom: boolean }
  | { readonly kind: "jsonl" };

/** Excel may declare the delimiter in an extra first line. */
export const SEPARATOR_LINE: RegExp = /^"?sep=([,;|\t])"?\r?\n/i;

const SPREADSHEET = 'a spreadsheet or an archive; in Excel, save it as "CSV UTF-8", or unpack it';
const COMPRESSED = "compressed; unpack it first: gunzip -c <file> | npx impact-links bulk - …";

/** First bytes, as Latin-1, of files that users may pass instead of a table, with advice. */
const BINARIES: readonly (readonly [start: string, advice: string])[] = [
  ["PK\x03\x04", SPREADSHEET],
  ["\xd0\xcf\x11\xe0", SPREADSHEET],
  ["\x1f\x8b", COMPRESSED],
];

const TEXTS: readonly (readonly [start: RegExp, advice: string])[] = [
  [/^\s*<[?!a-z]/i, "XML or HTML; export it as CSV or as JSON lines"],
  [
    /^\s*\[\s*[[{"\]]/,
    "a JSON array; write one object a line: jq -c '.[]' <file> | npx impact-links bulk - …",
  ],
];

/** Throws {@link UsageError} for a file that is certainly not a table. */
export function expectTable(start: Uint8Array, name: string): void {
  const bytes = Buffer.from(start);
  const binary = bytes.toString("latin1");
  const text = bytes.toString().replace("\ufeff", "");
  const other =
    BINARIES.find(([prefix]) => binary.startsWith(prefix)) ??
    TEXTS.find(([pattern]) => pattern.test(text));
  if (other !== undefined) throw new UsageError(`${name} is ${other[1].replace("<file>", name)}`);
}

/** Returns the format by the extension, or else by the first character. */
export function formatOf(
  path: string,
  { head, wantsBom }: { readonly head: string; readonly wantsBom: boolean },
  delimiters: readonly string[] = DELIMITERS,
): Format {
  const extension = extname(path).toLowerCase();
  const isJson = /^\.(jsonl|ndjson)$/.test(extension);
  const isCsv = /^\.(csv|tsv|txt)$/.test(extension);
  if (isJson || (!isCsv && head.trimStart().startsWith("{"))) return { kind: "jsonl" };
  return { kind: "csv", delimiter: delimiterOf(head, delimiters), wantsBom };
}

/** Delimiters that are tried by default. */
export const DELIMITERS: readonly string[] = ["\t", ";", "|", ","];
const SAMPLE = 20;
const KNOWN_NAMES: ReadonlySet<string> = new Set([...PARAMETER_NAMES.keys(), ...RESULT_COLUMNS]);

/**
 * Returns the delimiter that the file declares. Otherwise ranks the delimiters: most known column names in the header,
 * then most rows as long as the header, then most cells in the header.
 */
function delimiterOf(head: string, delimiters: readonly string[]): string {
  const [only] = delimiters;
  if (delimiters.length === 1 && only !== undefined) return only;
  const named = SEPARATOR_LINE.exec(head)?.[1];
  if (named !== undefined) return named;
  const lines = head
    .replace(/"(?:[^"]|"")*"/g, (quoted) => quoted.replace(/[^\w"]/g, "_"))
    .split(/[\r\n]+/)
    .filter((line) => line !== "");
  const [header = "", ...rows] = lines.slice(0, SAMPLE).map((line) => line.replaceAll('"', ""));
  const ranked = delimiters.map((delimiter) => {
    const names = header.split(delimiter);
    const isSplit = names.length > 1;
    const known = names.filter((name) => KNOWN_NAMES.has(name.trim())).length;
    const fitting = rows.filter((row) => row.split(delimiter).length === names.length).length;
    return {
      delimiter,
      order: [isSplit ? known : 0, isSplit ? fitting : 0, names.length],
    };
  });
  const best = ranked.reduce((one, other) => (isMore(other.order, one.order) ? other : one));
  return best.order[2] === 1 ? "," : best.delimiter;
}

/** Whether the first number that differs is larger. */
function isMore(one: readonly number[], other: readonly number[]): boolean {
  const place = one.findIndex((number, position) => number !== other[position]);
  return place >= 0 && one[place]! > other[place]!;
}
