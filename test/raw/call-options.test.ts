import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { createImpactClient, type CreateManyResult, type ImpactClient } from "../../src/index.ts";
import { account, LINK_BODY, LINKS_PATH } from "../support/client.ts";
import { ids } from "../support/raw.ts";
import { serve } from "../support/server.ts";

const params = { path: ids };

/** A client whose middleware sends another request in the place of each. */
function replacing(baseUrl: string): ImpactClient["raw"] {
  const { raw } = createImpactClient({ ...account, baseUrl, maxRetryDelay: 0 });
  raw.use({ onRequest: ({ request }) => new Request(request) });
  return raw;
}

test("maxRetries of a raw call beside params wins over the client's, also behind a middleware", async () => {
  const { baseUrl, requests } = await serve({ status: 500, body: "{}" });
  const { raw } = createImpactClient({ ...account, baseUrl, maxRetryDelay: 0 });

  await raw.POST(LINKS_PATH, { params, maxRetries: 0 });
  await replacing(baseUrl).POST(LINKS_PATH, { params, maxRetries: 0 });
  expect(requests).toHaveLength(2);

  await raw.request("post", LINKS_PATH, { params, maxRetries: 1 });
  expect(requests).toHaveLength(4);
});

test("timeout of a raw call beside params wins over the client's, also behind a middleware", async () => {
  const { baseUrl } = await serve(() => {});
  const call = replacing(baseUrl).POST(LINKS_PATH, { params, timeout: 30, maxRetries: 0 });

  await expect(call).rejects.toMatchObject({
    code: "timeout",
    outcome: "unknown",
    message: expect.stringContaining("got no complete response within 30 ms") as string,
  });
});

test("a wrong option of a raw call is refused before anything is sent", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const { raw } = createImpactClient({ ...account, baseUrl });

  await expect(raw.POST(LINKS_PATH, { params, timeout: 0 })).rejects.toMatchObject({
    code: "invalid_input",
    outcome: "not_sent",
    message:
      "Expected `timeout` to be a whole number of milliseconds from 1 to 2147483647, got the number 0",
  });
  expect(requests).toEqual([]);
});

test("a raw 2xx that should be JSON and is not rejects with unexpected_response, also behind a middleware", async () => {
  const { baseUrl } = await serve({ body: "<html></html>" });
  const { raw } = createImpactClient({ ...account, baseUrl, maxRetries: 0 });

  for (const client of [raw, replacing(baseUrl)]) {
    await expect(client.POST(LINKS_PATH, { params, maxRetries: 0 })).rejects.toMatchObject({
      name: "ImpactError",
      code: "unexpected_response",
      outcome: "unknown",
      status: 200,
      body: "<html></html>",
    });
  }
});

test.each([
  ["another Accept", { headers: { Accept: "text/html" }, parseAs: "text" }],
  ["another parseAs", { parseAs: "text" }],
] as const)("a raw 2xx that is no JSON is data for a call with %s", async (_, init) => {
  const { baseUrl } = await serve({ body: "<html></html>" });
  const { raw } = createImpactClient({ ...account, baseUrl });

  const { data } = await raw.POST(LINKS_PATH, { params, ...init });

  expect(data).toBe("<html></html>");
});

test("a raw call leaves no listener on its signal, also behind a middleware", async () => {
  const { baseUrl } = await serve({ body: LINK_BODY });
  const { signal } = new AbortController();
  const answering = createImpactClient({ ...account, baseUrl }).raw;
  answering.use({ onRequest: () => new Response(LINK_BODY) });

  for (const client of [
    createImpactClient({ ...account, baseUrl }).raw,
    replacing(baseUrl),
    answering,
  ]) {
    await client.POST(LINKS_PATH, { params, signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  }
});

test("a raw call updates the client's quota", async () => {
  const { baseUrl } = await serve({
    body: LINK_BODY,
    headers: { "X-RateLimit-Limit-hour": "1000", "X-RateLimit-Remaining-hour": "7" },
  });
  const impact = createImpactClient({ ...account, baseUrl });

  await impact.raw.POST(LINKS_PATH, { params });

  expect([impact.quota?.limit, impact.quota?.remaining]).toEqual([1000, 7]);
});

test("createMany waits for the quota that a raw call has used up", async () => {
  const { baseUrl, requests } = await serve({
    body: LINK_BODY,
    headers: {
      "X-RateLimit-Limit-hour": "1",
      "X-RateLimit-Remaining-hour": "0",
      "RateLimit-Reset": "0.3",
    },
  });
  const waits: number[] = [];
  const impact = createImpactClient({
    ...account,
    baseUrl,
    onEvent: (event) => void (event.type === "wait" && waits.push(event.delay)),
  });

  await impact.raw.POST(LINKS_PATH, { params });
  const results: CreateManyResult[] = [];
  for await (const result of impact.trackingLinks.createMany([{ programId: "1" }]))
    results.push(result);

  expect(results.map(({ ok }) => ok)).toEqual([true]);
  expect(requests).toHaveLength(2);
  expect(waits).toHaveLength(1);
  expect(waits[0]).toBeGreaterThan(0);
});

test("a fetch of a raw call that is undefined sends through the client all the same", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const { raw } = createImpactClient({ ...account, baseUrl });

  await raw.POST(LINKS_PATH, { params, fetch: undefined as never });

  expect(requests.map(({ headers }) => headers.authorization?.slice(0, 6))).toEqual(["Basic "]);
});
