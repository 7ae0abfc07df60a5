import { expect, test, vi } from "vitest";
import type { ImpactEvent } from "../../src/index.ts";
import type { Quota, QuotaView } from "../../src/quota.ts";
import { QuotaLimiter } from "../../src/tracking-links/many/quota-limiter.ts";
import { HOUR, NOW, useFakeTime } from "../support/time.ts";

useFakeTime();

type Parts = Partial<Pick<Quota, "limit" | "remaining">> & { resetAt?: number };

const quota = ({ limit, remaining, resetAt }: Parts, observedAt = 0): Quota => ({
  limit,
  remaining,
  resetAt: resetAt === undefined ? undefined : new Date(NOW + resetAt),
  observedAt: new Date(NOW + observedAt),
});

const PLENTY = quota({ limit: 1_000_000, remaining: 1_000_000, resetAt: HOUR });

/** A limiter of requests that are not answered, and the waits that it tells of. */
function limiterOf(seen?: Quota, reserve = 0, inFlight = 0) {
  const state = { seen, admitted: 0 };
  const delays: number[] = [];
  const { signal } = new AbortController();
  /** By the monotonic clock, as soon as each quota is known. */
  const ends = new Map<Quota, number>();
  const view: QuotaView = {
    get current() {
      return state.seen;
    },
    get windowEnd() {
      const { current = PLENTY } = view;
      const end = current.resetAt?.getTime() ?? current.observedAt.getTime() + HOUR;
      if (!ends.has(current)) ends.set(current, performance.now() + end - Date.now());
      return ends.get(current) ?? NaN;
    },
    observe() {},
  };
  const emit = (event: ImpactEvent): void =>
    void (event.type === "wait" && delays.push(event.delay));
  const limiter = new QuotaLimiter({
    concurrency: 1000,
    quota: view,
    reserve,
    emit,
    signal,
  });
  ends.set(seen ?? PLENTY, view.windowEnd);
  const acquire = (): void => {
    const slot = limiter.acquire(() => undefined);
    if (slot === undefined) state.admitted++;
    else slot.then(() => state.admitted++).catch(() => {});
  };
  if (inFlight > 0) {
    state.seen = PLENTY;
    for (let count = 0; count < inFlight; count++) acquire();
    state.seen = seen;
  }
  /** Milliseconds that one more request waits; Infinity if that depends on an answer. */
  const delay = (): number => {
    const { admitted } = state;
    acquire();
    return state.admitted > admitted ? 0 : (delays.at(-1) ?? Infinity);
  };
  return { limiter, state, delays, acquire, delay };
}

test("admits any number of requests without a reserve while the quota is unknown", () => {
  const { acquire, state } = limiterOf();

  for (let count = 0; count < 1000; count++) acquire();

  expect(state.admitted).toBe(1000);
});

test("admits one request alone with a reserve while the quota is unknown", () => {
  const { delay } = limiterOf(undefined, 1);

  expect([delay(), delay(), delay()]).toEqual([0, Infinity, Infinity]);
});

test.each<[left: string, seen: Quota, reserve: number, inFlight: number, wait: number]>([
  ["all", quota({ limit: 10, remaining: 10, resetAt: 700 }), 0, 0, 0],
  ["one, for nobody in flight", quota({ limit: 10, remaining: 1, resetAt: 700 }), 0, 0, 0],
  ["one, for the one in flight", quota({ limit: 10, remaining: 1, resetAt: 700 }), 0, 1, Infinity],
  ["two, one of them for one more", quota({ limit: 10, remaining: 2, resetAt: 700 }), 0, 1, 0],
  ["none", quota({ limit: 10, remaining: 0, resetAt: 700 }), 0, 0, 700],
  ["none, without a limit", quota({ remaining: 0, resetAt: 700 }), 0, 0, 700],
  ["none, and one in flight", quota({ limit: 10, remaining: 0, resetAt: 700 }), 0, 1, Infinity],
  ["one more than the reserve", quota({ limit: 10, remaining: 4, resetAt: 700 }), 3, 0, 0],
  ["the reserve", quota({ limit: 10, remaining: 3, resetAt: 700 }), 3, 0, 700],
  ["less than the reserve", quota({ limit: 10, remaining: 1, resetAt: 700 }), 3, 0, 700],
  ["what is not said", quota({ limit: 10, resetAt: 700 }), 3, 99, 0],
  ["none, in a window that ends now", quota({ limit: 10, remaining: 0, resetAt: 0 }), 0, 0, 0],
  ["none, in a window that is over", quota({ limit: 10, remaining: 0, resetAt: -1 }), 0, 0, 0],
  ["a limit less those in flight", quota({ limit: 10, remaining: 0, resetAt: 0 }), 3, 7, Infinity],
  ["a limit less all but one", quota({ limit: 10, remaining: 0, resetAt: 0 }), 3, 6, 0],
  ["none, until nobody knows when", quota({ limit: 10, remaining: 0 }), 0, 0, 0],
  ["the reserve, for the window's hour", quota({ limit: 10, remaining: 3 }), 3, 0, HOUR],
  ["the reserve, seen a while ago", quota({ limit: 10, remaining: 3 }, -600), 3, 0, HOUR - 600],
  ["the reserve, seen an hour ago", quota({ limit: 10, remaining: 3 }, -HOUR), 3, 0, 0],
])(
  "decides how long a request waits by the quota: what is left is %s",
  (_, seen, reserve, inFlight, wait) => {
    expect(limiterOf(seen, reserve, inFlight).delay()).toBe(wait);
  },
);

test.each([
  [10, 10],
  [10, 11],
  [1, 1],
])("refuses a quota of %i with a reserve of %i, which leaves nothing", (limit, reserve) => {
  const { limiter } = limiterOf(quota({ limit, remaining: limit, resetAt: 700 }), reserve);

  expect(() => limiter.acquire(() => undefined)).toThrow(
    expect.objectContaining({
      code: "invalid_input",
      outcome: "not_sent",
      message: `Expected \`quotaReserve\` to be less than the account's quota of ${limit}, got the number ${reserve}`,
    }),
  );
});

test("uses the whole quota after a window was waited out, although the clock was set back", async () => {
  const { acquire, delay, delays, state } = limiterOf(
    quota({ limit: 10, remaining: 0, resetAt: 700 }),
  );

  expect(delay()).toBe(700);
  vi.setSystemTime(NOW - HOUR);
  await vi.advanceTimersByTimeAsync(700);

  expect(state.admitted).toBe(1);
  for (let count = 0; count < 9; count++) acquire();
  expect(state.admitted).toBe(10);
  acquire();
  expect(state.admitted).toBe(10);
  expect(delays).toEqual([700]);
});

test("waits for the next window after one was waited out", async () => {
  const { limiter, delay, state } = limiterOf(quota({ limit: 10, remaining: 0, resetAt: 700 }));

  expect(delay()).toBe(700);
  await vi.advanceTimersByTimeAsync(800);
  state.seen = quota({ limit: 10, remaining: 0, resetAt: 1500 }, 800);
  limiter.release();

  expect(delay()).toBe(700);
});

test("a pause holds everything back until its end, whatever is left", async () => {
  const seen = quota({ limit: 10, remaining: 10, resetAt: 900 });
  const whole = limiterOf(seen);
  const end = limiterOf(seen, 0, 5);

  whole.limiter.pause(700);
  end.limiter.pause(700);
  expect(whole.delay()).toBe(700);
  await vi.advanceTimersByTimeAsync(699);
  expect(end.delay()).toBe(1);
  expect([whole.state.admitted, end.state.admitted]).toEqual([0, 5]);
  await vi.advanceTimersByTimeAsync(1);

  expect([whole.state.admitted, end.state.admitted]).toEqual([1, 6]);
});

test.each([
  [100, 600],
  [700, 700],
])("a pause of 700 ms, and after 100 ms one of %i more, lasts %i more", async (second, wait) => {
  const { limiter, delay } = limiterOf();

  limiter.pause(700);
  await vi.advanceTimersByTimeAsync(100);
  limiter.pause(second);

  expect(delay()).toBe(wait);
});

test("a pause that was waited out is over although the clock was set back meanwhile", async () => {
  const { limiter, delay, delays, state } = limiterOf();

  limiter.pause(700);
  expect(delay()).toBe(700);
  vi.setSystemTime(NOW - HOUR);
  await vi.advanceTimersByTimeAsync(700);

  expect(state.admitted).toBe(1);
  expect(delays).toEqual([700]);
});

test("a pause that was waited out is not over if more was asked for meanwhile", async () => {
  const { limiter, delay, delays, state } = limiterOf();

  limiter.pause(700);
  expect(delay()).toBe(700);
  await vi.advanceTimersByTimeAsync(50);
  limiter.pause(700);
  await vi.advanceTimersByTimeAsync(650);

  expect(delays).toEqual([700, 50]);
  expect(state.admitted).toBe(0);
  await vi.advanceTimersByTimeAsync(50);
  expect(state.admitted).toBe(1);
});

test("a pause is not followed by a wait for the same window if the clock was set back", async () => {
  const { limiter, delay, delays, state } = limiterOf(
    quota({ limit: 10, remaining: 0, resetAt: 700 }),
  );

  limiter.pause(700);
  expect(delay()).toBe(700);
  vi.setSystemTime(NOW - HOUR);
  await vi.advanceTimersByTimeAsync(700);

  expect(state.admitted).toBe(1);
  expect(delays).toEqual([700]);
});

test("a pause is one wait although its timer fires a millisecond early", async () => {
  const { limiter, delay, delays, state } = limiterOf();

  limiter.pause(700);
  expect(delay()).toBe(700);
  const early = performance.now() + 699.5;
  vi.spyOn(performance, "now").mockReturnValue(early);
  await vi.advanceTimersByTimeAsync(700);
  vi.restoreAllMocks();

  expect(state.admitted).toBe(1);
  expect(delays).toEqual([700]);
});
