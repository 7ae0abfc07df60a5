import { getEventListeners } from "node:events";
import { expect, test, vi } from "vitest";
import { createImpactClient, type CreateManyResult } from "../../src/index.ts";
import { listen, onRequest } from "../support/sockets.ts";
import {
  useFakeTime,
  account,
  refusal,
  served,
  held,
  settled,
  program,
  programs,
  all,
  lines,
  reading,
  watched,
  never,
  errorOf,
  type Params,
} from "../support/create-many.ts";

useFakeTime();

const reason = { why: "the user left" };

test("an abort rejects with the signal's reason, after the results that are known", async () => {
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

test("an abort rejects after the results that are known behind a slow one, too", async () => {
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

test("an abort rejects with the signal's reason if the inputs fail to close", async () => {
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

test("an abort with an ImpactError is not reported as the failure of a request", async () => {
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

test("an abort before the start reads nothing and sends nothing", async () => {
  const { impact, requests } = served();
  const { inputs, seen } = watched(3);
  const signal = AbortSignal.abort(reason);

  await expect(all(impact.trackingLinks.createMany(inputs, { signal }))).rejects.toBe(reason);

  expect(seen.taken).toBe(0);
  expect(requests).toEqual([]);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test("an abort does not wait for an input that never comes", async () => {
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

test("an abort by an input as it is read does not send it", async () => {
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

test("an abort between retries ends their wait", async () => {
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

test("an abort after the last result changes nothing", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const { impact } = served();

  const given = await lines(impact.trackingLinks.createMany(programs(2), { signal }));
  expect(getEventListeners(signal, "abort")).toEqual([]);
  controller.abort(reason);

  expect(given).toEqual(["0 0", "1 1"]);
});

test("the signal has one listener, however many requests are in flight", async () => {
  const { signal } = new AbortController();
  const { impact } = held();
  const results = impact.trackingLinks.createMany(programs(100), { signal, concurrency: 50 });

  void results.next().catch(() => {});
  await settled();

  expect(getEventListeners(signal, "abort").length).toBe(1);
});

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
