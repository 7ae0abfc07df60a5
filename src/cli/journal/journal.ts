// The journal <out>.journal: what has happened to each row, so that a run that was stopped in any way can resume.
// One JSON object a line (entries.ts); a line without its end was never written. One process at a time (lock.ts).

import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
} from "node:fs";
import { writeWhole } from "../io.ts";
import type { Outcome } from "../outcome.ts";
import { createAppendFile, linesOf } from "./append-file.ts";
import { readEntries, type Entry, type Finished, type Recorded, type Task } from "./entries.ts";
import { openLocked } from "./lock.ts";

export type Journal = Awaited<ReturnType<typeof openJournal>>;

/** Throws {@link UsageError} if another process uses the journal, or if it cannot be read. */
export async function openJournal(path: string) {
  const { fd, unlock } = await openLocked(path);
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    closeSync(fd);
    unlock();
  };
  let recorded: Recorded;
  try {
    const bytes = readFileSync(fd);
    const length = bytes.lastIndexOf("\n") + 1;
    recorded = readEntries(bytes.toString("utf8", 0, length), path);
    ftruncateSync(fd, length);
    rmSync(`${path}.new`, { force: true });
  } catch (error) {
    close();
    throw error;
  }
  const { task, finished, outcomes, inFlight } = recorded;
  const file = createAppendFile(fd);
  return {
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
    begin: (asked: Task): void => file.restart(asked),
    record: (...entries: Entry[]): void => file.append(entries),
    sync: file.sync,
    /** Keeps nothing but the task. Call it once the output is synced. */
    finish: (asked: Task): void => {
      const line: Finished = { finished: asked };
      try {
        replace(path, [line]);
      } catch {
        // A disk without room for another file has room for a line once the rows are gone.
        try {
          file.restart(line);
        } catch {
          // The run is complete nevertheless, and an empty journal is none.
        }
      }
    },
    remove: (): void => unlinkSync(path),
    close,
  };
}

/** Replaces the journal at `path` by one of these outcomes. If it throws, the old one is still there. */
export function replaceJournal(path: string, task: Task, outcomes: readonly Outcome[]): void {
  replace(path, [task, ...outcomes.map((outcome, row) => ({ row, ...outcome }))]);
}

function replace(path: string, values: readonly object[]): void {
  const next = `${path}.new`;
  try {
    const fd = openSync(next, "w", 0o600);
    try {
      writeWhole(fd, linesOf(values));
      fdatasyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}
