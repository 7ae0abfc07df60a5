import { expect, test } from "vitest";
import { createImpactClient } from "../../src/index.ts";
import { account, baseUrl, rejection } from "../support/client.ts";

/** A signal as polyfills make it: without a reason. */
function polyfill() {
  const target = new EventTarget();
  const signal = Object.assign(target, { aborted: false, onabort: null });
  const abort = (): void => {
    signal.aborted = true;
    signal.dispatchEvent(new Event("abort"));
  };
  return { signal: signal as unknown as AbortSignal, abort };
}

const never = (): Promise<Response> => new Promise(() => {});
const ABORTED = { name: "AbortError" };

test("create rejects with an AbortError if the signal has no reason", async () => {
  const impact = createImpactClient({ ...account, baseUrl, fetch: never });
  const { signal, abort } = polyfill();
  const call = rejection(impact.trackingLinks.create({ programId: "1" }, { signal }));
  abort();
  expect(await call).toBeInstanceOf(DOMException);
  expect(await call).toMatchObject(ABORTED);
  expect(
    await rejection(impact.trackingLinks.create({ programId: "1" }, { signal })),
  ).toMatchObject(ABORTED);
});

test("create rejects with an AbortError if it waits for a retry", async () => {
  const fetch = (): Promise<Response> => Promise.reject(new TypeError("terminated"));
  const { signal, abort } = polyfill();
  const impact = createImpactClient({
    ...account,
    baseUrl,
    fetch,
    onEvent: ({ type }) => void (type === "wait" && setTimeout(abort, 1)),
  });
  const call = impact.trackingLinks.create({ programId: "1" }, { signal, maxRetries: 100 });
  expect(await rejection(call)).toMatchObject(ABORTED);
});

test("createMany rejects with an AbortError if the signal has no reason", async () => {
  const impact = createImpactClient({ ...account, baseUrl, fetch: never });
  for (const isEarly of [true, false]) {
    const { signal, abort } = polyfill();
    if (isEarly) abort();
    const next = rejection(
      impact.trackingLinks.createMany([{ programId: "1" }], { signal }).next(),
    );
    if (!isEarly) setTimeout(abort, 5);
    expect(await next).toMatchObject(ABORTED);
  }
});

test("raw rejects with an AbortError if the signal has no reason", async () => {
  const impact = createImpactClient({ ...account, baseUrl, fetch: never });
  const { signal, abort } = polyfill();
  const params = { path: { AccountSID: account.accountSid, ProgramId: "1" } };
  const path = "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";
  const call = rejection(impact.raw.POST(path, { params, signal }));
  setTimeout(abort, 5);
  expect(await call).toMatchObject(ABORTED);
});
