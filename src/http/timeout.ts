import { onAbort } from "../abort.ts";
import type { Redact } from "./credentials.ts";
import { ImpactError } from "../errors.ts";

/** One call of the API as plain data, so that it can be sent more than once. */
export interface Call {
  /** Ties together the events of one call. */
  readonly id: string;
  readonly method: string;
  readonly url: string;
  /** Besides those that the client sends with every request. */
  readonly headers?: Headers | undefined;
  readonly body?: ArrayBuffer | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for each attempt, the reading of the body included. */
  readonly timeout: number;
  readonly maxRetries: number;
  /** Which of many inputs it is for. */
  readonly index?: number | undefined;
}

/** What the layers know of an answer, which has been read to its end. */
export interface Answer {
  readonly status: number;
  /** Set if the answer is not what was asked for. */
  readonly error?: ImpactError | undefined;
}

/**
 * The one signature that every layer shares. A layer takes a `Fetch` and gives a `Fetch`. It resolves to an
 * answer of any status, and rejects with an {@link ImpactError} if there was none, or with the reason of the
 * caller's signal.
 */
export type Fetch<A extends Answer> = (call: Call, attempt: number) => Promise<A>;

/**
 * A `Fetch` that is told when to stop, and tells of an answer when its body is yet to come. A refusal is one whatever
 * its body says, so it tells what it is without.
 */
export type Attempt<A extends Answer> = (
  call: Call,
  attempt: number,
  signal: AbortSignal,
  onHead: (status: number, refusal?: () => Promise<A>) => void,
) => Promise<A>;

/**
 * Gives each attempt a deadline of its own, from sending to the last byte of the body. The caller's signal
 * wins, with its own reason. An attempt that ignores its signal is left behind, not waited for. A refusal whose
 * body did not come in time is one without words.
 *
 * Not built on `AbortSignal.any` and `AbortSignal.timeout`: on Node 20 these can be garbage-collected before
 * they fire, and a stalled call then hangs for ever.
 */
export function withTimeout<A extends Answer>(attemptOnce: Attempt<A>, redact: Redact): Fetch<A> {
  return (call, attempt) =>
    new Promise((resolve, reject) => {
      const { signal, timeout } = call;
      if (signal?.aborted) return reject(signal.reason);
      const controller = new AbortController();
      let status: number | undefined;
      let refusal: (() => Promise<A>) | undefined;
      const stop = (ended: Promise<A>, reason: unknown): void => {
        settle();
        resolve(ended);
        controller.abort(reason);
      };
      const timer = setTimeout(() => {
        const late = timedOut(call, attempt, redact, status);
        stop(refusal?.() ?? Promise.reject(late), late);
      }, timeout);
      const forget = onAbort(signal, () => stop(Promise.reject(signal?.reason), signal?.reason));
      const settle = (): void => {
        clearTimeout(timer);
        forget();
      };
      const onHead = (seen: number, withoutBody?: () => Promise<A>): void => {
        status = seen;
        refusal = withoutBody;
      };
      // By hand, since `finally` makes two promises more of each call.
      attemptOnce(call, attempt, controller.signal, onHead).then(
        (answer) => {
          settle();
          resolve(answer);
        },
        (error: unknown) => {
          settle();
          reject(error);
        },
      );
    });
}

function timedOut(
  call: Call,
  attempt: number,
  redact: Redact,
  status: number | undefined,
): ImpactError {
  const request = requestOf(call, attempt, redact);
  return new ImpactError(`${nameOf(request)} gave no whole answer within ${call.timeout} ms`, {
    code: "timeout",
    outcome: "unknown",
    status,
    ...request,
  });
}

/** What an error says of the request that failed. */
export function requestOf(
  { method, url }: Call,
  attempts: number,
  redact: Redact,
): { method: string; url: string; attempts: number } {
  return { method, url: redact(url), attempts };
}

/** How a request is named in a message: without its query, which can be long. */
export function nameOf({ method, url }: { method: string; url: string }): string {
  return `${method} ${url.split("?", 1)[0]}`;
}
