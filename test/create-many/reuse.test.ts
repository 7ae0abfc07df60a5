import { expect, test, vi } from "vitest";
import {
  useFakeTime,
  programs,
  good,
  refusal,
  reset,
  unreachable,
  after,
  served,
  held,
  settled,
  program,
  line,
  all,
  lines,
  reading,
  never,
  type Params,
  type Asked,
} from "../support/create-many.ts";

useFakeTime();

test("identical requests are sent once while the first is in flight", async () => {
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

test("identical requests are sent once after the first has been answered", async () => {
  const { impact, requests } = served();
  const rows = [program(1), program(2), program(1)];

  const given = await lines(impact.trackingLinks.createMany(rows, { concurrency: 1 }));

  expect(given).toEqual(["0 1", "1 2", "2 1 reused"]);
  expect(requests).toEqual(["1", "2"]);
});

test("requests are identical by their parameters, in any order and with defaults", async () => {
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

test("requests that differ in one parameter are each sent", async () => {
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
])("identical requests that are refused with %i are sent once", async (status, code) => {
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

test.each(failures)(
  "an identical request for a Regular link is sent again after %s",
  async (_, serve, told) => {
    const { impact, requests } = served(({ target, count }) =>
      count === 1 ? serve() : good(target),
    );
    const rows = [program(1), program(2), program(1), program(1)];

    const given = await lines(impact.trackingLinks.createMany(rows, { concurrency: 1 }));

    expect(given).toEqual([`0 ${told}`, "1 2", "2 1", "3 1 reused"]);
    expect(requests).toEqual(["1", "2", "1"]);
  },
);

test.each(failures)(
  "identical requests for a Regular link that wait for one share its error after %s",
  async (_, serve, told) => {
    const { impact, requests } = served(() => after(5, serve));
    const rows = [program(1), program(1), program(1)];

    const given = await lines(impact.trackingLinks.createMany(rows));

    expect(given).toEqual([`0 ${told}`, `1 ${told}`, `2 ${told}`]);
    expect(requests).toEqual(["1"]);
  },
);

test.each(failures)(
  "an identical request for a Vanity link is never sent again after %s",
  async (_, serve, told) => {
    const { impact, requests } = served(({ target, count }) =>
      count === 1 ? serve() : good(target),
    );
    const row = program(1, { type: "Vanity", customPath: "Sale" });
    const rows = [row, program(2), { ...row }, { ...row }];

    const options = { concurrency: 1, maxRetries: 5 };
    const given = await lines(impact.trackingLinks.createMany(rows, options));

    expect(given).toEqual([`0 ${told}`, "1 2", `2 ${told}`, `3 ${told}`]);
    expect(requests).toEqual(["1?Type=Vanity&CustomPath=Sale", "2"]);
  },
);

test("an identical request for a Vanity link is sent if the first was not sent", async () => {
  const { impact, requests } = served(({ target, count }) =>
    count === 1 ? unreachable() : good(target),
  );
  const row = program(1, { type: "Vanity" });

  const given = await lines(impact.trackingLinks.createMany([row, row, row], { concurrency: 1 }));

  // The second waits for nothing: with one at a time, it is taken when the first has failed.
  expect(given).toEqual(["0 connection not_sent", "1 1?Type=Vanity", "2 1?Type=Vanity reused"]);
  expect(requests).toEqual(["1?Type=Vanity", "1?Type=Vanity"]);
});

test("identical requests are all sent without `reuse`", async () => {
  const { impact, requests } = served();

  const given = await lines(
    impact.trackingLinks.createMany([program(1), program(1), program(1)], { reuse: false }),
  );

  expect(given).toEqual(["0 1", "1 1", "2 1"]);
  expect(requests).toEqual(["1", "1", "1"]);
});

test("identical requests are sent once in each call of createMany", async () => {
  const { impact, requests } = served();

  await all(impact.trackingLinks.createMany([program(1), program(1)]));
  await all(impact.trackingLinks.createMany([program(1), program(1)]));

  expect(requests).toEqual(["1", "1"]);
});

test("identical requests are remembered for 10,000 requests", async () => {
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

test("identical requests are forgotten after 20,000 other requests, but for a Vanity link that may exist", async () => {
  const { impact, requests } = served(
    ({ target }) => (target.startsWith("sale") ? reset() : good(target)),
    { onEvent: undefined },
  );
  const sale = program("sale", { type: "Vanity" });
  // Those under way are remembered too.
  const rows = [sale, ...programs(20_100), sale, program(0)];

  const given: string[] = [];
  for await (const result of impact.trackingLinks.createMany(rows)) given.push(line(result));

  expect(given.slice(-2)).toEqual(["20101 connection unknown", "20102 0"]);
  expect(requests.filter((target) => target.startsWith("sale"))).toEqual(["sale?Type=Vanity"]);
  expect(requests.length).toBe(20_102);
});

test("a request for a Vanity link is not forgotten while it is in flight", async () => {
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

test("100,000 identical requests in a row are one request", async () => {
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
