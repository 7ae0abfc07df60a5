import { getEventListeners, setMaxListeners } from "node:events";
import { expect, test, vi } from "vitest";
import { createImpactClient } from "../../src/index.ts";
import { account, baseUrl } from "../support/client.ts";
import { ended, NOW, useFakeTime } from "../support/time.ts";
import { answer, traced } from "../support/traced.ts";

useFakeTime({ random: 0.5 });

test("an abort ends a wait at once with the signal's reason and leaves no timer and no listener", async () => {
  const { fetch, trace } = traced(answer(429, { "Retry-After": "50" }));
  const controller = new AbortController();
  const { signal } = controller;
  const reason = { why: "the user left" };
  const impact = createImpactClient({ ...account, baseUrl, fetch });
  let rejected: unknown;
  impact.trackingLinks.create({ programId: "1" }, { signal }).catch((error: unknown) => {
    rejected = [Date.now() - NOW, error];
  });

  await vi.advanceTimersByTimeAsync(40_000);
  expect(getEventListeners(signal, "abort").length).toBe(1);
  controller.abort(reason);
  await vi.advanceTimersByTimeAsync(0);

  expect(rejected).toEqual([40_000, reason]);
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  expect(trace).toEqual(["0 POST TrackingLinks"]);
});

test("an abort ends the waits of many calls on one signal", async () => {
  const { fetch, trace } = traced(answer(429, { "Retry-After": "50" }));
  const controller = new AbortController();
  const { signal } = controller;
  setMaxListeners(0, signal);
  const impact = createImpactClient({ ...account, baseUrl, fetch });
  const calls = Array.from({ length: 1000 }, () =>
    impact.trackingLinks.create({ programId: "1" }, { signal }).catch((error: unknown) => error),
  );

  await vi.advanceTimersByTimeAsync(1);
  controller.abort("gone");

  expect(new Set(await Promise.all(calls))).toEqual(new Set(["gone"]));
  expect(trace.length).toBe(1000);
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("many calls leave no listener on a signal that is never aborted", async () => {
  const { fetch, trace } = traced(answer(500));
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const impact = createImpactClient({ ...account, baseUrl, fetch, maxRetries: 1 });
  const calls = Array.from({ length: 1000 }, () =>
    impact.trackingLinks.create({ programId: "1" }, { signal }).catch(() => {}),
  );

  await ended(Promise.all(calls));

  expect(trace.length).toBe(2000);
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
