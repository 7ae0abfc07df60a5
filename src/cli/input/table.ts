// Reads a file as rows and columns. text.ts decodes it, format.ts detects the format, csv.ts and json-lines.ts parse
// it, and columns.ts maps columns to parameters.

import { TornError, UsageError } from "../io.ts";
import { readCsv } from "./csv.ts";
import { formatOf } from "./format.ts";
import { readJsonLines } from "./json-lines.ts";
import { openText, type TextFile, type TextOptions } from "./text.ts";

export interface TableRow {
  /** From 0. */
  readonly index: number;
  /** The line on which it begins, from 1. */
  readonly line: number;
  /** One per column; undefined where a JSON object lacks it. */
  readonly cells: readonly unknown[];
  /** Why it cannot be read. */
  readonly problem?: string;
  /** The row's text, if `cells` does not contain all of it. */
  readonly text?: string;
}

/** Yields rows, and adds the names of their columns to `names`. */
export type ReadRows = (
  file: TextFile,
  names: string[],
  noteHeader?: (line: number) => void,
) => AsyncGenerator<TableRow, void, undefined>;

export type Table = Awaited<ReturnType<typeof openTable>>;

export interface TableOptions extends TextOptions {
  /** Delimiters to try for CSV. The one that fits best is used. */
  readonly delimiters?: readonly string[] | undefined;
  /** Drops an incomplete last row instead of throwing {@link TornError}. */
  readonly mayBeTorn?: boolean;
}

/**
 * Opens CSV or JSON lines. Reads the whole file once, so that a file that cannot be read is refused before anything is
 * sent.
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
    // The file has another format, or the same mistake in each line. Report that, not the missing columns.
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
