import { vi } from "vitest";
import {
  createImpactClient,
  type CreateManyResult,
  type CreateTrackingLinkParams,
  type ImpactClient,
  type ImpactClientOptions,
  type ImpactError,
  type ImpactEvent,
} from "../../src/index.ts";
import { createFakeImpact } from "../../src/testing/index.ts";
import { HOUR, NOW, useFakeTime as fakeTime } from "./time.ts";

export { HOUR, NOW };
export const account = { accountSid: "IRabc123", authToken: "t0k-en:with/ünïcode" };
export const baseUrl = "https://api.example";

/** Fakes time for each test of a file, and takes the middle for a random backoff. */
export const useFakeTime = (): void => fakeTime({ random: 0.5 });

export type Params = CreateTrackingLinkParams;
export type Inputs = Iterable<Params> | AsyncIterable<Params>;

/** A request as a server that is a function sees it. */
export interface Asked {
  /** The program, and the query behind it: `"1?subId1=a"`. */
  readonly target: string;
  /** Which request of all it is, from 1. */
  readonly count: number;
  readonly signal: AbortSignal;
}

export type Serve = (asked: Asked) => Response | Promise<Response>;

/** The link shows what it was asked for with. */
export const linkOf = (target: string): string => `https://example.sjv.io/c/1/2/${target}`;

export const good = (target: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ TrackingURL: linkOf(target) }), { headers });

export const refusal = (
  status: number,
  Message = "",
  headers: Record<string, string> = {},
): Response => new Response(JSON.stringify({ Status: "ERROR", Message }), { status, headers });

export const reset = (): Promise<Response> => {
  const cause = Object.assign(new Error("read ECONNRESET"), {
    code: "ECONNRESET",
    syscall: "read",
  });
  return Promise.reject(new TypeError("fetch failed", { cause }));
};

export const unreachable = (): Promise<Response> => {
  const cause = Object.assign(new Error("connect ECONNREFUSED"), {
    code: "ECONNREFUSED",
    syscall: "connect",
  });
  return Promise.reject(new TypeError("fetch failed", { cause }));
};

export const after = <T>(ms: number, give: () => T | Promise<T>): Promise<T> =>
  new Promise((resolve) => setTimeout(() => resolve(give()), ms));

export interface Served {
  impact: ImpactClient;
  /** The targets, in the order in which they arrived. */
  requests: string[];
  signals: AbortSignal[];
  events: ImpactEvent[];
  seen: { underWay: number; most: number };
}

/** A client of a server that is a function, and what that server sees. */
export function served(
  serve: Serve = ({ target }) => good(target),
  options: ImpactClientOptions = {},
): Served {
  const requests: string[] = [];
  const signals: AbortSignal[] = [];
  const events: ImpactEvent[] = [];
  const seen = { underWay: 0, most: 0 };
  const fetch = async (url: unknown, init?: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(String(url));
    const target = `${pathname.split("/")[4]}${search}`;
    const signal = init?.signal as AbortSignal;
    requests.push(target);
    signals.push(signal);
    seen.most = Math.max(seen.most, ++seen.underWay);
    try {
      return await serve({ target, count: requests.length, signal });
    } finally {
      seen.underWay--;
    }
  };
  const onEvent = (event: ImpactEvent): void => void events.push(event);
  const impact = createImpactClient({
    ...account,
    baseUrl,
    fetch,
    maxRetries: 0,
    onEvent,
    ...options,
  });
  return { impact, requests, signals, events, seen };
}

/** A server that answers when it is told to. */
export function held(options: ImpactClientOptions = {}) {
  const pending = new Map<string, (response: Response) => void>();
  const server = served(
    ({ target, signal }) =>
      new Promise((resolve, reject) => {
        pending.set(target, resolve);
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
    options,
  );
  const answer = async (target: string, response = good(target)): Promise<void> => {
    pending.get(target)?.(response);
    await settled();
  };
  return { ...server, answer };
}

/** Lets everything happen that needs no waiting. */
export const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

export const program = (id: string | number, more: Partial<Params> = {}): Params => ({
  programId: String(id),
  ...more,
});

/** As many inputs, each for a program of its own, named as its index. */
export const programs = (count: number): Params[] =>
  Array.from({ length: count }, (_, id) => program(id));

/** What a result says in one line. */
export function line(result: CreateManyResult<unknown>): string {
  const { index } = result;
  if (!result.ok) return `${index} ${result.error.code} ${result.error.outcome}`;
  const target = result.link.url.replace(linkOf(""), "");
  return `${index} ${target}${result.reused ? " reused" : ""}`;
}

/** Reads to the end, and lets time pass as it must. */
export async function all<Input>(
  results: AsyncIterable<CreateManyResult<Input>>,
): Promise<CreateManyResult<Input>[]> {
  const given: CreateManyResult<Input>[] = [];
  const run = (async () => {
    for await (const result of results) given.push(result);
  })();
  const ended = run.catch(() => {});
  await vi.runAllTimersAsync();
  await ended;
  await run;
  return given;
}

export const lines = async (results: AsyncIterable<CreateManyResult<unknown>>): Promise<string[]> =>
  (await all(results)).map(line);

/** Reads in the background. */
export function reading(results: AsyncIterable<CreateManyResult<unknown>>) {
  const given: string[] = [];
  const ended = (async () => {
    for await (const result of results) given.push(line(result));
    return "ended" as unknown;
  })().catch((error: unknown) => error);
  return { given, ended };
}

/** Inputs that tell what is done with them. */
export function watched(count: number, make: (id: number) => Params = program) {
  const seen = { taken: 0, returned: 0, isClosed: false };
  const iterator = {
    next: (): IteratorResult<Params, undefined> =>
      seen.taken < count
        ? { done: false, value: make(seen.taken++) }
        : { done: true, value: undefined },
    return: (): IteratorResult<Params, undefined> => {
      seen.returned++;
      seen.isClosed = true;
      return { done: true, value: undefined };
    },
  };
  return { inputs: { [Symbol.iterator]: () => iterator }, seen };
}

export const throwing = (thrown: unknown): Iterable<Params> => ({
  [Symbol.iterator]: () => ({
    next: () => {
      throw thrown;
    },
  }),
});

export const never = <T>(): Promise<T> => new Promise(() => {});

export async function failure(results: AsyncIterable<CreateManyResult<unknown>>): Promise<unknown> {
  return all(results).then(
    () => {
      throw new Error("it did not reject");
    },
    (error: unknown) => error,
  );
}

export function errorOf(result: CreateManyResult<unknown> | undefined): ImpactError {
  if (result === undefined || result.ok) throw new Error("it is no failure");
  return result.error;
}

/** What a client did, by a clock that nobody sets. */
export function clocked(
  rateLimit: { limit: number; windowMs: number },
  options: ImpactClientOptions = {},
) {
  const trace: string[] = [];
  // Date is set back and forth; the server's own clock is not.
  const clock = (): number => NOW + performance.now();
  const fake = createFakeImpact({ rateLimit, now: clock });
  const events: ImpactEvent[] = [];
  const impact = createImpactClient({
    ...account,
    baseUrl,
    fetch: fake.fetch,
    onEvent: (event) => {
      events.push(event);
      const at = Math.round(performance.now());
      if (event.type === "request") trace.push(`${at} request ${event.index}`);
      if (event.type === "response" && event.status === 429) trace.push(`${at} 429`);
      if (event.type === "wait") trace.push(`${at} wait ${event.cause} ${event.delay}`);
    },
    ...options,
  });
  return { impact, fake, trace, events };
}

export const sent = (at: number, ...indexes: number[]): string[] =>
  indexes.map((index) => `${at} request ${index}`);
