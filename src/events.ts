import type { ImpactError } from "./errors.ts";
import type { Redact } from "./http/credentials.ts";
import type { ApiRequest } from "./http/request.ts";
import type { Quota } from "./quota.ts";

interface EventBase {
  /** Shared by all events of one call. */
  readonly id: string;
  /** Number of the request within the call, from 1. */
  readonly attempt: number;
  /** Position of the input of `createMany`, from 0; the first one if several share the call. */
  readonly index?: number;
  readonly method: string;
  /** With its query. */
  readonly url: string;
  /** When it happened, in milliseconds since the epoch. */
  readonly time: number;
}

/** Emitted before each attempt, and before `beforeSend`. */
export interface RequestEvent extends EventBase {
  readonly type: "request";
}

/** A request has ended. */
export interface ResponseEvent extends EventBase {
  readonly type: "response";
  /** Duration of the attempt in milliseconds. */
  readonly duration: number;
  /** HTTP status, if a response began. */
  readonly status?: number;
  /** Why the attempt failed. */
  readonly error?: ImpactError;
  /** True if the caller's signal ended it. */
  readonly aborted?: true;
  /** The client's quota after this response. */
  readonly quota?: Quota;
}

/** The request failed and is retried; `attempt` is the number of the next one. */
export interface RetryEvent extends EventBase {
  readonly type: "retry";
  /** Why it failed. */
  readonly error: ImpactError;
  /** Milliseconds until the retry. */
  readonly delay: number;
}

interface Wait {
  readonly type: "wait";
  /** Milliseconds. */
  readonly delay: number;
  /** When the wait ends. */
  readonly until: Date;
}

/** A call waits before it retries. */
export interface CallWaitEvent extends EventBase, Wait {
  /** `retry_after`: the server's hint; `backoff`: there was none. */
  readonly cause: "retry_after" | "backoff";
}

/** `createMany` waits because the quota is used up, apart from the reserve. Affects all its calls. */
export interface QuotaWaitEvent extends Wait {
  readonly cause: "quota";
  /** When it happened, in milliseconds since the epoch. */
  readonly time: number;
}

/** The client waits before it sends. */
export type WaitEvent = CallWaitEvent | QuotaWaitEvent;

/** An event of a client: a request, response, retry or wait. Contains no credentials. */
export type ImpactEvent = RequestEvent | ResponseEvent | RetryEvent | WaitEvent;

export type Emit = (event: ImpactEvent) => void;

/** Calls the listener with redacted events. Ignores errors of the listener, including rejected promises. */
export function createEmit(listener: (event: ImpactEvent) => unknown, redact: Redact): Emit {
  return (event) => {
    try {
      Promise.resolve(listener(redactEvent(event, redact))).catch(() => {});
    } catch {
      // Errors of a listener must not fail the call.
    }
  };
}

/** Redacts the URL. An error in an event is already redacted. */
export function redactEvent<Event extends ImpactEvent>(event: Event, redact: Redact): Event {
  return "url" in event ? { ...event, url: redact(event.url) } : event;
}

/** Creates a generator of call ids that are unique across clients and processes. */
export function createIds(): () => string {
  const client = Math.random().toString(36).slice(2, 10);
  let count = 0;
  return () => `${client}-${++count}`;
}

/** Returns the fields that all events of an attempt share. */
export function eventBase(
  { id, method, url, index }: Pick<ApiRequest, "id" | "method" | "url" | "index">,
  attempt: number,
): EventBase {
  const base = { id, attempt, method, url, time: Date.now() };
  return index === undefined ? base : { ...base, index };
}
