import { expect, test, vi } from "vitest";
import { createImpactClient, type ImpactClientOptions, type ImpactEvent } from "../../src/index.ts";
import { account, baseUrl } from "../support/client.ts";
import { ended, HOUR, NOW, useFakeTime } from "../support/time.ts";
import { answer, traced } from "../support/traced.ts";

useFakeTime({ random: 0.5 });

const first = async (
  headers: Record<string, string>,
  options: ImpactClientOptions = {},
  status = 429,
): Promise<{ trace: string[]; error: unknown; delays: number[] }> => {
  const { fetch, trace } = traced(answer(status, headers));
  const delays: number[] = [];
  const onEvent = (event: ImpactEvent): void => {
    if (event.type === "wait") delays.push(event.delay);
  };
  const settings = { ...account, baseUrl, fetch, onEvent, maxRetries: 1, maxRetryDelay: HOUR };
  const impact = createImpactClient({ ...settings, ...options });
  const error = await ended(impact.trackingLinks.create({ programId: "1" }));
  return { trace, error, delays };
};

const epoch = (ms: number): string => String((NOW + ms) / 1000);

test.each<[string, Record<string, string>, number]>([
  ["Retry-After in seconds", { "Retry-After": "700" }, 700_000],
  ["Retry-After in parts of a second", { "Retry-After": "1.5" }, 1500],
  ["a date in the future", { "Retry-After": "Sun, 22 Nov 2026 12:01:30 GMT" }, 90_000],
  ["a date that is now", { "Retry-After": "Sun, 22 Nov 2026 12:00:00 GMT" }, 250],
  ["a date in the past", { "Retry-After": "Sat, 21 Nov 2026 12:00:00 GMT" }, 250],
  ["Retry-After as an epoch in seconds", { "Retry-After": epoch(90_000) }, 90_000],
  ["Retry-After as an epoch in milliseconds", { "Retry-After": String(NOW + 90_000) }, 90_000],
  ["an epoch in the past", { "Retry-After": epoch(-90_000) }, 250],
  ["zero", { "Retry-After": "0" }, 250],
  ["a negative number", { "Retry-After": "-5" }, 250],
  ["an empty hint", { "Retry-After": "" }, 250],
  ["words", { "Retry-After": "soon" }, 250],
  ["NaN", { "Retry-After": "NaN" }, 250],
  ["Infinity", { "Retry-After": "Infinity" }, 250],
  ["a hexadecimal number", { "Retry-After": "0x10" }, 250],
  ["two hints in one", { "Retry-After": "1, 2" }, 250],
  ["RateLimit-Reset in seconds", { "RateLimit-Reset": "700" }, 700_000],
  ["RateLimit-Reset as an epoch", { "RateLimit-Reset": epoch(90_000) }, 90_000],
  ["X-RateLimit-Reset in seconds", { "X-RateLimit-Reset": "700" }, 700_000],
  ["X-RateLimit-Reset as an epoch", { "X-RateLimit-Reset": epoch(90_000) }, 90_000],
  ["a reset in the past", { "X-RateLimit-Reset": epoch(-90_000) }, 250],
  ["a negative reset", { "RateLimit-Reset": "-1" }, 250],
  [
    "Retry-After before the reset",
    { "Retry-After": "3", "RateLimit-Reset": "700", "X-RateLimit-Reset": "800" },
    3000,
  ],
  ["the reset if Retry-After is no hint", { "Retry-After": "?", "RateLimit-Reset": "9" }, 9000],
  [
    "the partner's reset before the brand's",
    { "X-RateLimit-Reset": "8", "RateLimit-Reset": "9" },
    9000,
  ],
])("waits after a 429 as the hint says: %s", async (_, headers, wait) => {
  const { trace } = await first(headers);

  expect(trace).toEqual(["0 POST TrackingLinks", `${wait} POST TrackingLinks`]);
});

test("ignores the reset of a quota that is not used up", async () => {
  const { trace } = await first({ "RateLimit-Reset": "700" }, {}, 500);

  expect(trace).toEqual(["0 POST TrackingLinks", "250 POST TrackingLinks"]);
});

test("waits longer than a 32-bit timer can", async () => {
  const set = vi.spyOn(globalThis, "setTimeout");

  const { trace } = await first({ "Retry-After": "5000000" }, { maxRetryDelay: 2 ** 40 });

  expect(trace).toEqual(["0 POST TrackingLinks", "5000000000 POST TrackingLinks"]);
  expect(set.mock.calls.map(([, ms]) => ms)).toEqual([
    30_000, 2_147_483_647, 2_147_483_647, 705_032_706, 30_000,
  ]);
});

test.each([
  ["60", ["0 POST TrackingLinks", "60000 POST TrackingLinks"]],
  ["61", ["0 POST TrackingLinks"]],
])("waits at most 60 seconds by default: Retry-After %s", async (seconds, expected) => {
  const { trace } = await first({ "Retry-After": seconds }, { maxRetryDelay: undefined });

  expect(trace).toEqual(expected);
});

test.each<[string, Record<string, string>, number]>([
  ["seconds", { "Retry-After": "61" }, 61_000],
  ["a date", { "Retry-After": "Mon, 23 Nov 2026 12:00:00 GMT" }, 86_400_000],
  ["a reset", { "RateLimit-Reset": "3600" }, 3_600_000],
  ["a number past all clocks", { "Retry-After": "9".repeat(20) }, 1e14],
])(
  "rejects with rate_limited at once if the wait is too long: %s",
  async (_, headers, retryAfter) => {
    const { trace, error, delays } = await first(headers, { maxRetryDelay: 60_000 });

    expect(trace).toEqual(["0 POST TrackingLinks"]);
    expect(error).toMatchObject({
      code: "rate_limited",
      outcome: "rejected",
      attempts: 1,
      retryAfter,
    });
    expect(delays).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  },
);

test("rejects at once if a failing server asks for a wait that is too long", async () => {
  const { trace, error } = await first({ "Retry-After": "61" }, { maxRetryDelay: 60_000 }, 503);

  expect(trace).toEqual(["0 POST TrackingLinks"]);
  expect(error).toMatchObject({ status: 503, outcome: "unknown", retryAfter: 61_000 });
});

test.each([
  [0, [0, 0, 0, 0]],
  [0.5, [250, 500, 1000, 2000]],
  [0.999999, [0.999999 * 500, 0.999999 * 1000, 0.999999 * 2000, 0.999999 * 4000]],
])("waits with full jitter if there is no hint: Math.random() at %d", async (random, expected) => {
  vi.mocked(Math.random).mockReturnValue(random);

  const { delays } = await first({}, { maxRetries: 4 }, 500);

  expect(delays).toEqual(expected);
});

test("waits at most maxRetryDelay if there is no hint", async () => {
  vi.mocked(Math.random).mockReturnValue(0.999999);

  const { delays } = await first({}, { maxRetries: 3, maxRetryDelay: 700 }, 500);

  expect(delays).toEqual([0.999999 * 500, 0.999999 * 700, 0.999999 * 700]);
});

test("does not wait at all with maxRetryDelay 0", async () => {
  const { trace } = await first({}, { maxRetryDelay: 0, maxRetries: 2 }, 500);

  expect(trace).toEqual(["0 POST TrackingLinks", "0 POST TrackingLinks", "0 POST TrackingLinks"]);
});
