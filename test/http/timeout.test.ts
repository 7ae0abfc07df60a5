import { expect, test, vi } from "vitest";
import { createImpactClient, isImpactError } from "../../src/index.ts";
import { account, baseUrl, LINK_BODY } from "../support/client.ts";
import { ended, NOW, useFakeTime } from "../support/time.ts";
import { answer, stall, traced } from "../support/traced.ts";

useFakeTime({ random: 0.5 });

test.each([
  ["the answer", stall],
  ["the body", () => new Response(new ReadableStream())],
])(
  "the timeout of an attempt covers %s and aborts the request",
  async (_, serve: () => Response | Promise<Response>) => {
    const signals: AbortSignal[] = [];
    const { fetch, trace } = traced((_count, signal) => {
      signals.push(signal);
      return serve();
    });
    const impact = createImpactClient({
      ...account,
      baseUrl,
      fetch,
      timeout: 700,
      maxRetries: 1,
    });
    let end: number | undefined;

    const call = impact.trackingLinks
      .create({ programId: "1" })
      .finally(() => (end = Date.now() - NOW));

    const error = await ended(call);
    expect(error).toMatchObject({ code: "timeout", outcome: "unknown", attempts: 2 });
    expect(end).toBe(700 + 250 + 700);
    expect(trace).toEqual(["0 POST TrackingLinks", "950 POST TrackingLinks"]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(vi.getTimerCount()).toBe(0);
  },
);

test.each([
  [400, { code: "invalid_request", outcome: "rejected", attempts: 1 }, 700],
  [500, { code: "server_error", outcome: "unknown", attempts: 2 }, 700 + 250 + 700],
])("a %d whose body stalls until the timeout keeps its meaning", async (status, expected, end) => {
  const signals: AbortSignal[] = [];
  const { fetch } = traced((_count, signal) => {
    signals.push(signal);
    return new Response(new ReadableStream(), { status });
  });
  const impact = createImpactClient({ ...account, baseUrl, fetch, timeout: 700, maxRetries: 1 });

  const error = await ended(impact.trackingLinks.create({ programId: "1" }));

  expect(error).toMatchObject({ ...expected, status });
  expect(Date.now() - NOW).toBe(end);
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test("waits for Retry-After after a 429 whose body stalls", async () => {
  const { fetch, trace } = traced((count) =>
    count === 1
      ? new Response(new ReadableStream(), { status: 429, headers: { "Retry-After": "50" } })
      : new Response(LINK_BODY),
  );
  const impact = createImpactClient({ ...account, baseUrl, fetch, timeout: 700 });

  const given = await ended(impact.trackingLinks.create({ programId: "1", type: "Vanity" }));

  expect(isImpactError(given)).toBe(false);
  const asked = "POST TrackingLinks?Type=Vanity";
  expect(trace).toEqual([`0 ${asked}`, `50700 ${asked}`]);
});

test("the timeout is cleared when the response is complete", async () => {
  const { fetch } = traced(() => new Response(LINK_BODY));
  const impact = createImpactClient({ ...account, baseUrl, fetch });

  await impact.trackingLinks.create({ programId: "1" });

  expect(vi.getTimerCount()).toBe(0);
});

test("the timeout does not include the waits", async () => {
  const { fetch, trace } = traced((count) =>
    count === 1 ? answer(429, { "Retry-After": "50" })() : new Response(LINK_BODY),
  );
  const impact = createImpactClient({ ...account, baseUrl, fetch, timeout: 100 });

  const given = await ended(impact.trackingLinks.create({ programId: "1" }));

  expect(isImpactError(given)).toBe(false);
  expect(trace).toEqual(["0 POST TrackingLinks", "50000 POST TrackingLinks"]);
});

test("a timeout that fires before the caller's abort is reported as a timeout", async () => {
  const { fetch } = traced(stall);
  const controller = new AbortController();
  const { signal } = controller;
  const impact = createImpactClient({ ...account, baseUrl, fetch, timeout: 100, maxRetries: 0 });
  const call = impact.trackingLinks.create({ programId: "1" }, { signal }).catch((e) => e);

  await vi.advanceTimersByTimeAsync(100);
  controller.abort("late");

  expect(await call).toMatchObject({ code: "timeout" });
});
