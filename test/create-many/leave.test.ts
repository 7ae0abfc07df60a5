import { execFileSync } from "node:child_process";
import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import { expect, test, vi } from "vitest";
import type { CreateManyResult } from "../../src/index.ts";
import {
  useFakeTime,
  good,
  refusal,
  after,
  served,
  held,
  settled,
  program,
  programs,
  line,
  all,
  watched,
  never,
  type Params,
  type Inputs,
  type Serve,
} from "../support/create-many.ts";

useFakeTime();

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

test.each(leave)(
  "leaving the loop by %s closes the inputs and aborts what is in flight",
  async (_, leaving) => {
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
  },
);

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
])("return() ends it at once while it waits for %s", async (_, serve, inputs) => {
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

test("destroying a stream of the results ends it", async () => {
  const { impact } = served(() => refusal(429, "", { "Retry-After": "3600" }));
  const stream = Readable.from(impact.trackingLinks.createMany(programs(10)));
  const closed = new Promise((resolve) => stream.on("close", resolve));
  stream.resume();
  await settled();

  stream.destroy();

  await closed;
  expect(vi.getTimerCount()).toBe(0);
});

test("throw() rejects with the given error", async () => {
  const { impact } = served();
  const results = impact.trackingLinks.createMany(programs(10));
  const reason = new Error("enough");

  await results.next();

  await expect(results.throw(reason)).rejects.toBe(reason);
});

test("throw() ends it at once while it waits for the quota", async () => {
  const { impact } = served(() => refusal(429, "", { "Retry-After": "3600" }));
  const results = impact.trackingLinks.createMany(programs(10));
  const next = results.next();
  await settled();
  const reason = new Error("enough");

  const end = results.throw(reason).catch((error: unknown) => error);

  expect(await next).toEqual({ done: true, value: undefined });
  expect(await end).toBe(reason);
  expect(vi.getTimerCount()).toBe(0);
});

test("works where intrinsics are frozen", () => {
  const url = (path: string): string =>
    JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
  const script = `
    import { createImpactClient } from ${url("index.ts")};
    import { createFakeImpact } from ${url("testing/index.ts")};
    const { fetch } = createFakeImpact();
    const impact = createImpactClient({ accountSid: "IR1", authToken: "any-token", fetch });
    for await (const { ok } of impact.trackingLinks.createMany([{ programId: "1" }, {}])) console.log(ok);
  `;
  const args = ["--frozen-intrinsics", "--import", "tsx", "--input-type=module", "--eval", script];
  expect(execFileSync(process.execPath, args, { encoding: "utf8", stdio: "pipe" })).toBe(
    "true\nfalse\n",
  );
});

test("leaving the loop runs the finally blocks of generators", async () => {
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

test("leaving the loop does not wait for an input that never comes", async () => {
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

test("leaving the loop ignores an input that comes, or fails, afterwards", async () => {
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

test("leaving the loop rejects if the inputs fail to close, as a loop over them would", async () => {
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

test("inputs that have ended are not closed", async () => {
  const { impact } = served();
  const { inputs, seen } = watched(3);

  for await (const { index } of impact.trackingLinks.createMany(inputs)) if (index === 1) break;
  await all(impact.trackingLinks.createMany(inputs));

  expect(seen.returned).toBe(0);
});
