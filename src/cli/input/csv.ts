import { pipeline, Readable } from "node:stream";
import { CsvError, parse, type InfoRecord, type Options } from "csv-parse";
import { TornError, UsageError } from "../io.ts";
import { addColumn, LONGEST_ROW } from "./limits.ts";
import type { ReadRows, TableRow } from "./table.ts";

/** Excel may name the delimiter in a first line of its own. */
const SEP_LINE = /^"?sep=([,;|\t])"?\r?\n/i;

/** From the `sep=` line; else the one that occurs most often in the header. */
export function delimiterOf(head: string): string {
  const named = SEP_LINE.exec(head)?.[1];
  if (named !== undefined) return named;
  const [header = ""] = head
    .replace(/"(?:[^"]|"")*"/g, "")
    .replace(/^[\r\n]+/, "")
    .split(/[\r\n]/, 1);
  const count = (delimiter: string): number => header.split(delimiter).length;
  return [",", ";", "\t", "|"].reduce((best, each) => (count(each) > count(best) ? each : best));
}

/** RFC 4180: https://www.rfc-editor.org/rfc/rfc4180 */
export function readCsv(delimiter: string): ReadRows {
  return async function* (file, names) {
    const firstLine = SEP_LINE.test(file.head) ? 2 : 1;
    const lines = countLines(firstLine);
    const parser = parse({
      delimiter,
      skip_empty_lines: true,
      relax_column_count: true,
      max_record_size: LONGEST_ROW,
      // A file made of several files has several. By default the first one decides, and the others end no row.
      record_delimiter: ["\r\n", "\n", "\r"],
      from_line: firstLine,
      on_record: (cells: string[], info: InfoRecord) => ({ cells, line: lines.next(cells, info) }),
      // Its types allow a row to be its cells only.
    } as unknown as Options);
    pipeline(Readable.from(file.read()), parser, () => {});
    const rows: AsyncIterable<{ cells: string[]; line: number }> = parser;
    let index = -1;
    try {
      for await (const { cells, line } of rows) {
        if (index >= 0) yield { index, line, ...fit(cells, names.length) };
        else if (names.length === 0) for (const cell of cells) addColumn(names, cell);
        index++;
      }
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      const line = lines.ofError(error);
      const problem = PROBLEMS[error.code] ?? `cannot be read: ${error.message}`;
      const Kind = error.code === "CSV_QUOTE_NOT_CLOSED" ? TornError : UsageError;
      throw new Kind(`${file.name} is not valid CSV: the row at line ${line} ${problem}`);
    }
  };
}

/** The cells of a row, as many as there are columns. */
function fit(cells: string[], length: number): Pick<TableRow, "cells" | "problem" | "text"> {
  if (cells.length === length) return { cells };
  const problem = `Expected ${length} cells as in the header, got ${cells.length}`;
  const fitted = Array.from({ length }, (_, position) => cells[position] ?? "");
  return { cells: fitted, problem, ...(cells.length > length && { text: JSON.stringify(cells) }) };
}

/** Counts the lines where rows begin. csv-parse counts a CRLF in a cell as two lines. */
function countLines(firstLine: number) {
  let surplus = 0;
  let lastLine = firstLine - 1;
  let blankLines = 0;
  return {
    /** Has to be called as rows are parsed: those that are not read yet are lost when a later row is wrong. */
    next(cells: string[], { lines, empty_lines }: InfoRecord): number {
      const text = cells.join(" ");
      const line = lines - surplus - countOf(text, /[\r\n]/g);
      surplus += countOf(text, /\r\n/g);
      lastLine = lines - surplus;
      blankLines = empty_lines;
      return line;
    },
    ofError(error: CsvError): number {
      return lastLine + 1 + Number(error["empty_lines"] ?? blankLines) - blankLines;
    },
  };
}

const countOf = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

const QUOTING = 'quote the whole cell and double the quotes in it: "19"" wide"';

/** In words that help to find the cell. */
const PROBLEMS: Readonly<Record<string, string>> = {
  CSV_MAX_RECORD_SIZE: `is longer than ${LONGEST_ROW} characters; is there a quote that is never closed?`,
  CSV_QUOTE_NOT_CLOSED: "opens a quote that is never closed",
  INVALID_OPENING_QUOTE: `has a quote in the middle of a cell; ${QUOTING}`,
  CSV_INVALID_CLOSING_QUOTE: `has text after a closing quote; ${QUOTING}`,
};
