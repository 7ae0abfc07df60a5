// Formats rows as text. writer.ts writes them to a file or a stream, read-output.ts reads the output of an earlier run,
// and target.ts resolves the path of an output.

import { extname } from "node:path";
import { stringify } from "csv-stringify/sync";
import type { Format } from "../input/format.ts";
import { plain, UsageError } from "../io.ts";
import { RESULT_COLUMNS, type Outcome } from "../outcome.ts";
import { resultColumns, type ResultColumns } from "./result-columns.ts";

/** Returns the header of an output, and a function that formats a row. Stdout has the format of the input. */
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
    stringify([cells.map((cell) => escapeFormulas(cell, delimiter))], {
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

/** Spreadsheets evaluate cells that begin like this: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r\n\0＝＋－＠]/;
/** A number, percentage, amount or phone number. A spreadsheet shows it unchanged or evaluates it to a number. */
const NUMBER =
  /^(?=.*\d)[+-] ?\p{Sc}?[\d.,(][\d .,'()/-]*(e[+-]?\d+)?( ?(%|[\p{L}\p{Sc}]{1,4}))?$/iu;

/**
 * A separator before text that calls a function or a program. A spreadsheet that splits at this separator would
 * evaluate the text. Does not match "5,- EUR".
 */
const INNER_FORMULA = /[;,|\t\r\n](?=[" ]{0,9}[=+\-@＝＋－＠][^;,\t\r\n(|!]*[(|!])/g;

/** Puts a quote before formulas in a cell, so that no spreadsheet evaluates them. */
export function escapeFormulas(cell: string, delimiter: string): string {
  const inner = cell.replace(INNER_FORMULA, (found) => (found === delimiter ? found : `${found}'`));
  return FORMULA.test(inner) && !NUMBER.test(inner) ? `'${inner}` : inner;
}

function jsonLines(columns: readonly string[], results: ResultColumns) {
  const double = columns.find((name, position) => columns.indexOf(name) !== position);
  if (double !== undefined) {
    throw new UsageError(`Two columns are called "${plain(double)}"; JSON allows only one`);
  }
  return {
    head: "",
    row(cells: readonly unknown[], outcome?: Outcome): string {
      // `forEach` skips holes: an object may have only a few of thousands of columns.
      const given: [name: string, value: unknown][] = [];
      cells.forEach((cell, position) => given.push([columns[position] ?? "", cell]));
      const added = RESULT_COLUMNS.map((name) => [results[name], outcome?.[name]]);
      // JSON leaves out values that are undefined.
      return `${JSON.stringify(Object.fromEntries([...given, ...added]))}\n`;
    },
  };
}

/** Converts a cell to text. */
export function textOf(cell: unknown): string {
  if (cell === undefined || cell === null) return "";
  return typeof cell === "string" ? cell : JSON.stringify(cell);
}
