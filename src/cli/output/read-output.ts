import { openTable, type Table } from "../input/table.ts";
import { RESULT_COLUMNS, STATUSES, type Outcome } from "../outcome.ts";
import { textOf } from "./row-format.ts";

/** The outcome of each row, read from an output. Undefined unless it is the complete output of this very input. */
export async function readOutcomes(path: string, input: Table): Promise<Outcome[] | undefined> {
  const output = await openTable(path);
  try {
    if (output.count !== input.count) return undefined;
    const places = input.columns.map((name, position) =>
      isCell(output.columns[position], name) ? position : output.columns.lastIndexOf(name),
    );
    const results = RESULT_COLUMNS.map((name) => [name, output.columns.indexOf(name)] as const);
    const rows = output.rows();
    const outcomes: Outcome[] = [];
    for await (const { cells: given } of input.rows()) {
      const cells = (await rows.next()).value?.cells ?? [];
      const isSame = places.every((place, position) =>
        isCell(textOf(cells[place]), textOf(given[position])),
      );
      const values = results.map(([name, place]) => [name, textOf(cells[place]) || undefined]);
      // Its status may be any text.
      const outcome = Object.fromEntries(values) as Outcome;
      if (!isSame || !STATUSES.includes(outcome.status)) return undefined;
      outcomes.push(outcome);
    }
    return outcomes;
  } finally {
    await output.close();
  }
}

/** The same text, or with the quote before it that keeps a formula from running. */
function isCell(found: string | undefined, given: string): boolean {
  return found === given || found === `'${given}`;
}
