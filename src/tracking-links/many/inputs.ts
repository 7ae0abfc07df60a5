import type { Redact } from "../../http/credentials.ts";
import { badInput, kindOf } from "../../validate.ts";
import type { CreateTrackingLinkParams } from "../params.ts";
import type { CreateManyOptions } from "./options.ts";
import { callerThrew } from "./results.ts";

/** An input, the error that was thrown in its place, or the end. */
export type Step<Input> =
  | { readonly done: false; readonly input: Input; readonly isThrown?: false }
  | { readonly done: false; readonly isThrown: true; readonly error: unknown }
  | { readonly done: true };

/** Sync or async inputs, read one by one. */
export interface Source<Input> {
  /** Whether a promised input has not come yet. */
  readonly isReading: boolean;
  readonly hasEnded: boolean;
  /** Never throws: the error is the last step. */
  next(): Step<Input> | Promise<Step<Input>>;
  /**
   * Closes the inputs unless they have ended. Their own error is ignored, and they are not awaited, with `isQuiet` or
   * while an input is pending: it may never come.
   */
  close(isQuiet: boolean): Promise<void>;
}

export function openSource<Input>(inputs: Iterable<Input> | AsyncIterable<Input>): Source<Input> {
  const iterator = iteratorOf(inputs);
  let isReading = false;
  let hasEnded = false;

  const stepOf = ({ done, value }: IteratorResult<Input, unknown>): Step<Input> => {
    isReading = false;
    hasEnded = done === true;
    return hasEnded ? { done: true } : { done: false, input: value as Input };
  };
  const thrown = (error: unknown): Step<Input> => {
    isReading = false;
    hasEnded = true;
    return { done: false, isThrown: true, error };
  };
  return {
    get isReading() {
      return isReading;
    },
    get hasEnded() {
      return hasEnded;
    },
    next() {
      try {
        const step = iterator.next();
        if (!isPromise(step)) return stepOf(step);
        isReading = true;
        return Promise.resolve(step).then(stepOf).catch(thrown);
      } catch (error) {
        return thrown(error);
      }
    },
    async close(isQuiet) {
      if (hasEnded) return;
      const closed = (async () => iterator.return?.())();
      if (isQuiet || isReading) closed.catch(() => {});
      else await closed;
    },
  };
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

/** The parameters of a link for an input. Throws `invalid_input` if the caller's function gives none. */
export function paramsOf<Input>(
  input: Input,
  index: number,
  params: CreateManyOptions<Input>["params"],
  redact: Redact,
): CreateTrackingLinkParams {
  // The types ask for `params` unless inputs are parameters, and these are checked in any case.
  if (params === undefined) return input as unknown as CreateTrackingLinkParams;
  let made: CreateTrackingLinkParams | Promise<CreateTrackingLinkParams>;
  try {
    made = params(input, index);
  } catch (thrown) {
    throw callerThrew("`params` to return parameters", thrown, redact);
  }
  if (!isPromise(Object(made))) return made;
  // Nobody else handles its rejection, which would end the process.
  Promise.resolve(made).catch(() => {});
  throw badInput("invalid_input", "params", "`params` to return parameters", "a promise");
}
