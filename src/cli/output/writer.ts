import { fdatasyncSync, ftruncateSync, openSync } from "node:fs";
import { UsageError, why, write, writeWhole, type Output } from "../io.ts";

const BLOCK = 32_768;

export type RowWriter = ReturnType<typeof createWriter>;

export function openFileWriter(path: string): RowWriter {
  let file: number;
  try {
    file = openSync(path, "a");
  } catch (error) {
    throw new UsageError(`Cannot write ${path}: ${why(error)}`);
  }
  return createWriter(async (text) => writeWhole(file, text), file);
}

export function openStreamWriter(stdout: Output): RowWriter {
  return createWriter((text) => write(stdout, text));
}

/** Writes rows in blocks. */
function createWriter(writeText: (text: string) => Promise<void>, file?: number) {
  let pending = "";
  let writing = "";
  let flushed = Promise.resolve();
  const flushOnce = async (): Promise<void> => {
    if (pending === "") return;
    writing = pending;
    pending = "";
    await writeText(writing);
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
