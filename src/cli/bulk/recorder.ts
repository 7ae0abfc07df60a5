import type { ResponseEvent } from "../../index.ts";
import type { TableRow } from "../input/table.ts";
import type { Entry } from "../journal/entries.ts";
import type { Journal } from "../journal/journal.ts";
import type { Outcome } from "../outcome.ts";

const SYNC_EVERY = 1000;

/**
 * Records in the journal what happens to each row, then delivers finished rows. Rows that finish in one turn of the
 * event loop share one write. A write that fails is reported to `fail`.
 */
export function createRecorder(
  journal: Journal | undefined,
  deliver: (row: TableRow, outcome: Outcome) => void,
  fail: (error: unknown) => void,
) {
  const unrecorded: string[] = [];
  let batch: { readonly row: TableRow; readonly outcome: Outcome }[] = [];
  const record = (...entries: Entry[]): boolean => {
    try {
      journal?.record(...entries);
      return true;
    } catch (error) {
      fail(error);
      return false;
    }
  };
  const commit = (): void => {
    const finished = batch;
    batch = [];
    const isRecorded = record(
      ...finished.map(({ row, outcome }) => ({ row: row.index, ...outcome })),
    );
    for (const { row, outcome } of finished) {
      if (isRecorded) deliver(row, outcome);
      // Not delivered either: the next run may come to another outcome.
      else if (outcome.trackingUrl) unrecorded.push(`line ${row.line}: ${outcome.trackingUrl}`);
    }
  };
  const sync = async (): Promise<void> => journal?.sync().catch(fail);
  const timer = setInterval(() => void sync(), SYNC_EVERY);
  return {
    /**
     * Marks a row whose request must not be sent twice, so that the next run knows that it may have been sent. Resolves
     * when the mark is on the disk, or has failed.
     */
    mark: (row: number): Promise<void> => {
      record({ sent: row });
      return sync();
    },
    /** Takes the mark back if the server has made no link. */
    answered: (row: number, { error }: ResponseEvent): void => {
      if (error !== undefined && error.outcome !== "unknown") record({ back: row });
    },
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
