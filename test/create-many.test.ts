import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import { ReadableStream as WebStream } from "node:stream/web";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createImpactClient,
  isImpactError,
  type CreateManyOptions,
  type CreateManyResult,
  type CreateTrackingLinkParams,
  type ImpactClient,
  type ImpactClientOptions,
  type ImpactError,
  type ImpactEvent,
} from "../src/index.ts";
import { createFakeImpact } from "../src/testing/index.ts";
import { listen, onRequest } from "./support/sockets.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const HOUR = 3_600_000;
const account = { accountSid: "IRabc123", authToken: "t0k-en:with/ünïcode" };
const baseUrl = "https://api.example";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Params = CreateTrackingLinkParams;
type Inputs = Iterable<Params> | AsyncIterable<Params>;

/** A request as a server that is a function sees it. */
interface Asked {
  /** The program, and the query behind it: `"1?subId1=a"`. */
  readonly target: string;
  /** Which request of all it is, from 1. */
  readonly count: number;
  readonly signal: AbortSignal;
}

type Serve = (asked: Asked) => Response | Promise<Response>;

/** The link shows what it was asked for with. */
const linkOf = (target: string): string => `https://example.sjv.io/c/1/2/${target}`;

const good = (target: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ TrackingURL: linkOf(target) }), { headers });

const refusal = (status: number, Message = "", headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ Status: "ERROR", Message }), { status, headers });

const reset = (): Promise<Response> => {
  const cause = Object.assign(new Error("read ECONNRESET"), {
    code: "ECONNRESET",
    syscall: "read",
  });
  return Promise.reject(new TypeError("fetch failed", { cause }));
};

const unreachable = (): Promise<Response> => {
  const cause = Object.assign(new Error("connect ECONNREFUSED"), {
    code: "ECONNREFUSED",
    syscall: "connect",
  });
  return Promise.reject(new TypeError("fetch failed", { cause }));
};

const after = <T>(ms: number, give: () => T | Promise<T>): Promise<T> =>
  new Promise((resolve) => setTimeout(() => resolve(give()), ms));

interface Served {
  impact: ImpactClient;
  /** The targets, in the order in which they arrived. */
  requests: string[];
  signals: AbortSignal[];
  events: ImpactEvent[];
  seen: { underWay: number; most: number };
}

/** A client of a server that is a function, and what that server sees. */
function served(
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
function held(options: ImpactClientOptions = {}) {
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
const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

const program = (id: string | number, more: Partial<Params> = {}): Params => ({
  programId: String(id),
  ...more,
});

/** As many inputs, each for a program of its own, named as its index. */
const programs = (count: number): Params[] => Array.from({ length: count }, (_, id) => program(id));

/** What a result says in one line. */
function line(result: CreateManyResult): string {
  const { index } = result;
  if (!result.ok) return `${index} ${result.error.code} ${result.error.outcome}`;
  const target = result.link.url.replace(linkOf(""), "");
  return `${index} ${target}${result.reused ? " reused" : ""}`;
}

/** Reads to the end, and lets time pass as it must. */
async function all(results: AsyncIterable<CreateManyResult>): Promise<CreateManyResult[]> {
  const given: CreateManyResult[] = [];
  const run = (async () => {
    for await (const result of results) given.push(result);
  })();
  const ended = run.catch(() => {});
  await vi.runAllTimersAsync();
  await ended;
  await run;
  return given;
}

const lines = async (results: AsyncIterable<CreateManyResult>): Promise<string[]> =>
  (await all(results)).map(line);

/** Reads in the background. */
function reading(results: AsyncIterable<CreateManyResult>) {
  const given: string[] = [];
  const ended = (async () => {
    for await (const result of results) given.push(line(result));
    return "ended" as unknown;
  })().catch((error: unknown) => error);
  return { given, ended };
}

/** Inputs that tell what is done with them. */
function watched(count: number, make: (id: number) => Params = program) {
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

const throwing = (thrown: unknown): Iterable<Params> => ({
  [Symbol.iterator]: () => ({
    next: () => {
      throw thrown;
    },
  }),
});

const never = <T>(): Promise<T> => new Promise(() => {});

async function failure(results: AsyncIterable<CreateManyResult>): Promise<unknown> {
  return all(results).then(
    () => {
      throw new Error("it did not reject");
    },
    (error: unknown) => error,
  );
}

function errorOf(result: CreateManyResult | undefined): ImpactError {
  if (result === undefined || result.ok) throw new Error("it is no failure");
  return result.error;
}

describe("inputs", () => {
  const three = programs(3);
  function* generated(): Generator<Params> {
    yield* three;
  }
  async function* generatedLater(): AsyncGenerator<Params> {
    for (const row of three) {
      await after(5, () => {});
      yield row;
    }
  }
  const byHand = (): Iterator<Params> => {
    let count = 0;
    return {
      next: () => {
        const value = three[count++];
        return value ? { done: false, value } : { done: true, value: undefined };
      },
    };
  };

  test.each<[kind: string, inputs: () => Inputs]>([
    ["an array", () => three],
    ["a set", () => new Set(three)],
    ["the values of a map", () => new Map(three.map((row) => [row.programId, row])).values()],
    ["a generator", generated],
    ["an async generator", generatedLater],
    ["an iterable without return()", () => ({ [Symbol.iterator]: byHand })],
    [
      "an async iterable without return()",
      () => ({
        [Symbol.asyncIterator]: () => {
          const inner = byHand();
          return { next: async () => inner.next() };
        },
      }),
    ],
    [
      "an iterable of both kinds, whose async side is taken",
      () => ({ [Symbol.asyncIterator]: generatedLater, [Symbol.iterator]: () => never() as never }),
    ],
    [
      "a web stream",
      () =>
        new WebStream<Params>({
          start(controller) {
            for (const row of three) controller.enqueue(row);
            controller.close();
          },
        }),
    ],
  ])("may be %s", async (_, inputs) => {
    const { impact, requests } = served();

    const results = await all(impact.trackingLinks.createMany(inputs()));

    expect(results.map(line)).toEqual(["0 0", "1 1", "2 2"]);
    expect(results.map(({ input }) => input)).toEqual(three);
    expect(requests).toEqual(["0", "1", "2"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("may be none", async () => {
    const { impact, requests } = served();

    expect(await all(impact.trackingLinks.createMany([]))).toEqual([]);
    expect(await all(impact.trackingLinks.createMany([], { ordered: false }))).toEqual([]);
    expect(requests).toEqual([]);
  });

  test("are not touched before the first result is asked for", async () => {
    const { impact, requests } = served();
    const { inputs, seen } = watched(3);

    const results = impact.trackingLinks.createMany(inputs);
    await settled();
    await results.return();

    expect(seen).toEqual({ taken: 0, returned: 0, isClosed: false });
    expect(requests).toEqual([]);
  });

  test("give a whole result each", async () => {
    const { impact } = served(({ target }) => (target === "1" ? refusal(404, "No") : good(target)));
    const rows: Params[] = [program(0, { type: "Vanity" }), program(1), program(0)];

    expect(await all(impact.trackingLinks.createMany(rows))).toEqual([
      {
        index: 0,
        input: rows[0],
        ok: true,
        reused: false,
        link: {
          url: linkOf("0?Type=Vanity"),
          type: "Vanity",
          programId: "0",
          raw: { TrackingURL: linkOf("0?Type=Vanity") },
        },
      },
      {
        index: 1,
        input: rows[1],
        ok: false,
        error: expect.objectContaining({
          code: "not_found",
          outcome: "rejected",
          status: 404,
          reason: "No",
          attempts: 1,
        }),
      },
      {
        index: 2,
        input: rows[2],
        ok: true,
        reused: false,
        link: {
          url: linkOf("0"),
          type: "Regular",
          programId: "0",
          raw: { TrackingURL: linkOf("0") },
        },
      },
    ]);
  });

  test("are given back as the very objects that they were", async () => {
    const { impact } = served();
    const rows = [program(0), program("")];

    const results = await all(impact.trackingLinks.createMany(rows));

    expect(results[0]?.input).toBe(rows[0]);
    expect(results[1]?.input).toBe(rows[1]);
  });

  test("may reuse one object for all of them", async () => {
    const { impact, requests } = served(({ target }) => after(10, () => good(target)));
    const row = { programId: "" };
    function* inputs(): Generator<Params> {
      for (let id = 0; id < 4; id++) {
        row.programId = String(id);
        yield row;
      }
    }

    expect(await lines(impact.trackingLinks.createMany(inputs()))).toEqual([
      "0 0",
      "1 1",
      "2 2",
      "3 3",
    ]);
    expect(requests).toEqual(["0", "1", "2", "3"]);
  });

  test("may come late, with requests under way meanwhile", async () => {
    const { impact, events } = served(({ target }) => after(30, () => good(target)));
    async function* inputs(): AsyncGenerator<Params> {
      for (const row of programs(4)) {
        yield row;
        await after(10, () => {});
      }
    }

    await all(impact.trackingLinks.createMany(inputs()));

    const sent = events.filter(({ type }) => type === "request");
    expect(sent.map(({ time }) => time - NOW)).toEqual([0, 10, 20, 30]);
  });
});

describe("inputs that are wrong", () => {
  const wrong: [what: string, row: unknown, message: string][] = [
    ["undefined", undefined, "Expected parameters as an object, got undefined"],
    ["null", null, "Expected parameters as an object, got null"],
    ["a number", 7, "Expected parameters as an object, got the number 7"],
    ["a string", "x", "Expected parameters as an object, got a string"],
    ["an array", [], "Expected parameters as an object, got an array"],
    ["empty", {}, "Expected `programId`, got none"],
    [
      "of an unknown key",
      { programId: "1", subid1: "a" },
      "Expected a known parameter, got `subid1`; did you mean `subId1`?",
    ],
  ];

  test.each(wrong)("as one that is %s fail alone", async (_, row, message) => {
    const { impact, requests } = served();
    const rows = [program(0), row as Params, program(2)];

    const results = await all(impact.trackingLinks.createMany(rows));

    expect(results.map(line)).toEqual(["0 0", "1 invalid_input not_sent", "2 2"]);
    expect(results[1]).toEqual({ index: 1, input: row, ok: false, error: errorOf(results[1]) });
    expect(errorOf(results[1]).message).toBe(message);
    expect(requests).toEqual(["0", "2"]);
  });

  test.each(wrong)("as one that is %s fail alone, and without order", async (_, row) => {
    const { impact } = served();
    const rows = [program(0), row as Params, program(2)];

    const given = await lines(impact.trackingLinks.createMany(rows, { ordered: false }));

    expect(given.sort()).toEqual(["0 0", "1 invalid_input not_sent", "2 2"]);
  });

  test("as one whose getter throws fail alone", async () => {
    const { impact } = served();
    const row = {
      get programId(): string {
        throw new Error("no such column");
      },
    };

    expect(await lines(impact.trackingLinks.createMany([program(0), row, program(2)]))).toEqual([
      "0 0",
      "1 invalid_input not_sent",
      "2 2",
    ]);
  });

  describe.each(["ordered", "unordered"])("which throw, %s", (order) => {
    const options = { ordered: order === "ordered" };
    const fault = new Error("no such file");
    function* sync(count: number): Generator<Params> {
      yield* programs(count);
      throw fault;
    }
    async function* later(count: number): AsyncGenerator<Params> {
      yield* programs(count);
      throw fault;
    }

    test.each([
      ["at first", 0],
      ["midway", 3],
    ])("%s have failed there, and have ended", async (_, count) => {
      for (const inputs of [sync, later]) {
        const { impact, requests } = served();

        const results = await all(impact.trackingLinks.createMany(inputs(count), options));
        results.sort((a, b) => a.index - b.index);

        const last = results.pop();
        expect(results.map(line)).toEqual(
          programs(count).map(({ programId }) => `${programId} ${programId}`),
        );
        expect(last).toEqual({ index: count, input: undefined, ok: false, error: errorOf(last) });
        expect(errorOf(last)).toMatchObject({
          code: "invalid_input",
          outcome: "not_sent",
          message: "Expected another input, got an error: no such file",
        });
        expect(requests).toEqual(programs(count).map(({ programId }) => programId));
      }
    });

    test.each<[what: string, thrown: unknown, words: string]>([
      ["undefined", undefined, "undefined"],
      ["a string", "gone", "gone"],
      ["a symbol", Symbol("gone"), "Symbol(gone)"],
    ])("%s are told in words", async (_, thrown, words) => {
      const { impact } = served();
      const results = await all(impact.trackingLinks.createMany(throwing(thrown), options));

      expect(results.map(({ index }) => index)).toEqual([0]);
      expect(errorOf(results[0]).message).toBe(`Expected another input, got an error: ${words}`);
    });

    test("what cannot be told in words have failed all the same", async () => {
      const { impact } = served();
      function* inputs(): Generator<Params> {
        yield program(0);
        throw Object.create(null);
      }

      const given = await lines(impact.trackingLinks.createMany(inputs(), options));

      expect(given.sort()).toEqual(["0 0", "1 invalid_input not_sent"]);
    });
  });

  test.each<[what: string, next: () => unknown]>([
    ["nothing", () => undefined],
    ["a promise of nothing", () => Promise.resolve(undefined)],
    ["a promise of null", () => Promise.resolve(null)],
  ])("as an iterator that gives %s have failed there, and have ended", async (_, next) => {
    const { impact } = served();
    const inputs = { [Symbol.asyncIterator]: () => ({ next }) } as unknown as Inputs;

    expect(await lines(impact.trackingLinks.createMany(inputs))).toEqual([
      "0 invalid_input not_sent",
    ]);
  });

  test("may come as thenables that are no promises", async () => {
    const { impact } = served();
    let count = 0;
    const next = () => ({
      // oxlint-disable-next-line unicorn/no-thenable
      then: (resolve: (step: IteratorResult<Params, undefined>) => void): void => {
        const value = programs(2)[count++];
        resolve(value ? { done: false, value } : { done: true, value: undefined });
      },
    });
    const inputs = { [Symbol.asyncIterator]: () => ({ next }) } as unknown as Inputs;
    const { given, ended } = reading(impact.trackingLinks.createMany(inputs));

    await settled();

    expect(given).toEqual(["0 0", "1 1"]);
    expect(await Promise.race([ended, Promise.resolve("stuck")])).toBe("ended");
  });

  test("which throw are not told that they have ended", async () => {
    const { impact } = served();
    const { inputs, seen } = watched(3, () => {
      throw new Error("no such file");
    });

    expect(await lines(impact.trackingLinks.createMany(inputs))).toEqual([
      "0 invalid_input not_sent",
    ]);
    expect(seen.returned).toBe(0);
  });

  test.each<[what: string, inputs: unknown, got: string]>([
    ["undefined", undefined, "undefined"],
    ["null", null, "null"],
    ["a number", 7, "the number 7"],
    ["a string", "12", "a string"],
    ["a function", program, "a value of type function"],
    ["one row", program(0), "a value of type object"],
  ])("altogether, such as %s, are refused", async (_, inputs, got) => {
    const { impact } = served();

    const error = await failure(impact.trackingLinks.createMany(inputs as Inputs));

    expect(error).toMatchObject({
      code: "invalid_input",
      outcome: "not_sent",
      message: `Expected inputs that can be iterated, got ${got}`,
    });
  });

  test("100,000 times in a row are no more than that", async () => {
    const { impact, requests } = served();
    function* inputs(): Generator<Params> {
      for (let id = 0; id < 100_000; id++) yield program("");
      yield program("last");
    }
    let count = 0;
    let last = "";

    for await (const result of impact.trackingLinks.createMany(inputs())) {
      count += result.index === count ? 1 : 0;
      last = line(result);
    }

    expect(count).toBe(100_001);
    expect(last).toBe("100000 last");
    expect(requests).toEqual(["last"]);
  });
});

describe("order", () => {
  /** Later ones are answered sooner. */
  const backwards: Serve = ({ target }) => after(100 - Number(target), () => good(target));

  test("is that of the inputs", async () => {
    const { impact } = served(backwards);

    expect(await lines(impact.trackingLinks.createMany(programs(5)))).toEqual([
      "0 0",
      "1 1",
      "2 2",
      "3 3",
      "4 4",
    ]);
  });

  test("is that of the answers if not asked for", async () => {
    const { impact } = served(backwards);

    expect(await lines(impact.trackingLinks.createMany(programs(5), { ordered: false }))).toEqual([
      "4 4",
      "3 3",
      "2 2",
      "1 1",
      "0 0",
    ]);
  });

  test("not asked for gives each result as soon as it is known", async () => {
    const { impact, answer } = held();
    const { given } = reading(impact.trackingLinks.createMany(programs(3), { ordered: false }));

    await settled();
    await answer("1");
    expect(given).toEqual(["1 1"]);
    await answer("0");
    expect(given).toEqual(["1 1", "0 0"]);
    await answer("2");
    expect(given).toEqual(["1 1", "0 0", "2 2"]);
  });

  test("gives each result as soon as it is its turn", async () => {
    const { impact, answer } = held();
    const { given } = reading(impact.trackingLinks.createMany(programs(3)));

    await settled();
    await answer("1");
    expect(given).toEqual([]);
    await answer("0");
    expect(given).toEqual(["0 0", "1 1"]);
    await answer("2");
    expect(given).toEqual(["0 0", "1 1", "2 2"]);
  });

  test.each([1, 2, 8])(
    "lets one slow request hold up others no earlier than 16 times %i later",
    async (concurrency) => {
      const { impact, requests } = served(({ target }) =>
        target === "0" ? never() : good(target),
      );
      const { inputs, seen } = watched(1000);
      const { given } = reading(impact.trackingLinks.createMany(inputs, { concurrency }));

      await settled();

      // The only one that may be under way is the slow one.
      const window = concurrency === 1 ? 1 : concurrency * 16;
      expect(given).toEqual([]);
      expect(requests.length).toBe(window);
      expect(seen.taken).toBe(window);
    },
  );

  test("goes on after the slow one, and loses nothing", async () => {
    const { impact } = served(({ target }) =>
      target === "0" ? after(5000, () => good(target)) : good(target),
    );
    const { inputs } = watched(1000);

    const given = await lines(impact.trackingLinks.createMany(inputs, { concurrency: 2 }));

    expect(given).toEqual(programs(1000).map((_, id) => `${id} ${id}`));
  });

  test("not asked for lets a slow request hold up nobody", async () => {
    const { impact, requests } = served(({ target }) => (target === "0" ? never() : good(target)));
    const options = { concurrency: 2, ordered: false };
    const { given } = reading(impact.trackingLinks.createMany(programs(1000), options));

    await settled();

    expect(given).toEqual(programs(1000).flatMap((_, id) => (id === 0 ? [] : [`${id} ${id}`])));
    expect(requests.length).toBe(1000);
  });
});

describe("concurrency", () => {
  test.each([1, 2, 3, 8, 100])("of %i is reached and never exceeded", async (concurrency) => {
    const { impact, seen } = served(({ target }) =>
      after((Number(target) * 7) % 13, () => good(target)),
    );

    const results = await all(impact.trackingLinks.createMany(programs(300), { concurrency }));

    expect(results.length).toBe(300);
    expect(seen).toEqual({ underWay: 0, most: concurrency });
  });

  test("is 8 unless told otherwise", async () => {
    const { impact, seen } = served(({ target }) => after(5, () => good(target)));

    await all(impact.trackingLinks.createMany(programs(50)));

    expect(seen.most).toBe(8);
  });

  test("is not exceeded by async inputs that come fast, nor without order", async () => {
    const { impact, seen } = served(({ target }) => after(5, () => good(target)));
    async function* inputs(): AsyncGenerator<Params> {
      yield* programs(50);
    }

    await all(impact.trackingLinks.createMany(inputs(), { concurrency: 3, ordered: false }));

    expect(seen.most).toBe(3);
  });

  test("is not exceeded by retries, which hold their place", async () => {
    const { impact, seen, requests } = served(({ target, count }) =>
      after(5, () => (count % 2 ? refusal(500) : good(target))),
    );

    await all(impact.trackingLinks.createMany(programs(50), { concurrency: 3, maxRetries: 100 }));

    expect(seen.most).toBe(3);
    expect(requests.length).toBeGreaterThan(50);
  });

  test("is how far ahead of a slow reader requests are sent", async () => {
    for (const ordered of [true, false]) {
      const { impact, requests } = served();
      const { inputs, seen } = watched(1000);
      const results = impact.trackingLinks.createMany(inputs, { concurrency: 4, ordered });

      for (let read = 1; read <= 20; read++) {
        await results.next();
        await settled();
        expect(requests.length - read).toBeLessThanOrEqual(4);
        expect(seen.taken - read).toBeLessThanOrEqual(4);
      }
      await results.return();
    }
  });

  test("is for each call of its own", async () => {
    const { impact, seen } = served(({ target }) => after(5, () => good(target)));

    const both = [1, 2].map(() =>
      all(impact.trackingLinks.createMany(programs(20), { concurrency: 2 })),
    );
    await Promise.all(both);

    expect(seen.most).toBe(4);
  });
});

test("100,000 inputs give 100,000 results, in order", async () => {
  const { impact, requests, seen } = served(undefined, { onEvent: undefined });
  function* inputs(): Generator<Params> {
    for (let id = 0; id < 100_000; id++) yield program(id);
  }
  let count = 0;

  for await (const result of impact.trackingLinks.createMany(inputs())) {
    if (result.ok && result.index === count && result.link.programId === String(count)) count++;
  }

  expect(count).toBe(100_000);
  expect(requests.length).toBe(100_000);
  expect(seen.most).toBe(8);
}, 60_000);

describe("identical requests", () => {
  test("are sent once, also while the first is under way", async () => {
    const { impact, requests, answer } = held();
    const rows = [program(1), program(1), program(2), program(1)];
    const { given, ended } = reading(impact.trackingLinks.createMany(rows));

    await settled();
    expect(requests).toEqual(["1", "2"]);
    await answer("1");
    await answer("2");
    await ended;

    expect(given).toEqual(["0 1", "1 1 reused", "2 2", "3 1 reused"]);
    expect(requests).toEqual(["1", "2"]);
  });

  test("are sent once, also after the first has been answered", async () => {
    const { impact, requests } = served();
    const rows = [program(1), program(2), program(1)];

    const given = await lines(impact.trackingLinks.createMany(rows, { concurrency: 1 }));

    expect(given).toEqual(["0 1", "1 2", "2 1 reused"]);
    expect(requests).toEqual(["1", "2"]);
  });

  test("are told by what they ask for, not by how", async () => {
    const { impact, requests } = served();
    const rows: Params[] = [
      { programId: "1", subId1: "a", adId: "2" },
      { adId: "2", programId: "1", subId1: "a" },
      { programId: "1", subId1: "a", adId: "2", type: "Regular" },
      { programId: "1", subId1: "a", adId: "2", type: undefined, subId2: undefined },
    ];

    const results = await all(impact.trackingLinks.createMany(rows));

    expect(results.map((result) => result.ok && result.reused)).toEqual([false, true, true, true]);
    expect(requests).toEqual(["1?subId1=a&AdId=2"]);
  });

  test("do not take two requests for one that differ in one parameter", async () => {
    const { impact, requests } = served();
    const rows: Params[] = [
      program(1),
      program(1, { type: "Vanity" }),
      program(1, { type: "Vanity", customPath: "Sale" }),
      program(1, { subId1: "a" }),
      program(1, { subId2: "a" }),
      program(1, { subId3: "a" }),
      program(1, { sharedId: "a" }),
      program(1, { adId: "a" }),
      program(1, { mediaPartnerPropertyId: "a" }),
      program(1, { deepLink: "https://shop.example/a" }),
    ];

    const results = await all(impact.trackingLinks.createMany(rows));

    expect(results.map((result) => result.ok && result.reused)).toEqual(rows.map(() => false));
    expect(requests.length).toBe(rows.length);
  });

  test.each([
    [400, "invalid_request"],
    [403, "forbidden"],
    [404, "not_found"],
  ])("that are refused with %i are sent once too", async (status, code) => {
    const { impact, requests } = served(() => after(5, () => refusal(status)));
    const rows = [program(1), program(1), program(2), program(1)];

    const given = await lines(impact.trackingLinks.createMany(rows, { concurrency: 1 }));

    expect(given).toEqual([0, 1, 2, 3].map((index) => `${index} ${code} rejected`));
    expect(requests).toEqual(["1", "2"]);
  });

  const failures: [what: string, serve: () => Response | Promise<Response>, told: string][] = [
    ["a timeout", () => never(), "timeout unknown"],
    ["a 500", () => refusal(500), "server_error unknown"],
    ["a reset", reset, "connection unknown"],
    ["a proxy's page", () => new Response("<html>"), "unexpected_response unknown"],
  ];

  test.each(failures)("for Regular links are sent again after %s", async (_, serve, told) => {
    const { impact, requests } = served(({ target, count }) =>
      count === 1 ? serve() : good(target),
    );
    const rows = [program(1), program(2), program(1), program(1)];

    const given = await lines(impact.trackingLinks.createMany(rows, { concurrency: 1 }));

    expect(given).toEqual([`0 ${told}`, "1 2", "2 1", "3 1 reused"]);
    expect(requests).toEqual(["1", "2", "1"]);
  });

  test.each(failures)(
    "for Regular links that wait for one share its fate after %s",
    async (_, serve, told) => {
      const { impact, requests } = served(() => after(5, serve));
      const rows = [program(1), program(1), program(1)];

      const given = await lines(impact.trackingLinks.createMany(rows));

      expect(given).toEqual([`0 ${told}`, `1 ${told}`, `2 ${told}`]);
      expect(requests).toEqual(["1"]);
    },
  );

  test.each(failures)("for Vanity links are never sent again after %s", async (_, serve, told) => {
    const { impact, requests } = served(({ target, count }) =>
      count === 1 ? serve() : good(target),
    );
    const row = program(1, { type: "Vanity", customPath: "Sale" });
    const rows = [row, program(2), { ...row }, { ...row }];

    const options = { concurrency: 1, maxRetries: 5 };
    const given = await lines(impact.trackingLinks.createMany(rows, options));

    expect(given).toEqual([`0 ${told}`, "1 2", `2 ${told}`, `3 ${told}`]);
    expect(requests).toEqual(["1?Type=Vanity&CustomPath=Sale", "2"]);
  });

  test("for Vanity links are sent again if the first never left", async () => {
    const { impact, requests } = served(({ target, count }) =>
      count === 1 ? unreachable() : good(target),
    );
    const row = program(1, { type: "Vanity" });

    const given = await lines(impact.trackingLinks.createMany([row, row, row], { concurrency: 1 }));

    // The second waits for nothing: with one at a time, it is taken when the first has failed.
    expect(given).toEqual(["0 connection not_sent", "1 1?Type=Vanity", "2 1?Type=Vanity reused"]);
    expect(requests).toEqual(["1?Type=Vanity", "1?Type=Vanity"]);
  });

  test("are all sent without reuse", async () => {
    const { impact, requests } = served();

    const given = await lines(
      impact.trackingLinks.createMany([program(1), program(1), program(1)], { reuse: false }),
    );

    expect(given).toEqual(["0 1", "1 1", "2 1"]);
    expect(requests).toEqual(["1", "1", "1"]);
  });

  test("are sent once in each call", async () => {
    const { impact, requests } = served();

    await all(impact.trackingLinks.createMany([program(1), program(1)]));
    await all(impact.trackingLinks.createMany([program(1), program(1)]));

    expect(requests).toEqual(["1", "1"]);
  });

  test("are remembered for 10,000 requests", async () => {
    const { impact, requests } = served(undefined, { onEvent: undefined });
    // The first is used once more before others take its place.
    const rows = [...programs(10_000), program(0), ...programs(20_000).slice(10_000), program(0)];

    const given: string[] = [];
    for await (const result of impact.trackingLinks.createMany(rows)) given.push(line(result));

    expect([given[9_999], given[10_000], given[10_001], given.at(-1)]).toEqual([
      "9999 9999",
      "10000 0 reused",
      "10001 10000",
      "20001 0 reused",
    ]);
    expect(requests.length).toBe(20_000);
  });

  test("are forgotten after 20,000 other requests", async () => {
    const { impact, requests } = served(undefined, { onEvent: undefined });
    // Those under way are remembered too.
    const rows = [...programs(20_100), program(0)];

    const given: string[] = [];
    for await (const result of impact.trackingLinks.createMany(rows)) given.push(line(result));

    expect(given.at(-1)).toBe("20100 0");
    expect(requests.length).toBe(20_101);
  });

  test("for Vanity links are not forgotten while the first is under way", async () => {
    let answer: (response: Response) => void = () => {};
    const { impact, requests } = served(
      ({ target, count }) =>
        count === 1 ? new Promise((resolve) => (answer = resolve)) : good(target),
      { onEvent: undefined },
    );
    const sale = program("sale", { type: "Vanity", customPath: "Sale" });
    const rows = [sale, ...programs(10_001), sale, program("last")];
    // The second is known only when the first is, unless it was sent as well.
    let left = rows.length - 2;

    for await (const _ of impact.trackingLinks.createMany(rows, { ordered: false })) {
      if (--left === 0) answer(good("sale"));
    }

    expect(requests.filter((target) => target.startsWith("sale"))).toEqual([
      "sale?Type=Vanity&CustomPath=Sale",
    ]);
  });

  test("100,000 times in a row are one request", async () => {
    for (const serve of [undefined, ({ target }: Asked) => after(5, () => good(target))]) {
      const { impact, requests } = served(serve);
      const rows = Array.from({ length: 100_000 }, () => program(1));
      let reused = 0;

      const counting = (async () => {
        for await (const result of impact.trackingLinks.createMany(rows)) {
          if (result.ok && result.reused) reused++;
        }
      })();
      await vi.runAllTimersAsync();
      await counting;

      expect(reused).toBe(99_999);
      expect(requests).toEqual(["1"]);
    }
  });
});

describe("appended ids", () => {
  const appended = (
    rows: Params[],
    options: CreateManyOptions = {},
  ): [Params[], CreateManyOptions] => [rows, { appendIds: true, ...options }];

  test("need one request for all rows that differ in them alone", async () => {
    const { impact, requests } = served();
    const rows = [
      program(1, { subId1: "a" }),
      program(1, { subId2: "b c", subId1: "ä&=" }),
      program(1, { subId3: "c", sharedId: "d" }),
      program(1),
    ];

    const results = await all(impact.trackingLinks.createMany(...appended(rows)));

    expect(results.map(line)).toEqual([
      "0 1?subId1=a",
      "1 1?subId1=%C3%A4%26%3D&subId2=b%20c reused",
      "2 1?subId3=c&sharedid=d reused",
      "3 1 reused",
    ]);
    expect(requests).toEqual(["1"]);
    expect(results.map((result) => result.ok && result.link.raw)).toEqual(
      rows.map(() => ({ TrackingURL: linkOf("1") })),
    );
  });

  test("are appended behind what the link has already, and take the place of what it had", async () => {
    const { impact } = served(() => good("1?subid1=x&u=y#z"));

    const given = await lines(
      impact.trackingLinks.createMany(...appended([program(1, { subId1: "a", sharedId: "b" })])),
    );

    expect(given).toEqual(["0 1?subId1=a&u=y&sharedid=b#z"]);
  });

  test("of 10,000 rows for 40 destinations need 40 requests", async () => {
    const { impact, requests } = served(undefined, { onEvent: undefined });
    const rows = Array.from({ length: 10_000 }, (_, id) =>
      program(id % 40, { subId1: `u${id}`, sharedId: `s${id % 7}` }),
    );
    const given: string[] = [];

    for await (const result of impact.trackingLinks.createMany(...appended(rows))) {
      given.push(result.ok ? result.link.url : "");
    }

    expect(given).toEqual(
      rows.map(({ programId, subId1, sharedId }) =>
        linkOf(`${programId}?subId1=${subId1}&sharedid=${sharedId}`),
      ),
    );
    expect(requests).toEqual(Array.from({ length: 40 }, (_, id) => String(id)));
  });

  test("are appended to a Vanity link, which is made once", async () => {
    const { impact, requests } = served(() =>
      Response.json({ TrackingURL: "example.sjv.io/Sale" }),
    );
    const sale: Params = { programId: "1", type: "Vanity", customPath: "Sale" };

    const results = await all(
      impact.trackingLinks.createMany(
        ...appended([
          { ...sale, subId1: "a" },
          { ...sale, subId1: "b" },
        ]),
      ),
    );

    expect(results.map((result) => result.ok && result.link.url)).toEqual([
      "https://example.sjv.io/Sale?subId1=a",
      "https://example.sjv.io/Sale?subId1=b",
    ]);
    expect(requests).toEqual(["1?Type=Vanity&CustomPath=Sale"]);
  });

  test("leave whatever else differs to requests of its own", async () => {
    const { impact, requests } = served();
    const rows = [
      program(1, { subId1: "a", deepLink: "https://shop.example/a" }),
      program(1, { subId1: "a", deepLink: "https://shop.example/b" }),
      program(1, { subId1: "a", mediaPartnerPropertyId: "5" }),
      program(1, { subId1: "a", adId: "6" }),
    ];

    await all(impact.trackingLinks.createMany(...appended(rows)));

    expect(requests).toEqual([
      "1?DeepLink=https%3A%2F%2Fshop.example%2Fa",
      "1?DeepLink=https%3A%2F%2Fshop.example%2Fb",
      "1?MediaPartnerPropertyId=5",
      "1?AdId=6",
    ]);
  });

  test("that are wrong are refused row by row, without a request", async () => {
    const { impact, requests } = served();
    const rows = [
      program(1, { subId1: "" }),
      program(1, { subId2: "x".repeat(256) }),
      program(1, { sharedId: 7 as unknown as string }),
      program(1, { subId3: account.authToken }),
    ];

    const results = await all(impact.trackingLinks.createMany(...appended(rows)));

    expect(results.map((result) => errorOf(result).message)).toEqual([
      "Expected `subId1` to be a string that is not empty, got an empty string",
      "Expected `subId2` to be at most 255 characters, got 256",
      "Expected `sharedId` to be a string that is not empty, got the number 7",
      "Expected `subId3` without credentials, got one that holds them",
    ]);
    expect(requests).toEqual([]);
  });

  test("are those that a class's getters give, too", async () => {
    const { impact, requests } = served();
    const jobs = ["a", "b"].map((id) => {
      class Job {
        get programId(): string {
          return "1";
        }
        get subId1(): string {
          return id;
        }
      }
      return new Job();
    });

    const results = await all(impact.trackingLinks.createMany(...appended(jobs)));

    expect(requests).toEqual(["1"]);
    expect(results.map((result) => result.ok && result.link.url)).toEqual([
      `${linkOf("1")}?subId1=a`,
      `${linkOf("1")}?subId1=b`,
    ]);
  });

  test("are sent, as given, unless asked for", async () => {
    const { impact, requests } = served();

    await all(impact.trackingLinks.createMany([program(1, { subId1: "a" })]));

    expect(requests).toEqual(["1?subId1=a"]);
  });

  test("need reuse", async () => {
    const { impact } = served();

    const error = await failure(
      impact.trackingLinks.createMany([program(1)], { appendIds: true, reuse: false }),
    );

    expect(error).toMatchObject({
      code: "invalid_input",
      outcome: "not_sent",
      message: "Expected `reuse` with `appendIds`, got `reuse: false`",
      fields: [
        { field: "reuse", message: "Expected `reuse` with `appendIds`, got `reuse: false`" },
      ],
    });
  });
});

describe("credentials that are refused", () => {
  const unauthorized: Serve = ({ target }) =>
    after(10 + Number(target), () =>
      target === "2" ? refusal(401, "Authentication failed.") : good(target),
    );

  test("end it after the rows that were taken, of which none is sent any more", async () => {
    const { impact, requests } = served(unauthorized);
    const { inputs, seen } = watched(1000);

    const results = await all(impact.trackingLinks.createMany(inputs, { concurrency: 3 }));

    // 0 and 1 were answered before, and made room for 3 and 4.
    expect(results.map(line)).toEqual(["0 0", "1 1", "2 unauthorized rejected", "3 3", "4 4"]);
    expect(requests).toEqual(["0", "1", "2", "3", "4"]);
    expect(seen).toEqual({ taken: 5, returned: 1, isClosed: true });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("fail what waits for the quota, as not sent", async () => {
    const { impact, requests, events } = served(({ target }) => {
      if (target === "0") return after(10, () => refusal(429, "", { "Retry-After": "700" }));
      return after(20, () => refusal(401, "Authentication failed."));
    });
    const { inputs, seen } = watched(1000);

    const results = await all(impact.trackingLinks.createMany(inputs, { concurrency: 2 }));

    expect(results.map(line)).toEqual(["0 unauthorized not_sent", "1 unauthorized rejected"]);
    const first = errorOf(results[1]);
    expect(errorOf(results[0])).toMatchObject({
      message: `Not sent, since an earlier request was refused: ${first.message}`,
      status: 401,
      reason: "Authentication failed.",
      attempts: 0,
      cause: first,
    });
    expect(requests).toEqual(["0", "1"]);
    expect(seen).toEqual({ taken: 2, returned: 1, isClosed: true });
    expect(events.filter(({ type }) => type === "wait").length).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("do not wait for an input that never comes", async () => {
    const { impact } = served(() => after(10, () => refusal(401)));
    const returned = vi.fn<() => Promise<never>>(never);
    let count = 0;
    const inputs = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          count++ === 0 ? Promise.resolve({ done: false, value: program(0) }) : never<never>(),
        return: returned,
      }),
    };

    expect(await lines(impact.trackingLinks.createMany(inputs))).toEqual([
      "0 unauthorized rejected",
    ]);
    expect(returned).toHaveBeenCalledTimes(1);
  });
});

describe("the limit of vanity links", () => {
  test("ends requests for Vanity links, and no others", async () => {
    const words = "The limit of 5000 vanity links is reached.";
    const { impact, requests } = served(({ target }) =>
      target === "1?Type=Vanity" ? refusal(403, words) : good(target),
    );
    const rows: Params[] = [
      program(0, { type: "Vanity" }),
      program(1, { type: "Vanity" }),
      program(2),
      program(3, { type: "Vanity" }),
      program(3, { type: "Vanity" }),
      program(1, { type: "Vanity" }),
      program(4, { type: "Regular" }),
    ];

    const results = await all(impact.trackingLinks.createMany(rows, { concurrency: 1 }));

    expect(results.map(line)).toEqual([
      "0 0?Type=Vanity",
      "1 vanity_limit_reached rejected",
      "2 2",
      "3 vanity_limit_reached not_sent",
      "4 vanity_limit_reached not_sent",
      "5 vanity_limit_reached rejected",
      "6 4?Type=Regular",
    ]);
    expect(requests).toEqual(["0?Type=Vanity", "1?Type=Vanity", "2", "4?Type=Regular"]);
    const first = errorOf(results[1]);
    expect(first.message).toBe(
      `POST ${baseUrl}/Mediapartners/IRabc123/Programs/1/TrackingLinks answered 403: ${words}`,
    );
    expect(errorOf(results[3]).toJSON()).toEqual({
      name: "ImpactError",
      code: "vanity_limit_reached",
      outcome: "not_sent",
      message: `Not sent, since an earlier request was refused: ${first.message}`,
      status: 403,
      reason: words,
      attempts: 0,
      cause: `ImpactError: ${first.message}`,
    });
    expect(errorOf(results[3]).cause).toBe(first);
  });
});

/** What a client did, by a clock that nobody sets. */
function clocked(
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

const sent = (at: number, ...indexes: number[]): string[] =>
  indexes.map((index) => `${at} request ${index}`);

describe("a quota that is used up", () => {
  test("is waited for, and told of once", async () => {
    const { impact, trace, events } = clocked({ limit: 3, windowMs: HOUR });

    const results = await all(impact.trackingLinks.createMany(programs(7), { concurrency: 2 }));

    expect(results.map(({ index, ok }) => [index, ok])).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((index) => [index, true]),
    );
    expect(trace).toEqual([
      ...sent(0, 0, 1, 2),
      `0 wait quota ${HOUR}`,
      ...sent(HOUR, 3, 4, 5),
      `${HOUR} wait quota ${HOUR}`,
      ...sent(2 * HOUR, 6),
    ]);
    expect(events.filter(({ type }) => type === "wait")).toEqual([
      { type: "wait", cause: "quota", time: NOW, delay: HOUR, until: new Date(NOW + HOUR) },
      {
        type: "wait",
        cause: "quota",
        time: NOW + HOUR,
        delay: HOUR,
        until: new Date(NOW + 2 * HOUR),
      },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that is known from an earlier call is waited for before the first request", async () => {
    const { impact, trace } = clocked({ limit: 1, windowMs: HOUR });
    const earlier = impact.trackingLinks.create(program(0));
    await settled();
    await earlier;

    await all(impact.trackingLinks.createMany(programs(2)));

    expect(trace).toEqual([
      "0 request undefined",
      `0 wait quota ${HOUR}`,
      ...sent(HOUR, 0),
      `${HOUR} wait quota ${HOUR}`,
      ...sent(2 * HOUR, 1),
    ]);
  });

  test("never comes to a refusal where headers tell, however late answers are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 11 }),
        fc.integer({ min: 1, max: 10 }),
        fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 20 }),
        async (limit, reserve, concurrency, delays) => {
          vi.useFakeTimers({ now: NOW });
          const quotaReserve = Math.min(reserve, limit - 1);
          const fake = createFakeImpact({ rateLimit: { limit, windowMs: HOUR } });
          let count = 0;
          const statuses: number[] = [];
          const fetch: typeof globalThis.fetch = async (input, init) => {
            const delay = delays[count++ % delays.length] ?? 0;
            await after(delay / 2, () => {});
            const response = await fake.fetch(input, init);
            statuses.push(response.status);
            return after(delay / 2, () => response);
          };
          const impact = createImpactClient({ ...account, baseUrl, fetch, timeout: HOUR });
          // So that the quota is known.
          const known = impact.trackingLinks.create(program(0));
          await vi.runAllTimersAsync();
          await known;

          const options = { concurrency, quotaReserve };
          const given = await all(impact.trackingLinks.createMany(programs(40), options));

          expect(given.map(({ index, ok }) => ok && index)).toEqual(
            programs(40).map((_, id) => id),
          );
          expect(statuses).toEqual(Array.from({ length: 41 }, () => 200));
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each([
    ["back", -2 * HOUR],
    ["forward", 2 * HOUR],
  ])("is waited for no longer if the clock is set %s meanwhile", async (_, shift) => {
    const { impact, trace } = clocked({ limit: 2, windowMs: HOUR });
    const { given, ended } = reading(
      impact.trackingLinks.createMany(programs(3), { concurrency: 1 }),
    );

    await vi.advanceTimersByTimeAsync(HOUR / 2);
    vi.setSystemTime(Date.now() + shift);
    await vi.advanceTimersByTimeAsync(HOUR / 2);

    expect(trace).toEqual([...sent(0, 0, 1), `0 wait quota ${HOUR}`, ...sent(HOUR, 2)]);
    expect(await ended).toBe("ended");
    expect(given.length).toBe(3);
  });

  test.each([
    ["back", -2 * HOUR],
    ["forward", 2 * HOUR],
  ])("is whole again after the wait if the clock was set %s meanwhile", async (_, shift) => {
    const { impact, trace } = clocked({ limit: 3, windowMs: HOUR });
    const { ended } = reading(impact.trackingLinks.createMany(programs(6), { concurrency: 1 }));

    await vi.advanceTimersByTimeAsync(HOUR / 2);
    vi.setSystemTime(Date.now() + shift);
    await vi.advanceTimersByTimeAsync(HOUR / 2);

    expect(trace).toEqual([...sent(0, 0, 1, 2), `0 wait quota ${HOUR}`, ...sent(HOUR, 3, 4, 5)]);
    expect(await ended).toBe("ended");
  });

  test("ends its wait at once on an abort", async () => {
    const { impact, trace } = clocked({ limit: 2, windowMs: HOUR });
    const controller = new AbortController();
    const { signal } = controller;
    const { inputs, seen } = watched(10);
    const { given, ended } = reading(
      impact.trackingLinks.createMany(inputs, { concurrency: 1, signal }),
    );

    await vi.advanceTimersByTimeAsync(1000);
    controller.abort("gone");
    await settled();

    expect(await ended).toBe("gone");
    expect(given.length).toBe(2);
    expect(trace).toEqual([...sent(0, 0, 1), `0 wait quota ${HOUR}`]);
    expect(seen.returned).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("ends its wait when the loop is left", async () => {
    const { impact } = clocked({ limit: 2, windowMs: HOUR });
    const results = impact.trackingLinks.createMany(programs(10), { concurrency: 3 });

    const first = results.next();
    await vi.advanceTimersByTimeAsync(1000);
    expect((await first).done).toBe(false);
    expect(vi.getTimerCount()).toBe(1);
    await results.return();

    expect(vi.getTimerCount()).toBe(0);
  });

  test("holds back nothing that needs no request", async () => {
    const { impact } = clocked({ limit: 2, windowMs: HOUR });
    const rows = [program(0), program(1), program(0), program("")];
    const { given } = reading(
      impact.trackingLinks.createMany(rows, { concurrency: 1, ordered: false }),
    );

    await settled();

    expect(given.map((each) => each.split(" ")[0])).toEqual(["0", "1", "2", "3"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("of 0 is not blamed on a reserve that nobody gave", async () => {
    const headers = { "X-RateLimit-Limit-hour": "0", "X-RateLimit-Remaining-hour": "0" };
    const { impact } = served(({ target }) => good(target, headers));
    const { given, ended } = reading(
      impact.trackingLinks.createMany(programs(2), { concurrency: 1 }),
    );

    await vi.advanceTimersByTimeAsync(HOUR);

    expect(given.slice(0, 1)).toEqual(["0 0"]);
    expect(String(await Promise.race([ended, Promise.resolve("waits")]))).not.toContain(
      "quotaReserve",
    );
  });
});

describe("a refusal for the quota", () => {
  test("is waited out however long it asks to wait, and the rows go on", async () => {
    const { impact, trace } = clocked({ limit: 3, windowMs: HOUR }, { maxRetries: 2 });

    const results = await all(impact.trackingLinks.createMany(programs(5)));

    // Nothing is known of the quota before the first answers.
    expect(trace).toEqual([
      ...sent(0, 0, 1, 2, 3, 4),
      "0 429",
      "0 429",
      `0 wait quota ${HOUR}`,
      ...sent(HOUR, 3, 4),
    ]);
    expect(results.map(({ index, ok }) => [index, ok])).toEqual(
      [0, 1, 2, 3, 4].map((index) => [index, true]),
    );
  });

  test("is waited out without any other header", async () => {
    const { impact, requests, events } = served(({ target, count }) =>
      count === 2 ? refusal(429, "", { "Retry-After": "700" }) : good(target),
    );

    const given = await lines(impact.trackingLinks.createMany(programs(4), { concurrency: 1 }));

    expect(given).toEqual(["0 0", "1 1", "2 2", "3 3"]);
    expect(requests).toEqual(["0", "1", "1", "2", "3"]);
    expect(events.filter(({ type }) => type === "wait")).toEqual([
      {
        type: "wait",
        cause: "quota",
        time: NOW,
        delay: 700_000,
        until: new Date(NOW + 700_000),
      },
    ]);
  });

  test("without any hint is waited out for a minute, as often as it comes", async () => {
    const { impact, events } = served(({ target, count }) =>
      count <= 3 ? refusal(429) : good(target),
    );

    const given = await lines(impact.trackingLinks.createMany(programs(1)));

    expect(given).toEqual(["0 0"]);
    expect(
      events.map((event) => `${event.time - NOW} ${event.type}`).filter((at) => !/resp/.test(at)),
    ).toEqual([
      "0 request",
      "0 wait",
      "60000 request",
      "60000 wait",
      "120000 request",
      "120000 wait",
      "180000 request",
    ]);
  });

  test("of many rows is one wait", async () => {
    const { impact, events } = served(({ target, count }) =>
      count <= 8 ? after(5, () => refusal(429, "", { "Retry-After": "700" })) : good(target),
    );

    const given = await lines(impact.trackingLinks.createMany(programs(20)));

    expect(given).toEqual(programs(20).map((_, id) => `${id} ${id}`));
    expect(events.filter(({ type }) => type === "wait")).toEqual([
      {
        type: "wait",
        cause: "quota",
        time: NOW + 5,
        delay: 700_000,
        until: new Date(NOW + 700_005),
      },
    ]);
  });

  test("is waited out for a Vanity link too, which is then made once", async () => {
    const { impact, requests } = served(({ target, count }) =>
      count === 1 ? refusal(429, "", { "Retry-After": "700" }) : good(target),
    );
    const row = program(1, { type: "Vanity" });

    expect(await lines(impact.trackingLinks.createMany([row, row]))).toEqual([
      "0 1?Type=Vanity",
      "1 1?Type=Vanity reused",
    ]);
    expect(requests).toEqual(["1?Type=Vanity", "1?Type=Vanity"]);
  });

  test.each([
    ["back", -2 * HOUR],
    ["forward", 2 * HOUR],
  ])("is waited out no longer if the clock is set %s meanwhile", async (_, shift) => {
    const { impact, trace } = clocked({ limit: 2, windowMs: HOUR });
    const { ended } = reading(impact.trackingLinks.createMany(programs(3)));

    await vi.advanceTimersByTimeAsync(HOUR / 2);
    vi.setSystemTime(Date.now() + shift);
    await vi.advanceTimersByTimeAsync(HOUR / 2);

    expect(trace).toEqual([...sent(0, 0, 1, 2), "0 429", `0 wait quota ${HOUR}`, ...sent(HOUR, 2)]);
    expect(await ended).toBe("ended");
  });
});

describe("a reserve of the quota", () => {
  test("is left in every window", async () => {
    const { impact, fake, trace } = clocked({ limit: 5, windowMs: HOUR });

    await all(impact.trackingLinks.createMany(programs(7), { concurrency: 8, quotaReserve: 2 }));

    // The first goes alone, since nobody knows what is left.
    expect(trace).toEqual([
      ...sent(0, 0, 1, 2),
      `0 wait quota ${HOUR}`,
      ...sent(HOUR, 3, 4, 5),
      `${HOUR} wait quota ${HOUR}`,
      ...sent(2 * HOUR, 6),
    ]);
    expect(fake.links.length).toBe(7);
  });

  test("lets the first request go alone while nothing is known", async () => {
    const quota = { "X-RateLimit-Limit-hour": "9", "X-RateLimit-Remaining-hour": "8" };
    const { impact, requests, answer } = held();
    const { given } = reading(impact.trackingLinks.createMany(programs(5), { quotaReserve: 1 }));

    await settled();
    expect(requests).toEqual(["0"]);
    await answer("0", good("0", quota));

    expect(requests).toEqual(["0", "1", "2", "3", "4"]);
    expect(given).toEqual(["0 0"]);
  });

  test.each([
    [5, 5],
    [5, 6],
  ])("of a quota of %i that is %i is refused, after what is known", async (limit, quotaReserve) => {
    const { impact, trace } = clocked({ limit, windowMs: HOUR });
    const { inputs, seen } = watched(10);
    const { given, ended } = reading(impact.trackingLinks.createMany(inputs, { quotaReserve }));

    await settled();

    const message = `Expected \`quotaReserve\` to be less than the account's quota of 5, got the number ${quotaReserve}`;
    expect(await ended).toMatchObject({
      code: "invalid_input",
      outcome: "not_sent",
      message,
      fields: [{ field: "quotaReserve", message }],
    });
    expect(trace).toEqual(sent(0, 0));
    expect(given.length).toBe(1);
    expect(seen.returned).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that leaves nothing costs no link that is under way", async () => {
    const headers = { "X-RateLimit-Limit-hour": "5", "X-RateLimit-Remaining-hour": "4" };
    // The headers are there before the link is.
    const { impact, signals } = served(({ target }) => {
      const body = new ReadableStream<Uint8Array>({
        async start(stream) {
          await after(50, () => {});
          stream.enqueue(new TextEncoder().encode(`{"TrackingURL":"${linkOf(target)}"}`));
          stream.close();
        },
      });
      return new Response(body, { headers });
    });
    async function* inputs(): AsyncGenerator<Params> {
      yield program("sale", { type: "Vanity" });
      await after(20, () => {});
      yield program(1);
    }
    const { given, ended } = reading(
      impact.trackingLinks.createMany(inputs(), { quotaReserve: 5 }),
    );

    await vi.runAllTimersAsync();

    expect(await ended).toMatchObject({
      code: "invalid_input",
      fields: [{ field: "quotaReserve" }],
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    expect(given).toEqual(["0 sale?Type=Vanity"]);
  });
});

describe("leaving the loop", () => {
  const leave: [
    how: string,
    leave: (results: AsyncGenerator<CreateManyResult>) => Promise<unknown>,
  ][] = [
    ["return()", (results) => results.return(undefined)],
    ["throw()", (results) => results.throw("enough").catch((error: unknown) => error)],
    [
      "break",
      async (results) => {
        for await (const _ of results) break;
      },
    ],
  ];

  test.each(leave)("by %s ends the inputs and what is under way", async (_, leaving) => {
    const { signal } = new AbortController();
    const { impact, requests, signals, answer } = held();
    const { inputs, seen } = watched(100);
    const results = impact.trackingLinks.createMany(inputs, { concurrency: 4, signal });

    const first = results.next();
    await settled();
    await answer("0");
    expect(await first).toMatchObject({ done: false, value: { index: 0 } });
    // So that a loop has something to break on.
    await answer("1");
    await leaving(results);
    await settled();

    expect(seen.returned).toBe(1);
    expect(requests.length).toBeLessThanOrEqual(6);
    expect(signals.map(({ aborted }) => aborted)).toEqual(
      signals.map((each) => signals.indexOf(each) > 1),
    );
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  test.each<[what: string, serve: Serve, inputs: () => Inputs]>([
    ["the quota", () => refusal(429, "", { "Retry-After": "3600" }), () => programs(10)],
    ["an answer", () => never(), () => programs(10)],
    [
      "an input",
      ({ target }) => good(target),
      async function* () {
        yield never<Params>();
      },
    ],
  ])("by return() ends it, although it waits for %s", async (_, serve, inputs) => {
    const { impact, signals, seen } = served(serve, { maxRetryDelay: 0 });
    const results = impact.trackingLinks.createMany(inputs());
    const next = results.next();
    await settled();

    const end = results.return();

    expect(await Promise.all([next, end])).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect(signals.filter(({ aborted }) => aborted).length).toBe(seen.underWay);
    expect(vi.getTimerCount()).toBe(0);
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  test("by a stream that is destroyed", async () => {
    const { impact } = served(() => refusal(429, "", { "Retry-After": "3600" }));
    const stream = Readable.from(impact.trackingLinks.createMany(programs(10)));
    const closed = new Promise((resolve) => stream.on("close", resolve));
    stream.resume();
    await settled();

    stream.destroy();

    await closed;
    expect(vi.getTimerCount()).toBe(0);
  });

  test("by throw() rejects with what was thrown", async () => {
    const { impact } = served();
    const results = impact.trackingLinks.createMany(programs(10));
    const reason = new Error("enough");

    await results.next();

    await expect(results.throw(reason)).rejects.toBe(reason);
  });

  test("runs the finally blocks of generators", async () => {
    for (const isAsync of [false, true]) {
      const { impact } = served();
      const trace: string[] = [];
      function* sync(): Generator<Params> {
        try {
          yield* programs(1000);
        } finally {
          trace.push("sync");
        }
      }
      async function* later(): AsyncGenerator<Params> {
        try {
          yield* programs(1000);
        } finally {
          await Promise.resolve();
          trace.push("async");
        }
      }

      for await (const { index } of impact.trackingLinks.createMany(isAsync ? later() : sync())) {
        if (index === 3) break;
      }
      await settled();

      expect(trace).toEqual([isAsync ? "async" : "sync"]);
    }
  });

  test("does not wait for an input that never comes", async () => {
    const { impact } = served();
    async function* inputs(): AsyncGenerator<Params> {
      yield program(0);
      yield never<Params>();
    }

    const given: string[] = [];
    for await (const result of impact.trackingLinks.createMany(inputs())) {
      given.push(line(result));
      break;
    }

    expect(given).toEqual(["0 0"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("takes no notice of an input that comes, or fails, afterwards", async () => {
    const ends: (() => Params | Promise<Params>)[] = [
      () => program(1),
      () => Promise.reject(new Error("late")),
    ];
    for (const late of ends) {
      const { impact, requests } = served();
      async function* inputs(): AsyncGenerator<Params> {
        yield program(0);
        yield await after(50, late);
      }

      for await (const _ of impact.trackingLinks.createMany(inputs())) break;
      await vi.runAllTimersAsync();

      expect(requests).toEqual(["0"]);
    }
  });

  test("tells of an input that fails to end, as a loop over it would", async () => {
    const { impact } = served();
    const inputs = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false as const, value: program(0) }),
        return: () => {
          throw new Error("cannot end");
        },
      }),
    };
    const results = impact.trackingLinks.createMany(inputs);

    await results.next();

    await expect(results.return()).rejects.toThrow("cannot end");
  });

  test("an input that has ended is not ended once more", async () => {
    const { impact } = served();
    const { inputs, seen } = watched(3);

    for await (const { index } of impact.trackingLinks.createMany(inputs)) if (index === 1) break;
    await all(impact.trackingLinks.createMany(inputs));

    expect(seen.returned).toBe(0);
  });
});

describe("an abort", () => {
  const reason = { why: "the user left" };

  test("rejects with the signal's reason, after the results that are known", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const { impact, signals, answer } = held();
    const { inputs, seen } = watched(100);
    const results = impact.trackingLinks.createMany(inputs, { concurrency: 4, signal });

    const first = results.next();
    await settled();
    await answer("0");
    await answer("1");
    expect((await first).value).toMatchObject({ index: 0 });
    controller.abort(reason);
    await settled();

    expect((await results.next()).value).toMatchObject({ index: 1, ok: true });
    await expect(results.next()).rejects.toBe(reason);
    expect(await results.next()).toEqual({ done: true, value: undefined });
    expect(seen.returned).toBe(1);
    expect(signals.slice(2).every(({ aborted }) => aborted)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("rejects after all results that are known, those behind a slow one too", async () => {
    const controller = new AbortController();
    const { impact, answer } = held();
    const { given, ended } = reading(
      impact.trackingLinks.createMany(programs(4), { signal: controller.signal }),
    );

    await settled();
    await answer("1");
    await answer("3");
    controller.abort(reason);

    expect(await ended).toBe(reason);
    expect(given).toEqual(["1 1", "3 3"]);
  });

  test("rejects with the signal's reason whatever the inputs do as they end", async () => {
    const controller = new AbortController();
    const { impact } = held();
    function* inputs(): Generator<Params> {
      try {
        yield* programs(100);
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        throw new Error("cannot end");
      }
    }
    const { ended } = reading(
      impact.trackingLinks.createMany(inputs(), { signal: controller.signal }),
    );

    await settled();
    controller.abort(reason);

    expect(await ended).toBe(reason);
  });

  test("for an ImpactError is not taken for the failure of what is under way", async () => {
    const controller = new AbortController();
    const { impact, answer } = held();
    const results = impact.trackingLinks.createMany(programs(4), { signal: controller.signal });

    const first = results.next();
    await settled();
    await answer("0", refusal(404));
    const error = errorOf((await first).value as CreateManyResult);
    controller.abort(error);
    await settled();

    await expect(results.next()).rejects.toBe(error);
  });

  test("that has come already takes nothing and sends nothing", async () => {
    const { impact, requests } = served();
    const { inputs, seen } = watched(3);
    const signal = AbortSignal.abort(reason);

    await expect(all(impact.trackingLinks.createMany(inputs, { signal }))).rejects.toBe(reason);

    expect(seen.taken).toBe(0);
    expect(requests).toEqual([]);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("does not wait for an input that never comes", async () => {
    const controller = new AbortController();
    const { impact } = served();
    async function* inputs(): AsyncGenerator<Params> {
      yield program(0);
      yield never<Params>();
    }
    const { signal } = controller;
    const { given, ended } = reading(impact.trackingLinks.createMany(inputs(), { signal }));

    await settled();
    controller.abort(reason);

    expect(await ended).toBe(reason);
    expect(given).toEqual(["0 0"]);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("by an input, as it is taken, sends it no more", async () => {
    const controller = new AbortController();
    const { impact, requests } = served();
    function* inputs(): Generator<Params> {
      yield program(0);
      controller.abort(reason);
      yield program(1);
    }

    await expect(
      all(impact.trackingLinks.createMany(inputs(), { signal: controller.signal })),
    ).rejects.toBe(reason);
    expect(requests).toEqual(["0"]);
  });

  test("between retries ends their wait", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const { impact, requests } = served(() => refusal(503, "", { "Retry-After": "30" }), {
      maxRetries: 5,
    });
    const { ended } = reading(impact.trackingLinks.createMany(programs(3), { signal }));

    await vi.advanceTimersByTimeAsync(1000);
    controller.abort(reason);

    expect(await ended).toBe(reason);
    expect(requests).toEqual(["0", "1", "2"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("after the last result changes nothing", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const { impact } = served();

    const given = await lines(impact.trackingLinks.createMany(programs(2), { signal }));
    expect(getEventListeners(signal, "abort")).toEqual([]);
    controller.abort(reason);

    expect(given).toEqual(["0 0", "1 1"]);
  });

  test("is listened for once, however many requests are under way", async () => {
    const { signal } = new AbortController();
    const { impact } = held();
    const results = impact.trackingLinks.createMany(programs(100), { signal, concurrency: 50 });

    void results.next().catch(() => {});
    await settled();

    expect(getEventListeners(signal, "abort").length).toBe(1);
  });
});

describe("on real sockets", () => {
  const link = '{"TrackingURL":"https://example.sjv.io/c/1/2/3"}';
  const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";

  /** A server that answers the first request and leaves all others open. */
  const slow = async () => {
    let count = 0;
    const { port, seen } = await listen(
      onRequest((socket) => {
        if (++count === 1) socket.end(`${head}Content-Length: ${link.length}\r\n\r\n${link}`);
      }),
    );
    const impact = createImpactClient({ ...account, baseUrl: `http://127.0.0.1:${port}` });
    return { impact, seen };
  };

  test("leaving the loop closes the connections", async () => {
    vi.useRealTimers();
    const { impact, seen } = await slow();

    const options = { concurrency: 5, ordered: false };
    for await (const _ of impact.trackingLinks.createMany(programs(50), options)) {
      await vi.waitFor(() => expect(seen.requests).toBeGreaterThanOrEqual(5));
      break;
    }

    await vi.waitFor(() => expect(seen.open).toBe(0));
    expect(seen.requests).toBeLessThanOrEqual(6);
  });

  test("an abort closes the connections", async () => {
    vi.useRealTimers();
    const { impact, seen } = await slow();
    const controller = new AbortController();
    const { signal } = controller;
    const { ended } = reading(
      impact.trackingLinks.createMany(programs(50), { concurrency: 5, signal }),
    );

    await vi.waitFor(() => expect(seen.requests).toBe(6));
    controller.abort("gone");

    expect(await ended).toBe("gone");
    await vi.waitFor(() => expect(seen.open).toBe(0));
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("options", () => {
  test.each<[options: object, message: string]>([
    [{ concurency: 2 }, "Expected a known option, got `concurency`; did you mean `concurrency`?"],
    [{ order: true }, "Expected a known option, got `order`; did you mean `ordered`?"],
    [
      { batch: 5 },
      "Expected a known option, got `batch`; known are `signal`, `timeout`, `maxRetries`, `params`, `concurrency`, `quotaReserve`, `reuse`, `appendIds`, `ordered`",
    ],
    ...[0, 1.5, "8", NaN, 1001, -1, null, Infinity, true].map((value): [object, string] => {
      const got =
        value === "8" ? "a string" : value === null ? "null" : `the ${typeof value} ${value}`;
      return [
        { concurrency: value },
        `Expected \`concurrency\` to be a whole number from 1 to 1000, got ${got}`,
      ];
    }),
    ...[-1, 0.5, NaN].map((value): [object, string] => [
      { quotaReserve: value },
      `Expected \`quotaReserve\` to be a whole number of at least 0, got the number ${value}`,
    ]),
    ...["reuse", "appendIds", "ordered"].flatMap((name): [object, string][] => [
      [{ [name]: "yes" }, `Expected \`${name}\` to be true or false, got a string`],
      [{ [name]: null }, `Expected \`${name}\` to be true or false, got null`],
    ]),
    [
      { maxRetries: -1 },
      "Expected `maxRetries` to be a whole number from 0 to 100, got the number -1",
    ],
    [{ signal: {} }, "Expected `signal` to be an AbortSignal, got a value of type object"],
    [[], "Expected options to be an object, got an array"],
  ])("such as %j are refused", async (options, message) => {
    const { impact, requests } = served();
    const { inputs, seen } = watched(3);

    const error = await failure(impact.trackingLinks.createMany(inputs, options));

    expect(isImpactError(error)).toBe(true);
    expect(error).toMatchObject({ code: "invalid_input", outcome: "not_sent", message });
    expect(seen.taken).toBe(0);
    expect(requests).toEqual([]);
  });

  test("that are null are refused", async () => {
    const { impact } = served();

    const error = await failure(impact.trackingLinks.createMany([], null as unknown as object));

    expect(error).toMatchObject({ message: "Expected options to be an object, got null" });
  });

  test.each([
    [undefined],
    [{}],
    [
      {
        concurrency: undefined,
        reuse: undefined,
        appendIds: undefined,
        quotaReserve: undefined,
        ordered: undefined,
        timeout: undefined,
        maxRetries: undefined,
        signal: undefined,
      },
    ],
    [{ concurrency: 1000, quotaReserve: 0, reuse: true, appendIds: false, ordered: true }],
  ])("such as %j are as none", async (options) => {
    const { impact, requests } = served();

    const given = await lines(impact.trackingLinks.createMany([program(1), program(1)], options));

    expect(given).toEqual(["0 1", "1 1 reused"]);
    expect(requests).toEqual(["1"]);
  });

  test("`maxRetries` is that of the call, else that of the client", async () => {
    const { impact, requests } = served(() => refusal(500), { maxRetries: 1 });

    await all(impact.trackingLinks.createMany(programs(1)));
    expect(requests.length).toBe(2);
    const results = await all(impact.trackingLinks.createMany(programs(1), { maxRetries: 3 }));
    expect(requests.length).toBe(6);

    expect(errorOf(results[0]).attempts).toBe(4);
  });

  test("`timeout` is that of the call, else that of the client", async () => {
    const { impact, events } = served(() => never(), { timeout: 500 });
    const durations = (): unknown[] =>
      events.flatMap((event) => (event.type === "response" ? [event.duration] : []));

    await all(impact.trackingLinks.createMany(programs(1)));
    await all(impact.trackingLinks.createMany(programs(2), { timeout: 700 }));

    expect(durations()).toEqual([500, 700, 700]);
  });
});

describe("events", () => {
  test("say which input they are for", async () => {
    const { impact, events } = served(({ target, count }) =>
      count === 1 ? refusal(500) : good(target),
    );
    const rows = [program(0), program(""), program(0), program(3)];

    await all(impact.trackingLinks.createMany(rows, { concurrency: 1, maxRetries: 1 }));

    const id = (events[0] as { id: string }).id.replace(/\d+$/, "");
    expect(
      events.map((event) => {
        if (event.type === "wait" && event.cause === "quota") throw new Error("no quota is known");
        return `${event.type} ${event.id.replace(id, "")} ${event.attempt} ${event.index}`;
      }),
    ).toEqual([
      "request 1 1 0",
      "response 1 1 0",
      "retry 1 2 0",
      "wait 1 2 0",
      "request 1 2 0",
      "response 1 2 0",
      "request 2 1 3",
      "response 2 1 3",
    ]);
  });

  test("of a single call say none", async () => {
    const { impact, events } = served();
    await impact.trackingLinks.create(program(0));

    expect(events.map((event) => "index" in event)).toEqual([false, false]);
  });

  test("whose listener throws change nothing", async () => {
    const onEvent = (): never => {
      throw new Error("a fault in a log");
    };
    const { impact } = clocked({ limit: 1, windowMs: HOUR }, { onEvent });

    const results = await all(impact.trackingLinks.createMany(programs(3), { concurrency: 1 }));

    expect(results.map(({ ok }) => ok)).toEqual([true, true, true]);
  });

  test("whose listener aborts as the wait begins end it", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const onEvent = ({ type }: ImpactEvent): void => {
      if (type === "wait") controller.abort("enough");
    };
    const { impact } = clocked({ limit: 1, windowMs: HOUR }, { onEvent });
    const { given, ended } = reading(
      impact.trackingLinks.createMany(programs(3), { concurrency: 1, signal }),
    );

    await settled();

    expect(await ended).toBe("enough");
    expect(given.length).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("credentials", () => {
  const { authToken } = account;
  const basic = Buffer.from(`${account.accountSid}:${authToken}`).toString("base64");
  /** Everything that a log could show of an error. */
  const shown = (error: unknown): string => {
    let text = "";
    for (let each = error; each instanceof Error; each = each.cause) {
      text += `${each.message}\n${each.stack}\n${JSON.stringify(each)}\n`;
    }
    return text;
  };

  test.each<[where: string, row: unknown]>([
    ["a value", { programId: "1", subId1: `a ${authToken} b` }],
    ["a value in base64", { programId: "1", subId1: basic }],
    ["the program", { programId: authToken }],
    [
      "a link",
      { programId: "1", deepLink: `https://a.example/?k=${encodeURIComponent(authToken)}` },
    ],
    ["a key", { programId: "1", [authToken]: "a" }],
    ["the whole row", authToken],
    ["a long row", `${"x".repeat(70)}${authToken}`],
  ])("in %s are refused, and shown nowhere", async (_, row) => {
    const { impact, requests, events } = served();

    const results = await all(impact.trackingLinks.createMany([row as Params, program(1)]));

    expect(results.map(line)).toEqual(["0 invalid_input not_sent", "1 1"]);
    const text = shown(errorOf(results[0]));
    expect(text).not.toContain(authToken);
    expect(text).not.toContain(basic);
    // Nor a part of it.
    expect(text).not.toContain(authToken.slice(0, 6));
    expect(requests).toEqual(["1"]);
    expect(JSON.stringify(events)).not.toContain(authToken);
  });

  test.each<[what: string, thrown: unknown]>([
    ["an error", new Error(`cannot read https://x:${authToken}@files.example`)],
    ["an error with a cause", new Error("no", { cause: new Error(authToken) })],
    ["a string", `cannot read ${authToken}`],
    ["an object", { message: authToken }],
  ])("in %s that the inputs throw are shown nowhere", async (_, thrown) => {
    const { impact } = served();
    const results = await all(impact.trackingLinks.createMany(throwing(thrown)));

    expect(shown(errorOf(results[0]))).not.toContain(authToken);
  });

  test("in the name of an option are shown nowhere", async () => {
    const { impact } = served();

    const error = await failure(impact.trackingLinks.createMany([], { [authToken]: true }));

    expect(error).toMatchObject({ code: "invalid_input" });
    expect(shown(error)).not.toContain(authToken);
  });
});

describe("whatever comes", () => {
  type Kind = "good" | "refused" | "broken" | "invalid";
  const row = fc.record({
    kind: fc.constantFrom<Kind>("good", "good", "good", "refused", "broken", "invalid"),
    id: fc.integer({ min: 0, max: 9 }),
    subId1: fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
    isVanity: fc.boolean(),
  });

  const paramsOf = ({
    kind,
    id,
    subId1,
    isVanity,
  }: typeof row extends fc.Arbitrary<infer T> ? T : never): Params =>
    kind === "invalid"
      ? ({ programId: `${id}`, nonsense: 1 } as unknown as Params)
      : {
          programId: `${kind}${id}`,
          ...(isVanity && { type: "Vanity" }),
          ...(subId1 && { subId1 }),
        };

  test("each input has one result, its own, in order if asked for", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 80 }),
        fc.record({
          concurrency: fc.integer({ min: 1, max: 6 }),
          ordered: fc.boolean(),
          mode: fc.constantFrom("reuse", "append", "all"),
        }),
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 10 }),
        fc.constantFrom("sync", "async", "late"),
        async (rows, { concurrency, ordered, mode }, delays, how) => {
          vi.useFakeTimers({ now: NOW });
          const { impact, requests, seen } = served(({ target, count }) => {
            const give = (): Response => {
              if (target.startsWith("refused")) return refusal(404);
              return target.startsWith("broken") ? refusal(500) : good(target);
            };
            const delay = delays[count % delays.length] ?? 0;
            return delay === 0 ? give() : after(delay, give);
          });
          const params = rows.map(paramsOf);
          async function* later(): AsyncGenerator<Params> {
            for (const [index, each] of params.entries()) {
              if (how === "late") await after(delays[index % delays.length] ?? 0, () => {});
              yield each;
            }
          }

          const given = await all(
            impact.trackingLinks.createMany(how === "sync" ? params : later(), {
              concurrency,
              ordered,
              reuse: mode !== "all",
              appendIds: mode === "append",
            }),
          );

          const order = given.map(({ index }) => index);
          if (!ordered) given.sort((a, b) => a.index - b.index);
          expect(given.map(({ index }) => index)).toEqual(rows.map((_, index) => index));
          if (ordered) expect(order).toEqual(rows.map((_, index) => index));
          const wanted = rows.map((each, index) => {
            if (each.kind === "invalid") return `${index} invalid_input not_sent`;
            if (each.kind === "refused") return `${index} not_found rejected`;
            if (each.kind === "broken") return `${index} server_error unknown`;
            const query = [
              ...(each.isVanity ? ["Type=Vanity"] : []),
              ...(each.subId1 ? [`subId1=${each.subId1}`] : []),
            ];
            return `${index} good${each.id}${query.length > 0 ? `?${query.join("&")}` : ""}`;
          });
          expect(given.map((each) => line(each).replace(" reused", ""))).toEqual(wanted);
          given.forEach((each, index) => expect(each.input).toBe(params[index]));

          // Broken Regular ones may be sent again for a later input; all others are sent once.
          const keys = rows.flatMap(({ kind, id, isVanity, subId1 }) =>
            kind === "invalid"
              ? []
              : [
                  {
                    key: `${kind}${id}${isVanity}${mode === "append" ? "" : subId1}`,
                    kind,
                    isVanity,
                  },
                ],
          );
          const isSure = (each: { kind: Kind; isVanity: boolean }): boolean =>
            each.kind !== "broken" || each.isVanity;
          const sure = keys.filter(isSure).map(({ key }) => key);
          const once = requests.filter((each) => !each.startsWith("broken") || /Vanity/.test(each));
          expect(once.length).toBe(mode === "all" ? sure.length : new Set(sure).size);
          expect(given.filter((each) => each.ok && !each.reused).length).toBe(
            requests.filter((each) => each.startsWith("good")).length,
          );
          expect(seen.underWay).toBe(0);
          expect(seen.most).toBeLessThanOrEqual(concurrency);
          expect(vi.getTimerCount()).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
