// A file as rows under columns: CSV (csv.ts) or JSON lines (json-lines.ts), read as text (text.ts). format.ts says which
// of them it is, columns.ts which columns are parameters.

import { TornError, UsageError } from "../io.ts";
import { readCsv } from "./csv.ts";
import { formatOf } from "./format.ts";
import { readJsonLines } from "./json-lines.ts";
import { openText, type TextFile, type TextOptions } from "./text.ts";

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
  noteHeader?: (line: number) => void,
) => AsyncGenerator<TableRow, void, undefined>;

export type Table = Awaited<ReturnType<typeof openTable>>;

export interface TableOptions extends TextOptions {
  /** Of CSV: the one that fits best is taken. */
  readonly delimiters?: readonly string[] | undefined;
  /** Leaves out what a {@link TornError} is about, instead of throwing it. */
  readonly mayBeTorn?: boolean;
}

/**
 * Opens CSV or JSON lines. Reads the whole file once, so that a file that cannot
 * be read is refused before anything is sent.
 */
export async function openTable(path: string, options: TableOptions = {}) {
  const { delimiters, mayBeTorn } = options;
  const file = await openText(path, options);
  try {
    const format = formatOf(path, file, delimiters);
    const readWhole = format.kind === "csv" ? readCsv(format.delimiter) : readJsonLines;
    const readRows = mayBeTorn ? untilTear(readWhole) : readWhole;
    const columns: string[] = [];
    let count = 0;
    let unusable: string | undefined;
    let headerLine = file.firstLine;
    const noteHeader = (line: number): void => void (headerLine = line);
    for await (const { line, problem } of readRows(file, columns, noteHeader)) {
      count++;
      if (problem !== undefined) unusable ??= `line ${line}: ${problem}`;
    }
    // JSON in another form, or the same mistake in each line. Missing columns would only be a consequence.
    if (columns.length === 0 && unusable !== undefined && !mayBeTorn) {
      throw new UsageError(`${file.name} has no usable line; ${unusable}`);
    }
    const { name, close } = file;
    const isLastLineEnded = file.isLastLineEnded();
    /** Reads the file again. Throws {@link UsageError} if it has changed. */
    const rows = () => readRows(file, columns);
    return {
      name,
      format,
      headerLine,
      columns,
      count,
      sha256: file.sha256(),
      isLastLineEnded,
      rows,
      close,
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function untilTear(readRows: ReadRows): ReadRows {
  return async function* (...args) {
    try {
      yield* readRows(...args);
    } catch (error) {
      if (!(error instanceof TornError)) throw error;
    }
  };
}
