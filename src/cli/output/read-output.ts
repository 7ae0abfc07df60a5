import { openTable, type Table, type TableRow } from "../input/table.ts";
import { UsageError } from "../io.ts";
import { RESULT_COLUMNS, STATUSES, type Outcome } from "../outcome.ts";
import { harmless, textOf } from "./row-format.ts";

/**
 * Reads the outcome of each row of an output, up to a last row that was not written whole. Throws {@link UsageError} if the
 * file is not the output of this input, or if another program has changed its rows.
 */
export async function* readOutcomes(
  path: string,
  input: Table,
  signal: AbortSignal,
): AsyncGenerator<{ row: TableRow; outcome: Outcome }, void> {
  const output = await openTable(path, { mayBeTorn: true, signal });
  const isOther = (): UsageError =>
    new UsageError(`${path} exists, and is not the output of ${input.name}; move it away`);
  try {
    const delimiter = output.format.kind === "csv" ? output.format.delimiter : "";
    const formsOf = (given: string): string[] => [given, harmless(given, delimiter), `'${given}`];
    const isCell = (found: string | undefined, given: string): boolean =>
      formsOf(given).includes(found ?? "");
    const header = [...input.columns, ...RESULT_COLUMNS];
    const isTornHeader = (): boolean =>
      output.columns.every((found, position) =>
        formsOf(header[position] ?? "").some((whole) => whole.startsWith(found)),
      );
    if (output.count === 0 && isTornHeader()) return;
    // A torn JSON object has no columns.
    if (output.columns.length > 0 && !output.columns.includes("status")) throw isOther();
    if (output.count > input.count) throw isOther();
    const places = input.columns.map((name, position) =>
      isCell(output.columns[position], name) ? position : output.columns.lastIndexOf(name),
    );
    const results = RESULT_COLUMNS.map((name) => [name, output.columns.indexOf(name)] as const);
    const rows = output.rows();
    for await (const row of input.rows()) {
      const found = await rows.next();
      if (found.done) return;
      const { cells } = found.value;
      const isSame = places.every((place, position) =>
        isCell(textOf(cells[place]), textOf(row.cells[position])),
      );
      const values = results.map(([name, place]) => [name, textOf(cells[place]) || undefined]);
      // Its status may be any text.
      const outcome = Object.fromEntries(values) as Outcome;
      if (!isSame || !STATUSES.includes(outcome.status)) {
        const more = await rows.next();
        if (!more.done) throw isOther();
        return;
      }
      yield { row, outcome };
    }
  } finally {
    await output.close();
  }
}
