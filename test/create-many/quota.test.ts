import { getEventListeners } from "node:events";
import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import { createImpactClient } from "../../src/index.ts";
import { createFakeImpact } from "../../src/testing/index.ts";
import {
  NOW,
  HOUR,
  account,
  baseUrl,
  useFakeTime,
  linkOf,
  good,
  refusal,
  after,
  served,
  held,
  settled,
  program,
  programs,
  all,
  lines,
  reading,
  watched,
  clocked,
  sent,
  type Params,
} from "../support/create-many.ts";

useFakeTime();

test("waits for a quota that is used up, and emits one event for each wait", async () => {
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

test("waits before the first request for a quota that an earlier call has used up", async () => {
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

test("never exceeds a quota that headers tell of, however late answers are", async () => {
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

        expect(given.map(({ index, ok }) => ok && index)).toEqual(programs(40).map((_, id) => id));
        expect(statuses).toEqual(Array.from({ length: 41 }, () => 200));
      },
    ),
    { numRuns: 60 },
  );
});

test.each([
  ["back", -2 * HOUR],
  ["forward", 2 * HOUR],
])("waits no longer for the quota if the clock is set %s meanwhile", async (_, shift) => {
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
])("uses the whole quota after the wait if the clock was set %s meanwhile", async (_, shift) => {
  const { impact, trace } = clocked({ limit: 3, windowMs: HOUR });
  const { ended } = reading(impact.trackingLinks.createMany(programs(6), { concurrency: 1 }));

  await vi.advanceTimersByTimeAsync(HOUR / 2);
  vi.setSystemTime(Date.now() + shift);
  await vi.advanceTimersByTimeAsync(HOUR / 2);

  expect(trace).toEqual([...sent(0, 0, 1, 2), `0 wait quota ${HOUR}`, ...sent(HOUR, 3, 4, 5)]);
  expect(await ended).toBe("ended");
});

test("an abort ends the wait for the quota at once", async () => {
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

test("leaving the loop ends the wait for the quota", async () => {
  const { impact } = clocked({ limit: 2, windowMs: HOUR });
  const results = impact.trackingLinks.createMany(programs(10), { concurrency: 3 });

  const first = results.next();
  await vi.advanceTimersByTimeAsync(1000);
  expect((await first).done).toBe(false);
  expect(vi.getTimerCount()).toBe(1);
  await results.return();

  expect(vi.getTimerCount()).toBe(0);
});

test("a quota that is used up holds back nothing that needs no request", async () => {
  const { impact } = clocked({ limit: 2, windowMs: HOUR });
  const rows = [program(0), program(1), program(0), program("")];
  const { given } = reading(
    impact.trackingLinks.createMany(rows, { concurrency: 1, ordered: false }),
  );

  await settled();

  expect(given.map((each) => each.split(" ")[0])).toEqual(["0", "1", "2", "3"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a quota of 0 is not blamed on a reserve that nobody gave", async () => {
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

test("waits out a 429 however long it asks to wait, and sends the rows again", async () => {
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

test("waits for Retry-After after a 429 without any other header", async () => {
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

test("waits a minute after each 429 without Retry-After", async () => {
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

test("waits once after a 429 for many rows", async () => {
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

test("waits out a 429 for a Vanity link, which is then made once", async () => {
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
])("waits no longer after a 429 if the clock is set %s meanwhile", async (_, shift) => {
  const { impact, trace } = clocked({ limit: 2, windowMs: HOUR });
  const { ended } = reading(impact.trackingLinks.createMany(programs(3)));

  await vi.advanceTimersByTimeAsync(HOUR / 2);
  vi.setSystemTime(Date.now() + shift);
  await vi.advanceTimersByTimeAsync(HOUR / 2);

  expect(trace).toEqual([...sent(0, 0, 1, 2), "0 429", `0 wait quota ${HOUR}`, ...sent(HOUR, 2)]);
  expect(await ended).toBe("ended");
});

test("leaves the reserve of the quota in every window", async () => {
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

test("with a reserve, sends a single request until the quota is known", async () => {
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
])(
  "a quota of %i with a reserve of %i is refused after the results that are known",
  async (limit, quotaReserve) => {
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
  },
);

test("a reserve that leaves nothing costs no link that is in flight", async () => {
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
  const { given, ended } = reading(impact.trackingLinks.createMany(inputs(), { quotaReserve: 5 }));

  await vi.runAllTimersAsync();

  expect(await ended).toMatchObject({
    code: "invalid_input",
    fields: [{ field: "quotaReserve" }],
  });
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  expect(given).toEqual(["0 sale?Type=Vanity"]);
});

const YEARS = String(3000 * 365 * 24 * 3600);

test.each<[name: string, status: number, headers: Record<string, string>]>([
  ["Retry-After", 429, { "Retry-After": YEARS }],
  ["RateLimit-Reset on a 429", 429, { "RateLimit-Reset": YEARS }],
  [
    "RateLimit-Reset with nothing left",
    200,
    { "X-RateLimit-Remaining-hour": "0", "RateLimit-Reset": YEARS },
  ],
])("one request tries again after about an hour, whatever %s says", async (_, status, headers) => {
  const arrivals: number[] = [];
  const { impact } = served(({ target, count }) => {
    arrivals.push(Math.round(performance.now() / 60_000));
    return count > 3 || status === 200
      ? good(target, count > 3 ? {} : headers)
      : refusal(status, "", headers);
  });
  const start = performance.now();

  const results = await all(impact.trackingLinks.createMany(programs(6), { concurrency: 2 }));

  expect(results.every(({ ok }) => ok)).toBe(true);
  // One alone after each hour, until an answer no longer asks to wait.
  const first = Math.round(start / 60_000);
  const hours = arrivals.map((minutes) => Math.floor((minutes - first) / 60));
  expect(hours.filter((hour) => hour === 0)).toHaveLength(2);
  expect(hours.filter((hour) => hour === 1)).toHaveLength(1);
});
