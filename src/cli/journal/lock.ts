import { randomUUID } from "node:crypto";
import {
  closeSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimes,
} from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { isCode, UsageError, why, writeWhole } from "../io.ts";

/** Milliseconds between heartbeats of the process that holds a lock. */
const BEAT_EVERY = 1000;
/** Milliseconds without a heartbeat until a lock counts as abandoned. */
const STALE_AFTER = 6000;
const LOOK_EVERY = 200;
const MOST_TRIES = 50;

export interface Lock {
  /** Whether this process still holds it. A process that was suspended may have lost it. */
  isHeld(): boolean;
  release(): void;
}

/**
 * Takes the lock file at `path`. Throws {@link UsageError} if another process has it.
 *
 * A file works for every process that sees the folder, also in another container or on another machine. Its holder
 * touches it every second, so that an abandoned lock is recognized.
 */
export async function lock(path: string): Promise<Lock> {
  const own = JSON.stringify({ pid: process.pid, place: place(), id: randomUUID() });
  for (let tries = 0; !create(path, own); tries++) {
    if (tries >= MOST_TRIES) throw new UsageError(`Cannot write ${path}: it cannot be replaced`);
    const seen = read(path);
    if (seen !== undefined && !(await isAbandoned(path, seen))) {
      throw new UsageError(`Another process is writing ${path.replace(/\.lock$/, "")}`);
    }
    if (seen !== undefined) removeAbandoned(path, seen);
    await sleep(tries);
  }
  const isHeld = (): boolean => {
    try {
      return read(path) === own;
    } catch {
      return false;
    }
  };
  const beat = setInterval(() => {
    const now = new Date();
    // Ignore a failure: `isHeld` is checked before the next write.
    if (isHeld()) utimes(path, now, now, () => {});
  }, BEAT_EVERY).unref();
  return {
    isHeld,
    release() {
      clearInterval(beat);
      if (isHeld()) rmSync(path, { force: true });
    },
  };
}

function create(path: string, text: string): boolean {
  let file: number;
  try {
    file = openSync(path, "wx", 0o600);
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw new UsageError(`Cannot write ${path}: ${why(error)}`);
  }
  try {
    writeWhole(file, text);
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Returns the text of a lock; undefined if the file does not exist. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw new UsageError(`Cannot read ${path}: ${why(error)}`);
  }
}

/** Identifies where process ids are valid: a machine, or a container on Linux. */
function place(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

/**
 * Waits to see whether the holder touches the file. Does not compare times with this machine's clock, which may differ.
 */
async function isAbandoned(path: string, seen: string): Promise<boolean> {
  if (hasEnded(seen)) return true;
  const mtime = (): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  const first = mtime();
  const deadline = performance.now() + STALE_AFTER;
  while (performance.now() < deadline) {
    await sleep(LOOK_EVERY);
    if (mtime() !== first) return false;
  }
  return true;
}

/** Whether the holder is a process on this machine that has ended. */
function hasEnded(seen: string): boolean {
  try {
    const holder = JSON.parse(seen) as { pid: number; place: string };
    if (holder.place !== place()) return false;
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return isCode(error, "ESRCH");
  }
}

/** Removes the lock that was seen, by renaming it first: only one process succeeds. Puts a newer lock back. */
function removeAbandoned(path: string, seen: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (read(aside) === seen) rmSync(aside);
    else renameSync(aside, path);
  } catch (error) {
    // Another process was faster.
    if (!isCode(error, "ENOENT")) throw new UsageError(`Cannot replace ${path}: ${why(error)}`);
  }
}
