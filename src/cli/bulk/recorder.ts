import type { TableRow } from "../input/table.ts";
import type { Journal } from "../journal/journal.ts";
import type { Outcome } from "../outcome.ts";

const SYNC_EVERY = 1000;

/** Records finished rows, then delivers them. Rows that finish in one turn of the event loop share one write. */
export function createRecorder(
  journal: Journal | undefined,
  deliver: (row: TableRow, outcome: Outcome) => void,
  fail: (error: unknown) => void,
) {
  const unrecorded: string[] = [];
  let batch: { readonly row: TableRow; readonly outcome: Outcome }[] = [];
  const commit = (): void => {
    const finished = batch;
    batch = [];
    try {
      journal?.record(...finished.map(({ row, outcome }) => ({ row: row.index, ...outcome })));
      for (const { row, outcome } of finished) deliver(row, outcome);
    } catch (error) {
      fail(error);
      // Not delivered either: the next run may come to another outcome.
      const made = finished.filter(({ outcome }) => outcome.trackingUrl !== undefined);
      unrecorded.push(
        ...made.map(({ row, outcome }) => `line ${row.line}: ${outcome.trackingUrl}`),
      );
    }
  };
  const sync = async (): Promise<void> => journal?.sync().catch(fail);
  const timer = setInterval(() => void sync(), SYNC_EVERY);
  return {
    finish: (row: TableRow, outcome: Outcome): void => {
      if (batch.push({ row, outcome }) === 1) setImmediate(commit);
    },
    /** Links that could not be recorded, each with its line. Nothing else holds them. */
    unrecorded: unrecorded as readonly string[],
    close: (): Promise<void> => {
      clearInterval(timer);
      commit();
      return sync();
    },
  };
}
