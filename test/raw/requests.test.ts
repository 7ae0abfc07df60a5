import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { createImpactClient, spec } from "../../src/index.ts";
import { version } from "../../src/version.ts";
import { account, basic, LINK_BODY, LINKS_PATH, path, LINK_URL } from "../support/client.ts";
import { clientOf, ids, clientWith } from "../support/raw.ts";
import { serve } from "../support/server.ts";
import { times } from "../support/thorough.ts";

test("sends credentials, version and user agent as create does", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });

  await clientOf(baseUrl, { headers: { "X-Trace": "abc" } }).POST(LINKS_PATH, {
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
        authorization: basic(),
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

test("sends the headers of the call, but not its credentials or version", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });

  await clientOf(baseUrl).POST(LINKS_PATH, {
    params: { path: ids },
    headers: { Authorization: "Bearer other", "IR-Version": "1", "X-Trace": "abc" },
  });

  expect(requests[0]?.headers).toMatchObject({
    authorization: basic(),
    "ir-version": spec.version,
    "x-trace": "abc",
  });
});

test("accepts no operation, parameter or value that is not in the document", () => {
  const client = clientWith();
  const wrong = [
    // @ts-expect-error no such path
    () => client.POST("/nowhere"),
    // @ts-expect-error the operation is a POST
    () => client.TRACE(LINKS_PATH, { params: { path: ids } }),
    // @ts-expect-error the program is required
    () => client.POST(LINKS_PATH, { params: { path: { AccountSID: "IR1" } } }),
    // @ts-expect-error no such type of link
    () => client.POST(LINKS_PATH, { params: { path: ids, query: { Type: "Short" } } }),
    // @ts-expect-error the name on the wire is subId1
    () => client.POST(LINKS_PATH, { params: { path: ids, query: { SubId1: "a" } } }),
  ];

  expect(wrong).toHaveLength(5);
});

test("runs middleware with real requests and responses", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY, headers: { "X-Request-Id": "r1" } });
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

  const { data, response } = await client.POST(LINKS_PATH, { params: { path: ids } });

  expect(trace).toEqual([
    [true, "POST", `${baseUrl}/Mediapartners/IRabc123/Programs/1000/TrackingLinks`, LINKS_PATH],
    [true, 200, LINK_BODY],
  ]);
  expect(requests[0]?.headers["x-trace"]).toBe("abc");
  expect(data).toEqual({ TrackingURL: "changed" });
  expect(response.headers.get("x-request-id")).toBe("r1");
});

test("follows the caller's signal through a middleware that replaces the request", async () => {
  let abort = (): void => {};
  const { baseUrl, requests } = await serve(() => abort());
  for (const replace of [
    (request: Request) => new Request(request, { headers: { "X-Trace": "abc" } }),
    (request: Request) => request.clone(),
  ]) {
    const client = clientOf(baseUrl);
    client.use({ onRequest: ({ request }) => replace(request) });
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    abort = () => controller.abort(reason);
    const { signal } = controller;

    await expect(client.POST(LINKS_PATH, { params: { path: ids }, signal })).rejects.toBe(reason);
  }
  expect(requests).toHaveLength(2);
});

test("sends the credentials to no other server, whoever names it", async () => {
  const { baseUrl } = await serve({ body: LINK_BODY });
  const other = await serve({ body: LINK_BODY });
  const params = { path: ids };
  const rerouted = clientOf(baseUrl);
  rerouted.use({ onRequest: ({ request }) => new Request(`${other.baseUrl}/x`, request) });

  for (const call of [
    clientOf(baseUrl).POST(LINKS_PATH, { params, baseUrl: other.baseUrl }),
    rerouted.POST(LINKS_PATH, { params }),
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
  "reports not_sent for a request with the header %s",
  async (name) => {
    const { baseUrl, requests } = await serve({ body: LINK_BODY });
    const headers = { [name]: "x" };

    await expect(
      clientOf(baseUrl).POST(LINKS_PATH, { params: { path: ids }, headers }),
    ).rejects.toMatchObject({ code: "connection", outcome: "not_sent" });
    expect(requests).toEqual([]);
  },
);

test("lets a middleware replace the path on the same server", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const client = clientOf(baseUrl);
  client.use({ onRequest: ({ request }) => new Request(`${baseUrl}/x`, request) });

  await client.POST(LINKS_PATH, { params: { path: ids } });

  expect(requests.map(({ target }) => target)).toEqual(["/x"]);
});

test("shows no credentials to middleware", async () => {
  const { baseUrl } = await serve({ body: LINK_BODY });
  const client = clientOf(baseUrl);
  const seen: string[] = [];
  client.use({
    onRequest({ request, options }) {
      seen.push(JSON.stringify([...request.headers]), JSON.stringify(options));
    },
  });

  await client.POST(LINKS_PATH, { params: { path: ids } });

  const encoded = basic().slice("Basic ".length);
  expect(seen).toHaveLength(2);
  expect(seen.filter((text) => text.includes("t0k-en") || text.includes(encoded))).toEqual([]);
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

  const { error } = await client.POST(LINKS_PATH, { params: { path: ids } });

  expect(seen).toEqual([[true, 400, { Message: "No." }]]);
  expect(error).toEqual({ Message: "No." });
});

test.each(["..", ".", ""])("refuses the path parameter %j and sends nothing", async (ProgramId) => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const got = ProgramId === "" ? "an empty string" : JSON.stringify(ProgramId);
  const message = `Expected \`ProgramId\` to be an id, got ${got}`;

  await expect(
    clientOf(baseUrl).POST(LINKS_PATH, { params: { path: { ...ids, ProgramId } } }),
  ).rejects.toMatchObject({
    name: "ImpactError",
    code: "invalid_input",
    outcome: "not_sent",
    attempts: 0,
    message,
    fields: [{ field: "ProgramId", message }],
  });
  expect(requests).toEqual([]);
});

test("waits for Retry-After after a 429 and sends the request again", async () => {
  const { baseUrl, requests } = await serve((_, response, count) => {
    if (count === 1) response.writeHead(429, { "Retry-After": "0.05" }).end("slow down");
    else response.writeHead(200).end(LINK_BODY);
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

  const { data } = await client.POST(LINKS_PATH, {
    params: { path: ids, query: { Type: "Regular" } },
  });

  expect(data).toEqual({ TrackingURL: LINK_URL });
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
] as const)("retries after a 500 only if a duplicate is harmless: %s", async (_, query, count) => {
  const { baseUrl, requests } = await serve({ status: 500, body: '{"Message":"Oops."}' });
  const { error } = await clientOf(baseUrl, { maxRetries: 2, maxRetryDelay: 0 }).POST(LINKS_PATH, {
    params: { path: ids, query },
  });

  expect(error).toEqual({ Message: "Oops." });
  expect(requests).toHaveLength(count);
});

const BYTES = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256);

test("sends a body byte for byte, and again after a 429", async () => {
  const received: Uint8Array[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    received.push(new Uint8Array(init?.body as ArrayBuffer));
    if (received.length > 1) return new Response(LINK_BODY);
    return new Response(null, { status: 429, headers: { "Retry-After": "0.001" } });
  };
  const client = clientWith({ fetch, maxRetries: 1 });
  client.use({
    onRequest: ({ request }) => new Request(request, { method: "POST", body: BYTES }),
  });

  await client.POST(LINKS_PATH, { params: { path: ids } });

  expect(received.map(({ length }) => length)).toEqual([BYTES.length, BYTES.length]);
  expect(received.every((body) => Buffer.compare(body, BYTES) === 0)).toBe(true);
});

test("refuses wrong options at once", () => {
  expect(() => createImpactClient({ accountSid: "IR1", authToken: "" }).raw).toThrow(
    "Expected `authToken` to be a string, got an empty one",
  );
});

test("accepts a number as an id in a path", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  await clientOf(baseUrl).POST(LINKS_PATH, { params: { path: { ...ids, ProgramId: 7 as never } } });
  expect(requests[0]?.target).toBe("/Mediapartners/IRabc123/Programs/7/TrackingLinks");
});

test("many calls on one signal leave no listener", async () => {
  const { baseUrl: here } = await serve({ body: LINK_BODY });
  const client = createImpactClient({ ...account, baseUrl: here }).raw;
  const { signal } = new AbortController();
  for (let count = 0; count < times(200, 1000); count++) {
    await client.POST(LINKS_PATH, { params: { path }, signal });
  }
  expect(getEventListeners(signal, "abort").length).toBe(0);
});
