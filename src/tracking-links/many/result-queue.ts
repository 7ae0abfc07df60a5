/** The result of a task; undefined while the task runs. */
interface Slot<Result> {
  result: Result | undefined;
}

/** Results of tasks, in the order of the tasks or as they are known. */
export class ResultQueue<Result extends object> {
  /** All tasks in their order, or those with a result. */
  readonly #slots: Slot<Result>[] = [];
  readonly #failures: unknown[] = [];
  readonly #ordered: boolean;
  /** Tasks whose result has not been taken, the running ones included. */
  unread = 0;
  /** Resolves {@link changed}. */
  wake = (): void => {};

  constructor(ordered: boolean) {
    this.#ordered = ordered;
  }

  /** Whether the next result is known. */
  get isReady(): boolean {
    return this.#slots[0]?.result !== undefined;
  }

  get hasFailed(): boolean {
    return this.#failures.length > 0;
  }

  /** Makes room for the result of the next task. */
  open(): Slot<Result> {
    const slot: Slot<Result> = { result: undefined };
    this.unread++;
    if (this.#ordered) this.#slots.push(slot);
    return slot;
  }

  settle(slot: Slot<Result>, result: Result): void {
    slot.result = result;
    if (!this.#ordered) this.#slots.push(slot);
    if (this.#slots[0] === slot) this.wake();
  }

  fail(error: unknown): void {
    this.#failures.push(error);
    this.wake();
  }

  /** The next result, or undefined while it is not known. Throws the failure after all known results. */
  take(): Result | undefined {
    if (this.hasFailed) while (this.#slots[0] && !this.isReady) this.#slots.shift();
    const result = this.#slots[0]?.result;
    if (result !== undefined) {
      this.#slots.shift();
      this.unread--;
    } else if (this.hasFailed) throw this.#failures[0];
    return result;
  }

  /** Resolves at the next change. */
  changed(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }
}
