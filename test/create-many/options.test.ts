import { expect, test } from "vitest";
import { isImpactError } from "../../src/index.ts";
import {
  useFakeTime,
  refusal,
  served,
  program,
  programs,
  all,
  lines,
  watched,
  never,
  failure,
  errorOf,
} from "../support/create-many.ts";

useFakeTime();

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
])("options such as %j are refused", async (options, message) => {
  const { impact, requests } = served();
  const { inputs, seen } = watched(3);

  const error = await failure(impact.trackingLinks.createMany(inputs, options));

  expect(isImpactError(error)).toBe(true);
  expect(error).toMatchObject({ code: "invalid_input", outcome: "not_sent", message });
  expect(seen.taken).toBe(0);
  expect(requests).toEqual([]);
});

test("options that are null are refused", async () => {
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
])("options such as %j are the same as none", async (options) => {
  const { impact, requests } = served();

  const given = await lines(impact.trackingLinks.createMany([program(1), program(1)], options));

  expect(given).toEqual(["0 1", "1 1 reused"]);
  expect(requests).toEqual(["1"]);
});

test("`maxRetries` is the call's, or else the client's", async () => {
  const { impact, requests } = served(() => refusal(500), { maxRetries: 1 });

  await all(impact.trackingLinks.createMany(programs(1)));
  expect(requests.length).toBe(2);
  const results = await all(impact.trackingLinks.createMany(programs(1), { maxRetries: 3 }));
  expect(requests.length).toBe(6);

  expect(errorOf(results[0]).attempts).toBe(4);
});

test("`timeout` is the call's, or else the client's", async () => {
  const { impact, events } = served(() => never(), { timeout: 500 });
  const durations = (): unknown[] =>
    events.flatMap((event) => (event.type === "response" ? [event.duration] : []));

  await all(impact.trackingLinks.createMany(programs(1)));
  await all(impact.trackingLinks.createMany(programs(2), { timeout: 700 }));

  expect(durations()).toEqual([500, 700, 700]);
});
