import { onAbort } from "../../abort.ts";
import { badInput, kindOf } from "../../validate.ts";

/** Handles the inputs. */
export interface Task<Input, Result> {
  /** Returns the result. Must not throw. If the promise rejects, the pool fails. */
  run(input: Input, index: number): Result | Promise<Result>;
  /** Returns the last result if the inputs throw. */
  inputsFailed(error: unknown, index: number): Result;
}

export interface PoolOptions {
  /** Whether to yield results in input order. Otherwise yields each as soon as it is known. */
  readonly ordered: boolean;
  /** Maximum number of unread results; 16 times that while the next one is pending. */
  readonly lookAhead: number;
  /** Whether an input may be read now. If not, the pool calls it again after the next result and after `wake`. */
  readonly isReady: (wake: () => void) => boolean;
  /** Once it aborts, no further input is read, and the pool ends after the running tasks. */
  readonly drain: AbortSignal;
  /** Once it aborts, the pool fails with its reason. The pool aborts it at its end. */
  readonly stop: AbortController;
}

/** The result of a task; undefined while the task runs. */
interface Slot<Result> {
  result: Result | undefined;
}

const BEHIND_SLOW = 16;

/** The reason of `stop` after `return()` or `throw()`. It is never reported, because the reader has finished. */
const RETURNED = new DOMException("The reader returned", "AbortError");

/**
 * Makes `return()` and `throw()` abort immediately. Async generators otherwise queue them behind the pending `await`,
 * up to an hour while waiting for quota.
 */
export function abortOnReturn<T>(
  results: AsyncGenerator<T, void, undefined>,
  stop: AbortController,
): AsyncGenerator<T, void, undefined> {
  for (const name of ["return", "throw"] as const) {
    const end = results[name].bind(results);
    const value = (given: never): unknown => {
      stop.abort(RETURNED);
      return end(given);
    };
    // Defined, because an assignment fails if intrinsics are frozen.
    Object.defineProperty(results, name, { value });
  }
  return results;
}

type Step<Input> = IteratorResult<Input, unknown>;

/**
 * Runs a task for each input. Inputs are read lazily, as results are consumed. After a failure or an abort, yields all
 * known results before it throws.
 */
export class Pool<Input, Result extends object> {
  readonly #iterator: Iterator<Input> | AsyncIterator<Input>;
  readonly #task: Task<Input, Result>;
  readonly #options: PoolOptions;
  /** If ordered, all tasks in input order. Otherwise only tasks with a result. */
  readonly #slots: Slot<Result>[] = [];
  readonly #failures: unknown[] = [];
  /** Tasks whose result was not yielded yet. */
  #unread = 0;
  #count = 0;
  /** Whether an input is pending. */
  #isReading = false;
  #hasEnded = false;
  #wake = (): void => {};

  /** Throws `invalid_input` for inputs that cannot be iterated. */
  constructor(
    inputs: Iterable<Input> | AsyncIterable<Input>,
    task: Task<Input, Result>,
    options: PoolOptions,
  ) {
    this.#iterator = iteratorOf(inputs);
    this.#task = task;
    this.#options = options;
  }

  async *results(): AsyncGenerator<Result, void, undefined> {
    const { drain, stop } = this.#options;
    const { signal } = stop;
    if (signal.aborted) this.#fail(signal.reason);
    const stopListening = onAbort(signal, () => this.#fail(signal.reason));
    try {
      while (signal.reason !== RETURNED) {
        this.#fill();
        const result = this.#nextResult();
        if (result !== undefined) yield result;
        else if (this.#unread === 0 && (this.#hasEnded || drain.aborted)) return;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      stopListening();
      const isQuiet = this.#failures.length > 0 && signal.reason !== RETURNED;
      stop.abort();
      await this.#close(isQuiet);
    }
  }

  readonly #fill = (): void => {
    while (this.#mayRead() && this.#options.isReady(this.#fill)) {
      try {
        const step = this.#iterator.next();
        if (isPromise(step)) void this.#startLater(step);
        else this.#start(step);
      } catch (error) {
        this.#startLast(error);
      }
    }
  };

  #mayRead(): boolean {
    const { drain, stop, lookAhead } = this.#options;
    if (this.#isReading || this.#hasEnded || drain.aborted) return false;
    if (stop.signal.aborted || this.#failures.length > 0) return false;
    // The next result is ready, so the reader is the bottleneck.
    return this.#unread < (this.#slots[0]?.result ? lookAhead : lookAhead * BEHIND_SLOW);
  }

  async #startLater(promise: Promise<Step<Input>>): Promise<void> {
    this.#isReading = true;
    try {
      this.#start(await promise);
    } catch (error) {
      this.#startLast(error);
    }
    this.#isReading = false;
    this.#fill();
    this.#wake();
  }

  #start({ done, value }: Step<Input>): void {
    if (done) this.#hasEnded = true;
    else if (!this.#options.stop.signal.aborted) {
      this.#track(this.#task.run(value, this.#count++));
    }
  }

  /** Ends the inputs, because they threw. */
  #startLast(error: unknown): void {
    this.#hasEnded = true;
    this.#track(this.#task.inputsFailed(error, this.#count++));
  }

  #track(result: Result | Promise<Result>): void {
    const slot: Slot<Result> = { result: undefined };
    this.#unread++;
    if (this.#options.ordered) this.#slots.push(slot);
    if (!isPromise(result)) return this.#settle(slot, result);
    const settle = (known: Result): void => {
      this.#settle(slot, known);
      this.#fill();
    };
    result.then(settle).catch(this.#fail);
  }

  #settle(slot: Slot<Result>, result: Result): void {
    slot.result = result;
    if (!this.#options.ordered) this.#slots.push(slot);
    if (this.#slots[0] === slot) this.#wake();
  }

  readonly #fail = (error: unknown): void => {
    this.#failures.push(error);
    this.#wake();
  };

  /** Removes and returns the next result; undefined while it is not known. Throws a failure after all known results. */
  #nextResult(): Result | undefined {
    const slots = this.#slots;
    const hasFailed = this.#failures.length > 0;
    if (hasFailed) while (slots[0] && !slots[0].result) slots.shift();
    const result = slots[0]?.result;
    if (result !== undefined) {
      slots.shift();
      this.#unread--;
    } else if (hasFailed) throw this.#failures[0];
    return result;
  }

  /**
   * Closes the inputs. If `isQuiet`, ignores their error. Does not await them if an input is pending: it may never
   * come.
   */
  async #close(isQuiet: boolean): Promise<void> {
    if (this.#hasEnded) return;
    const closed = (async () => this.#iterator.return?.())();
    if (isQuiet || this.#isReading) closed.catch(() => {});
    else await closed;
  }
}

function iteratorOf<Input>(
  inputs: Iterable<Input> | AsyncIterable<Input>,
): Iterator<Input> | AsyncIterator<Input> {
  if (typeof inputs === "object" && inputs !== null) {
    if (Symbol.asyncIterator in inputs) return inputs[Symbol.asyncIterator]();
    if (Symbol.iterator in inputs) return inputs[Symbol.iterator]();
  }
  throw badInput("invalid_input", "params", "inputs that can be iterated", kindOf(inputs));
}

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T>).then === "function";
}
