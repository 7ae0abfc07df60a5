// How rows are written and read back: as text (this file), into a file or a stream (writer.ts), and from an output
// of an earlier run (read-output.ts). Which file a path leads to is in target.ts.

import { extname } from "node:path";
import { stringify } from "csv-stringify/sync";
import type { Format } from "../input/table.ts";
import { plain, UsageError } from "../io.ts";
import { RESULT_COLUMNS, type Outcome } from "../outcome.ts";

/** The text of an output: its head, and one text for each row. By its extension; on stdout as the input. */
export function rowFormat(out: string, input: Format, columns: readonly string[]) {
  const extension = out === "-" ? `.${input.kind}` : extname(out).toLowerCase();
  if (extension === ".jsonl" || extension === ".ndjson") return jsonLines(columns);
  if (extension === ".tsv") return csv(columns, "\t", false);
  if (extension !== ".csv") {
    throw new UsageError("Expected --out to end in .csv, .tsv, .jsonl or .ndjson, or to be -");
  }
  if (input.kind === "csv") return csv(columns, input.delimiter, input.hasBom);
  return csv(columns, ",", false);
}

function csv(columns: readonly string[], delimiter: string, bom: boolean) {
  const line = (cells: string[]): string =>
    stringify([cells.map((cell) => harmless(cell, delimiter))], {
      delimiter,
      quoted_match: /[\r\n]/,
    });
  return {
    head: `${bom ? "\ufeff" : ""}${line([...columns, ...RESULT_COLUMNS])}`,
    row: (cells: readonly unknown[], outcome: Outcome): string =>
      line([
        ...columns.map((_, position) => textOf(cells[position])),
        ...RESULT_COLUMNS.map((name) => outcome[name] ?? ""),
      ]),
  };
}

/** A spreadsheet runs a cell that begins so: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r\n\0＝＋－＠]/;
const NUMBER = /^[+-]?\d+([.,]\d+)?$/;

/**
 * What would be a cell of its own to a spreadsheet that splits at another separator, and would call a function or a
 * program. Other texts are left alone: "5,- EUR" is no formula.
 */
const INNER_FORMULA = /[;,|\t\r\n](?=[" ]{0,9}[=+\-@＝＋－＠][^;,\t\r\n]*[(|!])/g;

/** A cell that no spreadsheet takes for a formula, with a quote before what would be one. */
export function harmless(cell: string, delimiter: string): string {
  const inner = cell.replace(INNER_FORMULA, (found) => (found === delimiter ? found : `${found}'`));
  return FORMULA.test(inner) && !NUMBER.test(inner) ? `'${inner}` : inner;
}

function jsonLines(columns: readonly string[]) {
  const double = columns.find((name, position) => columns.indexOf(name) !== position);
  if (double !== undefined) {
    throw new UsageError(`Two columns are called "${plain(double)}"; JSON can hold one of them`);
  }
  return {
    head: "",
    row(cells: readonly unknown[], outcome: Outcome): string {
      // Of thousands of columns an object may have a few.
      const given: [name: string, value: unknown][] = [];
      cells.forEach((cell, position) => given.push([columns[position] ?? "", cell]));
      const added = RESULT_COLUMNS.map((name) => [name, outcome[name]]);
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
