import type { ResponseEvent } from "../../index.ts";
import type { TableRow } from "../input/table.ts";
import type { Journal } from "../journal/journal.ts";
import type { Outcome } from "../outcome.ts";
import type { Unsent } from "./resume.ts";

const SYNC_EVERY = 1000;

/**
 * Records the requests and outcomes of rows in the journal, then delivers finished rows. Rows that finish in one turn
 * of the event loop share one write. Reports a failed write to `fail`.
 */
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
      journal?.checkOwned();
      journal?.record(finished.map(({ row, outcome }) => ({ row: row.index, ...outcome })));
    } catch (error) {
      fail(error);
      // Do not deliver them: the next run may get other outcomes.
      for (const { row, outcome } of finished) {
        if (outcome.status === "created")
          unrecorded.push(`line ${row.line}: ${outcome.trackingUrl}`);
      }
      return;
    }
    for (const { row, outcome } of finished) deliver(row, outcome);
  };
  const sync = async (): Promise<void> => journal?.sync().catch(fail);
  const timer = setInterval(() => void sync(), SYNC_EVERY);
  return {
    /**
     * Marks a row before its request is sent, so that the next run knows that a link may exist. Rejects if the request
     * must not be sent. Flushes the mark of a Vanity row to the disk.
     */
    mark: async ({ row, key, isVanity }: Unsent): Promise<void> => {
      if (journal === undefined) return;
      try {
        journal.record([{ sent: row.index, key, ...(isVanity && { isVanity }) }]);
        if (!isVanity) return;
        await journal.sync();
        journal.checkOwned();
      } catch (error) {
        fail(error);
        throw error;
      }
    },
    /** Removes the mark if the server has certainly created no link. */
    answered: ({ row }: Unsent, { error }: ResponseEvent): void => {
      if (error === undefined || error.outcome === "unknown") return;
      try {
        journal?.record([{ back: row.index }]);
      } catch (failure) {
        fail(failure);
      }
    },
    finish: (row: TableRow, outcome: Outcome): void => {
      if (batch.push({ row, outcome }) === 1) setImmediate(commit);
    },
    /** Links that could not be recorded, each with its input line. They exist nowhere else. */
    unrecorded: unrecorded as readonly string[],
    close: (): Promise<void> => {
      clearInterval(timer);
      commit();
      return sync();
    },
  };
}
