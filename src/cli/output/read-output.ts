import { existsSync, statSync } from "node:fs";
import { openTable, type Table, type TableRow } from "../input/table.ts";
import { RESULT_COLUMNS, STATUSES, type Outcome } from "../outcome.ts";
import { textOf } from "./row-format.ts";

export function isWritten(path: string): boolean {
  return existsSync(path) && statSync(path).size > 0;
}

/** The outcome of each row, read from an output. Undefined unless it is the complete output of this very input. */
export async function readOutcomes(path: string, input: Table): Promise<Outcome[] | undefined> {
  const output = await openTable(path, noInput());
  try {
    if (output.count !== input.count) return undefined;
    const places = input.columns.map((name, position) =>
      isCell(output.columns[position], name) ? position : output.columns.lastIndexOf(name),
    );
    const rows = output.rows();
    const outcomes: Outcome[] = [];
    for await (const { cells } of input.rows()) {
      const { value: row } = await rows.next();
      if (row === undefined) return undefined;
      const isSame = places.every((place, position) =>
        isCell(textOf(row.cells[place]), textOf(cells[position])),
      );
      const outcome = outcomeIn(row, output.columns);
      if (!isSame || !STATUSES.includes(outcome.status)) return undefined;
      outcomes.push(outcome);
    }
    return outcomes;
  } finally {
    await output.close();
  }
}

/** Its status may be any text. */
function outcomeIn({ cells }: TableRow, columns: readonly string[]): Outcome {
  const values = RESULT_COLUMNS.map((name) => [
    name,
    textOf(cells[columns.indexOf(name)]) || undefined,
  ]);
  return Object.fromEntries(values) as Outcome;
}

/** The same text, or with the quote before it that keeps a formula from running. */
function isCell(found: string | undefined, given: string): boolean {
  return found === given || found === `'${given}`;
}

async function* noInput(): AsyncGenerator<Uint8Array, void, undefined> {}
