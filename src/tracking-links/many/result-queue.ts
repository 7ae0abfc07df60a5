/** Results of tasks, in the order of the tasks or as they are known. */
export interface ResultQueue<Result> {
  /** Tasks whose result has not been taken, the running ones included. */
  readonly unread: number;
  /** Whether the next result is known. */
  readonly isReady: boolean;
  readonly hasFailed: boolean;
  /** Makes room for the result of the next task. */
  open(): Slot<Result>;
  settle(slot: Slot<Result>, result: Result): void;
  fail(error: unknown): void;
  /** The next result, or undefined while it is not known. Throws the failure after all known results. */
  take(): Result | undefined;
  /** Resolves at the next change, or call of `wake`. */
  changed(): Promise<void>;
  wake(): void;
}

interface Slot<Result> {
  /** Undefined while the task runs. */
  result: Result | undefined;
}

export function createResultQueue<Result extends object>(ordered: boolean): ResultQueue<Result> {
  /** All tasks in their order, or those with a result. */
  const slots: Slot<Result>[] = [];
  const failures: unknown[] = [];
  let unread = 0;
  let wake = (): void => {};

  return {
    get unread() {
      return unread;
    },
    get isReady() {
      return slots[0]?.result !== undefined;
    },
    get hasFailed() {
      return failures.length > 0;
    },
    open() {
      const slot: Slot<Result> = { result: undefined };
      unread++;
      if (ordered) slots.push(slot);
      return slot;
    },
    settle(slot, result) {
      slot.result = result;
      if (!ordered) slots.push(slot);
      if (slots[0] === slot) wake();
    },
    fail(error) {
      failures.push(error);
      wake();
    },
    take() {
      if (failures.length > 0) while (slots[0] && !slots[0].result) slots.shift();
      const result = slots[0]?.result;
      if (result !== undefined) {
        slots.shift();
        unread--;
      } else if (failures.length > 0) throw failures[0];
      return result;
    },
    changed: () => new Promise((resolve) => (wake = resolve)),
    wake: () => wake(),
  };
}
