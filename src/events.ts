import type { ImpactError } from "./errors.ts";
import type { Answer, Call, Fetch } from "./http/timeout.ts";
import type { Quota } from "./quota.ts";
import type { Redact } from "./http/credentials.ts";

interface EventBase {
  /** The same for all events of one call. */
  readonly id: string;
  /** Which request of the call this is about, from 1. */
  readonly attempt: number;
  /** Which input of `createMany` the call is for, from 0; the first of those that share it. */
  readonly index?: number;
  readonly method: string;
  /** With its query. */
  readonly url: string;
  /** When it happened, in milliseconds since the epoch. */
  readonly time: number;
}

/** A request is about to be sent. */
export interface RequestEvent extends EventBase {
  readonly type: "request";
}

/** A request has ended: with an answer, or without one (then there is no `status`). */
export interface ResponseEvent extends EventBase {
  readonly type: "response";
  /** Milliseconds since the request. */
  readonly duration: number;
  /** HTTP status, if there was an answer. */
  readonly status?: number;
  /** What was wrong, unless a link was given. */
  readonly error?: ImpactError;
  /** The caller's signal ended it. */
  readonly aborted?: true;
  /** What the client now knows of the quota. */
  readonly quota?: Quota;
}

/** The request failed and will be sent once more; `attempt` is the one to come. */
export interface RetryEvent extends EventBase {
  readonly type: "retry";
  /** Why. */
  readonly error: ImpactError;
  /** Milliseconds until then. */
  readonly delay: number;
}

interface Wait {
  readonly type: "wait";
  /** Milliseconds. */
  readonly delay: number;
  /** When the wait ends. */
  readonly until: Date;
}

/** A call waits before its next request. */
export interface CallWaitEvent extends EventBase, Wait {
  /** `retry_after`: the server asked for it; `backoff`: it did not, and this is a guess. */
  readonly cause: "retry_after" | "backoff";
}

/** `createMany` waits: the quota is used up, or only its reserve is left. It is about no one call. */
export interface QuotaWaitEvent extends Wait {
  readonly cause: "quota";
  /** When it happened, in milliseconds since the epoch. */
  readonly time: number;
}

/** The client waits before it sends. */
export type WaitEvent = CallWaitEvent | QuotaWaitEvent;

/** What a client does, as it does it. No event holds credentials. */
export type ImpactEvent = RequestEvent | ResponseEvent | RetryEvent | WaitEvent;

export type Emit = (event: ImpactEvent) => void;

/** Calls the listener; whatever it throws, now or later, changes nothing. */
export function createEmit(listener: (event: ImpactEvent) => unknown): Emit {
  return (event) => {
    try {
      Promise.resolve(listener(event)).catch(() => {});
    } catch {
      // A fault in a log must not cost a link.
    }
  };
}

/** Names for calls, so that the events of one can be told from those of another, also across processes. */
export function createIds(): () => string {
  const client = Math.random().toString(36).slice(2, 10);
  let count = 0;
  return () => `${client}-${++count}`;
}

/** The part of an event that all events of an attempt share. */
export function about(call: Call, attempt: number, redact: Redact): EventBase {
  const { id, method, url, index } = call;
  const base = { id, attempt, method, url: redact(url), time: Date.now() };
  return index === undefined ? base : { ...base, index };
}

/** Tells of each request and how it ended. */
export function withEvents<A extends Answer>(
  next: Fetch<A>,
  emit: Emit | undefined,
  redact: Redact,
  quota: () => Quota | undefined,
): Fetch<A> {
  if (emit === undefined) return next;
  return async (call, attempt) => {
    if (call.signal?.aborted) return next(call, attempt);
    emit({ type: "request", ...about(call, attempt, redact) });
    const start = performance.now();
    const ended = (how: Partial<ResponseEvent>): void => {
      const seen = quota();
      emit({
        type: "response",
        ...about(call, attempt, redact),
        duration: performance.now() - start,
        ...(seen && { quota: seen }),
        ...how,
      });
    };
    let answer: A;
    try {
      answer = await next(call, attempt);
    } catch (error) {
      ended(call.signal?.aborted ? { aborted: true } : { error: error as ImpactError });
      throw error;
    }
    const { status, error } = answer;
    ended({ status, ...(error && { error }) });
    return answer;
  };
}
