import type { ResponseEvent } from "../../index.ts";
import type { Journal } from "../journal/journal.ts";

/**
 * Marks Vanity rows in the journal around each request. Such a request must not be sent twice, so the next run has to
 * know that it may have been sent, however this run ends.
 */
export function createWriteAhead(journal: Journal | undefined, fail: (error: unknown) => void) {
  return {
    /** Resolves when the mark is on the disk. Marks of the same moment share one sync. */
    mark: async (row: number): Promise<void> => {
      try {
        journal?.record({ sent: row });
        await journal?.sync();
      } catch (error) {
        fail(error);
        throw error;
      }
    },
    /** Takes the mark back if the server has made no link. */
    answered: (row: number, { error }: ResponseEvent): void => {
      if (error === undefined || error.outcome === "unknown") return;
      try {
        journal?.record({ back: row });
      } catch (failure) {
        fail(failure);
      }
    },
  };
}
