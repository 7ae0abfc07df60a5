// Refuses input that was probably misread, before anything is sent.

import { isImpactError } from "../../index.ts";
import { asOption, isFilled, listOf } from "../input/columns.ts";
import type { Table, TableRow } from "../input/table.ts";
import { plain, UsageError } from "../io.ts";
import { FACTS, fromText, PARAMETER_NAMES } from "../parameters.ts";
import type { BulkOptions } from "./options.ts";
import { requestOf } from "./request.ts";
import type { Job } from "./run.ts";

/** Rows to search for a header. */
const SAMPLE = 20;

/** Throws {@link UsageError} if the first line is not a header but a comment, a title or a row. */
export async function checkHeader(table: Table, { mapping }: BulkOptions): Promise<void> {
  const { columns, format, name } = table;
  if (format.kind !== "csv") return;
  const wanted = new Set([
    ...PARAMETER_NAMES.keys(),
    ...mapping.map.values(),
    ...mapping.passThrough,
  ]);
  if (columns.some((column) => wanted.has(column.trim()))) return;
  if (columns.some(isAddress)) {
    throw new UsageError(
      `Line ${table.headerLine} of ${name} is not a header: it contains a URL. ` +
        `Insert a line with column names before it, such as: deepLink${readingOf(table)}`,
    );
  }
  const isComment = columns[0]?.trimStart().startsWith("#") ?? false;
  const names = columns.filter((column) => column.trim() !== "").length;
  let rows = 0;
  for await (const row of table.rows()) {
    if (rows++ >= SAMPLE) break;
    const cells = allCells(row).map(String);
    const isHeader = cells.some((cell) => wanted.has(cell.trim()));
    const isAfterComment = isComment && !cells[0]?.trimStart().startsWith("#");
    // A title has fewer cells than the header below it.
    const isAfterTitle =
      cells.filter((cell) => cell.trim() !== "").length >= Math.max(2, 2 * names);
    if (!isHeader && !isAfterComment && !isAfterTitle) continue;
    throw new UsageError(
      `Line ${table.headerLine} of ${name} does not look like a header. To use line ${row.line} instead, add --skip-lines ${row.line - 1}${readingOf(table)}`,
    );
  }
}

const allCells = ({ cells, text }: TableRow): readonly unknown[] =>
  text === undefined ? cells : (JSON.parse(text) as unknown[]);

/** Throws {@link UsageError} if the values of a column do not fit its name, or if all rows request the same link. */
export async function checkRows({ table, columns, options }: Job): Promise<void> {
  const { used, defaults } = columns;
  const choices = [...used].filter(([key]) => FACTS.get(key)?.enum !== undefined);
  const tallies = choices.map(([key, position]) => new ChoiceTally(key, position));
  const isRead = new Set(used.values());
  const isKept = new Set(options.mapping.passThrough);
  const unread = table.columns.flatMap((name, position) =>
    isRead.has(position) || isKept.has(name.trim()) ? [] : [{ name: name.trim(), position }],
  );
  const withAddress = new Set<string>();
  const keys = new Set<string>();
  let rows = 0;
  for await (const { cells, problem, line } of table.rows()) {
    if (problem !== undefined || !isFilled(cells)) continue;
    rows++;
    for (const tally of tallies) tally.add(cells, line);
    if (keys.size < 2) {
      const request = requestOf(columns.readParams(cells), false);
      keys.add(isImpactError(request) ? `line ${line}` : request.key);
    }
    if (!used.has("deepLink")) {
      for (const { name, position } of unread)
        if (isAddress(cells[position])) withAddress.add(name);
    } else if (keys.size > 1 && tallies.length === 0) break;
  }
  for (const tally of tallies) tally.expectChoices(table, rows);
  const areAllSame = rows > 1 && keys.size === 1;
  const hasDeepLink = used.has("deepLink") || defaults["deepLink"] !== undefined;
  if (withAddress.size > 0 && (areAllSame || !hasDeepLink))
    throw unreadAddresses(table, [...withAddress], defaults["deepLink"] !== undefined);
  if (areAllSame) throw sameLinks(table);
}

/** Counts the values of a column that its parameter does not allow. */
class ChoiceTally {
  readonly #key: string;
  readonly #position: number;
  readonly #wrong = new Map<string, number>();
  #wrongRows = 0;

  constructor(key: string, position: number) {
    this.#key = key;
    this.#position = position;
  }

  add(cells: readonly unknown[], line: number): void {
    const cell = cells[this.#position];
    const facts = FACTS.get(this.#key);
    if (typeof cell !== "string" || cell.trim() === "" || facts === undefined) return;
    const text = cell.trim();
    if (facts.enum?.includes(fromText(text, facts) as string)) return;
    this.#wrongRows++;
    if (this.#wrong.size < MOST_WRONG_VALUES) this.#wrong.set(text, this.#wrong.get(text) ?? line);
  }

  /**
   * Throws {@link UsageError} if many values are wrong: the column means something else. A few wrong values fail their
   * rows.
   */
  expectChoices({ columns }: Table, rows: number): void {
    const [first] = this.#wrong;
    const isFew = this.#wrongRows < WRONG_SHARE * rows && this.#wrong.size < MOST_WRONG_VALUES;
    if (first === undefined || isFew) return;
    const name = columns[this.#position]!.trim();
    const choices = FACTS.get(this.#key)?.enum?.join(" or ");
    throw new UsageError(
      `Column "${plain(name)}" is named like a parameter, but its values do not fit: "${plain(first[0].slice(0, 80))}" ` +
        `in line ${first[1]} is not ${choices}. To pass the column through, add ${asOption("pass-through", name)}`,
    );
  }
}

const MOST_WRONG_VALUES = 3;
/** Fraction of the rows. */
const WRONG_SHARE = 0.2;

function unreadAddresses(table: Table, names: readonly string[], hasDefault: boolean): UsageError {
  const best =
    names.find((name) => !/image|img|photo|picture|logo|thumb|^aw_|click|track/i.test(name)) ??
    names[0]!;
  const keep = names.map((name) => asOption("pass-through", name)).join(" ");
  const [columns, contain] = names.length === 1 ? ["Column", "contains"] : ["Columns", "contain"];
  const quoted = names.map((name) => `"${plain(name)}"`).join(", ");
  const page = hasDefault ? "the page of --deep-link" : "the program's own page";
  return new UsageError(
    `${columns} ${quoted} ${contain} URLs, but no column is read as deepLink: every link would lead to ${page}. ` +
      `To link to these URLs, add ${asOption("map", `deepLink=${best}`)}; to pass them through, add ${keep}${readingOf(table)}`,
  );
}

function sameLinks(table: Table): UsageError {
  return new UsageError(
    `All rows of ${table.name} request the same link. Map the columns that differ, such as --map deepLink=<column>; ` +
      `columns: ${listOf(table.columns)}${readingOf(table)}`,
  );
}

/** Describes in brackets how the file was read. */
function readingOf({ format, headerLine }: Table): string {
  if (format.kind !== "csv") return "";
  const delimiter = format.delimiter === "\t" ? "tab" : `"${format.delimiter}"`;
  return ` (header: line ${headerLine}; delimiter: ${delimiter})`;
}

const isAddress = (cell: unknown): boolean =>
  typeof cell === "string" && /^\s*((https?:)?\/\/|www\.)[^\s/]+\.[^\s/]/i.test(cell);
