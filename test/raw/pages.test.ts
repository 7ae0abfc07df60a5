import { afterEach, expect, expectTypeOf, test, vi } from "vitest";
import { createImpactClient, pages } from "../../src/index.ts";
import { account, errorOf } from "../support/client.ts";
import { serve } from "../support/server.ts";

afterEach(() => void vi.useRealTimers());

/** Paths as openapi-typescript makes them of a document of the user's own. */
interface Paths {
  "/Mediapartners/{AccountSID}/Campaigns": {
    parameters: { path?: never };
    get: {
      parameters: {
        path: { AccountSID: string };
        query?: { PageSize?: number; Page?: number; State?: string };
      };
      responses: {
        200: { content: { "application/json": { Campaigns?: { CampaignId?: string }[] } } };
      };
    };
    post?: never;
  };
  "/Mediapartners/{AccountSID}/Loose": {
    get: { parameters: { path: { AccountSID: string } }; responses: { 200: object } };
  };
  "/Mediapartners/{AccountSID}/Other": { get?: never; post: { responses: { 200: object } } };
}

const CAMPAIGNS = "/Mediapartners/{AccountSID}/Campaigns";
const ROOT = `/Mediapartners/${account.accountSid}/Campaigns`;
const path = { AccountSID: account.accountSid };

async function serving(answer: (target: URL, count: number) => unknown) {
  const server = await serve((request, response, count) => {
    const body = answer(new URL(request.url ?? "", "http://x"), count);
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  });
  const impact = createImpactClient<Paths>({ ...account, baseUrl: server.baseUrl, maxRetries: 0 });
  return { impact, targets: () => server.requests.map(({ target }) => target) };
}

async function all<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of iterable) found.push(each);
  return found;
}

test("follows @nextpageuri, as the API gives it", async () => {
  const { impact, targets } = await serving((url) => {
    const page = Number(url.searchParams.get("Page") ?? 1);
    return {
      "@page": String(page),
      "@nextpageuri": page < 3 ? `${ROOT}?State=a%20b&PageSize=2&Page=${page + 1}` : "",
      Campaigns: [{ CampaignId: String(page) }],
    };
  });
  const list = pages(impact, CAMPAIGNS, { params: { path, query: { State: "a b", PageSize: 2 } } });
  const found = await all(list);
  expectTypeOf(found).toEqualTypeOf<{ Campaigns?: { CampaignId?: string }[] }[]>();
  expect(
    found.flatMap(({ Campaigns = [] }) => Campaigns.map(({ CampaignId }) => CampaignId)),
  ).toEqual(["1", "2", "3"]);
  expect(targets()).toEqual([
    `${ROOT}?State=a%20b&PageSize=2`,
    `${ROOT}?State=a%20b&PageSize=2&Page=2`,
    `${ROOT}?State=a%20b&PageSize=2&Page=3`,
  ]);
});

test("follows an absolute URL of a next page on the client's own server only", async () => {
  const { impact, targets } = await serving((_, count) => ({
    "@nextpageuri": count === 1 ? `https://evil.example${ROOT}?Page=2` : "",
  }));
  await all(pages(impact, CAMPAIGNS, { params: { path } }));
  expect(targets()).toEqual([ROOT, `${ROOT}?Page=2`]);
});

test.each<
  [what: string, numbers: (page: number) => object, sizes: number[], query: object, sent: number]
>([
  ["until a page is shorter than PageSize", () => ({}), [2, 2, 1], { PageSize: 2 }, 3],
  ["until a page is empty", () => ({}), [2, 2, 0], {}, 3],
  ["until @numpages", (page) => ({ "@page": page, "@numpages": "2" }), [2, 2], {}, 2],
  ["from the page that is given", () => ({}), [9, 9, 2, 1], { Page: 3, PageSize: 2 }, 2],
])("counts Page up %s", async (_, numbers, sizes, query, sent) => {
  const { impact, targets } = await serving((url) => {
    const page = Number(url.searchParams.get("Page") ?? 1);
    return {
      ...numbers(page),
      Campaigns: Array.from({ length: sizes[page - 1] ?? 0 }, () => ({})),
    };
  });
  await all(pages(impact, CAMPAIGNS, { params: { path, query } }));
  const { Page: first = 1 } = query as { Page?: number };
  expect(targets()).toHaveLength(sent);
  expect(
    targets().map((target) => Number(new URL(target, "http://x").searchParams.get("Page") ?? 1)),
  ).toEqual(Array.from({ length: sent }, (__, index) => first + index));
});

test("requests a page when the one before it is consumed, and stops after a break", async () => {
  const { impact, targets } = await serving((_, count) => ({
    "@nextpageuri": `${ROOT}?Page=${count + 1}`,
  }));
  for await (const page of pages(impact, CAMPAIGNS, { params: { path } })) {
    expect(page).toBeDefined();
    expect(targets().length).toBeLessThanOrEqual(2);
    if (targets().length === 2) break;
  }
  expect(targets()).toHaveLength(2);
});

test("ends if the API names a page twice", async () => {
  const { impact, targets } = await serving(() => ({ "@nextpageuri": `${ROOT}?Page=2` }));
  expect(await errorOf(all(pages(impact, CAMPAIGNS, { params: { path } })))).toMatchObject({
    code: "unexpected_response",
    message: `The API returned the same next page twice: ${ROOT}`,
  });
  expect(targets()).toHaveLength(2);
});

test("a refusal is thrown as an ImpactError", async () => {
  for (const throwOnError of [false, true]) {
    const { baseUrl } = await serve({ status: 403, body: '{"Message":"No"}' });
    const impact = createImpactClient<Paths>({ ...account, baseUrl, throwOnError });
    const error = await errorOf(all(pages(impact, CAMPAIGNS, { params: { path } })));
    expect(error).toMatchObject({ code: "forbidden", reason: "No" });
  }
});

test("waits for the quota to reset with `waitForQuota`, and throws a 429 otherwise", async () => {
  const { baseUrl, requests } = await serve((_, response, count) => {
    if (count % 2 === 1) response.writeHead(429, { "Retry-After": "1" }).end("{}");
    else response.writeHead(200).end('{"@nextpageuri":""}');
  });
  const impact = createImpactClient<Paths>({ ...account, baseUrl, maxRetries: 0 });
  const options = { params: { path } };
  expect(await errorOf(all(pages(impact, CAMPAIGNS, options)))).toMatchObject({
    code: "rate_limited",
    retryAfter: 1000,
  });
  requests.length = 0;
  const start = performance.now();
  expect(await all(pages(impact, CAMPAIGNS, { ...options, waitForQuota: true }))).toHaveLength(1);
  expect(performance.now() - start).toBeGreaterThan(900);
  requests.length = 0;
  const aborting = AbortSignal.timeout(50);
  const waiting = all(
    pages(impact, CAMPAIGNS, { ...options, waitForQuota: true, signal: aborting }),
  );
  const thrown = await waiting.catch((reason: unknown) => reason);
  expect(thrown).toBe(aborting.reason);
});

test("a path without a described answer gives loose pages, and one without a GET does not compile", async () => {
  const { impact } = await serving(() => ({ Items: [1] }));
  const list = pages(impact, "/Mediapartners/{AccountSID}/Loose", { params: { path } });
  expectTypeOf(list).toEqualTypeOf<AsyncGenerator<Record<string, unknown>, void, undefined>>();
  const first = await list.next();
  expect(first.value).toEqual({ Items: [1] });
  // @ts-expect-error it has no GET
  void pages(impact, "/Mediapartners/{AccountSID}/Other");
  // @ts-expect-error the account is missing
  void pages(impact, CAMPAIGNS, { params: { path: {} } });
});
