import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, expectTypeOf, test } from "vitest";
import {
  createImpactClient,
  isImpactError,
  spec,
  type ImpactClient,
  type ImpactClientOptions,
} from "../src/index.ts";
import { version } from "../src/version.ts";
import { serve } from "./support/server.ts";

const PATH = "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";
const LINK = '{"TrackingURL":"https://example.sjv.io/c/1/2/3"}';
const ids = { AccountSID: "IRabc123", ProgramId: "1000" };

function clientOf(baseUrl: string, options: ImpactClientOptions = {}): ImpactClient["raw"] {
  return createImpactClient({
    accountSid: "IRabc123",
    authToken: "t0k-en:with/ünïcode",
    baseUrl,
    maxRetries: 0,
    ...options,
  }).raw;
}

test("sends credentials, version and user agent as the facade does", async () => {
  const { baseUrl, requests } = await serve({ body: LINK });

  await clientOf(baseUrl, { headers: { "X-Trace": "abc" } }).POST(PATH, {
    params: { path: { ...ids, ProgramId: "1 0/ü" }, query: { Type: "Vanity", subId1: "a&b" } },
  });

  expect(requests).toEqual([
    {
      method: "POST",
      target:
        "/Mediapartners/IRabc123/Programs/1%200%2F%C3%BC/TrackingLinks?Type=Vanity&subId1=a%26b",
      headers: {
        host: new URL(baseUrl).host,
        connection: "keep-alive",
        "content-length": "0",
        authorization: `Basic ${Buffer.from("IRabc123:t0k-en:with/ünïcode").toString("base64")}`,
        accept: "application/json",
        "ir-version": spec.version,
        "user-agent": `impact-partner-client/${version} (IR-Version ${spec.version})`,
        "x-trace": "abc",
        "accept-language": "*",
        "accept-encoding": "gzip, deflate",
        "sec-fetch-mode": "cors",
      },
      body: "",
    },
  ]);
});

test("sends the call's own headers, but no other credentials or version", async () => {
  const { baseUrl, requests } = await serve({ body: LINK });

  await clientOf(baseUrl).POST(PATH, {
    params: { path: ids },
    headers: { Authorization: "Bearer other", "IR-Version": "1", "X-Trace": "abc" },
  });

  expect(requests[0]?.headers).toMatchObject({
    authorization: `Basic ${Buffer.from("IRabc123:t0k-en:with/ünïcode").toString("base64")}`,
    "ir-version": spec.version,
    "x-trace": "abc",
  });
});

test("gives the data of a 2xx, typed by the vendor's document", async () => {
  const { baseUrl } = await serve({ body: '{"TrackingURL":"oops","Extra":[1]}' });
  const { data, error, response } = await clientOf(baseUrl).POST(PATH, {
    params: { path: ids },
  });

  expectTypeOf(data?.TrackingURL).toEqualTypeOf<string | undefined>();
  expect(data).toEqual({ TrackingURL: "oops", Extra: [1] });
  expect(error).toBe(undefined);
  expect(response.status).toBe(200);
});

test("takes no operation, parameter or value that the document does not know", () => {
  const client = clientOf("https://api.example");
  const wrong = [
    // @ts-expect-error no such path
    () => client.POST("/nowhere"),
    // @ts-expect-error the operation is a POST
    () => client.TRACE(PATH, { params: { path: ids } }),
    // @ts-expect-error the program is required
    () => client.POST(PATH, { params: { path: { AccountSID: "IR1" } } }),
    // @ts-expect-error no such type of link
    () => client.POST(PATH, { params: { path: ids, query: { Type: "Short" } } }),
    // @ts-expect-error the name on the wire is subId1
    () => client.POST(PATH, { params: { path: ids, query: { SubId1: "a" } } }),
  ];

  expect(wrong).toHaveLength(5);
});

test.each<[number, string, unknown]>([
  [400, '{"Status":"ERROR","Message":"No."}', { Status: "ERROR", Message: "No." }],
  [403, '{"status":"FORBIDDEN","message":"No."}', { status: "FORBIDDEN", message: "No." }],
  [404, "<title>Not Found</title>", "<title>Not Found</title>"],
  [429, "slow down", "slow down"],
  [503, '{"half', '{"half'],
  [302, "Moved", "Moved"],
])("returns a %i as error, and does not throw", async (status, body, expected) => {
  const { baseUrl } = await serve({ status, body, headers: { "X-Request-Id": "r1" } });
  const { data, error, response } = await clientOf(baseUrl).POST(PATH, { params: { path: ids } });

  expect(data).toBe(undefined);
  expect(error).toEqual(expected);
  expect([response.ok, response.status]).toEqual([false, status]);
  expect(response.headers.get("x-request-id")).toBe("r1");
});

test("cuts the token out of what a refusal echoes, and drops its cookies", async () => {
  const token = "t0k-en:with/ünïcode";
  const { baseUrl } = await serve({
    status: 401,
    body: JSON.stringify({ Message: `not ${token}` }),
    headers: { "Set-Cookie": "session=1" },
  });
  const { error, response } = await clientOf(baseUrl).POST(PATH, { params: { path: ids } });

  expect(error).toEqual({ Message: "not [redacted]" });
  expect(response.headers.get("set-cookie")).toBe(null);
});

test.each<[string, Record<string, string>]>([
  ["declared", { "Content-Length": "0" }],
  ["in chunks", {}],
])("shows an empty 500 by response.ok: %s", async (_, headers) => {
  const { baseUrl } = await serve({ status: 500, headers });
  const { data, response } = await clientOf(baseUrl).POST(PATH, { params: { path: ids } });

  expect(data).toBe(undefined);
  expect([response.ok, response.status]).toEqual([false, 500]);
});

test("never follows a redirect", async () => {
  const target = await serve({ body: LINK });
  const { baseUrl } = await serve({ status: 307, headers: { Location: target.baseUrl } });
  const { response } = await clientOf(baseUrl).POST(PATH, { params: { path: ids } });

  expect(response.status).toBe(307);
  expect(response.headers.get("location")).toBe(target.baseUrl);
  expect(target.requests).toEqual([]);
});

test("runs middleware with real requests and responses", async () => {
  const { baseUrl, requests } = await serve({ body: LINK, headers: { "X-Request-Id": "r1" } });
  const client = clientOf(baseUrl);
  const trace: unknown[] = [];
  client.use({
    onRequest({ request, schemaPath }) {
      trace.push([request instanceof Request, request.method, request.url, schemaPath]);
      request.headers.set("X-Trace", "abc");
    },
    async onResponse({ response }) {
      trace.push([response instanceof Response, response.status, await response.clone().text()]);
      return new Response('{"TrackingURL":"changed"}', response);
    },
  });

  const { data, response } = await client.POST(PATH, { params: { path: ids } });

  expect(trace).toEqual([
    [true, "POST", `${baseUrl}/Mediapartners/IRabc123/Programs/1000/TrackingLinks`, PATH],
    [true, 200, LINK],
  ]);
  expect(requests[0]?.headers["x-trace"]).toBe("abc");
  expect(data).toEqual({ TrackingURL: "changed" });
  expect(response.headers.get("x-request-id")).toBe("r1");
});

test("follows the caller's signal through a middleware that puts another request in its place", async () => {
  const { baseUrl, requests } = await serve(() => {});
  for (const replace of [
    (request: Request) => new Request(request, { headers: { "X-Trace": "abc" } }),
    (request: Request) => request.clone(),
  ]) {
    const client = clientOf(baseUrl, { timeout: 5000 });
    client.use({ onRequest: ({ request }) => replace(request) });
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    setTimeout(() => controller.abort(reason), 50);
    const { signal } = controller;

    await expect(client.POST(PATH, { params: { path: ids }, signal })).rejects.toBe(reason);
  }
  expect(requests).toHaveLength(2);
});

test("takes the credentials to no other server, whoever names it", async () => {
  const { baseUrl } = await serve({ body: LINK });
  const other = await serve({ body: LINK });
  const params = { path: ids };
  const rerouted = clientOf(baseUrl);
  rerouted.use({ onRequest: ({ request }) => new Request(`${other.baseUrl}/x`, request) });

  for (const call of [
    clientOf(baseUrl).POST(PATH, { params, baseUrl: other.baseUrl }),
    rerouted.POST(PATH, { params }),
  ]) {
    await expect(call).rejects.toMatchObject({
      code: "configuration",
      outcome: "not_sent",
      message: `Expected a request to ${baseUrl}, where the credentials belong, got one to ${other.baseUrl}`,
    });
  }
  expect(other.requests).toEqual([]);
});

test.each(["Connection", "Expect", "Keep-Alive", "Transfer-Encoding", "Upgrade"])(
  "says that a request with %s was not sent",
  async (name) => {
    const { baseUrl, requests } = await serve({ body: LINK });
    const headers = { [name]: "x" };

    await expect(
      clientOf(baseUrl).POST(PATH, { params: { path: ids }, headers }),
    ).rejects.toMatchObject({ code: "connection", outcome: "not_sent" });
    expect(requests).toEqual([]);
  },
);

test("lets a middleware name another path of its server", async () => {
  const { baseUrl, requests } = await serve({ body: LINK });
  const client = clientOf(baseUrl);
  client.use({ onRequest: ({ request }) => new Request(`${baseUrl}/x`, request) });

  await client.POST(PATH, { params: { path: ids } });

  expect(requests.map(({ target }) => target)).toEqual(["/x"]);
});

test("shows no credentials to middleware", async () => {
  const { baseUrl } = await serve({ body: LINK });
  const client = clientOf(baseUrl);
  const seen: string[] = [];
  client.use({
    onRequest({ request, options }) {
      seen.push(JSON.stringify([...request.headers]), JSON.stringify(options));
    },
  });

  await client.POST(PATH, { params: { path: ids } });

  const basic = Buffer.from("IRabc123:t0k-en:with/ünïcode").toString("base64");
  expect(seen).toHaveLength(2);
  expect(seen.filter((text) => text.includes("t0k-en") || text.includes(basic))).toEqual([]);
});

test("lets middleware read a refusal", async () => {
  const { baseUrl } = await serve({ status: 400, body: '{"Message":"No."}' });
  const client = clientOf(baseUrl);
  const seen: unknown[] = [];
  client.use({
    async onResponse({ response }) {
      seen.push([response instanceof Response, response.status, await response.clone().json()]);
    },
  });

  const { error } = await client.POST(PATH, { params: { path: ids } });

  expect(seen).toEqual([[true, 400, { Message: "No." }]]);
  expect(error).toEqual({ Message: "No." });
});

test.each(["..", ".", ""])(
  "refuses the path parameter %j, and sends nothing",
  async (ProgramId) => {
    const { baseUrl, requests } = await serve({ body: LINK });
    const got = ProgramId === "" ? "an empty string" : JSON.stringify(ProgramId);
    const message = `Expected \`ProgramId\` to be an id, got ${got}`;

    await expect(
      clientOf(baseUrl).POST(PATH, { params: { path: { ...ids, ProgramId } } }),
    ).rejects.toMatchObject({
      name: "ImpactError",
      code: "invalid_input",
      outcome: "not_sent",
      attempts: 0,
      message,
      fields: [{ field: "ProgramId", message }],
    });
    expect(requests).toEqual([]);
  },
);

test("rejects with an ImpactError where there is no answer", async () => {
  const { baseUrl } = await serve((request) => void request.socket.destroy());
  const url = `${baseUrl}/Mediapartners/IRabc123/Programs/1000/TrackingLinks`;
  const thrown: unknown = await clientOf(baseUrl)
    .POST(PATH, { params: { path: ids } })
    .catch((error: unknown) => error);

  expect(isImpactError(thrown)).toBe(true);
  expect(thrown).toMatchObject({
    code: "connection",
    outcome: "unknown",
    attempts: 1,
    method: "POST",
    url,
  });
});

test("rejects with an ImpactError where nobody listens", async () => {
  const fetch = (): Promise<Response> => {
    const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    return Promise.reject(new TypeError("fetch failed", { cause }));
  };

  await expect(
    clientOf("https://api.example", { fetch }).POST(PATH, { params: { path: ids } }),
  ).rejects.toMatchObject({
    code: "connection",
    outcome: "not_sent",
    message:
      "POST https://api.example/Mediapartners/IRabc123/Programs/1000/TrackingLinks " +
      "could not be sent: connect ECONNREFUSED",
  });
});

test("rejects with an ImpactError where the answer takes too long", async () => {
  const { baseUrl } = await serve((_, response) => void response.writeHead(200).write("{"));

  await expect(
    clientOf(baseUrl, { timeout: 100 }).POST(PATH, { params: { path: ids } }),
  ).rejects.toMatchObject({ code: "timeout", outcome: "unknown", attempts: 1 });
});

test("rejects with the reason of the caller's signal", async () => {
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const { baseUrl, requests } = await serve(() => controller.abort(reason));

  await expect(
    clientOf(baseUrl, { maxRetries: 2 }).POST(PATH, {
      params: { path: ids },
      signal: controller.signal,
    }),
  ).rejects.toBe(reason);
  expect(requests).toHaveLength(1);
});

test("sends again after a 429, as late as it asks", async () => {
  const { baseUrl, requests } = await serve((_, response, count) => {
    if (count === 1) response.writeHead(429, { "Retry-After": "0.05" }).end("slow down");
    else response.writeHead(200).end(LINK);
  });
  const trace: string[] = [];
  const client = clientOf(baseUrl, {
    maxRetries: 2,
    onEvent: (event) => {
      if (event.type === "wait" && event.cause === "quota")
        throw new Error("no quota is waited for");
      const more = event.type === "wait" ? ` ${event.cause} ${event.delay}` : "";
      trace.push(`${event.attempt} ${event.type}${more}`);
    },
  });

  const { data } = await client.POST(PATH, { params: { path: ids, query: { Type: "Regular" } } });

  expect(data).toEqual({ TrackingURL: "https://example.sjv.io/c/1/2/3" });
  expect(trace).toEqual([
    "1 request",
    "1 response",
    "2 retry",
    "2 wait retry_after 50",
    "2 request",
    "2 response",
  ]);
  expect(requests[1]).toEqual(requests[0]);
});

test.each([
  ["a Regular link", { Type: "Regular" }, 3],
  ["a link of no type", {}, 3],
  ["a Vanity link", { Type: "Vanity" }, 1],
  ["a link with a path", { CustomPath: "Sale" }, 1],
] as const)("after a 500, asks again where that is harmless: %s", async (_, query, count) => {
  const { baseUrl, requests } = await serve({ status: 500, body: '{"Message":"Oops."}' });
  const { error } = await clientOf(baseUrl, { maxRetries: 2, maxRetryDelay: 0 }).POST(PATH, {
    params: { path: ids, query },
  });

  expect(error).toEqual({ Message: "Oops." });
  expect(requests).toHaveLength(count);
});

const BYTES = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256);

test("gives the body of a 2xx byte for byte, however long", async () => {
  const { baseUrl } = await serve((_, response) => {
    response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync(BYTES));
  });
  const { data } = await clientOf(baseUrl).POST(PATH, {
    params: { path: ids },
    parseAs: "arrayBuffer",
  });

  const bytes = new Uint8Array(data ?? new ArrayBuffer(0));
  const hash = (of: Uint8Array): string => createHash("sha256").update(of).digest("hex");
  expect([bytes.length, hash(bytes)]).toEqual([BYTES.length, hash(BYTES)]);
});

test("sends a body byte for byte, once more after a 429", async () => {
  const received: Uint8Array[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    received.push(new Uint8Array(init?.body as ArrayBuffer));
    if (received.length > 1) return new Response(LINK);
    return new Response(null, { status: 429, headers: { "Retry-After": "0.001" } });
  };
  const client = clientOf("https://api.example", { fetch, maxRetries: 1 });
  client.use({
    onRequest: ({ request }) => new Request(request, { method: "POST", body: BYTES }),
  });

  await client.POST(PATH, { params: { path: ids } });

  expect(received.map(({ length }) => length)).toEqual([BYTES.length, BYTES.length]);
  expect(received.every((body) => Buffer.compare(body, BYTES) === 0)).toBe(true);
});

test("keeps no more than 64 KiB of a refusal", async () => {
  const { baseUrl } = await serve({ status: 502, body: "x".repeat(1_048_576) });
  const { error } = await clientOf(baseUrl).POST(PATH, { params: { path: ids } });

  expect(error).toBe("x".repeat(65_536));
});

test("refuses wrong options at once", () => {
  expect(() => createImpactClient({ accountSid: "IR1", authToken: "" }).raw).toThrow(
    "Expected `authToken` to be a string, got an empty one",
  );
});

test.each([
  ["a 304", () => new Response(null, { status: 304 })],
  ["a redirect that a browser hides", () => Response.error()],
])("rejects with the error where no response can show it: %s", async (_, response) => {
  const client = clientOf("https://api.example", { fetch: () => Promise.resolve(response()) });
  await expect(client.POST(PATH, { params: { path: ids } })).rejects.toMatchObject({
    code: "unexpected_response",
    outcome: "unknown",
  });
});

test.each([200, 400])("takes no reason phrase that a response cannot have: %i", async (status) => {
  const fetch = (): Promise<Response> => {
    const response = new Response("{}", { status });
    return Promise.resolve(Object.defineProperty(response, "statusText", { value: "Ünï" }));
  };
  const { response } = await clientOf("https://api.example", { fetch }).POST(PATH, {
    params: { path: ids },
  });
  expect([response.status, response.statusText]).toEqual([status, ""]);
});

test("gives no data for an empty 200", async () => {
  const fetch = (): Promise<Response> => Promise.resolve(new Response(null));
  const { data, error, response } = await clientOf("https://api.example", { fetch }).POST(PATH, {
    params: { path: ids },
  });
  expect([data, error, response.status]).toEqual([undefined, undefined, 200]);
});

test("takes a number as an id in a path", async () => {
  const { baseUrl, requests } = await serve({ body: LINK });
  await clientOf(baseUrl).POST(PATH, { params: { path: { ...ids, ProgramId: 7 as never } } });
  expect(requests[0]?.target).toBe("/Mediapartners/IRabc123/Programs/7/TrackingLinks");
});
