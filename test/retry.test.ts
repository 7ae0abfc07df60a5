import { getEventListeners, setMaxListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createImpactClient,
  ImpactError,
  isImpactError,
  type ImpactClientOptions,
  type ImpactErrorCode,
  type ImpactEvent,
  type Outcome,
} from "../src/index.ts";
import { isRetryable } from "../src/http/retry-policy.ts";
import { sleep } from "../src/sleep.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const HOUR = 3_600_000;
const account = { accountSid: "IRabc123", authToken: "t0k-en:with/ünïcode" };
const baseUrl = "https://api.example";
const link = '{"TrackingURL":"https://example.sjv.io/c/1/2/3"}';

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Serve = (count: number, signal: AbortSignal) => Response | Promise<Response>;

/** A server that is a function, and the times at which it was asked for what. */
function traced(serve: Serve): { fetch: typeof globalThis.fetch; trace: string[] } {
  const trace: string[] = [];
  const fetch = (url: unknown, init?: RequestInit): Promise<Response> => {
    const target = String(url).split("/").at(-1);
    trace.push(`${Date.now() - NOW} ${init?.method} ${target}`);
    return Promise.resolve(serve(trace.length, init?.signal as AbortSignal));
  };
  return { fetch, trace };
}

const answer = (status: number, headers: Record<string, string> = {}, body = "{}") => {
  return (): Response => new Response(body, { status, headers });
};
const noAnswer = (code: string, syscall?: string) => (): Promise<Response> => {
  const cause = Object.assign(new Error(code), { code, ...(syscall && { syscall }) });
  return Promise.reject(new TypeError("fetch failed", { cause }));
};
const stall = (): Promise<Response> => new Promise(() => {});

/** Lets a call run to its end, whatever it waits for. */
async function ended(call: Promise<unknown>): Promise<unknown> {
  const result = call.catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return result;
}

type RawCall = (path: string, init: object) => Promise<unknown>;

/** Sends any request through `impact.raw`, and gives the last attempt's error, which a refusal is not thrown as. */
async function send(
  options: ImpactClientOptions,
  method: "GET" | "POST" | "PUT",
  path: string,
  query: object = {},
): Promise<unknown> {
  let error: unknown;
  const onEvent = (event: ImpactEvent): void => {
    if (event.type === "response") ({ error } = event);
  };
  const raw = createImpactClient({ ...options, onEvent }).raw;
  await (raw[method] as RawCall)(path, { params: { query } });
  throw error;
}

interface Operation {
  operation: string;
  request: string;
  harmless: boolean;
  call: (options: ImpactClientOptions) => Promise<unknown>;
}

const create = (type?: "Regular" | "Vanity", customPath?: string) => {
  return (options: ImpactClientOptions): Promise<unknown> =>
    createImpactClient(options).trackingLinks.create({
      programId: "1",
      ...(type === "Vanity" ? { type, customPath } : { type }),
    });
};

const raw = (query: { CustomPath?: string; Type?: string }) => {
  return (options: ImpactClientOptions): Promise<unknown> =>
    send(options, "POST", "/Mediapartners/IRabc123/Programs/1/TrackingLinks", query);
};

const table: Operation[] = [
  {
    operation: "a link without a type",
    request: "POST TrackingLinks",
    harmless: true,
    call: create(),
  },
  {
    operation: "a Regular link",
    request: "POST TrackingLinks?Type=Regular",
    harmless: true,
    call: create("Regular"),
  },
  {
    operation: "a Vanity link with a random path",
    request: "POST TrackingLinks?Type=Vanity",
    harmless: false,
    call: create("Vanity"),
  },
  {
    operation: "a Vanity link",
    request: "POST TrackingLinks?Type=Vanity&CustomPath=Sale",
    harmless: false,
    call: create("Vanity", "Sale"),
  },
];

const rawTable: Operation[] = [
  {
    operation: "a GET",
    request: "GET Programs",
    harmless: true,
    call: (options) => send(options, "GET", "/Mediapartners/1/Programs"),
  },
  {
    operation: "a POST that the table does not know",
    request: "POST Ads",
    harmless: false,
    call: (options) => send(options, "POST", "/Mediapartners/1/Ads"),
  },
  {
    operation: "another method on a known path",
    request: "PUT TrackingLinks",
    harmless: false,
    call: (options) => send(options, "PUT", "/Mediapartners/1/Programs/1/TrackingLinks"),
  },
  {
    operation: "a raw link with a CustomPath and no Type",
    request: "POST TrackingLinks?CustomPath=Sale",
    harmless: false,
    call: raw({ CustomPath: "Sale" }),
  },
  {
    operation: "a raw link whose CustomPath is empty",
    request: "POST TrackingLinks?CustomPath=",
    harmless: false,
    call: raw({ CustomPath: "" }),
  },
  {
    operation: "a raw link whose Type is written otherwise",
    request: "POST TrackingLinks?Type=vanity",
    harmless: false,
    call: raw({ Type: "vanity" }),
  },
  {
    operation: "a raw link that is Regular",
    request: "POST TrackingLinks?Type=Regular",
    harmless: true,
    call: raw({ Type: "Regular" }),
  },
];

interface Row {
  failure: string;
  serve: Serve;
  repeated: "always" | "harmless" | "never";
  code: ImpactErrorCode;
  outcome: Outcome;
  /** Milliseconds before each repetition. Half of 500 and of 1,000 is the backoff. */
  waits?: [number, number];
  /** Milliseconds that each attempt takes. */
  takes?: number;
}

const refused: Row[] = [
  {
    failure: "ECONNREFUSED",
    serve: noAnswer("ECONNREFUSED", "connect"),
    repeated: "always",
    code: "connection",
    outcome: "not_sent",
  },
  {
    failure: "ENOTFOUND",
    serve: noAnswer("ENOTFOUND", "getaddrinfo"),
    repeated: "always",
    code: "connection",
    outcome: "not_sent",
  },
  {
    failure: "a certificate that is not trusted",
    serve: noAnswer("SELF_SIGNED_CERT_IN_CHAIN"),
    repeated: "always",
    code: "connection",
    outcome: "not_sent",
  },
  {
    failure: "ECONNRESET",
    serve: noAnswer("ECONNRESET", "read"),
    repeated: "harmless",
    code: "connection",
    outcome: "unknown",
  },
  {
    failure: "a failure without a code",
    serve: () => Promise.reject(new TypeError("Load failed")),
    repeated: "harmless",
    code: "connection",
    outcome: "unknown",
  },
  {
    failure: "a timeout",
    serve: stall,
    repeated: "harmless",
    code: "timeout",
    outcome: "unknown",
    takes: 1000,
  },
  {
    failure: "429 without a hint",
    serve: answer(429),
    repeated: "always",
    code: "rate_limited",
    outcome: "rejected",
  },
  {
    failure: "429 with Retry-After",
    serve: answer(429, { "Retry-After": "700" }),
    repeated: "always",
    code: "rate_limited",
    outcome: "rejected",
    waits: [700_000, 700_000],
  },
  {
    failure: "429 with RateLimit-Reset in seconds",
    serve: answer(429, { "RateLimit-Reset": "700" }),
    repeated: "always",
    code: "rate_limited",
    outcome: "rejected",
    waits: [700_000, 700_000],
  },
  {
    failure: "429 with X-RateLimit-Reset as an epoch",
    serve: answer(429, { "X-RateLimit-Reset": String(NOW / 1000 + 700) }),
    repeated: "always",
    code: "rate_limited",
    outcome: "rejected",
    waits: [700_000, 500],
  },
  {
    failure: "500",
    serve: answer(500),
    repeated: "harmless",
    code: "server_error",
    outcome: "unknown",
  },
  {
    failure: "502 in HTML",
    serve: answer(502, {}, "<html><title>Bad Gateway</title></html>"),
    repeated: "harmless",
    code: "server_error",
    outcome: "unknown",
  },
  {
    failure: "503 with Retry-After",
    serve: answer(503, { "Retry-After": "20" }),
    repeated: "harmless",
    code: "server_error",
    outcome: "unknown",
    waits: [20_000, 20_000],
  },
  {
    failure: "504 with Retry-After as a date",
    serve: answer(504, { "Retry-After": "Sun, 22 Nov 2026 12:01:30 GMT" }),
    repeated: "harmless",
    code: "server_error",
    outcome: "unknown",
    waits: [90_000, 500],
  },
  ...([400, 402, 405, 409, 422] as const).map((status) => ({
    failure: `${status}`,
    serve: answer(status),
    repeated: "never" as const,
    code: "invalid_request" as const,
    outcome: "rejected" as const,
  })),
  {
    failure: "401",
    serve: answer(401),
    repeated: "never",
    code: "unauthorized",
    outcome: "rejected",
  },
  {
    failure: "403",
    serve: answer(403),
    repeated: "never",
    code: "forbidden",
    outcome: "rejected",
  },
  {
    failure: "403 with Retry-After",
    serve: answer(403, { "Retry-After": "1" }),
    repeated: "never",
    code: "forbidden",
    outcome: "rejected",
  },
  {
    failure: "404",
    serve: answer(404),
    repeated: "never",
    code: "not_found",
    outcome: "rejected",
  },
  {
    failure: "302",
    serve: answer(302, { Location: "https://elsewhere.example/" }, ""),
    repeated: "never",
    code: "unexpected_response",
    outcome: "unknown",
  },
  {
    failure: "307",
    serve: answer(307, { Location: "https://elsewhere.example/" }, ""),
    repeated: "never",
    code: "unexpected_response",
    outcome: "rejected",
  },
];

const broken: Row[] = [
  {
    failure: "half a JSON in a 200",
    serve: answer(200, {}, link.slice(0, 30)),
    repeated: "harmless",
    code: "unexpected_response",
    outcome: "unknown",
  },
  {
    failure: "HTML in a 200",
    serve: answer(200, {}, "<html></html>"),
    repeated: "harmless",
    code: "unexpected_response",
    outcome: "unknown",
  },
];

/** The raw client takes it for success without data. */
const empty: Row[] = [
  {
    failure: "nothing in a 200",
    serve: answer(200, {}, ""),
    repeated: "harmless",
    code: "unexpected_response",
    outcome: "unknown",
  },
];

const cases = [
  ...table.flatMap((operation) =>
    [...refused, ...broken, ...empty].map((row) => ({ ...operation, ...row })),
  ),
  ...rawTable.flatMap((operation) =>
    [...refused, ...broken].map((row) => ({ ...operation, ...row })),
  ),
].flatMap((each) => [0, 1, 2].map((maxRetries) => ({ ...each, maxRetries })));

test.each(cases)("$operation, $failure, maxRetries $maxRetries", async (each) => {
  const { call, request, harmless, serve, repeated, maxRetries } = each;
  const { code, outcome, waits = [250, 500], takes = 0 } = each;
  const { fetch, trace } = traced(serve);
  const options = { ...account, baseUrl, fetch, maxRetries, timeout: 1000, maxRetryDelay: HOUR };

  const error = await ended(call(options));

  const isRepeated = repeated === "always" || (repeated === "harmless" && harmless);
  const attempts = isRepeated ? 1 + maxRetries : 1;
  const times = [0, takes + waits[0], 2 * takes + waits[0] + waits[1]].slice(0, attempts);
  expect(trace).toEqual(times.map((time) => `${time} ${request}`));
  expect(error).toMatchObject({ code, outcome, attempts });
  expect(vi.getTimerCount()).toBe(0);
});

test("a link that comes with the second request is given, and the client is done", async () => {
  const { fetch, trace } = traced((count) => (count === 1 ? answer(500)() : new Response(link)));
  const impact = createImpactClient({ ...account, baseUrl, fetch });

  const given = await ended(impact.trackingLinks.create({ programId: "1" }));

  expect(given).toMatchObject({ url: "https://example.sjv.io/c/1/2/3" });
  expect(trace).toEqual(["0 POST TrackingLinks", "250 POST TrackingLinks"]);
});

test("each attempt is judged by itself: a Vanity link is sent again until its outcome is open", async () => {
  const { fetch, trace } = traced((count) => {
    if (count === 1) return noAnswer("ECONNREFUSED", "connect")();
    return count === 2 ? answer(429, { "Retry-After": "2" })() : answer(500)();
  });
  const impact = createImpactClient({ ...account, baseUrl, fetch, maxRetries: 9 });

  const error = await ended(impact.trackingLinks.create({ programId: "1", type: "Vanity" }));

  expect(error).toMatchObject({ code: "server_error", outcome: "unknown", attempts: 3 });
  expect(trace).toEqual([
    "0 POST TrackingLinks?Type=Vanity",
    "250 POST TrackingLinks?Type=Vanity",
    "2250 POST TrackingLinks?Type=Vanity",
  ]);
});

test("the options of a call win over those of the client", async () => {
  const { fetch, trace } = traced(stall);
  const impact = createImpactClient({ ...account, baseUrl, fetch, timeout: 9000 });

  const call = impact.trackingLinks.create({ programId: "1" }, { timeout: 50, maxRetries: 1 });

  expect(await ended(call)).toMatchObject({ code: "timeout", attempts: 2 });
  expect(trace).toEqual(["0 POST TrackingLinks", "300 POST TrackingLinks"]);
});

test.each<[Record<string, "always" | "never">, string, boolean]>([
  [{ "POST /A/{Id}.json": "always" }, "/A/1.json", true],
  [{ "POST /A/{Id}.json": "always" }, "/base/A/1.json", true],
  [{ "POST /A/{Id}.json": "always" }, "/A/1-json", false],
  [{ "POST /A/{Id}.json": "always" }, "/A/1/2.json", false],
  [{ "PUT /A/{Id}": "always" }, "/A/1", false],
  [{ "POST /A/{Id}": "always", "POST /A/Export": "never" }, "/A/Export", false],
  [{ "POST /A/{Id}": "never", "POST /A/Export": "always" }, "/A/Export", false],
  [{ "POST /A/{Id}": "always", "POST /A/Export": "always" }, "/A/Export", true],
  [{}, "/A/1", false],
])("by the rules %j, may POST %s be repeated? %s", (own, path, expected) => {
  const url = `https://api.example${path}`;
  const details = { code: "connection", outcome: "unknown", method: "POST", url } as const;
  expect(isRetryable(new ImpactError("reset", details), own)).toBe(expected);
});

describe("the table of retry rules", () => {
  const path = "/Mediapartners/IR/Programs/1/TrackingLinks";

  test.each([
    ["GET", "/anything", true],
    ["HEAD", "/anything", true],
    ["POST", path, true],
    ["POST", `/below/a/proxy${path}`, true],
    ["POST", `${path}?Type=Regular&subId1=a`, true],
    ["POST", `${path}?Type=Regular&Type=Vanity`, false],
    ["POST", `${path}?Type=REGULAR`, false],
    ["POST", `${path}?Type=`, false],
    ["POST", `${path}?CustomPath=`, false],
    ["POST", `${path}/1`, false],
    ["POST", "/Mediapartners/IR/Programs//TrackingLinks", false],
    ["POST", "/Mediapartners/IR/Programs/1/2/TrackingLinks", false],
    ["DELETE", path, false],
    ["PATCH", path, false],
    ["POST", "/", false],
  ])("after an unknown outcome: %s %s may be repeated: %s", (method, target, expected) => {
    const details = {
      code: "timeout",
      outcome: "unknown",
      method,
      url: `${baseUrl}${target}`,
    } as const;
    expect(isRetryable(new ImpactError("late", details))).toBe(expected);
  });
});

describe("waits", () => {
  const first = async (
    headers: Record<string, string>,
    options: ImpactClientOptions = {},
    status = 429,
  ): Promise<{ trace: string[]; error: unknown; delays: number[] }> => {
    const { fetch, trace } = traced(answer(status, headers));
    const delays: number[] = [];
    const onEvent = (event: ImpactEvent): void => {
      if (event.type === "wait") delays.push(event.delay);
    };
    const settings = { ...account, baseUrl, fetch, onEvent, maxRetries: 1, maxRetryDelay: HOUR };
    const impact = createImpactClient({ ...settings, ...options });
    const error = await ended(impact.trackingLinks.create({ programId: "1" }));
    return { trace, error, delays };
  };
  const epoch = (ms: number): string => String((NOW + ms) / 1000);

  test.each<[string, Record<string, string>, number]>([
    ["Retry-After in seconds", { "Retry-After": "700" }, 700_000],
    ["Retry-After in parts of a second", { "Retry-After": "1.5" }, 1500],
    ["a date in the future", { "Retry-After": "Sun, 22 Nov 2026 12:01:30 GMT" }, 90_000],
    ["a date that is now", { "Retry-After": "Sun, 22 Nov 2026 12:00:00 GMT" }, 250],
    ["a date in the past", { "Retry-After": "Sat, 21 Nov 2026 12:00:00 GMT" }, 250],
    ["Retry-After as an epoch in seconds", { "Retry-After": epoch(90_000) }, 90_000],
    ["Retry-After as an epoch in milliseconds", { "Retry-After": String(NOW + 90_000) }, 90_000],
    ["an epoch in the past", { "Retry-After": epoch(-90_000) }, 250],
    ["zero", { "Retry-After": "0" }, 250],
    ["a negative number", { "Retry-After": "-5" }, 250],
    ["an empty hint", { "Retry-After": "" }, 250],
    ["words", { "Retry-After": "soon" }, 250],
    ["NaN", { "Retry-After": "NaN" }, 250],
    ["Infinity", { "Retry-After": "Infinity" }, 250],
    ["a hexadecimal number", { "Retry-After": "0x10" }, 250],
    ["two hints in one", { "Retry-After": "1, 2" }, 250],
    ["RateLimit-Reset in seconds", { "RateLimit-Reset": "700" }, 700_000],
    ["RateLimit-Reset as an epoch", { "RateLimit-Reset": epoch(90_000) }, 90_000],
    ["X-RateLimit-Reset in seconds", { "X-RateLimit-Reset": "700" }, 700_000],
    ["X-RateLimit-Reset as an epoch", { "X-RateLimit-Reset": epoch(90_000) }, 90_000],
    ["a reset in the past", { "X-RateLimit-Reset": epoch(-90_000) }, 250],
    ["a negative reset", { "RateLimit-Reset": "-1" }, 250],
    [
      "Retry-After before the reset",
      { "Retry-After": "3", "RateLimit-Reset": "700", "X-RateLimit-Reset": "800" },
      3000,
    ],
    ["the reset if Retry-After is no hint", { "Retry-After": "?", "RateLimit-Reset": "9" }, 9000],
    [
      "the partner's reset before the brand's",
      { "X-RateLimit-Reset": "8", "RateLimit-Reset": "9" },
      9000,
    ],
  ])("after a 429 obeys %s", async (_, headers, wait) => {
    const { trace } = await first(headers);

    expect(trace).toEqual(["0 POST TrackingLinks", `${wait} POST TrackingLinks`]);
  });

  test("the reset of a quota that is not spent is no hint", async () => {
    const { trace } = await first({ "RateLimit-Reset": "700" }, {}, 500);

    expect(trace).toEqual(["0 POST TrackingLinks", "250 POST TrackingLinks"]);
  });

  test("longer than a timer of 32 bits are waited to their end", async () => {
    const set = vi.spyOn(globalThis, "setTimeout");

    const { trace } = await first({ "Retry-After": "5000000" }, { maxRetryDelay: 2 ** 40 });

    expect(trace).toEqual(["0 POST TrackingLinks", "5000000000 POST TrackingLinks"]);
    expect(set.mock.calls.map(([, ms]) => ms)).toEqual([
      30_000, 2_147_483_647, 2_147_483_647, 705_032_706, 30_000,
    ]);
  });

  test.each([
    ["60", ["0 POST TrackingLinks", "60000 POST TrackingLinks"]],
    ["61", ["0 POST TrackingLinks"]],
  ])("are by default of 60 seconds at most: %s", async (seconds, expected) => {
    const { trace } = await first({ "Retry-After": seconds }, { maxRetryDelay: undefined });

    expect(trace).toEqual(expected);
  });

  test.each<[string, Record<string, string>, number]>([
    ["seconds", { "Retry-After": "61" }, 61_000],
    ["a date", { "Retry-After": "Mon, 23 Nov 2026 12:00:00 GMT" }, 86_400_000],
    ["a reset", { "RateLimit-Reset": "3600" }, 3_600_000],
    ["a number past all clocks", { "Retry-After": "9".repeat(20) }, 1e14],
  ])("that are too long are told at once as rate_limited: %s", async (_, headers, retryAfter) => {
    const { trace, error, delays } = await first(headers, { maxRetryDelay: 60_000 });

    expect(trace).toEqual(["0 POST TrackingLinks"]);
    expect(error).toMatchObject({
      code: "rate_limited",
      outcome: "rejected",
      attempts: 1,
      retryAfter,
    });
    expect(delays).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that a failing server asks for and that are too long are told at once too", async () => {
    const { trace, error } = await first({ "Retry-After": "61" }, { maxRetryDelay: 60_000 }, 503);

    expect(trace).toEqual(["0 POST TrackingLinks"]);
    expect(error).toMatchObject({ status: 503, outcome: "unknown", retryAfter: 61_000 });
  });

  test.each([
    [0, [0, 0, 0, 0]],
    [0.5, [250, 500, 1000, 2000]],
    [0.999999, [0.999999 * 500, 0.999999 * 1000, 0.999999 * 2000, 0.999999 * 4000]],
  ])("without a hint are full jitter: Math.random() at %d", async (random, expected) => {
    vi.mocked(Math.random).mockReturnValue(random);

    const { delays } = await first({}, { maxRetries: 4 }, 500);

    expect(delays).toEqual(expected);
  });

  test("without a hint are never longer than maxRetryDelay", async () => {
    vi.mocked(Math.random).mockReturnValue(0.999999);

    const { delays } = await first({}, { maxRetries: 3, maxRetryDelay: 700 }, 500);

    expect(delays).toEqual([0.999999 * 500, 0.999999 * 700, 0.999999 * 700]);
  });

  test("of none at all are allowed", async () => {
    const { trace } = await first({}, { maxRetryDelay: 0, maxRetries: 2 }, 500);

    expect(trace).toEqual(["0 POST TrackingLinks", "0 POST TrackingLinks", "0 POST TrackingLinks"]);
  });
});

describe("an abort within a wait", () => {
  test("ends it at once with the signal's reason, and leaves no timer and no listener", async () => {
    const { fetch, trace } = traced(answer(429, { "Retry-After": "50" }));
    const controller = new AbortController();
    const { signal } = controller;
    const reason = { why: "the user left" };
    const impact = createImpactClient({ ...account, baseUrl, fetch });
    let rejected: unknown;
    impact.trackingLinks.create({ programId: "1" }, { signal }).catch((error: unknown) => {
      rejected = [Date.now() - NOW, error];
    });

    await vi.advanceTimersByTimeAsync(40_000);
    expect(getEventListeners(signal, "abort").length).toBe(1);
    controller.abort(reason);
    await vi.advanceTimersByTimeAsync(0);

    expect(rejected).toEqual([40_000, reason]);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(trace).toEqual(["0 POST TrackingLinks"]);
  });

  test("of 1,000 calls on one signal ends them all", async () => {
    const { fetch, trace } = traced(answer(429, { "Retry-After": "50" }));
    const controller = new AbortController();
    const { signal } = controller;
    setMaxListeners(0, signal);
    const impact = createImpactClient({ ...account, baseUrl, fetch });
    const calls = Array.from({ length: 1000 }, () =>
      impact.trackingLinks.create({ programId: "1" }, { signal }).catch((error: unknown) => error),
    );

    await vi.advanceTimersByTimeAsync(1);
    controller.abort("gone");

    expect(new Set(await Promise.all(calls))).toEqual(new Set(["gone"]));
    expect(trace.length).toBe(1000);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("that never comes leaves nothing on the signal of 1,000 calls", async () => {
    const { fetch, trace } = traced(answer(500));
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    const impact = createImpactClient({ ...account, baseUrl, fetch, maxRetries: 1 });
    const calls = Array.from({ length: 1000 }, () =>
      impact.trackingLinks.create({ programId: "1" }, { signal }).catch(() => {}),
    );

    await ended(Promise.all(calls));

    expect(trace.length).toBe(2000);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("the deadline", () => {
  test.each([
    ["the answer", stall],
    ["the body", () => new Response(new ReadableStream())],
  ])(
    "of an attempt includes %s, and ends the request",
    async (_, serve: () => Response | Promise<Response>) => {
      const signals: AbortSignal[] = [];
      const { fetch, trace } = traced((_count, signal) => {
        signals.push(signal);
        return serve();
      });
      const impact = createImpactClient({
        ...account,
        baseUrl,
        fetch,
        timeout: 700,
        maxRetries: 1,
      });
      let end: number | undefined;

      const call = impact.trackingLinks
        .create({ programId: "1" })
        .finally(() => (end = Date.now() - NOW));

      const error = await ended(call);
      expect(error).toMatchObject({ code: "timeout", outcome: "unknown", attempts: 2 });
      expect(end).toBe(700 + 250 + 700);
      expect(trace).toEqual(["0 POST TrackingLinks", "950 POST TrackingLinks"]);
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test.each([
    [400, { code: "invalid_request", outcome: "rejected", attempts: 1 }, 700],
    [500, { code: "server_error", outcome: "unknown", attempts: 2 }, 700 + 250 + 700],
  ])("ends a %d whose words stall, which is one all the same", async (status, told, end) => {
    const signals: AbortSignal[] = [];
    const { fetch } = traced((_count, signal) => {
      signals.push(signal);
      return new Response(new ReadableStream(), { status });
    });
    const impact = createImpactClient({ ...account, baseUrl, fetch, timeout: 700, maxRetries: 1 });

    const error = await ended(impact.trackingLinks.create({ programId: "1" }));

    expect(error).toMatchObject({ ...told, status });
    expect(Date.now() - NOW).toBe(end);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("waits as long as a 429 asks for, though its words stall", async () => {
    const { fetch, trace } = traced((count) =>
      count === 1
        ? new Response(new ReadableStream(), { status: 429, headers: { "Retry-After": "50" } })
        : new Response(link),
    );
    const impact = createImpactClient({ ...account, baseUrl, fetch, timeout: 700 });

    const given = await ended(impact.trackingLinks.create({ programId: "1", type: "Vanity" }));

    expect(isImpactError(given)).toBe(false);
    const asked = "POST TrackingLinks?Type=Vanity";
    expect(trace).toEqual([`0 ${asked}`, `50700 ${asked}`]);
  });

  test("is cleared when the answer is there", async () => {
    const { fetch } = traced(() => new Response(link));
    const impact = createImpactClient({ ...account, baseUrl, fetch });

    await impact.trackingLinks.create({ programId: "1" });

    expect(vi.getTimerCount()).toBe(0);
  });

  test("does not count the waits", async () => {
    const { fetch, trace } = traced((count) =>
      count === 1 ? answer(429, { "Retry-After": "50" })() : new Response(link),
    );
    const impact = createImpactClient({ ...account, baseUrl, fetch, timeout: 100 });

    const given = await ended(impact.trackingLinks.create({ programId: "1" }));

    expect(isImpactError(given)).toBe(false);
    expect(trace).toEqual(["0 POST TrackingLinks", "50000 POST TrackingLinks"]);
  });

  test("passes before the caller's abort: the first of both is told", async () => {
    const { fetch } = traced(stall);
    const controller = new AbortController();
    const { signal } = controller;
    const impact = createImpactClient({ ...account, baseUrl, fetch, timeout: 100, maxRetries: 0 });
    const call = impact.trackingLinks.create({ programId: "1" }, { signal }).catch((e) => e);

    await vi.advanceTimersByTimeAsync(100);
    controller.abort("late");

    expect(await call).toMatchObject({ code: "timeout" });
  });
});

describe("sleep", () => {
  test("waits as long as asked", async () => {
    let end: number | undefined;
    void sleep(700).then(() => (end = Date.now() - NOW));

    await vi.advanceTimersByTimeAsync(699);
    expect(end).toBe(undefined);
    await vi.advanceTimersByTimeAsync(1);
    expect(end).toBe(700);
  });

  test.each([2 ** 31 - 1, 2 ** 31, 2 ** 33])("waits %d ms, past what a timer holds", async (ms) => {
    let end: number | undefined;
    void sleep(ms).then(() => (end = Date.now() - NOW));

    await vi.runAllTimersAsync();

    expect(end).toBe(ms);
  });

  test.each([0, -1, NaN])("does not wait for %d ms", async (ms) => {
    await sleep(ms);

    expect(Date.now()).toBe(NOW);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("rejects at once if the signal was aborted before, and sets no timer", async () => {
    const signal = AbortSignal.abort("gone");

    await expect(sleep(700, signal)).rejects.toBe("gone");

    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("ends with the signal's reason, in any part of a long wait", async () => {
    const controller = new AbortController();
    const waiting = sleep(2 ** 33, controller.signal).catch((reason: unknown) => reason);

    await vi.advanceTimersByTimeAsync(2 ** 32);
    controller.abort("gone");

    expect(await waiting).toBe("gone");
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  test("leaves no listener when it ends by itself", async () => {
    const { signal } = new AbortController();
    const waiting = sleep(2 ** 33, signal);

    await vi.runAllTimersAsync();
    await waiting;

    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
