import { expect, test, vi } from "vitest";
import {
  createImpactClient,
  type ImpactClientOptions,
  type ImpactErrorCode,
  type ImpactEvent,
  type Outcome,
} from "../../src/index.ts";
import { account, baseUrl, failing, LINK_BODY, LINK_URL } from "../support/client.ts";
import { ended, HOUR, NOW, useFakeTime } from "../support/time.ts";
import { answer, type Serve, stall, traced } from "../support/traced.ts";

useFakeTime({ random: 0.5 });

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
    serve: failing("ECONNREFUSED", "connect"),
    repeated: "always",
    code: "connection",
    outcome: "not_sent",
  },
  {
    failure: "ENOTFOUND",
    serve: failing("ENOTFOUND", "getaddrinfo"),
    repeated: "always",
    code: "connection",
    outcome: "not_sent",
  },
  {
    failure: "a certificate that is not trusted",
    serve: failing("SELF_SIGNED_CERT_IN_CHAIN"),
    repeated: "always",
    code: "connection",
    outcome: "not_sent",
  },
  {
    failure: "ECONNRESET",
    serve: failing("ECONNRESET", "read"),
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
    serve: answer(200, {}, LINK_BODY.slice(0, 30)),
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

test.each(cases)(
  "retries $operation after $failure as the policy says, with maxRetries $maxRetries",
  async (each) => {
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
  },
);

test("returns the link that a retry brings and leaves no timer", async () => {
  const { fetch, trace } = traced((count) =>
    count === 1 ? answer(500)() : new Response(LINK_BODY),
  );
  const impact = createImpactClient({ ...account, baseUrl, fetch });

  const given = await ended(impact.trackingLinks.create({ programId: "1" }));

  expect(given).toMatchObject({ url: LINK_URL });
  expect(trace).toEqual(["0 POST TrackingLinks", "250 POST TrackingLinks"]);
});

test("judges each attempt by itself: retries a Vanity link until its outcome is unknown", async () => {
  const { fetch, trace } = traced((count) => {
    if (count === 1) return failing("ECONNREFUSED", "connect")();
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

test("prefers the options of a call to those of the client", async () => {
  const { fetch, trace } = traced(stall);
  const impact = createImpactClient({ ...account, baseUrl, fetch, timeout: 9000 });

  const call = impact.trackingLinks.create({ programId: "1" }, { timeout: 50, maxRetries: 1 });

  expect(await ended(call)).toMatchObject({ code: "timeout", attempts: 2 });
  expect(trace).toEqual(["0 POST TrackingLinks", "300 POST TrackingLinks"]);
});
