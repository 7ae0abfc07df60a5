import type { RowWriter } from "../output/writer.ts";

/** Rows that may be held while an earlier one is unfinished. */
const AHEAD = 1000;
const FLUSH_EVERY = 200;

/**
 * Writes rows in input order: holds a finished row until all rows before it are written. Reports a failed write to
 * `fail`.
 */
export function createOrderedOutput(
  writer: RowWriter,
  draining: AbortSignal,
  fail: (error: unknown) => void,
) {
  const held = new Map<number, string>();
  let written = 0;
  let wake = (): void => {};
  const flush = (): Promise<void> => writer.flush().catch(fail);
  const timer = setInterval(() => void flush(), FLUSH_EVERY);
  draining.addEventListener("abort", () => wake());
  return {
    add: (index: number, text: string): void => {
      held.set(index, text);
      for (let next = held.get(written); next !== undefined; next = held.get(written)) {
        writer.add(next);
        held.delete(written++);
      }
      wake();
    },
    /** Resolves when this row may start, or when the run drains. */
    room: async (index: number): Promise<void> => {
      if (writer.isFull()) await flush();
      const isFull = (): boolean => index - written >= AHEAD && !draining.aborted;
      while (isFull()) await new Promise<void>((resolve) => (wake = resolve));
    },
    /** Returns the number of rows passed to the writer. */
    written: (): number => written,
    /** Returns all text that did not reach the file or the stream. */
    unwritten: (): string => writer.unwritten() + [...held.values()].join(""),
    close: (): Promise<void> => {
      clearInterval(timer);
      return flush();
    },
  };
}
