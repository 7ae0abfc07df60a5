import { onAbort } from "../../abort.ts";
import { RETURNED } from "./abort-on-return.ts";
import { isPromise, type Source, type Step } from "./inputs.ts";
import { ResultQueue } from "./result-queue.ts";

/** What is done with each input. */
export interface Task<Input, Result> {
  /** Gives the result. The pool fails if it throws or rejects. */
  run(input: Input, index: number): Result | Promise<Result>;
  /** Gives the last result if the source throws. */
  sourceFailed(error: unknown, index: number): Result;
}

export interface PoolOptions {
  /** Whether results come in the order of the inputs, or as they are known. */
  readonly ordered: boolean;
  /** How many results may be unread; 16 times that while a slow task holds up those behind it. */
  readonly lookAhead: number;
  /** Whether an input may be read now. If not, it is asked again after the next result, and by `wake`. */
  readonly isReady: (wake: () => void) => boolean;
  /** Once it aborts, no further input is read, and the pool ends after the tasks that run. */
  readonly drain: AbortSignal;
  /** Once it aborts, the pool fails with its reason, or ends if that is `RETURNED`. Aborted when the pool ends. */
  readonly stop: AbortController;
}

/** Room for results behind a slow task, as a multiple of `lookAhead`. */
const BEHIND_SLOW = 16;

/**
 * Runs a task for each input. Inputs are read lazily, as results are consumed. After a failure or an abort it
 * delivers the results that are known before it throws.
 */
export async function* pool<Input, Result extends object>(
  source: Source<Input>,
  task: Task<Input, Result>,
  { ordered, lookAhead, isReady, drain, stop }: PoolOptions,
): AsyncGenerator<Result, void, undefined> {
  const { signal } = stop;
  const results = new ResultQueue<Result>(ordered);
  let count = 0;

  const mayRead = (): boolean => {
    if (source.isReading || source.hasEnded || drain.aborted) return false;
    if (signal.aborted || results.hasFailed) return false;
    // With the next result at hand it is the reader who is slow.
    return results.unread < (results.isReady ? lookAhead : lookAhead * BEHIND_SLOW);
  };
  const fill = (): void => {
    while (mayRead() && isReady(fill)) {
      const step = source.next();
      if (isPromise(step)) step.then(takeLater).catch(fail);
      else take(step);
    }
  };
  const takeLater = (step: Step<Input>): void => {
    if (!signal.aborted) take(step);
    fill();
    results.wake();
  };
  const take = (step: Step<Input>): void => {
    if (step.done) return;
    const index = count++;
    const result = step.isThrown
      ? task.sourceFailed(step.error, index)
      : task.run(step.input, index);
    const slot = results.open();
    if (!isPromise(result)) return results.settle(slot, result);
    const settle = (known: Result): void => {
      results.settle(slot, known);
      fill();
    };
    result.then(settle).catch(fail);
  };
  const fail = (error: unknown): void => results.fail(error);

  if (signal.aborted) fail(signal.reason);
  const forget = onAbort(signal, () => fail(signal.reason));
  try {
    while (signal.reason !== RETURNED) {
      fill();
      const result = results.take();
      if (result !== undefined) yield result;
      else if (results.unread === 0 && (source.hasEnded || drain.aborted)) return;
      else await results.changed();
    }
  } finally {
    forget();
    const isFailed = results.hasFailed && signal.reason !== RETURNED;
    stop.abort();
    await source.close(isFailed);
  }
}
