import { expect, test } from "vitest";
import { createImpactClient, isImpactError, type RequestEvent } from "../src/index.ts";
import { serve } from "./support/server.ts";

const account = { accountSid: "IR1", authToken: "t0ken-123" };
const LINK = '{"TrackingURL":"https://example.sjv.io/c/1/2/3"}';

test("beforeSend is awaited before each request is sent, retries included", async () => {
  const { baseUrl, requests } = await serve((_, response, count) =>
    count === 1
      ? response.writeHead(503).end()
      : response.writeHead(200, { "Content-Type": "application/json" }).end(LINK),
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

  const target = "/Mediapartners/IR1/Programs/1000/TrackingLinks";
  expect(trace).toEqual([`POST ${target} attempt 1, 0 sent`, `POST ${target} attempt 2, 1 sent`]);
  expect(requests).toHaveLength(2);
});

test.each<[string, () => void | Promise<void>]>([
  [
    "throws",
    () => {
      throw new Error("disk full, t0ken-123");
    },
  ],
  ["rejects", () => Promise.reject(new Error("disk full, t0ken-123"))],
])("nothing is sent when beforeSend %s, and the error says so", async (_, beforeSend) => {
  const { baseUrl, requests } = await serve({ body: LINK });
  const impact = createImpactClient({ ...account, baseUrl, maxRetries: 0, beforeSend });

  const error: unknown = await impact.trackingLinks
    .create({ programId: "1000" })
    .catch((thrown: unknown) => thrown);

  expect(isImpactError(error)).toBe(true);
  expect(error).toMatchObject({
    code: "connection",
    outcome: "not_sent",
    message: `POST ${baseUrl}/Mediapartners/IR1/Programs/1000/TrackingLinks could not be sent: disk full, [redacted]`,
    cause: { message: "disk full, [redacted]" },
  });
  expect(requests).toEqual([]);
});

test("beforeSend that is no function is refused", () => {
  expect(() => createImpactClient({ ...account, beforeSend: true as never })).toThrow(
    "Expected `beforeSend` to be a function, got the boolean true",
  );
});
test("a call that times out in beforeSend was not sent", async () => {
  const { baseUrl, requests } = await serve({ body: LINK });
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
