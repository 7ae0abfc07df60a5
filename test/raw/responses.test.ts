import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, expectTypeOf, test } from "vitest";
import { isImpactError } from "../../src/index.ts";
import {
  account,
  failing,
  LINK_BODY,
  LINKS_PATH,
  path,
  rejection,
  responding,
} from "../support/client.ts";
import { clientOf, ids, clientWith } from "../support/raw.ts";
import { serve } from "../support/server.ts";

test("returns the data of a 2xx, typed by the vendor's document", async () => {
  const { baseUrl } = await serve({ body: '{"TrackingURL":"oops","Extra":[1]}' });
  const { data, error, response } = await clientOf(baseUrl).POST(LINKS_PATH, {
    params: { path: ids },
  });

  expectTypeOf(data?.TrackingURL).toEqualTypeOf<string | undefined>();
  expect(data).toEqual({ TrackingURL: "oops", Extra: [1] });
  expect(error).toBe(undefined);
  expect(response.status).toBe(200);
});

test.each<[number, string, unknown]>([
  [400, '{"Status":"ERROR","Message":"No."}', { Status: "ERROR", Message: "No." }],
  [403, '{"status":"FORBIDDEN","message":"No."}', { status: "FORBIDDEN", message: "No." }],
  [404, "<title>Not Found</title>", "<title>Not Found</title>"],
  [429, "slow down", "slow down"],
  [503, '{"half', '{"half'],
  [302, "Moved", "Moved"],
])("returns the body of a %i as error and does not throw", async (status, body, expected) => {
  const { baseUrl } = await serve({ status, body, headers: { "X-Request-Id": "r1" } });
  const { data, error, response } = await clientOf(baseUrl).POST(LINKS_PATH, {
    params: { path: ids },
  });

  expect(data).toBe(undefined);
  expect(error).toEqual(expected);
  expect([response.ok, response.status]).toEqual([false, status]);
  expect(response.headers.get("x-request-id")).toBe("r1");
});

test("redacts the token that a refusal echoes, and drops its cookies", async () => {
  const { baseUrl } = await serve({
    status: 401,
    body: JSON.stringify({ Message: `not ${account.authToken}` }),
    headers: { "Set-Cookie": "session=1" },
  });
  const { error, response } = await clientOf(baseUrl).POST(LINKS_PATH, { params: { path: ids } });

  expect(error).toEqual({ Message: "not [redacted]" });
  expect(response.headers.get("set-cookie")).toBe(null);
});

test.each<[string, Record<string, string>]>([
  ["declared", { "Content-Length": "0" }],
  ["in chunks", {}],
])("shows an empty 500 by response.ok: %s", async (_, headers) => {
  const { baseUrl } = await serve({ status: 500, headers });
  const { data, response } = await clientOf(baseUrl).POST(LINKS_PATH, { params: { path: ids } });

  expect(data).toBe(undefined);
  expect([response.ok, response.status]).toEqual([false, 500]);
});

test("never follows a redirect", async () => {
  const target = await serve({ body: LINK_BODY });
  const { baseUrl } = await serve({ status: 307, headers: { Location: target.baseUrl } });
  const { response } = await clientOf(baseUrl).POST(LINKS_PATH, { params: { path: ids } });

  expect(response.status).toBe(307);
  expect(response.headers.get("location")).toBe(target.baseUrl);
  expect(target.requests).toEqual([]);
});

test("rejects with an ImpactError if there is no response", async () => {
  const { baseUrl } = await serve((request) => void request.socket.destroy());
  const url = `${baseUrl}/Mediapartners/IRabc123/Programs/1000/TrackingLinks`;
  const thrown = await rejection(clientOf(baseUrl).POST(LINKS_PATH, { params: { path: ids } }));

  expect(isImpactError(thrown)).toBe(true);
  expect(thrown).toMatchObject({
    code: "connection",
    outcome: "unknown",
    attempts: 1,
    method: "POST",
    url,
  });
});

test("rejects with an ImpactError if the connection is refused", async () => {
  const fetch = failing("ECONNREFUSED", "connect");

  await expect(
    clientWith({ fetch }).POST(LINKS_PATH, { params: { path: ids } }),
  ).rejects.toMatchObject({
    code: "connection",
    outcome: "not_sent",
    message:
      "POST https://api.example/Mediapartners/IRabc123/Programs/1000/TrackingLinks " +
      "could not be sent: connect ECONNREFUSED",
  });
});

test("rejects with an ImpactError if the response takes too long", async () => {
  const { baseUrl } = await serve((_, response) => void response.writeHead(200).write("{"));

  await expect(
    clientOf(baseUrl, { timeout: 100 }).POST(LINKS_PATH, { params: { path: ids } }),
  ).rejects.toMatchObject({ code: "timeout", outcome: "unknown", attempts: 1 });
});

test("rejects with the reason of the caller's signal", async () => {
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const { baseUrl, requests } = await serve(() => controller.abort(reason));

  await expect(
    clientOf(baseUrl, { maxRetries: 2 }).POST(LINKS_PATH, {
      params: { path: ids },
      signal: controller.signal,
    }),
  ).rejects.toBe(reason);
  expect(requests).toHaveLength(1);
});

const BYTES = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256);

test("returns the body of a 2xx byte for byte, whatever its length", async () => {
  const { baseUrl } = await serve((_, response) => {
    response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync(BYTES));
  });
  const { data } = await clientOf(baseUrl).POST(LINKS_PATH, {
    params: { path: ids },
    parseAs: "arrayBuffer",
  });

  const bytes = new Uint8Array(data ?? new ArrayBuffer(0));
  const hash = (of: Uint8Array): string => createHash("sha256").update(of).digest("hex");
  expect([bytes.length, hash(bytes)]).toEqual([BYTES.length, hash(BYTES)]);
});

test("keeps at most 64 KiB of a refusal", async () => {
  const { baseUrl } = await serve({ status: 502, body: "x".repeat(1_048_576) });
  const { error } = await clientOf(baseUrl).POST(LINKS_PATH, { params: { path: ids } });

  expect(error).toBe("x".repeat(65_536));
});

test.each([
  ["a 304", () => new Response(null, { status: 304 })],
  ["a redirect that a browser hides", () => Response.error()],
])("rejects with the error if no response can represent it: %s", async (_, response) => {
  const client = clientWith({ fetch: () => Promise.resolve(response()) });
  await expect(client.POST(LINKS_PATH, { params: { path: ids } })).rejects.toMatchObject({
    code: "unexpected_response",
    outcome: "unknown",
  });
});

test.each([200, 400])("drops a reason phrase that a response cannot have: %i", async (status) => {
  const fetch = (): Promise<Response> => {
    const response = new Response("{}", { status });
    return Promise.resolve(Object.defineProperty(response, "statusText", { value: "Ünï" }));
  };
  const { response } = await clientWith({ fetch }).POST(LINKS_PATH, {
    params: { path: ids },
  });
  expect([response.status, response.statusText]).toEqual([status, ""]);
});

test("returns no data for an empty 200", async () => {
  const fetch = responding(null);
  const { data, error, response } = await clientWith({ fetch }).POST(LINKS_PATH, {
    params: { path: ids },
  });
  expect([data, error, response.status]).toEqual([undefined, undefined, 200]);
});

test("an empty 5xx is an error", async () => {
  const fetch = responding(null, { status: 503, headers: { "Content-Length": "0" } });
  const client = clientWith({ fetch });
  const { error } = await client.POST(LINKS_PATH, { params: { path } });
  expect(error).not.toBe(undefined);
});

test("keeps an ordinary reason phrase and refuses an object as an id", async () => {
  const fetch = responding("{}", { status: 400, statusText: "Bad Request" });
  const client = clientWith({ fetch });
  const { response } = await client.POST(LINKS_PATH, { params: { path } });
  expect(response.statusText).toBe("Bad Request");

  const wrong = { ...path, ProgramId: {} as never };
  expect(await rejection(client.POST(LINKS_PATH, { params: { path: wrong } }))).toMatchObject({
    code: "invalid_input",
    message: "Expected `ProgramId` to be an id, got a value of type object",
  });
});

test("rejects with the error for a status that no response can have", async () => {
  const fetch = (): Promise<Response> => {
    const response = new Response("{}", { status: 400 });
    return Promise.resolve(Object.defineProperty(response, "status", { value: 600 }));
  };
  const client = clientWith({ fetch });
  expect(await rejection(client.POST(LINKS_PATH, { params: { path } }))).toMatchObject({
    code: "server_error",
    outcome: "unknown",
    status: 600,
  });
});
