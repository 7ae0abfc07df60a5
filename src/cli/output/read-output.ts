import { openTable, type Table, type TableRow } from "../input/table.ts";
import { DELIMITERS } from "../input/format.ts";
import { isFilled } from "../input/columns.ts";
import { UsageError } from "../io.ts";
import { RESULT_COLUMNS, STATUSES, type Outcome } from "../outcome.ts";
import { findResultColumns, resultColumns, type ResultColumns } from "./result-columns.ts";
import { escapeFormulas, textOf } from "./row-format.ts";

/** A row of an output. */
export interface OutputRow {
  /** One per column, result columns included. */
  readonly cells: readonly unknown[];
  /** Undefined if it has no status that `bulk` writes. */
  readonly outcome: Outcome | undefined;
}

export interface OutputOptions {
  readonly signal: AbortSignal;
  /** The delimiter of its input, which may not be a default one. */
  readonly delimiter?: string | undefined;
  /** The names of its result columns. Default: detected. */
  readonly names?: ResultColumns | undefined;
}

/** Opens an output of `bulk`. Ignores an incomplete last row. */
export async function openOutput(path: string, { signal, delimiter, names }: OutputOptions) {
  const delimiters = delimiter === undefined ? DELIMITERS : [...DELIMITERS, delimiter];
  const table = await openTable(path, { mayBeTorn: true, signal, delimiters });
  const { columns, format } = table;
  const results = names ?? findResultColumns(columns);
  const places = RESULT_COLUMNS.map((name) => [name, columns.lastIndexOf(results[name])] as const);
  const outcomeOf = (cells: readonly unknown[]): Outcome | undefined => {
    const values = places.map(([name, place]) => [name, textOf(cells[place]) || undefined]);
    const texts = Object.fromEntries(values) as Record<keyof Outcome, string | undefined>;
    // A user may have typed the status.
    const written = texts.status?.trim().toLowerCase();
    const status = STATUSES.find((each) => each === written);
    return status && ({ ...texts, status } as Outcome);
  };
  return {
    ...table,
    /** The columns of its input, with an empty name in place of each result column. */
    inputColumns: columns.map((name, place) => (places.some(([, at]) => at === place) ? "" : name)),
    /** Whether it has the columns that `bulk` adds. */
    hasResults: columns.includes(results.status),
    delimiter: format.kind === "csv" ? format.delimiter : "",
    async *rows(): AsyncGenerator<OutputRow, void> {
      for await (const { cells } of table.rows()) yield { cells, outcome: outcomeOf(cells) };
    },
  };
}

/** A file is the output of another input, or another program has changed its rows. */
export class OtherOutputError extends UsageError {}

/** A row of the input with its outcome in an output. */
export interface EarlierRow {
  readonly row: TableRow;
  /** Undefined for a row without any text. */
  readonly outcome: Outcome | undefined;
  /** Whether rewriting the output would lose a column that a user has added. */
  readonly hasOtherColumns: boolean;
}

/** Yields the outcome of each row of an output. Throws {@link OtherOutputError} if it does not match the input. */
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
    const formsOf = (given: string): string[] => [
      given,
      escapeFormulas(given, delimiter),
      `'${given}`,
    ];
    const isCell = (found: string, given: string): boolean => formsOf(given).includes(found);
    const header = [...input.columns, ...Object.values(names)];
    const isTornHeader = (): boolean =>
      columns.every((found, place) =>
        formsOf(header[place] ?? "").some((form) => form.startsWith(found)),
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

/** Whether a row is incomplete. Then only further lines of the same row may follow. */
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
