import { fdatasync, ftruncateSync } from "node:fs";
import { promisify } from "node:util";
import { writeWhole } from "../io.ts";

const datasync = promisify(fdatasync);

/** A file that grows by whole lines of JSON. */
export function createAppendFile(fd: number) {
  let broken: { readonly error: unknown } | undefined;
  let isDirty = false;
  let synced = Promise.resolve();
  const append = (values: readonly object[]): void => {
    // A full disk may have taken half a line: the next one would become a part of it.
    if (broken !== undefined) throw broken.error;
    try {
      writeWhole(fd, linesOf(values));
    } catch (error) {
      broken = { error };
      throw error;
    }
    isDirty = true;
  };
  const syncOnce = async (): Promise<void> => {
    if (!isDirty) return;
    isDirty = false;
    await datasync(fd);
  };
  return {
    append,
    /** Resolves when all that was appended survives a loss of power. Calls of the same moment share one sync. */
    sync: (): Promise<void> => (synced = synced.then(syncOnce)),
    /** Replaces all of it by one line. */
    restart: (value: object): void => {
      ftruncateSync(fd);
      append([value]);
    },
  };
}

export function linesOf(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
