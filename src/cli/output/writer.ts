import { fdatasyncSync, ftruncateSync, openSync } from "node:fs";
import { UsageError, why, write, writeWhole, type Io } from "../io.ts";

const BLOCK = 32_768;

export type RowWriter = ReturnType<typeof openWriter>;

/** Writes rows in blocks, to a file or, for `-`, to stdout. */
export function openWriter(path: string, { stdout }: Io) {
  const file = path === "-" ? undefined : openFile(path);
  let pending = "";
  let writing = "";
  let flushed = Promise.resolve();
  const flushOnce = async (): Promise<void> => {
    if (pending === "") return;
    writing = pending;
    pending = "";
    if (file === undefined) await write(stdout, writing);
    else writeWhole(file, writing);
    writing = "";
  };
  return {
    add: (text: string): void => void (pending += text),
    /** Writes all that was added. After a failure each flush fails, and `unwritten` keeps the texts. */
    flush: (): Promise<void> => (flushed = flushed.then(flushOnce)),
    /** All that was added and is not written. */
    unwritten: (): string => writing + pending,
    /** Whether it is time to flush before more is added. */
    isFull: (): boolean => pending.length >= BLOCK,
    /** Returns when all that was written survives a loss of power. */
    sync: (): void => void (file !== undefined && fdatasyncSync(file)),
    /** Empties the file. */
    clear: (): void => void (file !== undefined && ftruncateSync(file)),
  };
}

function openFile(path: string): number {
  try {
    return openSync(path, "a");
  } catch (error) {
    throw new UsageError(`Cannot write ${path}: ${why(error)}`);
  }
}
