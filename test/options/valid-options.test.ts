import { expect, test } from "vitest";
import { createImpactClient } from "../../src/index.ts";
import { account } from "../support/client.ts";
import { sentWith, useEmptyEnvironment } from "../support/options.ts";

useEmptyEnvironment();

test("copies the options, so that later changes have no effect", async () => {
  const options = { ...account, headers: { "X-Trace": "before" } };
  const traces: (string | null)[] = [];
  const impact = createImpactClient({
    ...options,
    fetch: (_, init) => {
      traces.push(new Headers(init?.headers).get("x-trace"));
      return Promise.resolve(Response.json({ TrackingURL: "https://example.sjv.io/x" }));
    },
  });
  options.headers["X-Trace"] = "after";

  await impact.trackingLinks.create({ programId: "1" });

  expect(traces).toEqual(["before"]);
});

test.each([
  { timeout: 1 },
  { timeout: 2 ** 31 - 1 },
  { maxRetries: 0 },
  { maxRetries: 100 },
  { maxRetryDelay: 0 },
  { maxRetryDelay: Number.MAX_SAFE_INTEGER },
  { apiVersion: "15" },
  { apiVersion: "2026-06.beta_1" },
  { headers: {} },
  { dangerouslyAllowBrowser: false },
])("accepts %j", (options) => {
  expect(createImpactClient({ ...account, ...options }).accountSid).toBe("IRabc123");
});

test.each([
  ["https://api.example", "https://api.example/Mediapartners"],
  ["https://api.example/", "https://api.example/Mediapartners"],
  ["HTTPS://API.Example:443", "https://api.example/Mediapartners"],
  ["https://api.example:8443", "https://api.example:8443/Mediapartners"],
  ["https://proxy.example/impact", "https://proxy.example/impact/Mediapartners"],
  ["https://proxy.example/a/b%20c//", "https://proxy.example/a/b%20c/Mediapartners"],
  ["http://localhost:4010", "http://localhost:4010/Mediapartners"],
  ["http://impact.localhost/x", "http://impact.localhost/x/Mediapartners"],
  ["http://127.0.0.1:4010", "http://127.0.0.1:4010/Mediapartners"],
  ["http://127.1.2.3", "http://127.1.2.3/Mediapartners"],
  ["http://[::1]:4010", "http://[::1]:4010/Mediapartners"],
])("sends to %s and keeps its path", async (baseUrl, expected) => {
  const { url } = await sentWith({ ...account, baseUrl });

  expect(url).toBe(`${expected}/IRabc123/Programs/1/TrackingLinks`);
});

test("accepts http to 127.0.0.0/8", () => {
  const impact = createImpactClient({ ...account, baseUrl: "http://127.10.200.1:4010" });
  expect(impact.accountSid).toBe(account.accountSid);
});

test("accepts headers from an object without a prototype", async () => {
  const headers = Object.assign(Object.create(null) as Record<string, string>, { "X-A": "1" });
  const sent: unknown[] = [];
  const fetch: typeof globalThis.fetch = (_, init) => {
    sent.push(new Headers(init?.headers).get("x-a"));
    return Promise.resolve(Response.json({ TrackingURL: "https://example.sjv.io/x" }));
  };
  await createImpactClient({ ...account, headers, fetch }).trackingLinks.create({ programId: "1" });
  expect(sent).toEqual(["1"]);
});
