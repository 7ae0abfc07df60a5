import { fetch as undiciFetch } from "undici";
import { expect, test, vi } from "vitest";
import { createImpactClient, spec } from "../../src/index.ts";
import { version } from "../../src/version.ts";
import { account, basic, LINK_BODY, LINK_URL, responding } from "../support/client.ts";
import { serve } from "../support/server.ts";

test("sends one POST with the parameters as query under their wire names, and nothing else", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const impact = createImpactClient({ ...account, baseUrl });

  await impact.trackingLinks.create({
    programId: "1000",
    type: "Vanity",
    customPath: "Summer Sale/2026",
    adId: "77",
    deepLink: "https://shop.example/a%20b?x=1&y=ü+2#top",
    mediaPartnerPropertyId: "88",
    subId1: "a&b=c",
    subId2: undefined,
    subId3: "100%",
    sharedId: "q?#",
  });

  expect(requests).toEqual([
    {
      method: "POST",
      target:
        "/Mediapartners/IRabc123/Programs/1000/TrackingLinks?Type=Vanity" +
        "&CustomPath=Summer%20Sale%2F2026&AdId=77" +
        "&DeepLink=https%3A%2F%2Fshop.example%2Fa%2520b%3Fx%3D1%26y%3D%C3%BC%2B2%23top" +
        "&MediaPartnerPropertyId=88&subId1=a%26b%3Dc&subId3=100%25&sharedId=q%3F%23",
      headers: {
        host: new URL(baseUrl).host,
        connection: "keep-alive",
        "content-length": "0",
        authorization: basic(),
        accept: "application/json",
        "ir-version": spec.version,
        "user-agent": `impact-partner-client/${version} (IR-Version ${spec.version})`,
        "accept-language": "*",
        "accept-encoding": "gzip, deflate",
        "sec-fetch-mode": "cors",
      },
      body: "",
    },
  ]);
});

test("sends Type=Vanity for a customPath without type and returns that type", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const impact = createImpactClient({ ...account, baseUrl });

  const link = await impact.trackingLinks.create({ customPath: "Sale", programId: "1000" });

  expect(requests.map(({ target }) => target)).toEqual([
    "/Mediapartners/IRabc123/Programs/1000/TrackingLinks?CustomPath=Sale&Type=Vanity",
  ]);
  expect(link.type).toBe("Vanity");
});

test("retries a customPath without type as it does a Vanity link", async () => {
  const { baseUrl, requests } = await serve({ status: 503 });
  const impact = createImpactClient({ ...account, baseUrl, maxRetryDelay: 0 });

  await expect(
    impact.trackingLinks.create({ programId: "1000", customPath: "Sale" }),
  ).rejects.toMatchObject({ code: "server_error", outcome: "unknown", attempts: 1 });
  expect(requests).toHaveLength(1);
});

test("percent-encodes each segment of the path", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const impact = createImpactClient({ ...account, accountSid: "IR 1/ü", baseUrl });

  await impact.trackingLinks.create({ programId: "1/../2?x=1#y%2e;ä" });

  expect(requests.map(({ target }) => target)).toEqual([
    "/Mediapartners/IR%201%2F%C3%BC/Programs/1%2F..%2F2%3Fx%3D1%23y%252e%3B%C3%A4/TrackingLinks",
  ]);
});

test("keeps the path prefix of a proxy", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const impact = createImpactClient({ ...account, baseUrl: `${baseUrl}/impact/` });

  await impact.trackingLinks.create({ programId: "1" });

  expect(requests[0]?.target).toBe("/impact/Mediapartners/IRabc123/Programs/1/TrackingLinks");
});

test("sends the caller's headers, version and user agent", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const headers = { "X-Trace": "abc", "user-agent": "shop/1" };
  const impact = createImpactClient({ ...account, baseUrl, apiVersion: "15", headers });

  await impact.trackingLinks.create({ programId: "1" });

  expect(requests[0]?.headers).toMatchObject({
    "x-trace": "abc",
    "user-agent": "shop/1",
    "ir-version": "15",
  });
  expect(impact.apiVersion).toBe("15");
});

test("returns the link, its type, its program and the raw response", async () => {
  const body = '{"TrackingURL":"example.sjv.io/SummerSale","Extra":[1]}';
  const { baseUrl } = await serve({ body });
  const impact = createImpactClient({ ...account, baseUrl });

  const link = await impact.trackingLinks.create({
    programId: "1000",
    type: "Vanity",
    customPath: "SummerSale",
  });

  expect(link).toEqual({
    url: "https://example.sjv.io/SummerSale",
    type: "Vanity",
    programId: "1000",
    raw: { TrackingURL: "example.sjv.io/SummerSale", Extra: [1] },
  });
});

test("looks up the global fetch at each call", async () => {
  const impact = createImpactClient({ ...account, baseUrl: "https://api.example" });
  const before = globalThis.fetch;
  globalThis.fetch = responding();
  try {
    const link = await impact.trackingLinks.create({ programId: "1" });
    expect(link.url).toBe(LINK_URL);
  } finally {
    globalThis.fetch = before;
  }
});

test.each([
  ["a refusal", "1", { status: 400, body: "{}" }],
  ["a broken answer", "1", { body: "<html>" }],
  ["wrong input", "", {}],
])("the stack of %s begins with the caller", async (_, programId, answer) => {
  const { baseUrl } = await serve(answer);
  const impact = createImpactClient({ ...account, baseUrl, maxRetries: 0 });
  async function publishSummerSale(): Promise<void> {
    await impact.trackingLinks.create({ programId });
  }

  const error = await publishSummerSale().catch((thrown: unknown) => thrown as Error);

  const frames = error?.stack?.match(/^ +at .*$/gm)?.filter((each) => !each.includes("(node:"));
  expect(frames?.[0]).toContain("publishSummerSale");
});

test("works with the fetch of another package", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const fetch = undiciFetch as typeof globalThis.fetch;
  const impact = createImpactClient({ ...account, baseUrl, fetch });

  const link = await impact.trackingLinks.create({ programId: "1", subId1: "x" });

  expect(link.url).toBe(LINK_URL);
  expect(requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
    "POST /Mediapartners/IRabc123/Programs/1/TrackingLinks?subId1=x",
  ]);
});

test("rejects at once if there is no fetch", async () => {
  vi.stubGlobal("fetch", undefined);
  const impact = createImpactClient(account);

  await expect(impact.trackingLinks.create({ programId: "1" })).rejects.toMatchObject({
    code: "configuration",
    outcome: "not_sent",
    message: "Expected `fetch` to be given, got none, and there is no global one",
    attempts: 0,
  });
});

test("rejects if fetch returns no Response", async () => {
  const fetch = (() => Promise.resolve(undefined)) as unknown as typeof globalThis.fetch;
  const impact = createImpactClient({ ...account, fetch, maxRetries: 0 });

  await expect(impact.trackingLinks.create({ programId: "1" })).rejects.toMatchObject({
    code: "connection",
    outcome: "unknown",
    message:
      "POST https://api.impact.com/Mediapartners/IRabc123/Programs/1/TrackingLinks " +
      "got no complete response: `fetch` returned no Response",
  });
});

test("a link names the program and type that were given, although the caller's object changes", async () => {
  const fetch = responding();
  const impact = createImpactClient({ ...account, fetch });
  const params: { programId: string; type: "Regular" } = { programId: "1", type: "Regular" };
  const call = impact.trackingLinks.create(params);
  Object.assign(params, { programId: "2", type: "Vanity" });
  expect(await call).toMatchObject({ programId: "1", type: "Regular" });
});

test("a fetch that changes its headers changes one request only", async () => {
  const sent: unknown[] = [];
  const fetch = (_: unknown, init: RequestInit = {}): Promise<Response> => {
    const headers = init.headers as Record<string, string>;
    sent.push(headers["X-Seen"]);
    headers["X-Seen"] = "1";
    return Promise.resolve(new Response(LINK_BODY));
  };
  const impact = createImpactClient({ ...account, fetch });
  await impact.trackingLinks.create({ programId: "1" });
  await impact.trackingLinks.create({ programId: "1" });
  expect(sent).toEqual([undefined, undefined]);
});
