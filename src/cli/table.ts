import { extname } from "node:path";
import { pipeline, Readable } from "node:stream";
import { CsvError, parse, type InfoRecord, type Options } from "csv-parse";
import { kindOf } from "../validate.ts";
import { UsageError } from "./io.ts";
import { openText, type TextFile } from "./text.ts";

export type Format =
  | { readonly kind: "csv"; readonly delimiter: string; readonly hasBom: boolean }
  | { readonly kind: "jsonl" };

export interface TableRow {
  /** From 0. */
  readonly index: number;
  /** Where it begins in the file, from 1. */
  readonly line: number;
  /** One for each column; undefined where a JSON object has none. */
  readonly cells: readonly unknown[];
  /** Why it cannot be read. */
  readonly problem?: string;
  /** All of it, where the cells do not hold it. */
  readonly text?: string;
}

/** Rows under columns. It has been read whole once, so it is known to be sound before anything is made of it. */
export interface Table {
  readonly name: string;
  readonly format: Format;
  readonly columns: readonly string[];
  readonly count: number;
  readonly sha256: string;
  /** Reads it once more. Throws {@link UsageError} if it has changed meanwhile. */
  rows(): AsyncGenerator<TableRow, void, undefined>;
  close(): Promise<void>;
}

/** Opens CSV (with commas, semicolons or tabs) or JSON lines; `-` is stdin. */
export async function openTable(path: string, stdin: AsyncIterable<Uint8Array>): Promise<Table> {
  const file = await openText(path, stdin);
  try {
    const format = formatOf(path, file);
    const columns = new Columns();
    const readRows = format.kind === "csv" ? readCsv(format.delimiter) : readJsonLines;
    let sha256 = "";
    let count = 0;
    let unusable: string | undefined;
    for await (const { line, problem } of readRows(file, columns, (sum) => (sha256 = sum))) {
      count++;
      if (problem !== undefined) unusable ??= `line ${line}: ${problem}`;
    }
    // JSON of another form, or one mistake in all lines: that no column is there follows from it.
    if (columns.names.length === 0 && unusable !== undefined) {
      throw new UsageError(`${file.name} has no line that can be used; ${unusable}`);
    }
    return {
      name: file.name,
      format,
      columns: columns.names,
      count,
      sha256,
      rows: () =>
        readRows(file, columns, (again) => {
          if (again !== sha256) throw new UsageError(`${file.name} has changed while it was read`);
        }),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The columns of a table, and which cell of a JSON object belongs to which of them. */
class Columns {
  readonly names: string[] = [];
  readonly #positions = new Map<string, number>();

  positionOf(name: string): number {
    const known = this.#positions.get(name);
    if (known !== undefined) return known;
    this.#positions.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}

type ReadRows = (
  file: TextFile,
  columns: Columns,
  done: (sha256: string) => void,
) => AsyncGenerator<TableRow, void, undefined>;

/** By the name, else by the first character. */
function formatOf(path: string, { head, hasBom }: TextFile): Format {
  const extension = extname(path).toLowerCase();
  const isJson = /^\.(jsonl|ndjson)$/.test(extension);
  const isCsv = /^\.(csv|tsv|txt)$/.test(extension);
  if (isJson || (!isCsv && head.trimStart().startsWith("{"))) return { kind: "jsonl" };
  return { kind: "csv", delimiter: delimiterOf(head), hasBom };
}

/** Excel may say it in a first line of its own; else the one that the header has most of. */
const SAID = /^"?sep=([,;|\t])"?\r?\n/i;

function delimiterOf(head: string): string {
  const said = SAID.exec(head)?.[1];
  if (said !== undefined) return said;
  const [header = ""] = head
    .replace(/"(?:[^"]|"")*"/g, "")
    .replace(/^[\r\n]+/, "")
    .split(/[\r\n]/, 1);
  const count = (delimiter: string): number => header.split(delimiter).length;
  return [",", ";", "\t", "|"].reduce((best, each) => (count(each) > count(best) ? each : best));
}

/** RFC 4180: https://www.rfc-editor.org/rfc/rfc4180 */
function readCsv(delimiter: string): ReadRows {
  return async function* (file, columns, done) {
    /** csv-parse counts a CRLF within a cell as two lines. */
    let extra = 0;
    /** Where the last row has ended, and how many blank lines were before it. */
    let ended = SAID.test(file.head) ? 1 : 0;
    let blank = 0;
    const parser = parse({
      delimiter,
      skip_empty_lines: true,
      relax_column_count: true,
      // A file put together of others has several. By its first one alone, many rows would be taken for one.
      record_delimiter: ["\r\n", "\n", "\r"],
      from_line: SAID.test(file.head) ? 2 : 1,
      // Told as each row is parsed: rows that are not read yet are lost when a later one is wrong.
      on_record(cells: string[], { lines, empty_lines }: InfoRecord): Parsed {
        const text = cells.join(" ");
        const line = lines - extra - countOf(text, /[\r\n]/g);
        extra += countOf(text, /\r\n/g);
        ended = lines - extra;
        blank = empty_lines;
        return { cells, line };
      },
      // Its types let a row be nothing but its cells.
    } as unknown as Options);
    pipeline(Readable.from(file.read(done)), parser, () => {});
    let index = -1;
    try {
      for await (const { cells, line } of parser as AsyncIterable<Parsed>) {
        const row = { index, line };
        const { length } = columns.names;
        if (index++ < 0) {
          if (length === 0) columns.names.push(...cells);
        } else if (cells.length === length) {
          yield { ...row, cells };
        } else {
          const problem = `Expected ${length} cells as in the header, got ${cells.length}`;
          const fitted = Array.from({ length }, (_, position) => cells[position] ?? "");
          const isLost = cells.length > length;
          yield { ...row, cells: fitted, problem, ...(isLost && { text: JSON.stringify(cells) }) };
        }
      }
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      const line = ended + 1 + Number(error["empty_lines"] ?? blank) - blank;
      const wrong = WRONG[error.code] ?? `cannot be read: ${error.message}`;
      throw new UsageError(`${file.name} is no valid CSV: the row at line ${line} ${wrong}`);
    }
  };
}

const DOUBLED = 'a cell with a " stands in quotes and has it doubled: "19"" wide"';

/** In words that help to find the cell. */
const WRONG: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "opens a quote that is never closed",
  INVALID_OPENING_QUOTE: `has a quote in the middle of a cell; ${DOUBLED}`,
  CSV_INVALID_CLOSING_QUOTE: `has text after a closing quote; ${DOUBLED}`,
};

const countOf = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;

interface Parsed {
  readonly cells: string[];
  readonly line: number;
}

/** One JSON object a line: https://jsonlines.org */
const readJsonLines: ReadRows = async function* (file, columns, done) {
  let index = 0;
  let line = 0;
  for await (const text of linesOf(file.read(done))) {
    line++;
    if (text.trim() === "") continue;
    yield { index: index++, line, ...cellsOf(text, columns) };
  }
};

async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const text of texts) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  yield rest;
}

function cellsOf(text: string, columns: Columns): Omit<TableRow, "index" | "line"> {
  const unusable = (problem: string) => ({ cells: [], problem, text: text.trim() });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unusable("Expected a JSON object, got text that is no JSON");
  }
  // It would be written as another one.
  const numbers = text.replace(/"(?:[^"\\]|\\.)*"/g, "").match(/-?\d[\d.eE+-]*/g) ?? [];
  const lost = numbers.find((each) => /^-?\d+$/.test(each) && !Number.isSafeInteger(Number(each)));
  if (lost !== undefined) {
    return unusable(`Expected so long a number as a text, "${lost}", got ${lost}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return unusable(`Expected a JSON object, got ${kindOf(value)}`);
  }
  const cells: unknown[] = [];
  for (const [name, cell] of Object.entries(value)) cells[columns.positionOf(name)] = cell;
  return { cells };
}
