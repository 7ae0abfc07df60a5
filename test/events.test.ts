import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createImpactClient,
  type ImpactClient,
  type ImpactEvent,
  type QuotaWaitEvent,
} from "../src/index.ts";

/** An event of one call. */
type CallEvent = Exclude<ImpactEvent, QuotaWaitEvent>;

const NOW = Date.parse("2026-11-22T12:00:00Z");
const account = { accountSid: "IRabc123", authToken: "t0k-en:with/ünïcode" };
const baseUrl = "https://api.example";
const url = `${baseUrl}/Mediapartners/IRabc123/Programs/1/TrackingLinks`;
const link = '{"TrackingURL":"https://example.sjv.io/c/1/2/3"}';

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const quota = (remaining: number, reset = "700"): Record<string, string> => ({
  "X-RateLimit-Limit-hour": "1000",
  "X-RateLimit-Remaining-hour": String(remaining),
  "RateLimit-Reset": reset,
});

const after = (ms: number, response: () => Response): Promise<Response> =>
  new Promise((resolve) => setTimeout(() => resolve(response()), ms));

const good = (headers: Record<string, string> = {}): Response => new Response(link, { headers });

type Serve = (count: number) => Response | Promise<Response>;

function told(serve: Serve, options: object = {}): { impact: ImpactClient; events: CallEvent[] } {
  const events: CallEvent[] = [];
  let count = 0;
  const fetch = async (): Promise<Response> => serve(++count);
  const onEvent = (event: ImpactEvent): void => void events.push(event as CallEvent);
  return {
    impact: createImpactClient({ ...account, baseUrl, fetch, onEvent, ...options }),
    events,
  };
}

async function ended(call: Promise<unknown>): Promise<unknown> {
  const result = call.catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return result;
}

const line = ({ type, attempt, time }: CallEvent): string => `${time - NOW} ${type} ${attempt}`;

test("tells of a call from its first request to its last answer", async () => {
  const limited = (): Response =>
    new Response('{"Status":"ERROR","Message":"Slow down"}', {
      status: 429,
      headers: { "Retry-After": "2", ...quota(0, "2") },
    });
  const { impact, events } = told((count) =>
    count === 1 ? after(30, limited) : after(40, () => good(quota(999, "3600"))),
  );

  await ended(impact.trackingLinks.create({ programId: "1" }));

  const id = events[0]?.id;
  const call = { id, method: "POST", url };
  const error = expect.objectContaining({
    code: "rate_limited",
    outcome: "rejected",
    reason: "Slow down",
    attempts: 1,
    retryAfter: 2000,
  });
  expect(events).toEqual([
    { type: "request", ...call, attempt: 1, time: NOW },
    {
      type: "response",
      ...call,
      attempt: 1,
      time: NOW + 30,
      duration: 30,
      status: 429,
      error,
      quota: {
        limit: 1000,
        remaining: 0,
        resetAt: new Date(NOW + 2030),
        observedAt: new Date(NOW + 30),
      },
    },
    { type: "retry", ...call, attempt: 2, time: NOW + 30, error, delay: 2000 },
    {
      type: "wait",
      ...call,
      attempt: 2,
      time: NOW + 30,
      cause: "retry_after",
      delay: 2000,
      until: new Date(NOW + 2030),
    },
    { type: "request", ...call, attempt: 2, time: NOW + 2030 },
    {
      type: "response",
      ...call,
      attempt: 2,
      time: NOW + 2070,
      duration: 40,
      status: 200,
      quota: {
        limit: 1000,
        remaining: 999,
        resetAt: new Date(NOW + 3_602_070),
        observedAt: new Date(NOW + 2070),
      },
    },
  ]);
});

test("says that a wait is a guess where the server gave no hint", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const { impact, events } = told(() => new Response("", { status: 500 }), { maxRetries: 1 });

  const error = await ended(impact.trackingLinks.create({ programId: "1" }));

  expect(events.map(line)).toEqual([
    "0 request 1",
    "0 response 1",
    "0 retry 2",
    "0 wait 2",
    "250 request 2",
    "250 response 2",
  ]);
  expect(events[3]).toMatchObject({ cause: "backoff", delay: 250, until: new Date(NOW + 250) });
  expect(events[5]).toMatchObject({ status: 500, error: { attempts: 2 } });
  expect((events[5] as { error?: unknown }).error).toBe(error);
});

test("a request without an answer ends without a status", async () => {
  const { impact, events } = told(() => Promise.reject(new TypeError("fetch failed")), {
    maxRetries: 0,
  });

  const error = await ended(impact.trackingLinks.create({ programId: "1" }));

  expect(events).toEqual([
    { type: "request", id: events[0]?.id, attempt: 1, method: "POST", url, time: NOW },
    {
      type: "response",
      id: events[0]?.id,
      attempt: 1,
      method: "POST",
      url,
      time: NOW,
      duration: 0,
      error,
    },
  ]);
});

test("a timeout is told with the time that it took", async () => {
  const { impact, events } = told(() => new Promise(() => {}), { maxRetries: 0, timeout: 700 });

  await ended(impact.trackingLinks.create({ programId: "1" }));

  expect(events.map(line)).toEqual(["0 request 1", "700 response 1"]);
  expect(events[1]).toMatchObject({ duration: 700, error: { code: "timeout" } });
});

test("the caller's abort is told as such, and not as a failure", async () => {
  const controller = new AbortController();
  const { impact, events } = told(() => new Promise(() => {}));
  const call = impact.trackingLinks
    .create({ programId: "1" }, { signal: controller.signal })
    .catch((error: unknown) => error);

  await vi.advanceTimersByTimeAsync(100);
  controller.abort("gone");

  expect(await call).toBe("gone");
  expect(events.map(line)).toEqual(["0 request 1", "100 response 1"]);
  expect(events[1]).toEqual({
    type: "response",
    id: events[0]?.id,
    attempt: 1,
    method: "POST",
    url,
    time: NOW + 100,
    duration: 100,
    aborted: true,
  });
});

test("an abort within a wait is followed by no further event", async () => {
  const controller = new AbortController();
  const { impact, events } = told(
    () => new Response("", { status: 429, headers: { "Retry-After": "9" } }),
  );
  const call = impact.trackingLinks
    .create({ programId: "1" }, { signal: controller.signal })
    .catch((error: unknown) => error);

  await vi.advanceTimersByTimeAsync(100);
  controller.abort("gone");
  await vi.runAllTimersAsync();

  expect(await call).toBe("gone");
  expect(events.map(line)).toEqual(["0 request 1", "0 response 1", "0 retry 2", "0 wait 2"]);
});

test("ids tell calls apart, and the clients that made them", async () => {
  const ids = new Set<string>();
  const options = { onEvent: ({ id }: CallEvent): unknown => ids.add(id) };
  const one = told(() => good(), options).impact;
  const other = told(() => good(), options).impact;

  await ended(
    Promise.all(
      [one, one, other, other].map((each) => each.trackingLinks.create({ programId: "1" })),
    ),
  );

  expect(ids.size).toBe(4);
});

test("nothing is told of input that is refused", async () => {
  const { impact, events } = told(() => good());

  await ended(impact.trackingLinks.create({ programId: "" }));

  expect(events).toEqual([]);
});

describe("a listener changes nothing", () => {
  const broken: [string, () => unknown][] = [
    [
      "throws",
      () => {
        throw new Error("a fault in a log");
      },
    ],
    [
      "throws undefined",
      () => {
        throw undefined;
      },
    ],
    ["rejects", () => Promise.reject(new Error("a fault in a log"))],
    [
      "rejects later",
      () => new Promise((_, reject) => setTimeout(() => reject(new Error("late")), 5)),
    ],
    [
      "gives a thenable that throws",
      () => ({
        // oxlint-disable-next-line unicorn/no-thenable
        then: (): never => {
          throw new Error("a fault in a log");
        },
      }),
    ],
    ["never ends", () => new Promise(() => {})],
  ];

  test.each(broken)("that %s", async (_, onEvent) => {
    const unhandled = vi.fn<(reason: unknown) => void>();
    process.on("unhandledRejection", unhandled);
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    const { impact } = told((count) => (count === 1 ? new Response("", { status: 500 }) : good()), {
      onEvent,
    });

    const given = await ended(impact.trackingLinks.create({ programId: "1" }));
    vi.useRealTimers();
    // Node tells of unhandled rejections only after all microtasks of a turn.
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("unhandledRejection", unhandled);

    expect(given).toMatchObject({ url: "https://example.sjv.io/c/1/2/3" });
    expect(unhandled).not.toHaveBeenCalled();
  });

  test("that aborts the call it is told of ends it with the signal's reason", async () => {
    const controller = new AbortController();
    const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(good()));
    const onEvent = (): void => controller.abort("enough");
    const { impact } = told(() => good(), { fetch, onEvent });

    const { signal } = controller;
    const ending = await ended(impact.trackingLinks.create({ programId: "1" }, { signal }));

    expect(ending).toBe("enough");
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe("the quota", () => {
  const seen = (remaining: number, resetAt: number, observedAt: number): object => ({
    limit: 1000,
    remaining,
    resetAt: new Date(NOW + resetAt),
    observedAt: new Date(NOW + observedAt),
  });

  test("is undefined until an answer tells of it", async () => {
    const { impact } = told(() => good());

    expect(impact.quota).toBe(undefined);
    await ended(impact.trackingLinks.create({ programId: "1" }));
    expect(impact.quota).toBe(undefined);
  });

  test("is read from every answer, refusals and broken ones included", async () => {
    const answers = [
      good(quota(999)),
      new Response("{}", { status: 403, headers: quota(998) }),
      new Response("<html>", { headers: quota(997) }),
      new Response("", { status: 429, headers: quota(0) }),
    ];
    const { impact } = told((count) => answers[count - 1] ?? good(), { maxRetries: 0 });
    const remaining: unknown[] = [];

    for (const _ of answers) {
      await ended(impact.trackingLinks.create({ programId: "1" }));
      remaining.push(impact.quota?.remaining);
    }

    expect(remaining).toEqual([999, 998, 997, 0]);
    expect(impact.quota).toEqual(seen(0, 700_000, 0));
  });

  test("is kept when an answer says nothing of it", async () => {
    const { impact } = told((count) => (count === 1 ? good(quota(999)) : good()));

    await ended(impact.trackingLinks.create({ programId: "1" }));
    await ended(impact.trackingLinks.create({ programId: "1" }));

    expect(impact.quota).toEqual(seen(999, 700_000, 0));
  });

  test("does not rise when answers arrive out of order", async () => {
    // The first request is counted first and answered last.
    const { impact } = told((count) =>
      after(count === 1 ? 2000 : 1000, () => good(quota(1000 - count, "699"))),
    );
    const calls = [1, 2].map(() => impact.trackingLinks.create({ programId: "1" }));

    await vi.advanceTimersByTimeAsync(1000);
    expect(impact.quota).toEqual(seen(998, 700_000, 1000));
    await ended(Promise.all(calls));

    expect(impact.quota).toEqual(seen(998, 700_000, 2000));
  });

  test("is whole again in the next window", async () => {
    const { impact } = told((count) => good(count === 1 ? quota(3) : quota(999, "3600")));

    await ended(impact.trackingLinks.create({ programId: "1" }));
    await vi.advanceTimersByTimeAsync(700_000);
    await ended(impact.trackingLinks.create({ programId: "1" }));

    expect(impact.quota).toEqual(seen(999, 4_300_000, 700_000));
  });

  test("is one for all callers of a client, and not shared with another client", async () => {
    const serve: Serve = (count) => good(quota(1000 - count));
    const { impact } = told(serve);
    const other = told(serve).impact;

    await ended(
      Promise.all(
        Array.from({ length: 50 }, () => impact.trackingLinks.create({ programId: "1" })),
      ),
    );

    expect(impact.quota?.remaining).toBe(950);
    expect(other.quota).toBe(undefined);
  });

  test("that is spent holds no call back", async () => {
    const { impact, events } = told(() => good(quota(0)));

    await ended(impact.trackingLinks.create({ programId: "1" }));
    await ended(impact.trackingLinks.create({ programId: "1" }));

    expect(events.map(line)).toEqual([
      "0 request 1",
      "0 response 1",
      "0 request 1",
      "0 response 1",
    ]);
  });
});
