import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { promisify } from "node:util";
import { lock } from "./lock.ts";
import { UsageError, why, writeWhole } from "./io.ts";

/** What became of a row: the values of the columns that `bulk` adds. */
export interface Outcome {
  readonly status: "created" | "reused" | "failed" | "unknown";
  readonly trackingUrl?: string;
  readonly errorCode?: string;
  readonly error?: string;
  /** The link before ids were appended to it. */
  readonly base?: string;
}

type Entry =
  /** The row's request is about to be sent. Only for requests that must not be sent twice. */
  | { readonly sent: number }
  /** The server has refused it, so that it may be sent again. */
  | { readonly back: number }
  | ({ readonly row: number } & Outcome);

/** What a run was asked for; one that goes on must be asked for the same. */
export type Task = Readonly<Record<string, string | number | boolean | null>>;

/** What is left of the journal of a run that is complete: no task, so that nobody goes on with it. */
interface Finished {
  readonly finished: Task;
}

/**
 * What has happened to which row, beside the output, so that a run that was stopped in any way can go on. One
 * JSON object a line; a line without its end was never written.
 */
export interface Journal {
  /** What the earlier run was asked for, if there is one to go on with. */
  readonly task: Task | undefined;
  /** What the earlier run was asked for, if it is complete. */
  readonly finished: Task | undefined;
  /** What became of the row in an earlier run; it is told once. */
  takeOutcome(index: number): Outcome | undefined;
  /** Whether an earlier run may have sent the row and has not heard what became of it. */
  wasUnderWay(index: number): boolean;
  /** Forgets what was there. */
  begin(task: Task): void;
  record(...entries: Entry[]): void;
  /** Resolves when all that was recorded would survive a loss of power. Those who wait share one sync. */
  sync(): Promise<void>;
  /** The run is complete, and its output synced: nothing but the task is left. */
  finish(task: Task): void;
  remove(): void;
  close(): void;
}

const datasync = promisify(fdatasync);

/** Throws {@link UsageError} if another process uses it, or if it cannot be read. */
export async function openJournal(path: string): Promise<Journal> {
  const { fd, unlock } = await openLocked(path);
  const bytes = readFileSync(fd);
  const length = bytes.lastIndexOf("\n") + 1;
  const lines = bytes.toString("utf8", 0, length).split("\n").slice(0, -1);
  const outcomes = new Map<number, string>();
  const underWay = new Set<number>();
  let task: Task | undefined;
  let finished: Task | undefined;
  try {
    lines.forEach((line, position) => {
      const entry = parseLine(line);
      if (position === 0 && isFinished(entry)) finished = entry.finished;
      else if (position === 0 && isObject(entry)) task = entry as Task;
      else if (position === 0 || !isEntry(entry)) {
        throw new UsageError(`${path} is damaged in line ${position + 1}`);
      } else if ("sent" in entry) underWay.add(entry.sent);
      else if ("back" in entry) underWay.delete(entry.back);
      else {
        underWay.delete(entry.row);
        outcomes.set(entry.row, line);
      }
    });
  } catch (error) {
    closeSync(fd);
    unlock();
    throw error;
  }
  ftruncateSync(fd, length);
  rmSync(`${path}.new`, { force: true });
  let broken: { readonly error: unknown } | undefined;
  const append = (...values: (Entry | Task | Finished)[]): void => {
    // What a full disk took half of is the end: a line after it would become a part of it.
    if (broken !== undefined) throw broken.error;
    try {
      writeWhole(fd, linesOf(values));
    } catch (error) {
      broken = { error };
      throw error;
    }
    isDirty = true;
  };
  const restart = (line: Task | Finished): void => {
    ftruncateSync(fd);
    append(line);
  };
  let isDirty = false;
  let isClosed = false;
  let synced = Promise.resolve();
  return {
    task,
    finished,
    takeOutcome(index) {
      const line = outcomes.get(index);
      outcomes.delete(index);
      return line === undefined ? undefined : (JSON.parse(line) as Outcome);
    },
    wasUnderWay: (index) => underWay.has(index),
    begin: restart,
    record: append,
    sync() {
      synced = synced.then(async () => {
        if (!isDirty) return;
        isDirty = false;
        await datasync(fd);
      });
      return synced;
    },
    finish(asked) {
      const line: Finished = { finished: asked };
      try {
        replace(path, [line]);
      } catch {
        // A disk that is full for another file has room for a line once the rows are gone.
        try {
          restart(line);
        } catch {
          // The run is complete nevertheless, and an empty journal is none.
        }
      }
    },
    remove: () => unlinkSync(path),
    close() {
      if (isClosed) return;
      isClosed = true;
      closeSync(fd);
      unlock();
    },
  };
}

/** Puts another journal in the place of the one at `path`: all of it, or, if it throws, nothing. */
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

function linesOf(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}

async function openLocked(path: string): Promise<{ fd: number; unlock: () => void }> {
  for (;;) {
    let fd: number;
    try {
      fd = openSync(path, "a+", 0o600);
    } catch (error) {
      throw new UsageError(`Cannot write ${path.replace(/\.journal$/, "")}: ${why(error)}`);
    }
    const unlock = await lock(fd);
    if (unlock === undefined) {
      closeSync(fd);
      throw new UsageError(`Another process is at work on ${path.replace(/\.journal$/, "")}`);
    }
    // Who had it before may have removed or replaced it meanwhile.
    if (statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino) return { fd, unlock };
    closeSync(fd);
    unlock();
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFinished(value: unknown): value is Finished {
  return isObject(value) && isObject(value["finished"]);
}

function isEntry(value: unknown): value is Entry {
  if (!isObject(value)) return false;
  const { sent, back, row, status } = value;
  return [sent, back, typeof status === "string" ? row : undefined].some(Number.isSafeInteger);
}
