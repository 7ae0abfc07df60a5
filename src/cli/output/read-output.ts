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
  readonly names?: ResultColumns;
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
    // Its status may be any text.
    const outcome = Object.fromEntries(values) as Outcome;
    return STATUSES.includes(outcome.status) ? outcome : undefined;
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

/**
 * Reads the outcome of each row of an output; undefined for a row without any text. Throws {@link UsageError} if the file
 * is not the output of this input, or if another program has changed its rows.
 */
export async function* readOutcomes(
  path: string,
  input: Table,
  signal: AbortSignal,
): AsyncGenerator<{ row: TableRow; outcome: Outcome | undefined }, void> {
  const names = resultColumns(input.columns);
  const inputDelimiter = input.format.kind === "csv" ? input.format.delimiter : undefined;
  const output = await openOutput(path, { signal, delimiter: inputDelimiter, names });
  const otherFile = (): UsageError =>
    new UsageError(`${path} exists, and is not the output of ${input.name}; move it away`);
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
      yield { row, outcome };
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
