import { expect, test } from "vitest";
import {
  createImpactClient,
  ImpactError,
  isImpactError,
  type RequestEvent,
} from "../../src/index.ts";
import { account, LINK_BODY, rejection } from "../support/client.ts";
import { serve } from "../support/server.ts";

test("awaits beforeSend before each request, including retries", async () => {
  const { baseUrl, requests } = await serve((_, response, count) =>
    count === 1
      ? response.writeHead(503).end()
      : response.writeHead(200, { "Content-Type": "application/json" }).end(LINK_BODY),
  );
  const trace: string[] = [];
  const impact = createImpactClient({
    ...account,
    baseUrl,
    async beforeSend({ attempt, method, url }: RequestEvent) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      trace.push(
        `${method} ${url.replace(baseUrl, "")} attempt ${attempt}, ${requests.length} sent`,
      );
    },
  });

  await impact.trackingLinks.create({ programId: "1000" });

  const target = "/Mediapartners/IRabc123/Programs/1000/TrackingLinks";
  expect(trace).toEqual([`POST ${target} attempt 1, 0 sent`, `POST ${target} attempt 2, 1 sent`]);
  expect(requests).toHaveLength(2);
});

test.each<[string, () => void | Promise<void>]>([
  [
    "throws",
    () => {
      throw new Error(`disk full, ${account.authToken}`);
    },
  ],
  ["rejects", () => Promise.reject(new Error(`disk full, ${account.authToken}`))],
])("sends nothing if beforeSend %s, and reports its error", async (_, beforeSend) => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const impact = createImpactClient({ ...account, baseUrl, maxRetries: 0, beforeSend });

  const error = await rejection(impact.trackingLinks.create({ programId: "1000" }));

  expect(isImpactError(error)).toBe(true);
  expect(error).toMatchObject({
    code: "connection",
    outcome: "not_sent",
    message: `POST ${baseUrl}/Mediapartners/IRabc123/Programs/1000/TrackingLinks could not be sent: disk full, [redacted]`,
    cause: { message: "disk full, [redacted]" },
  });
  expect(requests).toEqual([]);
});

test("refuses a beforeSend that is not a function", () => {
  expect(() => createImpactClient({ ...account, beforeSend: true as never })).toThrow(
    "Expected `beforeSend` to be a function, got the boolean true",
  );
});

test("reports not_sent for a call that times out in beforeSend", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const beforeSend = (): Promise<void> => new Promise(() => {});
  const impact = createImpactClient({
    ...account,
    baseUrl,
    timeout: 30,
    maxRetries: 0,
    beforeSend,
  });

  await expect(impact.trackingLinks.create({ programId: "1000" })).rejects.toMatchObject({
    code: "timeout",
    outcome: "not_sent",
  });
  expect(requests).toEqual([]);
});

test("an attempt that timed out in beforeSend is retried, also for a Vanity link", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  let calls = 0;
  const beforeSend = (): Promise<void> =>
    ++calls === 1 ? new Promise(() => {}) : Promise.resolve();
  const options = { ...account, baseUrl, timeout: 300, maxRetryDelay: 0, beforeSend };

  await createImpactClient(options).trackingLinks.create({ programId: "1000", type: "Vanity" });

  expect([calls, requests.length]).toEqual([2, 1]);
});

test("an ImpactError from beforeSend is not reported as one of the API", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const thrown = new ImpactError("busy", { code: "rate_limited", outcome: "rejected" });
  const beforeSend = (): Promise<void> => Promise.reject(thrown);
  const impact = createImpactClient({ ...account, baseUrl, maxRetries: 0, beforeSend });

  await expect(impact.trackingLinks.create({ programId: "1000" })).rejects.toMatchObject({
    code: "connection",
    outcome: "not_sent",
  });
  expect(requests).toEqual([]);
});
