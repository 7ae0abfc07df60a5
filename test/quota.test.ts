import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { mergeQuota, type Quota, readQuota, readRetryAfter } from "../src/quota.ts";
import { HOUR, NOW } from "./support/time.ts";

const at = (ms: number): Date => new Date(NOW + ms);

const SECOND = 1000;

type Parts = Partial<Pick<Quota, "limit" | "remaining" | "resetAt">>;

function quota({ limit, remaining, resetAt }: Parts, observedAt: Date = at(0)): Quota {
  return { limit, remaining, resetAt, observedAt };
}

test.each<[family: string, headers: Record<string, string>, parts: Parts]>([
  [
    "the partner page",
    {
      "X-RateLimit-Limit-hour": "1000",
      "X-RateLimit-Remaining-hour": "999",
      "RateLimit-Reset": "700",
    },
    { limit: 1000, remaining: 999, resetAt: at(700 * SECOND) },
  ],
  [
    "the brand page",
    { "X-RateLimit-Limit": "500", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "60" },
    { limit: 500, remaining: 0, resetAt: at(60 * SECOND) },
  ],
  [
    "the names without X-",
    { "RateLimit-Limit": "3", "RateLimit-Remaining": "2", "RateLimit-Reset": "1" },
    { limit: 3, remaining: 2, resetAt: at(SECOND) },
  ],
  [
    "both pages, where the hourly ones win",
    {
      "X-RateLimit-Limit": "10",
      "X-RateLimit-Remaining": "5",
      "X-RateLimit-Reset": "1",
      "X-RateLimit-Limit-hour": "1000",
      "X-RateLimit-Remaining-hour": "999",
      "RateLimit-Reset": "700",
    },
    { limit: 1000, remaining: 999, resetAt: at(700 * SECOND) },
  ],
  [
    "both pages, where the first is garbage",
    {
      "X-RateLimit-Limit": "10",
      "X-RateLimit-Remaining": "5",
      "X-RateLimit-Reset": "1",
      "X-RateLimit-Limit-hour": "many",
      "X-RateLimit-Remaining-hour": "-1",
      "RateLimit-Reset": "later",
    },
    { limit: 10, remaining: 5, resetAt: at(SECOND) },
  ],
  ["a limit alone", { "X-RateLimit-Limit-hour": "1000" }, { limit: 1000 }],
  ["a remainder alone", { "X-RateLimit-Remaining": "0" }, { remaining: 0 }],
  ["a reset alone", { "X-RateLimit-Reset-hour": "5" }, { resetAt: at(5 * SECOND) }],
])("readQuota reads the headers of %s", (_, headers, parts) => {
  expect(readQuota(new Headers(headers), NOW)).toEqual(quota(parts));
});

test.each<[what: string, value: string, resetAt: Date]>([
  ["no time", "0", at(0)],
  ["seconds", "700", at(700 * SECOND)],
  ["parts of a second", "1.5", at(1500)],
  ["the most seconds there are", "999999999", at(999_999_999 * SECOND)],
  ["an epoch in seconds", String(NOW / 1000 + 90), at(90 * SECOND)],
  ["an epoch in milliseconds", String(NOW + 90_001), at(90_001)],
  ["an HTTP date", "Sun, 22 Nov 2026 12:01:30 GMT", at(90 * SECOND)],
  ["an ISO date", "2026-11-22T12:01:30Z", at(90 * SECOND)],
  ["an epoch in the past, as now", "1487332519", at(0)],
  ["an epoch in milliseconds in the past, as now", "1487332519000", at(0)],
  ["a date in the past, as now", "Sun, 22 Nov 2020 12:00:00 GMT", at(0)],
])("readQuota reads a reset given as %s", (_, value, resetAt) => {
  expect(readQuota(new Headers({ "RateLimit-Reset": value }), NOW)).toEqual(quota({ resetAt }));
});

test.each<[name: string, value: string]>([
  ["X-RateLimit-Limit", ""],
  ["X-RateLimit-Limit", "-1"],
  ["X-RateLimit-Limit", "1.5"],
  ["X-RateLimit-Limit", "1e3"],
  ["X-RateLimit-Limit", "0x10"],
  ["X-RateLimit-Limit", "1,000"],
  ["X-RateLimit-Limit", "1000;w=3600"],
  ["X-RateLimit-Remaining-hour", "unlimited"],
  ["X-RateLimit-Remaining-hour", "NaN"],
  ["RateLimit-Reset", ""],
  ["RateLimit-Reset", "-5"],
  ["RateLimit-Reset", "+5"],
  ["RateLimit-Reset", "1e3"],
  ["RateLimit-Reset", "Infinity"],
  ["RateLimit-Reset", "700s"],
  ["RateLimit-Reset", "soon"],
  ["RateLimit-Reset", "soon 5"],
  ["X-RateLimit-Limit", "9".repeat(400)],
  ["RateLimit-Reset", "5, 5"],
  ["Retry-After", "5"],
  ["Content-Type", "application/json"],
])("readQuota reads no quota from %s: %j", (name, value) => {
  expect(readQuota(new Headers({ [name]: value }), NOW)).toBe(undefined);
});

test("readQuota returns a date for a reset, however far away it is", () => {
  const headers = new Headers({ "RateLimit-Reset": "99999999999999999999" });
  expect(readQuota(headers, NOW)?.resetAt).toEqual(new Date(NOW + 1e14));
});

test.each<[value: string, wait: number]>([
  ["1", SECOND],
  ["700", 700 * SECOND],
  ["0.25", 250],
  ["86400", 24 * HOUR],
  ["999999999", 999_999_999 * SECOND],
  [String(NOW / 1000 + 30), 30 * SECOND],
  [String(NOW + 30_001), 30_001],
  ["Sun, 22 Nov 2026 12:00:30 GMT", 30 * SECOND],
  ["Sun, 22 Nov 2026 12:00:30 +0000", 30 * SECOND],
  ["99999999999999999999", 1e14],
  ["9".repeat(400), 1e14],
  ["Sunday, 22-Nov-26 12:00:30 GMT", 30 * SECOND],
])("readRetryAfter reads Retry-After: %s for any status", (value, wait) => {
  const headers = new Headers({ "Retry-After": value });

  expect(readRetryAfter(headers, 429, NOW)).toBe(wait);
  expect(readRetryAfter(headers, 503, NOW)).toBe(wait);
});

test.each([
  "",
  "0",
  "-5",
  "+5",
  "1e3",
  "soon",
  "in 2050",
  "NaN",
  "Infinity",
  "1487332519",
  "1487332519000",
  "1000000000",
  "100000000000",
  "Sun, 22 Nov 2020 12:00:00 GMT",
])("readRetryAfter reads no wait from Retry-After: %j", (value) => {
  expect(readRetryAfter(new Headers({ "Retry-After": value }), 429, NOW)).toBe(undefined);
});

test.each<[headers: Record<string, string>, wait: number | undefined]>([
  [{ "RateLimit-Reset": "700" }, 700 * SECOND],
  [{ "X-RateLimit-Reset": "60" }, 60 * SECOND],
  [{ "X-RateLimit-Reset": String(NOW / 1000 + 60) }, 60 * SECOND],
  [{ "RateLimit-Reset": "700", "X-RateLimit-Reset": "60" }, 700 * SECOND],
  [{ "Retry-After": "5", "RateLimit-Reset": "700" }, 5 * SECOND],
  [{ "Retry-After": "soon", "RateLimit-Reset": "700" }, 700 * SECOND],
  [{ "Retry-After": "0", "RateLimit-Reset": "700" }, undefined],
  [{ "X-RateLimit-Remaining-hour": "0" }, undefined],
  [{}, undefined],
])("readRetryAfter reads a 429 with %j", (headers, wait) => {
  expect(readRetryAfter(new Headers(headers), 429, NOW)).toBe(wait);
});

test.each([400, 403, 500, 503])(
  "readRetryAfter reads no wait from the reset of a quota for a %i",
  (status) => {
    expect(readRetryAfter(new Headers({ "RateLimit-Reset": "700" }), status, NOW)).toBe(undefined);
  },
);

const end = at(HOUR);

test.each<[what: string, seen: Quota | undefined, next: Quota, merged: Quota]>([
  [
    "takes the first answer as it is",
    undefined,
    quota({ limit: 1000, remaining: 999, resetAt: end }),
    quota({ limit: 1000, remaining: 999, resetAt: end }),
  ],
  [
    "takes fewer remaining calls of the same window",
    quota({ limit: 1000, remaining: 999, resetAt: end }),
    quota({ limit: 1000, remaining: 998, resetAt: end }, at(10)),
    quota({ limit: 1000, remaining: 998, resetAt: end }, at(10)),
  ],
  [
    "does not go up by an answer that was overtaken",
    quota({ limit: 1000, remaining: 5, resetAt: end }),
    quota({ limit: 1000, remaining: 9, resetAt: end }, at(10)),
    quota({ limit: 1000, remaining: 5, resetAt: end }, at(10)),
  ],
  [
    "does not go up by an answer whose reset has drifted",
    quota({ limit: 1000, remaining: 5, resetAt: end }),
    quota({ limit: 1000, remaining: 9, resetAt: at(HOUR + 120_000) }, at(10)),
    quota({ limit: 1000, remaining: 5, resetAt: end }, at(10)),
  ],
  [
    "takes the earlier of two ends of one window",
    quota({ limit: 1000, remaining: 5, resetAt: end }),
    quota({ limit: 1000, remaining: 4, resetAt: at(HOUR - 500) }, at(10)),
    quota({ limit: 1000, remaining: 4, resetAt: at(HOUR - 500) }, at(10)),
  ],
  [
    "takes a limit that was lowered",
    quota({ limit: 1000, remaining: 5, resetAt: end }),
    quota({ limit: 500, remaining: 4, resetAt: end }, at(10)),
    quota({ limit: 500, remaining: 4, resetAt: end }, at(10)),
  ],
  [
    "begins anew with an answer that comes when the window has ended",
    quota({ limit: 1000, remaining: 0, resetAt: end }),
    quota({ limit: 1000, remaining: 999, resetAt: at(2 * HOUR) }, at(HOUR)),
    quota({ limit: 1000, remaining: 999, resetAt: at(2 * HOUR) }, at(HOUR)),
  ],
  [
    "begins anew with an answer after the end, however near the next one is",
    quota({ limit: 10, remaining: 0, resetAt: end }),
    quota({ limit: 10, remaining: 9, resetAt: at(HOUR + 1000) }, at(HOUR + 1)),
    quota({ limit: 10, remaining: 9, resetAt: at(HOUR + 1000) }, at(HOUR + 1)),
  ],
  [
    "begins anew with a reset that is later than any drift",
    quota({ limit: 1000, remaining: 0, resetAt: end }),
    quota({ limit: 1000, remaining: 999, resetAt: at(HOUR + 120_001) }, at(10)),
    quota({ limit: 1000, remaining: 999, resetAt: at(HOUR + 120_001) }, at(10)),
  ],
  [
    "keeps the limit that an answer of the same window does not name",
    quota({ limit: 1000, remaining: 5, resetAt: end }),
    quota({ remaining: 4, resetAt: end }, at(10)),
    quota({ limit: 1000, remaining: 4, resetAt: end }, at(10)),
  ],
  [
    "keeps the remainder that an answer of the same window does not name",
    quota({ limit: 1000, remaining: 5, resetAt: end }),
    quota({ limit: 1000, resetAt: end }, at(10)),
    quota({ limit: 1000, remaining: 5, resetAt: end }, at(10)),
  ],
  [
    "takes the remainder that was not known before",
    quota({ resetAt: end }),
    quota({ limit: 1000, remaining: 5, resetAt: end }, at(10)),
    quota({ limit: 1000, remaining: 5, resetAt: end }, at(10)),
  ],
  [
    "takes an answer as it is if the end of the window was not known",
    quota({ limit: 1000, remaining: 5 }),
    quota({ limit: 1000, remaining: 4, resetAt: end }, at(10)),
    quota({ limit: 1000, remaining: 4, resetAt: end }, at(10)),
  ],
  [
    "keeps the window if an answer does not name its end",
    quota({ limit: 1000, remaining: 3, resetAt: end }),
    quota({ remaining: 900 }, at(10)),
    quota({ limit: 1000, remaining: 3, resetAt: end }, at(10)),
  ],
  [
    "begins another window when the one before ends",
    quota({ limit: 1000, remaining: 5, resetAt: end }),
    quota({ limit: 1000, remaining: 999, resetAt: at(HOUR + 60_000) }, end),
    quota({ limit: 1000, remaining: 999, resetAt: at(HOUR + 60_000) }, end),
  ],
  [
    "keeps nothing of an earlier window",
    quota({ limit: 1000, remaining: 5, resetAt: end }),
    quota({ remaining: 9, resetAt: at(2 * HOUR) }, at(HOUR)),
    quota({ remaining: 9, resetAt: at(2 * HOUR) }, at(HOUR)),
  ],
])("mergeQuota %s", (_, seen, next, merged) => {
  expect(mergeQuota(seen, next)).toEqual(merged);
});

test("mergeQuota never goes up within a window, in whatever order responses come", () => {
  const answer = fc.record({ remaining: fc.nat(1000), drift: fc.nat(60_000) });
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1 }), (answers) => {
      const views: Quota[] = [];
      for (const [index, { remaining, drift }] of answers.entries()) {
        const next = quota({ limit: 1000, remaining, resetAt: at(HOUR + drift) }, at(index));
        views.push(mergeQuota(views.at(-1), next));
      }

      expect(views.map(({ remaining }) => remaining)).toEqual(
        answers.map((_, index) =>
          Math.min(...answers.slice(0, index + 1).map(({ remaining }) => remaining)),
        ),
      );
      expect(views.at(-1)?.observedAt).toEqual(at(answers.length - 1));
    }),
  );
});

test("HTTP dates are UTC in every time zone and form", () => {
  // Each form that RFC 9110 asks a recipient to read; asctime's does not name the zone.
  const dates = [
    "Thu, 01 Jan 2026 12:01:00 GMT",
    "Thursday, 01-Jan-26 12:01:00 GMT",
    "Thu Jan  1 12:01:00 2026",
    "Thu, 01 Jan 2026 12:01:00",
  ];
  const now = Date.UTC(2026, 0, 1, 12);
  const script = `
    import { readRetryAfter } from ${JSON.stringify(new URL("../src/quota.ts", import.meta.url).href)};
    const dates = ${JSON.stringify(dates)};
    const waits = dates.map((date) => readRetryAfter(new Headers({ "Retry-After": date }), 429, ${now}));
    console.log(JSON.stringify([new Date(${now}).getHours(), ...waits]));
  `;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  const env = { ...process.env, TZ: "America/New_York" };
  const output = execFileSync(process.execPath, args, { env, encoding: "utf8" });
  expect(JSON.parse(output)).toEqual([7, 60_000, 60_000, 60_000, 60_000]);
});
