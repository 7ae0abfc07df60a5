import { expect, test, vi } from "vitest";
import {
  baseUrl,
  useFakeTime,
  good,
  refusal,
  after,
  served,
  program,
  line,
  all,
  lines,
  watched,
  never,
  errorOf,
  reset,
  type Params,
  type Serve,
} from "../support/create-many.ts";

useFakeTime();

const unauthorized: Serve = ({ target }) =>
  after(10 + Number(target), () =>
    target === "2" ? refusal(401, "Authentication failed.") : good(target),
  );

test("createMany ends after `unauthorized`, with a result for each row that was read", async () => {
  const { impact, requests } = served(unauthorized);
  const { inputs, seen } = watched(1000);

  const results = await all(impact.trackingLinks.createMany(inputs, { concurrency: 3 }));

  // 0 and 1 were answered before, and made room for 3 and 4.
  expect(results.map(line)).toEqual(["0 0", "1 1", "2 unauthorized rejected", "3 3", "4 4"]);
  expect(requests).toEqual(["0", "1", "2", "3", "4"]);
  expect(seen).toEqual({ taken: 5, returned: 1, isClosed: true });
  expect(vi.getTimerCount()).toBe(0);
});

test("rows that wait for the quota are not sent again after `unauthorized`", async () => {
  const { impact, requests, events } = served(({ target }) => {
    if (target === "0") return after(10, () => refusal(429, "", { "Retry-After": "700" }));
    return after(20, () => refusal(401, "Authentication failed."));
  });
  const { inputs, seen } = watched(1000);

  const results = await all(impact.trackingLinks.createMany(inputs, { concurrency: 2 }));

  expect(results.map(line)).toEqual(["0 unauthorized rejected", "1 unauthorized rejected"]);
  const first = errorOf(results[1]);
  expect(errorOf(results[0])).toMatchObject({
    message: `Not sent, because an earlier request was refused: ${first.message}`,
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

test("createMany does not wait for an input that never comes after `unauthorized`", async () => {
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

  expect(await lines(impact.trackingLinks.createMany(inputs))).toEqual(["0 unauthorized rejected"]);
  expect(returned).toHaveBeenCalledTimes(1);
});

test("no further Vanity link is requested after `vanity_limit_reached`, but others are", async () => {
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
    message: `Not sent, because an earlier request was refused: ${first.message}`,
    status: 403,
    reason: words,
    attempts: 0,
    cause: `ImpactError: ${first.message}`,
  });
  expect(errorOf(results[3]).cause).toBe(first);
});

const NO_DEEP_LINKS = "This program does not support deep linking.";
const page = (id: number, path: string): Params =>
  program(id, { deepLink: `https://support.example/${path}` });

test("after a program refused all deep links, no further one of it is sent", async () => {
  const { impact, requests } = served(({ target }) =>
    target.startsWith("1?") ? refusal(400, NO_DEEP_LINKS) : good(target),
  );
  const inputs = [page(1, "a"), page(1, "b"), program(1), page(2, "a"), page(1, "c")];

  const results = await all(impact.trackingLinks.createMany(inputs, { concurrency: 1 }));

  const query = (path: string): string =>
    `DeepLink=${encodeURIComponent(`https://support.example/${path}`)}`;
  expect(requests).toEqual([`1?${query("a")}`, "1", `2?${query("a")}`]);
  expect(results.map((result) => (result.ok ? "link" : result.error.outcome))).toEqual([
    "rejected",
    "not_sent",
    "link",
    "link",
    "not_sent",
  ]);
  expect(errorOf(results[4])).toMatchObject({
    code: "deep_link_refused",
    status: 400,
    reason: NO_DEEP_LINKS,
    attempts: 0,
    cause: errorOf(results[0]),
  });
});

test("a domain that a program refuses stops no other deep link", async () => {
  const { impact, requests } = served(() =>
    refusal(400, "The domain 'support.example' is not a valid deep link domain for this program."),
  );
  const inputs = [page(1, "a"), page(1, "b"), page(2, "a")];

  const results = await all(impact.trackingLinks.createMany(inputs, { concurrency: 1 }));

  expect(requests).toHaveLength(3);
  for (const result of results) {
    expect(errorOf(result)).toMatchObject({ code: "deep_link_refused", outcome: "rejected" });
  }
});

test("a request that is sent again after a 429 keeps the unknown outcome of an earlier attempt", async () => {
  const answers = [
    reset,
    () => refusal(429, "", { "Retry-After": "100" }),
    () => refusal(403, "Access denied"),
  ];
  const { impact, requests } = served(() => answers.shift()?.() ?? never(), { maxRetries: 1 });

  const [result] = await all(impact.trackingLinks.createMany([program(1)]));

  expect(requests).toEqual(["1", "1", "1"]);
  expect(errorOf(result)).toMatchObject({ code: "forbidden", outcome: "unknown", status: 403 });
  expect(errorOf(result).message).toMatch(/\(an earlier attempt may have made a link\)$/);
});

test("a request that is refused unsent keeps the unknown outcome of an earlier attempt", async () => {
  const { impact } = served(
    ({ target, count }) => {
      if (target === "0") return count === 1 ? reset() : refusal(429, "", { "Retry-After": "700" });
      return after(2000, () => refusal(401, "Authentication failed."));
    },
    { maxRetries: 1 },
  );

  const results = await all(impact.trackingLinks.createMany([program(0), program(1)]));

  expect(results.map(line)).toEqual(["0 unauthorized unknown", "1 unauthorized rejected"]);
});
