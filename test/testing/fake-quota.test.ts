import { expect, test, vi } from "vitest";
import { createFakeImpact } from "../../src/testing/index.ts";
import { basic, clientOf, failureOf, LINKS, NOON, post } from "../support/fake.ts";

test("counts the quota down, refuses with the time to wait, and resets it in the next window", async () => {
  let time = NOON;
  const fake = createFakeImpact({ rateLimit: { limit: 2, windowMs: 700_000 }, now: () => time });
  const trace: string[] = [];
  const send = async (path?: string): Promise<void> => {
    const { status, headers } = await post(fake, path);
    const wait = headers["retry-after"] ?? "none";
    const left = `${headers["x-ratelimit-remaining-hour"]}/${headers["x-ratelimit-limit-hour"]}`;
    const reset = headers["ratelimit-reset"];
    trace.push(`${time - NOON} ${status} ${left} reset ${reset} retry-after ${wait}`);
  };

  await send();
  time += 500;
  await send("/nowhere");
  await send();
  time = NOON + 699_999;
  await send();
  time = NOON + 700_000;
  await send();

  expect(trace).toEqual([
    "0 200 1/2 reset 700 retry-after none",
    "500 404 0/2 reset 700 retry-after none",
    "500 429 0/2 reset 700 retry-after 700",
    "699999 429 0/2 reset 1 retry-after 1",
    "700000 200 1/2 reset 700 retry-after none",
  ]);
});

test("has a quota of 1000 requests an hour by default", async () => {
  expect((await post(createFakeImpact())).headers).toEqual({
    "content-type": "application/json",
    "x-ratelimit-limit-hour": "1000",
    "x-ratelimit-remaining-hour": "999",
    "ratelimit-reset": "3600",
  });
});

test("does not count requests with wrong credentials", async () => {
  const fake = createFakeImpact({ authToken: "right", rateLimit: { limit: 1, windowMs: 1000 } });
  const headers = { Accept: "application/json", Authorization: basic("IR1", "right") };

  expect((await post(fake)).status).toBe(401);
  expect((await post(fake, LINKS, { headers })).status).toBe(200);
  expect((await post(fake, LINKS, { headers })).status).toBe(429);
  expect((await post(fake)).status).toBe(401);
});

test("sends the quota that a client reports", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  const fake = createFakeImpact({ rateLimit: { limit: 1, windowMs: 700_000 } });
  const impact = clientOf(fake);
  await impact.trackingLinks.create({ programId: "1000" });

  expect(impact.quota).toEqual({
    limit: 1,
    remaining: 0,
    resetAt: new Date(NOON + 700_000),
    observedAt: new Date(NOON),
  });
  expect(await failureOf(fake)).toMatchObject({
    code: "rate_limited",
    outcome: "rejected",
    reason: "Rate limit exceeded.",
    retryAfter: 700_000,
  });
  expect(fake.links).toHaveLength(1);
});

test("looks the time up at each request, so that it can be faked after the fake was made", async () => {
  const fake = createFakeImpact({ rateLimit: { limit: 1, windowMs: 700_000 } });
  vi.useFakeTimers({ now: Date.UTC(2030, 0, 1) });

  await post(fake);
  vi.setSystemTime(Date.UTC(2030, 0, 1) + 100_000);
  const { status, headers } = await post(fake);

  expect([status, headers["retry-after"]]).toEqual([429, "600"]);
  expect(fake.requests.map(({ time }) => time - Date.UTC(2030, 0, 1))).toEqual([0, 100_000]);
});
