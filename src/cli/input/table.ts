// A file as rows under columns: CSV (csv.ts) or JSON lines (json-lines.ts), read as text (text.ts). columns.ts says
// which columns are parameters.

import { extname } from "node:path";
import { UsageError } from "../io.ts";
import { delimiterOf, readCsv } from "./csv.ts";
import { readJsonLines } from "./json-lines.ts";
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

/** Rows under columns. The whole file was read once, so it is known to be readable before anything is sent. */
export interface Table {
  readonly name: string;
  readonly format: Format;
  readonly columns: readonly string[];
  readonly count: number;
  readonly sha256: string;
  /** Reads the file again. Throws {@link UsageError} if it has changed. */
  rows(): AsyncGenerator<TableRow, void, undefined>;
  close(): Promise<void>;
}

/** The columns of a table, and the position of each key of a JSON object. */
export class Columns {
  readonly names: string[] = [];
  readonly #positions = new Map<string, number>();

  positionOf(name: string): number {
    const known = this.#positions.get(name);
    if (known !== undefined) return known;
    this.#positions.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}

/** Reads rows and adds their columns. `done` gets the SHA-256 of the file. */
export type ReadRows = (
  file: TextFile,
  columns: Columns,
  done: (sha256: string) => void,
) => AsyncGenerator<TableRow, void, undefined>;

/** Opens CSV (with commas, semicolons, tabs or pipes) or JSON lines; `-` is stdin. */
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
    // JSON in another form, or the same mistake in each line. Missing columns would only be a consequence.
    if (columns.names.length === 0 && unusable !== undefined) {
      throw new UsageError(`${file.name} has no usable line; ${unusable}`);
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

/** By the extension, else by the first character. */
function formatOf(path: string, { head, hasBom }: TextFile): Format {
  const extension = extname(path).toLowerCase();
  const isJson = /^\.(jsonl|ndjson)$/.test(extension);
  const isCsv = /^\.(csv|tsv|txt)$/.test(extension);
  if (isJson || (!isCsv && head.trimStart().startsWith("{"))) return { kind: "jsonl" };
  return { kind: "csv", delimiter: delimiterOf(head), hasBom };
}
