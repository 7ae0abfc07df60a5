import { closeSync, fstatSync, ftruncateSync, openSync, statSync } from "node:fs";
import { datasync, UsageError, why, write, writeWhole, type Io } from "../io.ts";

const BLOCK = 32_768;

export type RowWriter = ReturnType<typeof openWriter>;

/**
 * Writes rows in blocks to a file, or to stdout for `-`. Calls `check` before each write, which may throw to prevent
 * it.
 */
export function openWriter(path: string, { stdout }: Io, check = (): void => {}) {
  const file = path === "-" ? undefined : openFile(path);
  let pending = "";
  let writing = "";
  let size = 0;
  let flushed = Promise.resolve();
  const flushOnce = async (): Promise<void> => {
    if (pending === "") return;
    check();
    writing = pending;
    pending = "";
    if (file === undefined) await write(stdout, writing);
    else size += writeWhole(file, writing);
    writing = "";
  };
  return {
    add: (text: string): void => void (pending += text),
    /** Writes all added text. After a failure, every flush fails and `unwritten` returns the text. */
    flush: (): Promise<void> => (flushed = flushed.then(flushOnce)),
    /** Returns the text that was added but not written. */
    unwritten: (): string => writing + pending,
    /** Whether to flush before adding more. */
    isFull: (): boolean => pending.length >= BLOCK,
    /** Empties the file. */
    clear(): void {
      check();
      if (file !== undefined) ftruncateSync(file);
    },
    /** Flushes the file to the disk. Returns why its rows are not safe; undefined if they are. */
    async problem(): Promise<unknown> {
      if (file === undefined) return undefined;
      try {
        await datasync(file);
        const written = fstatSync(file);
        const found = statSync(path, { throwIfNoEntry: false });
        const isSame = found?.ino === written.ino && found.dev === written.dev;
        if (isSame && written.size === size) return undefined;
        return new Error(`${path} was moved or changed while it was written`);
      } catch (error) {
        return error;
      }
    },
    close: (): void => void (file !== undefined && closeSync(file)),
  };
}

function openFile(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  // Opening a named pipe would block until it has a reader, without handling signals.
  if (found && !found.isFile()) throw new UsageError(`Cannot write ${path}: it is not a file`);
  // The lock of a run depends on the name.
  if (found && found.nlink > 1) {
    throw new UsageError(`Cannot write ${path}: it has a second hard link`);
  }
  try {
    return openSync(path, "a");
  } catch (error) {
    throw new UsageError(`Cannot write ${path}: ${why(error)}`);
  }
}
