import { afterEach, describe, expect, test, vi } from "vitest";
import {
  createImpactClient,
  isImpactError,
  type CreateTrackingLinkParams,
  type ImpactClient,
  type ImpactError,
} from "../src/index.ts";
import {
  createFakeImpact,
  type FakeImpact,
  type FakeImpactOptions,
  type Fault,
} from "../src/testing/index.ts";
import { TYPES } from "./support/known.ts";

const TOKEN = "t0k-en:with/ünïcode";
const NOON = Date.UTC(2026, 0, 1, 12);
const BASE = "https://api.impact.com";
const LINKS = "/Mediapartners/IR1/Programs/1000/TrackingLinks";
const REGULAR = "https://example.sjv.io/c/1072744/2507423/1000";

afterEach(() => void vi.useRealTimers());

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

interface Answered {
  status: number;
  body: unknown;
  headers: Record<string, string>;
}

/** One request as any HTTP client would send it. */
async function post(fake: FakeImpact, path = LINKS, init: RequestInit = {}): Promise<Answered> {
  const headers = { Authorization: basic("IR1", TOKEN), Accept: "application/json" };
  const response = await fake.fetch(BASE + path, { method: "POST", headers, ...init });
  const { status } = response;
  return { status, body: await response.json(), headers: Object.fromEntries(response.headers) };
}

async function answer(fake: FakeImpact, path?: string, init?: RequestInit): Promise<unknown[]> {
  const { status, body } = await post(fake, path, init);
  return [status, body];
}

function clientOf(fake: FakeImpact): ImpactClient {
  const { fetch } = fake;
  return createImpactClient({
    accountSid: "IR1",
    authToken: TOKEN,
    baseUrl: BASE,
    fetch,
    maxRetries: 0,
  });
}

async function failureOf(
  fake: FakeImpact,
  params: Partial<CreateTrackingLinkParams> = {},
): Promise<ImpactError> {
  const thrown: unknown = await clientOf(fake)
    .trackingLinks.create({ programId: "1000", ...params })
    .catch((error: unknown) => error);
  if (!isImpactError(thrown)) throw new Error("no ImpactError", { cause: thrown });
  return thrown;
}

function made(url: string): unknown[] {
  return [200, { TrackingURL: url }];
}

function refused(status: number, Message: string, Field?: string): unknown[] {
  return [
    status,
    { Status: "ERROR", Message, ...(Field !== undefined && { Errors: [{ Field, Message }] }) },
  ];
}

function forbidden(message: string): unknown[] {
  return [403, { timestamp: NOON, status: "FORBIDDEN", error: "Forbidden", message }];
}

describe("links", () => {
  test("makes a Regular link that shows its parameters, and keeps it", async () => {
    const fake = createFakeImpact({ trackingDomain: "go.example" });
    const link = await clientOf(fake).trackingLinks.create({
      programId: "1000",
      adId: "77",
      deepLink: "https://shop.example/a?b=ü",
      mediaPartnerPropertyId: "88",
      subId1: "a b",
      sharedId: "s&t",
    });

    const url =
      "https://go.example/c/1072744/77/1000?subId1=a%20b&sharedid=s%26t" +
      "&u=https%3A%2F%2Fshop.example%2Fa%3Fb%3D%C3%BC&partnerpropertyid=88";
    expect(link.url).toBe(url);
    expect(fake.links).toEqual([
      {
        url,
        type: "Regular",
        programId: "1000",
        params: {
          adId: "77",
          deepLink: "https://shop.example/a?b=ü",
          mediaPartnerPropertyId: "88",
          subId1: "a b",
          sharedId: "s&t",
        },
      },
    ]);
  });

  test("gives the same Regular link twice, and counts two", async () => {
    const fake = createFakeImpact();

    expect(await answer(fake)).toEqual(made(REGULAR));
    expect(await answer(fake)).toEqual(made(REGULAR));
    expect(fake.links.map(({ url }) => url)).toEqual([REGULAR, REGULAR]);
  });

  test("makes a Vanity link of the path, its parameters stored beside it", async () => {
    const fake = createFakeImpact();
    const link = await clientOf(fake).trackingLinks.create({
      programId: "1000",
      type: "Vanity",
      customPath: "Summer Sale",
      subId1: "a",
    });

    expect(link.url).toBe("https://example.sjv.io/Summer%20Sale");
    expect(fake.links).toEqual([
      {
        url: "https://example.sjv.io/Summer%20Sale",
        type: "Vanity",
        programId: "1000",
        customPath: "Summer Sale",
        params: { type: "Vanity", customPath: "Summer Sale", subId1: "a" },
      },
    ]);
  });

  test.each([
    ["?CustomPath=Sale", "https://example.sjv.io/Sale"],
    ["?Type=vanity&CustomPath=Sale", "https://example.sjv.io/Sale"],
    ["?Type=VANITY&CustomPath=Sale", "https://example.sjv.io/Sale"],
    ["?Type=Regular&CustomPath=Sale", "https://example.sjv.io/Sale"],
    ["?Type=regular", REGULAR],
    ["?Type=", REGULAR],
  ])("tells the type in any case of letters, and CustomPath by itself: %s", async (query, url) => {
    expect(await answer(createFakeImpact(), LINKS + query)).toEqual(made(url));
  });

  test("makes another path for each Vanity link without one", async () => {
    const fake = createFakeImpact({ rateLimit: { limit: 500, windowMs: 3_600_000 } });
    const { trackingLinks } = clientOf(fake);

    for (let count = 0; count < 500; count++) {
      await trackingLinks.create({ programId: "1000", type: "Vanity" });
    }

    const paths = fake.links.map(({ customPath = "" }) => customPath);
    expect(new Set(paths).size).toBe(500);
    expect(paths.filter((path) => !/^[a-z0-9]{6}$/.test(path))).toEqual([]);
    expect(fake.links.map(({ url }) => url)).toEqual(
      paths.map((path) => `https://example.sjv.io/${path}`),
    );
  });

  test("makes the same links of the same requests", async () => {
    const [first, second] = [createFakeImpact(), createFakeImpact()];
    for (const fake of [first, second]) {
      await answer(fake);
      await answer(fake, `${LINKS}?Type=Vanity`);
    }

    expect(first.links).toEqual(second.links);
  });

  test("serves the API below a path of its own", async () => {
    expect(await answer(createFakeImpact(), `/proxy/impact${LINKS}`)).toEqual(made(REGULAR));
  });
});

describe("refusals", () => {
  test.each(["GET", "HEAD", "PUT", "DELETE"])("answers %s with 405", async (method) => {
    const fake = createFakeImpact();
    const response = await fake.fetch(BASE + LINKS, {
      method,
      headers: { Authorization: basic("IR1", TOKEN), Accept: "application/json" },
    });

    expect(response.status).toBe(405);
    expect(await response.json()).toEqual({
      Status: "ERROR",
      Message: `Method ${method} is not allowed.`,
    });
    expect(fake.links).toEqual([]);
  });

  test.each([
    "/",
    "/Mediapartners/IR1",
    `${LINKS}/1`,
    `${LINKS}/`,
    "/Mediapartners/IR1/Programs//TrackingLinks",
    "/Mediapartners/IR1/Programs/%E0%A4%A/TrackingLinks",
    "/mediapartners/IR1/Programs/1000/TrackingLinks",
  ])("answers the path %s with 404", async (path) => {
    expect(await answer(createFakeImpact(), path)).toEqual(
      refused(404, "The requested resource was not found."),
    );
  });

  test.each([
    ["none", undefined],
    ["another account", basic("IR2", TOKEN)],
    ["another token", basic("IR1", "other")],
    ["an empty token", basic("IR1", "")],
    ["a token in Latin-1", `Basic ${Buffer.from(`IR1:${TOKEN}`, "latin1").toString("base64")}`],
    ["no colon", `Basic ${Buffer.from("IR1").toString("base64")}`],
    ["no account", basic("", TOKEN)],
    ["no base64", "Basic %%%"],
    ["another scheme", "Bearer abc"],
  ])("answers wrong credentials with 401: %s", async (_, authorization) => {
    const fake = createFakeImpact({ accountSid: "IR1", authToken: TOKEN });
    const headers = { Accept: "application/json", ...(authorization && { authorization }) };
    const answered = await post(fake, LINKS, { headers });

    expect(answered).toEqual({
      status: 401,
      body: { Status: "ERROR", Message: "Authentication failed." },
      headers: { "content-type": "application/json" },
    });
  });

  test("takes any account and any token where none is named", async () => {
    const headers = { Accept: "application/json", Authorization: basic("IR9", "any") };
    const path = "/Mediapartners/IR9/Programs/1000/TrackingLinks";

    expect((await answer(createFakeImpact(), path, { headers }))[0]).toBe(200);
  });

  test("answers another account's path with 403", async () => {
    const path = "/Mediapartners/IR2/Programs/1000/TrackingLinks";

    expect(await answer(createFakeImpact({ now: () => NOON }), path)).toEqual(
      forbidden("Access to this account is denied."),
    );
  });

  test("answers a program that the account has not joined with 404", async () => {
    const fake = createFakeImpact({ programs: ["1000", "2000"] });

    expect(await answer(fake)).toEqual(made(REGULAR));
    expect(await answer(fake, LINKS.replace("1000", "3000"))).toEqual(
      refused(404, "Program 3000 was not found."),
    );
    expect(await failureOf(fake, { programId: "3000" })).toMatchObject({
      code: "not_found",
      outcome: "rejected",
    });
  });

  test("answers an unknown media property with 403", async () => {
    const fake = createFakeImpact({ mediaPartnerProperties: ["88"], now: () => NOON });

    expect((await answer(fake, `${LINKS}?MediaPartnerPropertyId=88`))[0]).toBe(200);
    expect(await answer(fake, `${LINKS}?MediaPartnerPropertyId=89`)).toEqual(
      forbidden("MediaPartnerPropertyId 89 does not exist."),
    );
    expect(await failureOf(fake, { mediaPartnerPropertyId: "89" })).toMatchObject({
      code: "unknown_reference",
      outcome: "rejected",
      reason: "MediaPartnerPropertyId 89 does not exist.",
    });
  });

  test.each([
    ["Type=Short", "Type", `Type: Expected \`type\` to be ${TYPES}, got "Short"`],
    [
      "DeepLink=shop.example",
      "DeepLink",
      'DeepLink: Expected `deepLink` to be an absolute http(s) URL, got "shop.example"',
    ],
    [
      `subId1=${"x".repeat(256)}`,
      "subId1",
      "subId1: Expected `subId1` to be at most 255 characters, got 256",
    ],
  ])("answers a wrong value with 400: %s", async (query, field, message) => {
    const fake = createFakeImpact();

    expect(await answer(fake, `${LINKS}?${query}`)).toEqual(refused(400, message, field));
    expect(fake.links).toEqual([]);
  });

  test("answers a vanity path that is taken, in any case of letters, with 400", async () => {
    const fake = createFakeImpact();
    await clientOf(fake).trackingLinks.create({
      programId: "1000",
      type: "Vanity",
      customPath: "Sale",
    });

    expect(await failureOf(fake, { type: "Vanity", customPath: "sALE" })).toMatchObject({
      code: "invalid_request",
      outcome: "rejected",
      reason: "CustomPath sALE is already in use.",
      fields: [{ field: "CustomPath", message: "CustomPath sALE is already in use." }],
    });
    expect(fake.links).toHaveLength(1);
  });

  test("answers one vanity link too many with 403, and goes on with Regular ones", async () => {
    const fake = createFakeImpact({ vanityLimit: 2, now: () => NOON });
    await answer(fake, `${LINKS}?Type=Vanity`);
    await answer(fake, `${LINKS}?CustomPath=Sale`);

    expect(await answer(fake, `${LINKS}?Type=Vanity`)).toEqual(
      forbidden("The limit of 2 vanity links is reached."),
    );
    expect(await failureOf(fake, { type: "Vanity" })).toMatchObject({
      code: "vanity_limit_reached",
      outcome: "rejected",
    });
    expect(await answer(fake)).toEqual(made(REGULAR));
    expect(fake.links.map(({ type }) => type)).toEqual(["Vanity", "Vanity", "Regular"]);
  });
});

test.each([undefined, "*/*", "application/xml"])("answers in XML to Accept: %s", async (accept) => {
  const fake = createFakeImpact({ now: () => NOON });
  const headers = { Authorization: basic("IR1", TOKEN), ...(accept && { Accept: accept }) };
  const send = (path: string): Promise<Response> =>
    fake.fetch(BASE + path, { method: "POST", headers });
  const link = await send(`${LINKS}?subId1=a&subId2=b`);
  const refusal = await send(`${LINKS}?DeepLink=%3Cb%3E%26`);

  expect(link.headers.get("content-type")).toBe("application/xml");
  expect(await link.text()).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<ImpactRadiusResponse>' +
      `<TrackingURL>${REGULAR}?subId1=a&amp;subId2=b</TrackingURL></ImpactRadiusResponse>`,
  );
  const words = 'DeepLink: Expected `deepLink` to be an absolute http(s) URL, got "&lt;b>&amp;"';
  expect(await refusal.text()).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<ImpactRadiusResponse>' +
      `<Status>ERROR</Status><Message>${words}</Message><Errors><Error>` +
      `<Field>DeepLink</Field><Message>${words}</Message></Error></Errors></ImpactRadiusResponse>`,
  );
});

describe("quota", () => {
  test("counts down, refuses with the time to wait, and is whole again in the next window", async () => {
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

  test("is 1000 requests in an hour unless told otherwise", async () => {
    expect((await post(createFakeImpact())).headers).toEqual({
      "content-type": "application/json",
      "x-ratelimit-limit-hour": "1000",
      "x-ratelimit-remaining-hour": "999",
      "ratelimit-reset": "3600",
    });
  });

  test("is not touched by wrong credentials", async () => {
    const fake = createFakeImpact({ authToken: "right", rateLimit: { limit: 1, windowMs: 1000 } });
    const headers = { Accept: "application/json", Authorization: basic("IR1", "right") };

    expect((await post(fake)).status).toBe(401);
    expect((await post(fake, LINKS, { headers })).status).toBe(200);
    expect((await post(fake, LINKS, { headers })).status).toBe(429);
    expect((await post(fake)).status).toBe(401);
  });

  test("is what a client sees", async () => {
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
});

describe("requests", () => {
  test("are recorded as they arrived, refused ones included", async () => {
    const fake = createFakeImpact({ now: () => NOON });
    const query = "?subId1=a&SubId1=b&subId1=c&Deeplink=d&subId2=x%20y";
    await post(fake, LINKS + query, {
      headers: { Authorization: basic("IR1", TOKEN), Accept: "application/json", "X-Trace": "1" },
      body: "Type=Vanity",
    });
    await post(fake, "/nowhere");

    expect(fake.requests).toEqual([
      {
        method: "POST",
        url: BASE + LINKS + query,
        headers: {
          accept: "application/json",
          authorization: "Basic [redacted]",
          "content-type": "text/plain;charset=UTF-8",
          "x-trace": "1",
        },
        query: [
          ["subId1", "a"],
          ["SubId1", "b"],
          ["subId1", "c"],
          ["Deeplink", "d"],
          ["subId2", "x y"],
        ],
        body: "Type=Vanity",
        ignored: ["SubId1", "subId1", "Deeplink"],
        time: NOON,
      },
      {
        method: "POST",
        url: `${BASE}/nowhere`,
        headers: { accept: "application/json", authorization: "Basic [redacted]" },
        query: [],
        body: "",
        ignored: [],
        time: NOON,
      },
    ]);
    expect(fake.links.map(({ type, params }) => [type, params])).toEqual([
      ["Regular", { subId1: "a", subId2: "x y" }],
    ]);
  });

  test("hold no credentials, whatever came of them", async () => {
    const fake = createFakeImpact({ rateLimit: { limit: 2, windowMs: 1000 } });
    fake.failNext({ status: 500 }, { network: "ECONNRESET" });
    for (let count = 0; count < 6; count++) {
      await clientOf(fake)
        .trackingLinks.create({ programId: "1000" })
        .catch(() => {});
    }
    await post(fake, LINKS, {
      headers: { Authorization: `Bearer ${TOKEN}`, Accept: "application/json" },
    });

    const { requests, links } = fake;
    const all = JSON.stringify({ fake, requests, links });
    expect(requests).toHaveLength(7);
    expect(requests.map(({ headers }) => headers["authorization"])).toEqual([
      ...Array.from({ length: 6 }, () => "Basic [redacted]"),
      "Bearer [redacted]",
    ]);
    const secrets = [
      TOKEN,
      "t0k-en",
      Buffer.from(TOKEN).toString("base64"),
      Buffer.from(`IR1:${TOKEN}`).toString("base64"),
    ];
    expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
  });
});

describe("fetch", () => {
  const headers = { Authorization: basic("IR1", TOKEN), Accept: "application/json" };

  test.each<[string, () => Parameters<typeof globalThis.fetch>]>([
    ["a string", () => [BASE + LINKS, { method: "POST", headers }]],
    ["a URL", () => [new URL(BASE + LINKS), { method: "POST", headers }]],
    ["a Request", () => [new Request(BASE + LINKS, { method: "POST", headers })]],
    [
      "a Request that is overruled",
      () => [new Request(BASE + LINKS, { headers }), { method: "POST" }],
    ],
  ])("takes %s, and needs no object", async (_, given) => {
    const { fetch, requests } = createFakeImpact();
    const response = await fetch(...given());

    expect([response.status, await response.json()]).toEqual(made(REGULAR));
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([`POST ${BASE}${LINKS}`]);
  });

  test("rejects with the reason of a signal that is aborted, and nothing has arrived", async () => {
    const fake = createFakeImpact();
    const reason = new Error("changed my mind");

    await expect(
      fake.fetch(BASE + LINKS, { method: "POST", headers, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    expect(fake.requests).toEqual([]);
    expect(fake.links).toEqual([]);
  });
});

describe("faults", () => {
  test("a status takes the place of the answer, and nothing is done", async () => {
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

  test("a refused connection is as Node gives it, and nothing is done", async () => {
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

  test("a lost connection leaves open what was done, with a link or without", async () => {
    const fake = createFakeImpact();
    const trace: unknown[] = [];
    for (const fault of [{ network: "ECONNRESET" }, { dropAfterCommit: true }] as const) {
      fake.failNext(fault);
      const { code, outcome, message } = await failureOf(fake);
      trace.push([code, outcome, message, fake.links.length]);
    }

    const message = `POST ${BASE}${LINKS} got no whole answer: read ECONNRESET`;
    expect(trace).toEqual([
      ["connection", "unknown", message, 0],
      ["connection", "unknown", message, 1],
    ]);
  });

  test("half an answer is no link, although one was made", async () => {
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

  test("a delay is waited for", async () => {
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

  test("a delay ends with the caller's signal, and no link is made", async () => {
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

  test("a delay over the timeout makes no link", async () => {
    vi.useFakeTimers({ now: NOON });
    const fake = createFakeImpact();
    fake.failNext({ delay: 60_000 });
    const pending = failureOf(fake);
    await vi.advanceTimersByTimeAsync(30_000);

    expect(await pending).toMatchObject({
      code: "timeout",
      outcome: "unknown",
      message: `POST ${BASE}${LINKS} gave no whole answer within 30000 ms`,
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fake.links).toEqual([]);
  });

  test("a body that stalls runs into the timeout, although a link was made", async () => {
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

  test("meet the requests in the order they were given in, then none", async () => {
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

  test("are met by the retries of one call", async () => {
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
});

test("reset makes it as it was: no links, requests or faults, and the quota whole", async () => {
  const fake = createFakeImpact({ vanityLimit: 1, rateLimit: { limit: 1, windowMs: 3_600_000 } });
  const { links, requests } = fake;
  const vanity = `${LINKS}?CustomPath=Sale`;
  await answer(fake, vanity);
  expect((await answer(fake, vanity))[0]).toBe(429);
  fake.failNext({ status: 500 }, { status: 500 });

  fake.reset();

  expect(fake.links).toEqual([]);
  expect(fake.requests).toEqual([]);
  expect(await answer(fake, vanity)).toEqual(made("https://example.sjv.io/Sale"));
  expect(links).toBe(fake.links);
  expect(requests).toBe(fake.requests);
  expect(requests).toHaveLength(1);
});

describe("what is misspelt", () => {
  const fake = createFakeImpact();

  test.each<[options: unknown, message: string]>([
    [null, "options to be an object, got null"],
    [{ progams: ["1"] }, "a known option, got `progams`; did you mean `programs`?"],
    [{ programs: "1000" }, "`programs` to be an array of strings, got a string"],
    [{ programs: [1000] }, "`programs` to be an array of strings, got an array"],
    [{ vanityLimit: "a" }, "`vanityLimit` to be a whole number of at least 0, got a string"],
    [{ rateLimit: 5 }, "rateLimits to be an object, got the number 5"],
    [{ rateLimit: { limit: 5 } }, "`rateLimit.windowMs`, got none"],
    [{ now: 5 }, "`now` to be a function, got the number 5"],
    [
      { trackingDomain: "" },
      "`trackingDomain` to be a string that is not empty, got an empty string",
    ],
  ])("is refused as an option: %j", (options, message) => {
    expect(() => createFakeImpact(options as FakeImpactOptions)).toThrow(`Expected ${message}`);
  });

  const KINDS =
    "`status`, `network`, `delay`, `dropAfterCommit`, `stallBody`, `truncateBody`, `body`, `headers`";
  test.each<[fault: unknown, message: string]>([
    [undefined, "faults to be an object, got undefined"],
    [{ foo: 1 }, `a known fault, got \`foo\`; known are ${KINDS}`],
    [{ netwrok: "ECONNRESET" }, "a known fault, got `netwrok`; did you mean `network`?"],
    [{}, "a fault of one kind, got none"],
    [{ delay: 1, stallBody: true }, "a fault of one kind, got `delay` and `stallBody`"],
    [{ network: "EFOO" }, '`network` to be "ECONNREFUSED" or "ECONNRESET", got "EFOO"'],
    [{ dropAfterCommit: false }, "`dropAfterCommit` to be true, got the boolean false"],
    [{ status: 99 }, "`status` to be a status from 200 to 599, got the number 99"],
    [{ delay: -1 }, "`delay` to be milliseconds from 0 to 2147483647, got the number -1"],
  ])("is refused as a fault: %j", (fault, message) => {
    expect(() => fake.failNext(fault as Fault)).toThrow(`Expected ${message}`);
  });
});
