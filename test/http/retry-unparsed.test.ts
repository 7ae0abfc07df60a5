import { expect, test, vi } from "vitest";
import { createImpactClient } from "../../src/index.ts";
import { account, baseUrl, rejection } from "../support/client.ts";

async function requestsFor(response: () => Response): Promise<number> {
  const fetch = vi.fn(() => Promise.resolve(response()));
  vi.spyOn(Math, "random").mockReturnValue(0);
  const impact = createImpactClient({ ...account, baseUrl, fetch, maxRetries: 2 });
  const error = await rejection(impact.trackingLinks.create({ programId: "1" }));
  vi.restoreAllMocks();
  expect(error).toMatchObject({ code: "unexpected_response", outcome: "unknown" });
  return fetch.mock.calls.length;
}

test.each<[what: string, response: () => Response, requests: number]>([
  ["JSON without a link", () => new Response("{}"), 1],
  ["JSON null", () => new Response("null"), 1],
  ["a JSON string", () => new Response(`"https://example.sjv.io/c/1/2/3"`), 1],
  [
    "the API's XML",
    () => new Response("<ImpactRadiusResponse><Status>ERROR</Status></ImpactRadiusResponse>"),
    1,
  ],
  ["Status ERROR", () => new Response('{"Status":"ERROR"}'), 1],
  ["a 300", () => new Response("", { status: 300 }), 1],
  ["a 302", () => new Response("", { status: 302 }), 1],
  ["half a JSON", () => new Response('{"TrackingURL":"https'), 3],
  ["HTML", () => new Response("<html></html>"), 3],
  ["other XML", () => new Response("<a>b</a>"), 3],
])(
  "retries a 2xx or 3xx without a link only if its body could not be parsed: %s",
  async (_, response, requests) => {
    expect(await requestsFor(response)).toBe(requests);
  },
);

test("does not retry after a link that holds the token", async () => {
  const url = `https://example.sjv.io/x?t=${account.authToken}`;
  expect(await requestsFor(() => Response.json({ TrackingURL: url }))).toBe(1);
});
