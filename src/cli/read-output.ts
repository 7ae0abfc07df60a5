import { existsSync, statSync } from "node:fs";
import { RESULT_COLUMNS } from "./columns.ts";
import type { Outcome } from "./journal.ts";
import { textOf } from "./rows.ts";
import { openTable, type Table } from "./table.ts";

const STATUSES: readonly string[] = ["created", "reused", "failed", "unknown"];

export function isWritten(path: string): boolean {
  return existsSync(path) && statSync(path).size > 0;
}

/**
 * What became of each row, read from an output; undefined unless it is the whole output of this very input.
 */
export async function readOutcomes(path: string, input: Table): Promise<Outcome[] | undefined> {
  const output = await openTable(path, noInput());
  try {
    if (output.count !== input.count) return undefined;
    const places = input.columns.map((name, position) =>
      isCell(output.columns[position], name) ? position : output.columns.lastIndexOf(name),
    );
    const rows = output.rows();
    const outcomes: Outcome[] = [];
    for await (const given of input.rows()) {
      const { value: row } = await rows.next();
      const isSame = (place: number, position: number): boolean => {
        const wanted = textOf(given.cells[position]);
        const found = textOf(row?.cells[place]);
        return isCell(found, wanted);
      };
      const outcome = RESULT_COLUMNS.map((name) => [
        name,
        textOf(row?.cells[output.columns.indexOf(name)]) || undefined,
      ]);
      const read = Object.fromEntries(outcome) as Outcome;
      if (!places.every(isSame) || !STATUSES.includes(read.status)) return undefined;
      outcomes.push(read);
    }
    return outcomes;
  } finally {
    await output.close();
  }
}

/** As it was, or kept from being a formula. */
function isCell(found: string | undefined, wanted: string): boolean {
  return found === wanted || found === `'${wanted}`;
}

async function* noInput(): AsyncGenerator<Uint8Array, void, undefined> {}
