import type { CreateTrackingLinkParams } from "../../index.ts";
import type { ColumnMap } from "../input/columns.ts";
import type { Table, TableRow } from "../input/table.ts";

interface PendingRow {
  readonly row: TableRow;
  readonly isVanity: boolean;
}

/**
 * The rows that have to be sent, by the index under which `createMany` counts them. `isToSend` is asked for each row,
 * in order, and takes care of those that are not sent. It returns undefined when no more rows are to start.
 */
export function createRowSource(
  table: Table,
  columns: ColumnMap,
  isToSend: (row: TableRow) => Promise<boolean | undefined>,
) {
  const pending = new Map<number, PendingRow>();
  let count = 0;
  let failure: unknown = new Error("A result belongs to no row");
  return {
    params: async function* (): AsyncGenerator<CreateTrackingLinkParams, void, undefined> {
      try {
        for await (const row of table.rows()) {
          const isSent = await isToSend(row);
          if (isSent === undefined) return;
          if (!isSent) continue;
          const params = columns.readParams(row.cells);
          // `customPath` alone means Vanity.
          const isVanity = params.type === "Vanity" || params.customPath !== undefined;
          pending.set(count++, { row, isVanity });
          yield params;
        }
      } catch (error) {
        // `createMany` reports a copy of it, which is no UsageError any more.
        failure = error;
        throw error;
      }
    },
    get: (index = -1): PendingRow | undefined => pending.get(index),
    /** The row of a result. Throws the reason if there is none because the table could not be read on. */
    take: (index: number): TableRow => {
      const found = pending.get(index);
      if (found === undefined) throw failure;
      pending.delete(index);
      return found.row;
    },
  };
}
