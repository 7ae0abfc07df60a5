import { badInput, kindOf } from "../../validate.ts";
import type { CreateTrackingLinkParams } from "../params.ts";

export type Inputs = Iterable<CreateTrackingLinkParams> | AsyncIterable<CreateTrackingLinkParams>;

/** What inputs of both kinds have in common. */
interface Input {
  next():
    IteratorResult<CreateTrackingLinkParams> | Promise<IteratorResult<CreateTrackingLinkParams>>;
  return?(): unknown;
}

export function readInputs(inputs: Inputs): Input {
  if (typeof inputs === "object" && inputs !== null) {
    if (Symbol.asyncIterator in inputs) return inputs[Symbol.asyncIterator]();
    if (Symbol.iterator in inputs) return inputs[Symbol.iterator]();
  }
  throw badInput("invalid_input", "params", "inputs that can be iterated", kindOf(inputs));
}

/**
 * Tells an input that nothing more is taken. It is waited for, and heard, unless it is busy, when it may never
 * be done, or there is an error to tell of already.
 */
export async function endInputs(input: Input, isLeft: boolean): Promise<void> {
  const ended = (async () => input.return?.())();
  if (isLeft) ended.catch(() => {});
  else await ended;
}

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T>).then === "function";
}
