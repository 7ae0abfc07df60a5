import { expect, test } from "vitest";
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
  all,
  lines,
  reading,
  watched,
  never,
  type Params,
  type Serve,
} from "../support/create-many.ts";
import { times } from "../support/thorough.ts";

useFakeTime();

/** Later ones are answered sooner. */
const backwards: Serve = ({ target }) => after(100 - Number(target), () => good(target));

test("results come in the order of the inputs", async () => {
  const { impact } = served(backwards);

  expect(await lines(impact.trackingLinks.createMany(programs(5)))).toEqual([
    "0 0",
    "1 1",
    "2 2",
    "3 3",
    "4 4",
  ]);
});

test("results come in the order of the answers without `ordered`", async () => {
  const { impact } = served(backwards);

  expect(await lines(impact.trackingLinks.createMany(programs(5), { ordered: false }))).toEqual([
    "4 4",
    "3 3",
    "2 2",
    "1 1",
    "0 0",
  ]);
});

test("each result is given as soon as it is known without `ordered`", async () => {
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

test("each result is given as soon as it is its turn", async () => {
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
  "a slow request holds up others no earlier than 16 times %i later",
  async (concurrency) => {
    const { impact, requests } = served(({ target }) => (target === "0" ? never() : good(target)));
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

test("results go on after a slow request, and none is lost", async () => {
  const { impact } = served(({ target }) =>
    target === "0" ? after(5000, () => good(target)) : good(target),
  );
  const { inputs } = watched(1000);

  const given = await lines(impact.trackingLinks.createMany(inputs, { concurrency: 2 }));

  expect(given).toEqual(programs(1000).map((_, id) => `${id} ${id}`));
});

test("a slow request holds up nobody without `ordered`", async () => {
  const { impact, requests } = served(({ target }) => (target === "0" ? never() : good(target)));
  const options = { concurrency: 2, ordered: false };
  const { given } = reading(impact.trackingLinks.createMany(programs(1000), options));

  await settled();

  expect(given).toEqual(programs(1000).flatMap((_, id) => (id === 0 ? [] : [`${id} ${id}`])));
  expect(requests.length).toBe(1000);
});

test.each([1, 2, 3, 8, 100])(
  "a concurrency of %i is reached and never exceeded",
  async (concurrency) => {
    const { impact, seen } = served(({ target }) =>
      after((Number(target) * 7) % 13, () => good(target)),
    );

    const results = await all(impact.trackingLinks.createMany(programs(300), { concurrency }));

    expect(results.length).toBe(300);
    expect(seen).toEqual({ underWay: 0, most: concurrency });
  },
);

test("the concurrency is 8 by default", async () => {
  const { impact, seen } = served(({ target }) => after(5, () => good(target)));

  await all(impact.trackingLinks.createMany(programs(50)));

  expect(seen.most).toBe(8);
});

test("async inputs that come fast do not exceed the concurrency, nor without order", async () => {
  const { impact, seen } = served(({ target }) => after(5, () => good(target)));
  async function* inputs(): AsyncGenerator<Params> {
    yield* programs(50);
  }

  await all(impact.trackingLinks.createMany(inputs(), { concurrency: 3, ordered: false }));

  expect(seen.most).toBe(3);
});

test("retries do not exceed the concurrency, since they hold their place", async () => {
  const { impact, seen, requests } = served(({ target, count }) =>
    after(5, () => (count % 2 ? refusal(500) : good(target))),
  );

  await all(impact.trackingLinks.createMany(programs(50), { concurrency: 3, maxRetries: 100 }));

  expect(seen.most).toBe(3);
  expect(requests.length).toBeGreaterThan(50);
});

test("requests are sent no further ahead of a slow reader than the concurrency", async () => {
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

test("each call has a concurrency of its own", async () => {
  const { impact, seen } = served(({ target }) => after(5, () => good(target)));

  const both = [1, 2].map(() =>
    all(impact.trackingLinks.createMany(programs(20), { concurrency: 2 })),
  );
  await Promise.all(both);

  expect(seen.most).toBe(4);
});

/** Far more than any buffer holds. */
const MANY = times(12_000, 100_000);

test("as many results as inputs come in order, however many", async () => {
  const { impact, requests, seen } = served(undefined, { onEvent: undefined });
  function* inputs(): Generator<Params> {
    for (let id = 0; id < MANY; id++) yield program(id);
  }
  let count = 0;

  for await (const result of impact.trackingLinks.createMany(inputs())) {
    if (result.ok && result.index === count && result.link.programId === String(count)) count++;
  }

  expect(count).toBe(MANY);
  expect(requests.length).toBe(MANY);
  expect(seen.most).toBe(8);
}, 60_000);
