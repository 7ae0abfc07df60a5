import { expect, test, vi } from "vitest";
import { ended, NOW, useFakeTime } from "./support/time.ts";
import { after, good, line, quota, type Serve, recordEvents } from "./support/events.ts";

useFakeTime();

const seen = (remaining: number, resetAt: number, observedAt: number): object => ({
  limit: 1000,
  remaining,
  resetAt: new Date(NOW + resetAt),
  observedAt: new Date(NOW + observedAt),
});

test("quota is undefined until a response has quota headers", async () => {
  const { impact } = recordEvents(() => good());

  expect(impact.quota).toBe(undefined);
  await ended(impact.trackingLinks.create({ programId: "1" }));
  expect(impact.quota).toBe(undefined);
});

test("quota is read from every response, including refusals and broken ones", async () => {
  const answers = [
    good(quota(999)),
    new Response("{}", { status: 403, headers: quota(998) }),
    new Response("<html>", { headers: quota(997) }),
    new Response("", { status: 429, headers: quota(0) }),
  ];
  const { impact } = recordEvents((count) => answers[count - 1] ?? good(), { maxRetries: 0 });
  const remaining: unknown[] = [];

  for (const _ of answers) {
    await ended(impact.trackingLinks.create({ programId: "1" }));
    remaining.push(impact.quota?.remaining);
  }

  expect(remaining).toEqual([999, 998, 997, 0]);
  expect(impact.quota).toEqual(seen(0, 700_000, 0));
});

test("quota is kept when a response has no quota headers", async () => {
  const { impact } = recordEvents((count) => (count === 1 ? good(quota(999)) : good()));

  await ended(impact.trackingLinks.create({ programId: "1" }));
  await ended(impact.trackingLinks.create({ programId: "1" }));

  expect(impact.quota).toEqual(seen(999, 700_000, 0));
});

test("quota does not rise when responses arrive out of order", async () => {
  // The first request is counted first and answered last.
  const { impact } = recordEvents((count) =>
    after(count === 1 ? 2000 : 1000, () => good(quota(1000 - count, "699"))),
  );
  const calls = [1, 2].map(() => impact.trackingLinks.create({ programId: "1" }));

  await vi.advanceTimersByTimeAsync(1000);
  expect(impact.quota).toEqual(seen(998, 700_000, 1000));
  await ended(Promise.all(calls));

  expect(impact.quota).toEqual(seen(998, 700_000, 2000));
});

test("quota is reset in the next window", async () => {
  const { impact } = recordEvents((count) => good(count === 1 ? quota(3) : quota(999, "3600")));

  await ended(impact.trackingLinks.create({ programId: "1" }));
  await vi.advanceTimersByTimeAsync(700_000);
  await ended(impact.trackingLinks.create({ programId: "1" }));

  expect(impact.quota).toEqual(seen(999, 4_300_000, 700_000));
});

test("quota is shared by all calls of a client but not with another client", async () => {
  const serve: Serve = (count) => good(quota(1000 - count));
  const { impact } = recordEvents(serve);
  const other = recordEvents(serve).impact;

  await ended(
    Promise.all(Array.from({ length: 50 }, () => impact.trackingLinks.create({ programId: "1" }))),
  );

  expect(impact.quota?.remaining).toBe(950);
  expect(other.quota).toBe(undefined);
});

test("a quota that is used up does not delay a call", async () => {
  const { impact, events } = recordEvents(() => good(quota(0)));

  await ended(impact.trackingLinks.create({ programId: "1" }));
  await ended(impact.trackingLinks.create({ programId: "1" }));

  expect(events.map(line)).toEqual(["0 request 1", "0 response 1", "0 request 1", "0 response 1"]);
});
