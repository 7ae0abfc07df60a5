import { expect, test } from "vitest";
import type { CreateManyOptions } from "../../src/index.ts";
import {
  account,
  useFakeTime,
  linkOf,
  good,
  served,
  program,
  line,
  all,
  lines,
  failure,
  errorOf,
  type Params,
} from "../support/create-many.ts";

useFakeTime();

const appended = (
  rows: Params[],
  options: CreateManyOptions = {},
): [Params[], CreateManyOptions] => [rows, { appendIds: true, ...options }];

test("`appendIds` sends one request for rows that differ only in ids", async () => {
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

test("appended ids stand behind the link's own parameters, and replace its ids", async () => {
  const { impact } = served(() => good("1?subid1=x&u=y#z"));

  const given = await lines(
    impact.trackingLinks.createMany(...appended([program(1, { subId1: "a", sharedId: "b" })])),
  );

  expect(given).toEqual(["0 1?subId1=a&u=y&sharedid=b#z"]);
});

test("`appendIds` needs 40 requests for 10,000 rows with 40 destinations", async () => {
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

test("ids are appended to a Vanity link, which is made once", async () => {
  const { impact, requests } = served(() => Response.json({ TrackingURL: "example.sjv.io/Sale" }));
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

test("`appendIds` sends a request each for rows that differ in anything else", async () => {
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

test("ids that are wrong are refused row by row, without a request", async () => {
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

test("ids that a class's getters give are appended, too", async () => {
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

test("ids are sent as given without `appendIds`", async () => {
  const { impact, requests } = served();

  await all(impact.trackingLinks.createMany([program(1, { subId1: "a" })]));

  expect(requests).toEqual(["1?subId1=a"]);
});

test("`appendIds` needs `reuse`", async () => {
  const { impact } = served();

  const error = await failure(
    impact.trackingLinks.createMany([program(1)], { appendIds: true, reuse: false }),
  );

  expect(error).toMatchObject({
    code: "invalid_input",
    outcome: "not_sent",
    message: "Expected `reuse` with `appendIds`, got `reuse: false`",
    fields: [{ field: "reuse", message: "Expected `reuse` with `appendIds`, got `reuse: false`" }],
  });
});
