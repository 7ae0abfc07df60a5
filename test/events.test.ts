import { expect, test, vi } from "vitest";
import { createImpactClient, type ImpactEvent } from "../src/index.ts";
import { account, baseUrl, LINK_BODY, responding, LINK_URL } from "./support/client.ts";
import { ended, NOW, useFakeTime } from "./support/time.ts";
import { after, type CallEvent, good, line, quota, recordEvents } from "./support/events.ts";

const url = `${baseUrl}/Mediapartners/IRabc123/Programs/1/TrackingLinks`;

useFakeTime();

test("emits the events of a call from its first request to its last response", async () => {
  const limited = (): Response =>
    new Response('{"Status":"ERROR","Message":"Slow down"}', {
      status: 429,
      headers: { "Retry-After": "2", ...quota(0, "2") },
    });
  const { impact, events } = recordEvents((count) =>
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

test("reports a wait as backoff if the server gave no hint", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const { impact, events } = recordEvents(() => new Response("", { status: 500 }), {
    maxRetries: 1,
  });

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

test("emits a response event without a status if there was no response", async () => {
  const { impact, events } = recordEvents(() => Promise.reject(new TypeError("fetch failed")), {
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

test("reports a timeout with its duration", async () => {
  const { impact, events } = recordEvents(() => new Promise(() => {}), {
    maxRetries: 0,
    timeout: 700,
  });

  await ended(impact.trackingLinks.create({ programId: "1" }));

  expect(events.map(line)).toEqual(["0 request 1", "700 response 1"]);
  expect(events[1]).toMatchObject({ duration: 700, error: { code: "timeout" } });
});

test("reports the caller's abort as aborted and not as an error", async () => {
  const controller = new AbortController();
  const { impact, events } = recordEvents(() => new Promise(() => {}));
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

test("emits no event after an abort within a wait", async () => {
  const controller = new AbortController();
  const { impact, events } = recordEvents(
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

test("gives each call of each client an id of its own", async () => {
  const ids = new Set<string>();
  const options = { onEvent: ({ id }: CallEvent): unknown => ids.add(id) };
  const one = recordEvents(() => good(), options).impact;
  const other = recordEvents(() => good(), options).impact;

  await ended(
    Promise.all(
      [one, one, other, other].map((each) => each.trackingLinks.create({ programId: "1" })),
    ),
  );

  expect(ids.size).toBe(4);
});

test("emits no event for input that is refused", async () => {
  const { impact, events } = recordEvents(() => good());

  await ended(impact.trackingLinks.create({ programId: "" }));

  expect(events).toEqual([]);
});

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

test.each(broken)("a listener that %s changes nothing", async (_, onEvent) => {
  const unhandled = vi.fn<(reason: unknown) => void>();
  process.on("unhandledRejection", unhandled);
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const { impact } = recordEvents(
    (count) => (count === 1 ? new Response("", { status: 500 }) : good()),
    {
      onEvent,
    },
  );

  const given = await ended(impact.trackingLinks.create({ programId: "1" }));
  vi.useRealTimers();
  // Node tells of unhandled rejections only after all microtasks of a turn.
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off("unhandledRejection", unhandled);

  expect(given).toMatchObject({ url: LINK_URL });
  expect(unhandled).not.toHaveBeenCalled();
});

test("a listener that aborts its call ends it with the signal's reason", async () => {
  const controller = new AbortController();
  const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(good()));
  const onEvent = (): void => controller.abort("enough");
  const { impact } = recordEvents(() => good(), { fetch, onEvent });

  const { signal } = controller;
  const ending = await ended(impact.trackingLinks.create({ programId: "1" }, { signal }));

  expect(ending).toBe("enough");
  expect(fetch).not.toHaveBeenCalled();
});

test("the response event of a 200 that is not JSON has the error", async () => {
  const events: ImpactEvent[] = [];
  const fetch = responding("{");
  const onEvent = (event: ImpactEvent): void => void events.push(event);
  const impact = createImpactClient({ ...account, baseUrl, fetch, onEvent });
  await ended(impact.trackingLinks.create({ programId: "1" }));
  expect(events[1]).toMatchObject({ type: "response", error: { code: "unexpected_response" } });
});

test("emits no request event for a request that is never sent", async () => {
  const events: ImpactEvent[] = [];
  const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response(LINK_BODY)));
  const onEvent = (event: ImpactEvent): void => void events.push(event);
  const impact = createImpactClient({ ...account, baseUrl, fetch, onEvent });
  const signal = AbortSignal.abort();
  await ended(impact.trackingLinks.create({ programId: "1" }, { signal }));
  expect(events.filter(({ type }) => type === "request").length).toBe(fetch.mock.calls.length);
});

test("numbers the calls of a client from 1", async () => {
  const ids: string[] = [];
  const fetch = responding();
  const onEvent = (event: ImpactEvent): void => {
    if (event.type === "request") ids.push(event.id.replace(/^[a-z0-9]+-/, ""));
  };
  const impact = createImpactClient({ ...account, baseUrl, fetch, onEvent });
  await impact.trackingLinks.create({ programId: "1" });
  await impact.trackingLinks.create({ programId: "1" });
  expect(ids).toEqual(["1", "2"]);
});
