// A file as rows under columns: CSV (csv.ts) or JSON lines (json-lines.ts), read as text (text.ts). columns.ts says
// which columns are parameters.

import { extname } from "node:path";
import { TornError, UsageError } from "../io.ts";
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

/** Reads rows, and adds the names of their columns to `names`. */
export type ReadRows = (
  file: TextFile,
  names: string[],
) => AsyncGenerator<TableRow, void, undefined>;

export type Table = Awaited<ReturnType<typeof openTable>>;

export interface TableOptions {
  /** The bytes of the path `-`. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Every reading throws its reason once it aborts. */
  readonly signal?: AbortSignal;
  /** Leaves out what a {@link TornError} is about, instead of throwing it. */
  readonly mayBeTorn?: boolean;
}

/**
 * Opens CSV (with commas, semicolons, tabs or pipes) or JSON lines. Reads the whole file once, so that a file that cannot
 * be read is refused before anything is sent.
 */
export async function openTable(path: string, { stdin, signal, mayBeTorn }: TableOptions = {}) {
  const file = await openText(path, stdin, signal);
  try {
    const format = formatOf(path, file);
    const readWhole = format.kind === "csv" ? readCsv(format.delimiter) : readJsonLines;
    const readRows = mayBeTorn ? untilTear(readWhole) : readWhole;
    const columns: string[] = [];
    let count = 0;
    let unusable: string | undefined;
    for await (const { line, problem } of readRows(file, columns)) {
      count++;
      if (problem !== undefined) unusable ??= `line ${line}: ${problem}`;
    }
    // JSON in another form, or the same mistake in each line. Missing columns would only be a consequence.
    if (columns.length === 0 && unusable !== undefined && !mayBeTorn) {
      throw new UsageError(`${file.name} has no usable line; ${unusable}`);
    }
    const { name, close } = file;
    /** Reads the file again. Throws {@link UsageError} if it has changed. */
    const rows = () => readRows(file, columns);
    return { name, format, columns, count, sha256: file.sha256(), rows, close };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function untilTear(readRows: ReadRows): ReadRows {
  return async function* (file, names) {
    try {
      yield* readRows(file, names);
    } catch (error) {
      if (!(error instanceof TornError)) throw error;
    }
  };
}

/** By the extension, else by the first character. */
function formatOf(path: string, { head, hasBom }: TextFile): Format {
  const extension = extname(path).toLowerCase();
  const isJson = /^\.(jsonl|ndjson)$/.test(extension);
  const isCsv = /^\.(csv|tsv|txt)$/.test(extension);
  if (isJson || (!isCsv && head.trimStart().startsWith("{"))) return { kind: "jsonl" };
  return { kind: "csv", delimiter: delimiterOf(head), hasBom };
}
