import { openTable, type Table, type TableRow } from "../input/table.ts";
import { RESULT_COLUMNS, STATUSES, type Outcome } from "../outcome.ts";
import { harmless, textOf } from "./row-format.ts";

/**
 * The outcomes in an output, in the order of its rows. They end at the first row that is not the input's, or that cannot
 * be read.
 */
export async function* readOutcomes(
  path: string,
  input: Table,
): AsyncGenerator<{ row: TableRow; outcome: Outcome }, void> {
  const output = await openTable(path).catch(() => undefined);
  if (output === undefined) return;
  try {
    // Somebody has added rows.
    if (output.count > input.count) return;
    const delimiter = output.format.kind === "csv" ? output.format.delimiter : "";
    const isCell = (found: string | undefined, given: string): boolean =>
      [given, harmless(given, delimiter), `'${given}`].includes(found ?? "");
    const places = input.columns.map((name, position) =>
      isCell(output.columns[position], name) ? position : output.columns.lastIndexOf(name),
    );
    const results = RESULT_COLUMNS.map((name) => [name, output.columns.indexOf(name)] as const);
    const rows = output.rows();
    for await (const row of input.rows()) {
      const cells = (await rows.next()).value?.cells ?? [];
      const isSame = places.every((place, position) =>
        isCell(textOf(cells[place]), textOf(row.cells[position])),
      );
      const values = results.map(([name, place]) => [name, textOf(cells[place]) || undefined]);
      // Its status may be any text.
      const outcome = Object.fromEntries(values) as Outcome;
      if (!isSame || !STATUSES.includes(outcome.status)) return;
      yield { row, outcome };
    }
  } finally {
    await output.close();
  }
}
