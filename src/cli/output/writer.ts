import { closeSync, fstatSync, ftruncateSync, openSync, statSync } from "node:fs";
import { datasync, UsageError, why, write, writeWhole, type Io } from "../io.ts";

const BLOCK = 32_768;

export type RowWriter = ReturnType<typeof openWriter>;

/** Writes rows in blocks, to a file or, for `-`, to stdout. Calls `check` before each write; it throws to prevent it. */
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
    /** Writes all that was added. After a failure each flush fails, and `unwritten` keeps the texts. */
    flush: (): Promise<void> => (flushed = flushed.then(flushOnce)),
    /** All that was added and is not written. */
    unwritten: (): string => writing + pending,
    /** Whether it is time to flush before more is added. */
    isFull: (): boolean => pending.length >= BLOCK,
    /** Empties the file. */
    clear(): void {
      check();
      if (file !== undefined) ftruncateSync(file);
    },
    /** Why the file does not hold what was written, even after a loss of power; undefined if it does. */
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
  // To open a named pipe waits for its reader, deaf to every signal.
  if (found && !found.isFile()) throw new UsageError(`Cannot write ${path}: it is no file`);
  // The lock of a run goes by the name.
  if (found && found.nlink > 1) throw new UsageError(`Cannot write ${path}: it has a second name`);
  try {
    return openSync(path, "a");
  } catch (error) {
    throw new UsageError(`Cannot write ${path}: ${why(error)}`);
  }
}
