import { expect, test, vi } from "vitest";
import { createImpactClient, type ImpactError } from "../../src/index.ts";
import { createFakeImpact } from "../../src/testing/index.ts";
import { BASE, clientOf, failureOf, LINKS, NOON, REGULAR, TOKEN } from "../support/fake.ts";

test("answers with the status of a fault and makes no link", async () => {
  const fake = createFakeImpact();
  fake.failNext(
    { status: 503, body: "upstream connect error", headers: { "Retry-After": "7" } },
    { status: 403, body: { message: "Access Denied" } },
    { status: 500 },
    { status: 400, body: null },
  );

  expect(await failureOf(fake)).toMatchObject({
    code: "server_error",
    outcome: "unknown",
    status: 503,
    reason: "upstream connect error",
    retryAfter: 7000,
  });
  const denied = await failureOf(fake);
  expect(denied).toMatchObject({
    code: "forbidden",
    outcome: "rejected",
    status: 403,
    reason: "Access Denied",
    body: { message: "Access Denied" },
  });
  expect(denied.headers?.get("content-type")).toBe("application/json");
  const empty = await failureOf(fake);
  expect(empty).toMatchObject({ code: "server_error", status: 500 });
  expect("body" in empty).toBe(false);
  expect((await failureOf(fake)).body).toBe(null);
  expect(fake.links).toEqual([]);
  expect(fake.requests).toHaveLength(4);
});

test("refuses a connection as Node does and makes no link", async () => {
  const fake = createFakeImpact();
  fake.failNext({ network: "ECONNREFUSED" });
  const error = await failureOf(fake);

  expect(error).toMatchObject({ code: "connection", outcome: "not_sent" });
  expect(error.message).toBe(
    `POST ${BASE}${LINKS} could not be sent: connect ECONNREFUSED 127.0.0.1:443`,
  );
  expect(error.cause).toMatchObject({
    name: "TypeError",
    message: "fetch failed",
    cause: { code: "ECONNREFUSED", syscall: "connect" },
  });
  expect(fake.links).toEqual([]);
});

test("loses a connection with an unknown outcome, with a link or without", async () => {
  const fake = createFakeImpact();
  const trace: unknown[] = [];
  for (const fault of [{ network: "ECONNRESET" }, { dropAfterCommit: true }] as const) {
    fake.failNext(fault);
    const { code, outcome, message } = await failureOf(fake);
    trace.push([code, outcome, message, fake.links.length]);
  }

  const message = `POST ${BASE}${LINKS} got no complete response: read ECONNRESET`;
  expect(trace).toEqual([
    ["connection", "unknown", message, 0],
    ["connection", "unknown", message, 1],
  ]);
});

test("cuts a body in half although the link was made", async () => {
  const fake = createFakeImpact();
  fake.failNext({ truncateBody: true });

  expect(await failureOf(fake)).toMatchObject({
    code: "unexpected_response",
    outcome: "unknown",
    status: 200,
    body: '{"TrackingURL":"https://example.',
  });
  expect(fake.links.map(({ url }) => url)).toEqual([REGULAR]);
});

test("waits for the delay of a fault", async () => {
  vi.useFakeTimers({ now: NOON });
  const fake = createFakeImpact();
  fake.failNext({ delay: 5000 });
  const pending = clientOf(fake).trackingLinks.create({ programId: "1000" });

  await vi.advanceTimersByTimeAsync(4999);
  expect(fake.requests.map(({ time }) => time)).toEqual([NOON]);
  expect(fake.links).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect((await pending).url).toBe(REGULAR);
  expect(vi.getTimerCount()).toBe(0);
});

test("ends a delay with the caller's signal and makes no link", async () => {
  vi.useFakeTimers({ now: NOON });
  const fake = createFakeImpact();
  fake.failNext({ delay: 5000 });
  const controller = new AbortController();
  const { signal } = controller;
  const pending = clientOf(fake).trackingLinks.create({ programId: "1000" }, { signal });
  const ended = pending.catch((reason: unknown) => reason);

  await vi.advanceTimersByTimeAsync(1000);
  controller.abort("changed my mind");
  expect(await ended).toBe("changed my mind");
  await vi.advanceTimersByTimeAsync(10_000);

  expect(fake.requests).toHaveLength(1);
  expect(fake.links).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test("makes no link if the delay is longer than the client's timeout", async () => {
  vi.useFakeTimers({ now: NOON });
  const fake = createFakeImpact();
  fake.failNext({ delay: 60_000 });
  const pending = failureOf(fake);
  await vi.advanceTimersByTimeAsync(30_000);

  expect(await pending).toMatchObject({
    code: "timeout",
    outcome: "unknown",
    message: `POST ${BASE}${LINKS} got no complete response within 30000 ms`,
  });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fake.links).toEqual([]);
});

test("stalls a body until the client's timeout although the link was made", async () => {
  vi.useFakeTimers({ now: NOON });
  const fake = createFakeImpact();
  fake.failNext({ stallBody: true });
  const pending = failureOf(fake);

  await vi.advanceTimersByTimeAsync(29_999);
  expect(fake.links.map(({ url }) => url)).toEqual([REGULAR]);
  await vi.advanceTimersByTimeAsync(1);
  expect(await pending).toMatchObject({ code: "timeout", outcome: "unknown", attempts: 1 });
  expect(vi.getTimerCount()).toBe(0);
});

test("applies faults to requests in the order given, then none", async () => {
  const fake = createFakeImpact();
  fake.failNext({ status: 500 }, { network: "ECONNREFUSED" });
  fake.failNext({ truncateBody: true }, { dropAfterCommit: true });

  const trace: string[] = [];
  for (let count = 0; count < 5; count++) {
    const end = await clientOf(fake)
      .trackingLinks.create({ programId: "1000" })
      .then(({ url }) => url)
      .catch((error: ImpactError) => `${error.code} ${error.outcome}`);
    trace.push(`${end}, ${fake.links.length}`);
  }

  expect(trace).toEqual([
    "server_error unknown, 0",
    "connection not_sent, 0",
    "unexpected_response unknown, 1",
    "connection unknown, 2",
    `${REGULAR}, 3`,
  ]);
  expect(fake.requests).toHaveLength(5);
});

test("applies faults to the retries of one call", async () => {
  const fake = createFakeImpact();
  fake.failNext({ network: "ECONNREFUSED" }, { status: 502 });
  const { fetch } = fake;
  const impact = createImpactClient({
    accountSid: "IR1",
    authToken: TOKEN,
    baseUrl: BASE,
    fetch,
    maxRetryDelay: 0,
  });

  expect((await impact.trackingLinks.create({ programId: "1000" })).url).toBe(REGULAR);
  expect(fake.requests).toHaveLength(3);
  expect(fake.links).toHaveLength(1);
});
