// How rows are written and read back: as text (this file), into a file or a stream (writer.ts), and from an output
// of an earlier run (read-output.ts). Which file a path leads to is in target.ts.

import { extname } from "node:path";
import { stringify } from "csv-stringify/sync";
import type { Format } from "../input/format.ts";
import { plain, UsageError } from "../io.ts";
import { RESULT_COLUMNS, type Outcome } from "../outcome.ts";
import { resultColumns, type ResultColumns } from "./result-columns.ts";

/** The text of an output: its head, and one text for each row. By its extension; on stdout as the input. */
export function rowFormat(out: string, input: Format, columns: readonly string[]) {
  const results = resultColumns(columns);
  const extension = out === "-" ? `.${input.kind}` : extname(out).toLowerCase();
  if (extension === ".jsonl" || extension === ".ndjson") return jsonLines(columns, results);
  const hasBom = input.kind === "csv" && input.wantsBom;
  if (extension === ".tsv") return csv(columns, results, "\t", hasBom);
  if (extension !== ".csv") {
    throw new UsageError("Expected --out to end in .csv, .tsv, .jsonl or .ndjson, or to be -");
  }
  return csv(columns, results, input.kind === "csv" ? input.delimiter : ",", hasBom);
}

function csv(
  columns: readonly string[],
  results: ResultColumns,
  delimiter: string,
  hasBom: boolean,
) {
  const line = (cells: string[]): string =>
    stringify([cells.map((cell) => harmless(cell, delimiter))], {
      delimiter,
      quoted_match: /[\r\n]/,
    });
  return {
    head: `${hasBom ? "\ufeff" : ""}${line([...columns, ...Object.values(results)])}`,
    row: (cells: readonly unknown[], outcome?: Outcome): string =>
      line([
        ...columns.map((_, position) => textOf(cells[position])),
        ...RESULT_COLUMNS.map((name) => outcome?.[name] ?? ""),
      ]),
  };
}

/** A spreadsheet runs a cell that begins so: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r\n\0＝＋－＠]/;
/** A number, a percentage, an amount or a phone number, which a spreadsheet shows as it is or computes to a number. */
const NUMBER =
  /^(?=.*\d)[+-] ?\p{Sc}?[\d.,(][\d .,'()/-]*(e[+-]?\d+)?( ?(%|[\p{L}\p{Sc}]{1,4}))?$/iu;

/**
 * What would be a cell of its own to a spreadsheet that splits at another separator, and would call a function or a
 * program. Other texts are left alone: "5,- EUR" is no formula.
 */
const INNER_FORMULA = /[;,|\t\r\n](?=[" ]{0,9}[=+\-@＝＋－＠][^;,\t\r\n(|!]*[(|!])/g;

/** A cell that no spreadsheet takes for a formula, with a quote before what would be one. */
export function harmless(cell: string, delimiter: string): string {
  const inner = cell.replace(INNER_FORMULA, (found) => (found === delimiter ? found : `${found}'`));
  return FORMULA.test(inner) && !NUMBER.test(inner) ? `'${inner}` : inner;
}

function jsonLines(columns: readonly string[], results: ResultColumns) {
  const double = columns.find((name, position) => columns.indexOf(name) !== position);
  if (double !== undefined) {
    throw new UsageError(`Two columns are called "${plain(double)}"; JSON can hold one of them`);
  }
  return {
    head: "",
    row(cells: readonly unknown[], outcome?: Outcome): string {
      // Of thousands of columns an object may have a few.
      const given: [name: string, value: unknown][] = [];
      cells.forEach((cell, position) => given.push([columns[position] ?? "", cell]));
      const added = RESULT_COLUMNS.map((name) => [results[name], outcome?.[name]]);
      // JSON leaves out values that are undefined.
      return `${JSON.stringify(Object.fromEntries([...given, ...added]))}\n`;
    },
  };
}

/** A cell as text. */
export function textOf(cell: unknown): string {
  if (cell === undefined || cell === null) return "";
  return typeof cell === "string" ? cell : JSON.stringify(cell);
}
