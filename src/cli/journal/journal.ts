// The journal <out>.journal: what has happened to each row, so that a run that was stopped in any way can resume.
// One JSON object a line (entries.ts); a line without its end was never written. One process at a time (lock.ts).

import {
  closeSync,
  fdatasync,
  ftruncateSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { promisify } from "node:util";
import { writeWhole } from "../io.ts";
import type { Outcome } from "../outcome.ts";
import { readEntries, type Entry, type Recorded, type Task } from "./entries.ts";
import { openLocked } from "./lock.ts";

const datasync = promisify(fdatasync);

export type Journal = ReturnType<typeof createJournal>;

/** Throws {@link UsageError} if another process uses the journal, or if it cannot be read. */
export async function openJournal(path: string): Promise<Journal> {
  const { fd, unlock } = await openLocked(path);
  const close = (): void => {
    closeSync(fd);
    unlock();
  };
  try {
    const bytes = readFileSync(fd);
    const length = bytes.lastIndexOf("\n") + 1;
    const recorded = readEntries(bytes.toString("utf8", 0, length), path);
    ftruncateSync(fd, length);
    rmSync(`${path}.new`, { force: true });
    return createJournal(path, fd, recorded, close);
  } catch (error) {
    close();
    throw error;
  }
}

function createJournal(path: string, fd: number, earlier: Recorded, close: () => void) {
  const { task, finished, outcomes, inFlight } = earlier;
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
    path,
    /** The task of the earlier run, if it is unfinished. */
    task,
    /** The task of the earlier run, if it is complete. */
    finished,
    /** The row's outcome in an earlier run. It is returned once. */
    takeOutcome: (index: number): Outcome | undefined => {
      const line = outcomes.get(index);
      outcomes.delete(index);
      return line === undefined ? undefined : (JSON.parse(line) as Outcome);
    },
    /** Whether an earlier run may have sent the row and did not record the result. */
    wasInFlight: (index: number): boolean => inFlight.has(index),
    /** Drops the earlier run. */
    begin: (asked: Task): void => {
      ftruncateSync(fd);
      append([asked]);
    },
    record: (...entries: Entry[]): void => append(entries),
    /** Resolves when all that was recorded survives a loss of power. Calls of the same moment share one sync. */
    sync: (): Promise<void> => (synced = synced.then(syncOnce)),
    /** Keeps nothing but the task. Call it once the output is synced. */
    finish: (asked: Task): void => {
      try {
        ftruncateSync(fd);
        append([{ finished: asked }]);
      } catch {
        // The run is complete nevertheless: the next one reads the output.
      }
    },
    remove: (): void => unlinkSync(path),
    close,
  };
}

/** Replaces the journal at `path` by one of these outcomes. If it throws, the old one is still there. */
export function replaceJournal(path: string, task: Task, outcomes: readonly Outcome[]): void {
  const next = `${path}.new`;
  const rows = outcomes.map((outcome, row) => ({ row, ...outcome }));
  try {
    writeFileSync(next, linesOf([task, ...rows]), { mode: 0o600, flush: true });
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}

const linesOf = (values: readonly object[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");
