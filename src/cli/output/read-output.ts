import { openTable, type Table, type TableRow } from "../input/table.ts";
import { DELIMITERS } from "../input/format.ts";
import { isFilled } from "../input/columns.ts";
import { UsageError } from "../io.ts";
import { RESULT_COLUMNS, STATUSES, type Outcome } from "../outcome.ts";
import { findResultColumns, resultColumns, type ResultColumns } from "./result-columns.ts";
import { harmless, textOf } from "./row-format.ts";

/** A row of an output. */
export interface OutputRow {
  /** Of all columns. */
  readonly cells: readonly unknown[];
  /** Undefined if it has no status that `bulk` writes. */
  readonly outcome: Outcome | undefined;
}

export interface OutputOptions {
  readonly signal: AbortSignal;
  /** The delimiter of its input: it may be one that is not tried by default. */
  readonly delimiter?: string | undefined;
  /** The names of its results. By default found from its columns. */
  readonly names?: ResultColumns | undefined;
}

/** Opens an output of `bulk`, up to a last row that was not written whole. */
export async function openOutput(path: string, { signal, delimiter, names }: OutputOptions) {
  const delimiters = delimiter === undefined ? DELIMITERS : [...DELIMITERS, delimiter];
  const table = await openTable(path, { mayBeTorn: true, signal, delimiters });
  const { columns, format } = table;
  const results = names ?? findResultColumns(columns);
  const places = RESULT_COLUMNS.map((name) => [name, columns.lastIndexOf(results[name])] as const);
  const outcomeOf = (cells: readonly unknown[]): Outcome | undefined => {
    const values = places.map(([name, place]) => [name, textOf(cells[place]) || undefined]);
    const texts = Object.fromEntries(values) as Record<keyof Outcome, string | undefined>;
    // People write statuses, too.
    const written = texts.status?.trim().toLowerCase();
    const status = STATUSES.find((each) => each === written);
    return status && ({ ...texts, status } as Outcome);
  };
  return {
    ...table,
    /** Those of its input. */
    inputColumns: columns.map((name, place) => (places.some(([, at]) => at === place) ? "" : name)),
    /** Whether it has the columns that `bulk` adds. */
    hasResults: columns.includes(results.status),
    delimiter: format.kind === "csv" ? format.delimiter : "",
    async *rows(): AsyncGenerator<OutputRow, void> {
      for await (const { cells } of table.rows()) yield { cells, outcome: outcomeOf(cells) };
    },
  };
}

/** A file is not the output of this input, or another program has changed its rows. */
export class OtherOutputError extends UsageError {}

/** A row of the input with its outcome in an output. */
export interface EarlierRow {
  readonly row: TableRow;
  /** Undefined for a row without any text. */
  readonly outcome: Outcome | undefined;
  /** Whether writing the output again would lose a column that somebody has added. */
  readonly hasOtherColumns: boolean;
}

/** Reads the outcome of each row of an output. Throws {@link OtherOutputError}. */
export async function* readOutcomes(
  path: string,
  input: Table,
  signal: AbortSignal,
): AsyncGenerator<EarlierRow, void> {
  const names = resultColumns(input.columns);
  const inputDelimiter = input.format.kind === "csv" ? input.format.delimiter : undefined;
  const options = { signal, delimiter: inputDelimiter, names };
  const output = await openOutput(path, options).catch((error: unknown) => {
    throw error instanceof UsageError ? new OtherOutputError(error.message) : error;
  });
  const otherFile = (): UsageError =>
    new OtherOutputError(`${path} exists, and is not the output of ${input.name}; move it away`);
  try {
    const { columns, delimiter } = output;
    const formsOf = (given: string): string[] => [given, harmless(given, delimiter), `'${given}`];
    const isCell = (found: string, given: string): boolean => formsOf(given).includes(found);
    const header = [...input.columns, ...Object.values(names)];
    const isTornHeader = (): boolean =>
      columns.every((found, place) =>
        formsOf(header[place] ?? "").some((whole) => whole.startsWith(found)),
      );
    if (output.count === 0 && isTornHeader()) return;
    // A torn JSON object has no columns.
    if (columns.length > 0 && !output.hasResults) throw otherFile();
    if (output.count > input.count) throw otherFile();
    const places = input.columns.map((name, place) =>
      isCell(columns[place] ?? "", name) ? place : columns.lastIndexOf(name),
    );
    const known = new Set(header.flatMap(formsOf));
    const hasOtherColumns =
      columns.length > header.length || columns.some((name) => !known.has(name));
    const rows = output.rows();
    for await (const row of input.rows()) {
      const found = await rows.next();
      if (found.done) return;
      const { cells, outcome } = found.value;
      const isSame = places.every((place, position) =>
        isCell(textOf(cells[place]), textOf(row.cells[position])),
      );
      const isDone = outcome !== undefined || !isFilledRow(row);
      if (!isSame || !isDone) {
        if (!(await isTorn(row, rows, output.isLastLineEnded))) throw otherFile();
        return;
      }
      yield { row, outcome, hasOtherColumns };
    }
  } finally {
    await output.close();
  }
}

/** Whether a row was not written whole: then nothing follows but more lines of it. */
async function isTorn(
  { cells }: TableRow,
  following: AsyncIterable<OutputRow>,
  isLastLineEnded: boolean,
): Promise<boolean> {
  let lines = cells
    .map(textOf)
    .join("")
    .split(/\r\n|\r|\n/).length;
  if (isLastLineEnded && lines === 1) return false;
  for await (const _ of following) if (--lines === 0) return false;
  return true;
}

const isFilledRow = ({ cells, problem }: TableRow): boolean =>
  problem !== undefined || isFilled(cells);
