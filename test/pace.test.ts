import { describe, expect, test } from "vitest";
import { createPace } from "../src/tracking-links/many/quota-limiter.ts";
import type { Quota } from "../src/quota.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const HOUR = 3_600_000;

type Parts = Partial<Pick<Quota, "limit" | "remaining">> & { resetAt?: number };

const quota = ({ limit, remaining, resetAt }: Parts, observedAt = 0): Quota => ({
  limit,
  remaining,
  resetAt: resetAt === undefined ? undefined : new Date(NOW + resetAt),
  observedAt: new Date(NOW + observedAt),
});

const paceOf = (seen: Quota | undefined, reserve = 0) => createPace(() => seen, reserve);

describe("while nothing is known of the quota", () => {
  test("any number of requests may go if nothing is reserved", () => {
    expect([0, 1, 999].map((underWay) => paceOf(undefined).delay(underWay, NOW))).toEqual([
      0, 0, 0,
    ]);
  });

  test("one request goes alone if something is", () => {
    expect([0, 1, 2].map((underWay) => paceOf(undefined, 1).delay(underWay, NOW))).toEqual([
      0,
      Infinity,
      Infinity,
    ]);
  });
});

describe("by what is left of the quota", () => {
  test.each<[left: string, seen: Quota, reserve: number, underWay: number, delay: number]>([
    ["all", quota({ limit: 10, remaining: 10, resetAt: 700 }), 0, 0, 0],
    ["one, for nobody under way", quota({ limit: 10, remaining: 1, resetAt: 700 }), 0, 0, 0],
    [
      "one, for the one under way",
      quota({ limit: 10, remaining: 1, resetAt: 700 }),
      0,
      1,
      Infinity,
    ],
    ["two, one of them for one more", quota({ limit: 10, remaining: 2, resetAt: 700 }), 0, 1, 0],
    ["none", quota({ limit: 10, remaining: 0, resetAt: 700 }), 0, 0, 700],
    ["none, without a limit", quota({ remaining: 0, resetAt: 700 }), 0, 0, 700],
    ["none, and one under way", quota({ limit: 10, remaining: 0, resetAt: 700 }), 0, 1, Infinity],
    ["one more than the reserve", quota({ limit: 10, remaining: 4, resetAt: 700 }), 3, 0, 0],
    ["the reserve", quota({ limit: 10, remaining: 3, resetAt: 700 }), 3, 0, 700],
    ["less than the reserve", quota({ limit: 10, remaining: 1, resetAt: 700 }), 3, 0, 700],
    ["what is not said", quota({ limit: 10, resetAt: 700 }), 3, 99, 0],
    ["none, in a window that ends now", quota({ limit: 10, remaining: 0, resetAt: 0 }), 0, 0, 0],
    ["none, in a window that is over", quota({ limit: 10, remaining: 0, resetAt: -1 }), 0, 0, 0],
    [
      "a limit less those under way",
      quota({ limit: 10, remaining: 0, resetAt: 0 }),
      3,
      7,
      Infinity,
    ],
    ["a limit less all but one", quota({ limit: 10, remaining: 0, resetAt: 0 }), 3, 6, 0],
    ["none, until nobody knows when", quota({ limit: 10, remaining: 0 }), 0, 0, 0],
    ["the reserve, for the window's hour", quota({ limit: 10, remaining: 3 }), 3, 0, HOUR],
    ["the reserve, seen a while ago", quota({ limit: 10, remaining: 3 }, -600), 3, 0, HOUR - 600],
    ["the reserve, seen an hour ago", quota({ limit: 10, remaining: 3 }, -HOUR), 3, 0, 0],
  ])("%s", (_, seen, reserve, underWay, delay) => {
    expect(paceOf(seen, reserve).delay(underWay, NOW)).toBe(delay);
  });

  test.each([
    [10, 10],
    [10, 11],
    [1, 1],
  ])("a quota of %i leaves nothing with a reserve of %i", (limit, reserve) => {
    const pace = paceOf(quota({ limit, remaining: limit, resetAt: 700 }), reserve);

    expect(() => pace.delay(0, NOW)).toThrow(
      expect.objectContaining({
        code: "invalid_input",
        outcome: "not_sent",
        message: `Expected \`quotaReserve\` to be less than the account's quota of ${limit}, got the number ${reserve}`,
      }),
    );
  });
});

describe("a window that has been waited out", () => {
  test("is whole again although the clock was set back meanwhile", () => {
    const pace = paceOf(quota({ limit: 10, remaining: 0, resetAt: 700 }));

    expect(pace.delay(0, NOW)).toBe(700);
    pace.waited();

    expect(pace.delay(0, NOW - HOUR)).toBe(0);
    expect(pace.delay(9, NOW - HOUR)).toBe(0);
    expect(pace.delay(10, NOW - HOUR)).toBe(Infinity);
  });

  test("says nothing of the next window", () => {
    let seen = quota({ limit: 10, remaining: 0, resetAt: 700 });
    const pace = createPace(() => seen, 0);

    expect(pace.delay(0, NOW)).toBe(700);
    pace.waited();
    seen = quota({ limit: 10, remaining: 0, resetAt: 1500 }, 800);

    expect(pace.delay(0, NOW + 800)).toBe(700);
  });
});

describe("a pause", () => {
  test("holds everything back until its end, whatever is left", () => {
    const pace = paceOf(quota({ limit: 10, remaining: 10, resetAt: 900 }));

    pace.pause(700, NOW);

    expect(pace.delay(0, NOW)).toBe(700);
    expect(pace.delay(5, NOW + 699)).toBe(1);
    expect(pace.delay(5, NOW + 700)).toBe(0);
  });

  test("is as long as the longest that was asked for", () => {
    const pace = paceOf(undefined);

    pace.pause(700, NOW);
    pace.pause(100, NOW + 100);
    expect(pace.delay(0, NOW + 100)).toBe(600);
    pace.pause(700, NOW + 100);
    expect(pace.delay(0, NOW + 100)).toBe(700);
  });

  test("that has been waited is over although the clock was set back meanwhile", () => {
    const pace = paceOf(undefined);

    pace.pause(700, NOW);
    expect(pace.delay(0, NOW)).toBe(700);
    pace.waited();

    expect(pace.delay(0, NOW - HOUR)).toBe(0);
  });

  test("that has been waited is not over if more was asked for meanwhile", () => {
    const pace = paceOf(undefined);

    pace.pause(700, NOW);
    expect(pace.delay(0, NOW)).toBe(700);
    pace.pause(700, NOW + 50);
    pace.waited();

    expect(pace.delay(0, NOW + 700)).toBe(50);
  });

  test("that has been waited is not followed by another for the same window if the clock was set back", () => {
    const pace = paceOf(quota({ limit: 10, remaining: 0, resetAt: 700 }));

    pace.pause(700, NOW);
    expect(pace.delay(0, NOW)).toBe(700);
    pace.waited();

    expect(pace.delay(0, NOW - HOUR)).toBe(0);
  });
});
