// The journal <out>.journal: what has happened to each row, so that a run that was stopped in any way can resume.
// One JSON object a line (records.ts); a line without its end was never written. One process at a time (lock.ts).

import { closeSync, fstatSync, ftruncateSync, openSync, rmSync } from "node:fs";
import { datasync, UsageError, why, writeWhole } from "../io.ts";
import { lock, type Lock } from "./lock.ts";
import { Records, type Entry, type Task } from "./records.ts";

/** This run was suspended, and another one took it for dead. */
export class TakenOverError extends Error {
  constructor() {
    super("another process has begun to write the same output");
  }
}

/** The journal of an output. */
export const journalOf = (out: string): string => `${out}.journal`;

/** The files that a run writes: the output, its journal and its lock. */
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
  /** Once a write has failed, none is tried: a full disk may have taken a part of it. */
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

  /** Reads all whole lines, and drops the rest. */
  async read(): Promise<void> {
    await this.earlier.readOn();
    this.#checkLock();
    this.#size = this.earlier.size;
    ftruncateSync(this.#file, this.#size);
  }

  /** Begins anew. The output, if there is one, is whole until then. */
  async begin(task: Task, entries: readonly Entry[]): Promise<void> {
    this.checkOwned();
    ftruncateSync(this.#file);
    this.#size = 0;
    this.record([task, ...entries, { finished: false }]);
    this.earlier = new Records(this.#file, this.path);
    await this.earlier.readOn();
  }

  /** Goes on with what earlier runs have recorded. */
  async goOn(entries: readonly Entry[]): Promise<void> {
    this.checkOwned();
    this.record([...entries, { finished: false }]);
    await this.earlier.readOn();
  }

  /** All of it is recorded, or nothing and it throws. */
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

  /** The output is complete. */
  finish(): void {
    try {
      this.record([{ finished: true }]);
    } catch {
      // The next run finds all rows finished.
    }
  }

  /** Throws if another process has taken the output over: one that is suspended may lose it. */
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

  /** Resolves when all that was recorded survives a loss of power. Calls of the same moment share one sync. */
  sync(): Promise<void> {
    const sync = async (): Promise<void> => {
      if (!this.#isDirty) return;
      this.#isDirty = false;
      await datasync(this.#file);
    };
    return (this.#synced = this.#synced.then(sync));
  }

  /** Removes a journal that no run has begun, unless it belongs to another process by now. */
  removeUnbegun(): void {
    if (this.earlier.hasBegun || !this.#lock.isHeld()) return;
    if (fstatSync(this.#file).size === this.#size) rmSync(this.path, { force: true });
  }

  async close(): Promise<void> {
    // Whoever asked for the sync has reported its failure.
    await this.#synced.catch(() => {});
    closeSync(this.#file);
    this.#lock.release();
  }
}
