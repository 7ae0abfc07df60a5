// The journal <out>.journal records the requests and outcomes of rows, so that a run can resume however it was stopped.
// Each line is a JSON object (records.ts); an incomplete last line is ignored. Only one process may write it at a time
// (lock.ts).

import { closeSync, fstatSync, ftruncateSync, openSync, rmSync } from "node:fs";
import { datasync, UsageError, why, writeWhole } from "../io.ts";
import { lock, type Lock } from "./lock.ts";
import { Records, type Entry, type Task } from "./records.ts";

/** This run was suspended for so long that another run has taken over its output. */
export class TakenOverError extends Error {
  constructor() {
    super("another process has begun to write the same output");
  }
}

/** Returns the path of an output's journal. */
export const journalOf = (out: string): string => `${out}.journal`;

/** Returns the files that a run writes: the output, its journal and its lock. */
export const filesOf = (out: string): string[] => [out, journalOf(out), lockOf(out)];

const lockOf = (out: string): string => `${out}.lock`;

/** Throws {@link UsageError} if another process writes this output, or if the journal cannot be read. */
export async function openJournal(out: string): Promise<Journal> {
  const held = await lock(lockOf(out));
  let journal: Journal | undefined;
  try {
    journal = new Journal(journalOf(out), held);
    await journal.read();
    return journal;
  } catch (error) {
    if (journal === undefined) held.release();
    else await journal.close();
    throw error;
  }
}

export class Journal {
  readonly path: string;
  /** The records of earlier runs. */
  earlier: Records;
  readonly #lock: Lock;
  readonly #file: number;
  #size = 0;
  /** The first failure of a write. Later writes fail with it, because a full disk may have stored a part of a line. */
  #broken: { readonly error: unknown } | undefined;
  #isDirty = false;
  #synced = Promise.resolve();

  constructor(path: string, held: Lock) {
    this.path = path;
    this.#lock = held;
    try {
      this.#file = openSync(path, "a+", 0o600);
    } catch (error) {
      throw new UsageError(`Cannot write ${path}: ${why(error)}`);
    }
    this.earlier = new Records(this.#file, path);
  }

  /** Reads all complete lines and removes an incomplete one. */
  async read(): Promise<void> {
    await this.earlier.readNew();
    this.#checkLock();
    this.#size = this.earlier.size;
    ftruncateSync(this.#file, this.#size);
  }

  /** Starts a new journal, with entries read from an existing output. Call it before emptying the output. */
  async begin(task: Task, entries: readonly Entry[]): Promise<void> {
    this.checkOwned();
    ftruncateSync(this.#file);
    this.#size = 0;
    this.record([task, ...entries, { finished: false }]);
    this.earlier = new Records(this.#file, this.path);
    await this.earlier.readNew();
  }

  /** Continues the journal of earlier runs. */
  async resume(entries: readonly Entry[]): Promise<void> {
    this.checkOwned();
    this.record([...entries, { finished: false }]);
    await this.earlier.readNew();
  }

  /** Appends all of these lines, or throws and appends none. */
  record(lines: readonly (Task | Entry)[]): void {
    if (this.#broken !== undefined) throw this.#broken.error;
    this.#checkUnchanged();
    try {
      const texts = lines.map((line) => `${JSON.stringify(line)}\n`);
      this.#size += writeWhole(this.#file, texts.join(""));
      this.#isDirty = true;
    } catch (error) {
      this.#broken = { error };
      ftruncateSync(this.#file, this.#size);
      throw error;
    }
  }

  /** Records that the output is complete. */
  finish(): void {
    try {
      this.record([{ finished: true }]);
    } catch {
      // Not needed: the next run finds all rows finished.
    }
  }

  /** Throws if another process has taken over the output while this one was suspended. */
  checkOwned(): void {
    this.#checkUnchanged();
    this.#checkLock();
  }

  #checkLock(): void {
    if (!this.#lock.isHeld()) throw new TakenOverError();
  }

  #checkUnchanged(): void {
    if (fstatSync(this.#file).size !== this.#size) throw new TakenOverError();
  }

  /** Resolves when all records so far survive a power loss. Concurrent calls share one sync. */
  sync(): Promise<void> {
    const sync = async (): Promise<void> => {
      if (!this.#isDirty) return;
      this.#isDirty = false;
      await datasync(this.#file);
    };
    return (this.#synced = this.#synced.then(sync));
  }

  /** Removes a journal without a run, unless another process now owns it. */
  removeUnused(): void {
    if (this.earlier.hasBegun || !this.#lock.isHeld()) return;
    if (fstatSync(this.#file).size === this.#size) rmSync(this.path, { force: true });
  }

  async close(): Promise<void> {
    // The caller of `sync` reports its failure.
    await this.#synced.catch(() => {});
    closeSync(this.#file);
    this.#lock.release();
  }
}
