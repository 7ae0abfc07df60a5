import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { createImpactClient, isImpactError, type ImpactEvent } from "../src/index.ts";
import { serve } from "./support/server.ts";

const account = { accountSid: "IRabc123", authToken: "k3ytok3nk3ytok3nk3ytok3nk3ytok3n" };
const baseUrl = "https://api.example";
const LINKS = "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";
const path = { AccountSID: "IRabc123", ProgramId: "1" };
const link = '{"TrackingURL":"https://example.sjv.io/c/1/2/3"}';

const failure = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);
const shown = (value: unknown): string =>
  inspect(value, { showHidden: true, depth: Infinity, maxStringLength: Infinity }) +
  JSON.stringify(value);

async function errorFor(response: () => Response, authToken = account.authToken): Promise<unknown> {
  const fetch = (): Promise<Response> => Promise.resolve(response());
  const impact = createImpactClient({ ...account, authToken, baseUrl, fetch, maxRetries: 0 });
  return failure(impact.trackingLinks.create({ programId: "1" }));
}

describe("a secret that is hard to see", () => {
  const { authToken } = account;

  test("a redirect to a host that is named after the token does not show it", async () => {
    const headers = { Location: `https://${authToken}.example/` };
    const error = await errorFor(() => new Response(null, { status: 307, headers }));
    expect(shown(error).includes(authToken)).toBe(false);
  });

  test("a header that is named after the token does not show it", async () => {
    const error = await errorFor(
      () => new Response("{}", { status: 400, headers: { [`x-${authToken}`]: "1" } }),
    );
    expect(shown(error).includes(authToken)).toBe(false);
  });

  test("a token of digits that comes back as a number is not shown", async () => {
    const digits = "8347261950";
    const error = await errorFor(
      () => new Response(`{"token":${digits}}`, { status: 400 }),
      digits,
    );
    expect(shown(error).includes(digits)).toBe(false);
  });

  test("a reason that is cut within the token shows no part of it", async () => {
    const error = await errorFor(() => new Response("x".repeat(469) + authToken, { status: 400 }));
    expect((error as { reason: string }).reason.includes(authToken.slice(0, 16))).toBe(false);
  });

  test("a body that is cut within the token shows no part of it", async () => {
    const error = await errorFor(
      () => new Response("x".repeat(65_536 - 31) + authToken, { status: 400 }),
    );
    expect((error as { body: string }).body.includes(authToken.slice(0, 16))).toBe(false);
  });

  test.each([
    ["Basic credentials, percent-encoded", "k~~~?>k~~~?>k0", (b: string) => encodeURIComponent(b)],
    [
      "Basic credentials with the slashes of PHP's JSON",
      "k???k???k0",
      (b: string) => b.replaceAll("/", "\\/"),
    ],
  ])("a text holds no form that decodes to the token: %s", async (_, token, encode) => {
    const basic = Buffer.from(`${account.accountSid}:${token}`).toString("base64");
    expect(basic).toMatch(/[+/]/);
    const error = await errorFor(
      () => new Response(`got ${encode(basic)}`, { status: 400 }),
      token,
    );
    expect((error as { body: string }).body).toMatch(/^got \[redacted\](=|%3D)*$/);
  });

  test.each([
    [
      "percent-encoded in lower case",
      "tok/en+with=9",
      (t: string) => encodeURIComponent(t).toLowerCase(),
    ],
    [
      "as a form encodes it",
      "tok en'with(9)",
      (t: string) => new URLSearchParams([["", t]]).toString().slice(1),
    ],
    [
      "with the escapes of ASCII JSON",
      "tokünïcode9",
      (t: string) => t.replace(/[^ -~]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
    ],
    [
      "with the entities of HTML",
      "tok<en>&'9\"",
      (t: string) =>
        t
          .replaceAll("&", "&amp;")
          .replaceAll("<", "&lt;")
          .replaceAll(">", "&gt;")
          .replaceAll('"', "&quot;")
          .replaceAll("'", "&#39;"),
    ],
  ])("a text holds no form that decodes to the token: %s", async (_, token, encode) => {
    const error = await errorFor(
      () => new Response(`got ${encode(token)}`, { status: 400 }),
      token,
    );
    expect((error as { body: string }).body).toBe("got [redacted]");
  });

  test("the raw client's status text of a refusal holds no token", async () => {
    const fetch = (): Promise<Response> =>
      Promise.resolve(new Response("{}", { status: 400, statusText: `Bad ${authToken}` }));
    const client = createImpactClient({ ...account, baseUrl, fetch }).raw;
    const { response } = await client.POST(LINKS, { params: { path } });
    expect(response.statusText).not.toContain(authToken);
  });

  const untellable: Record<string, unknown> = {
    "an object without a prototype": Object.create(null),
    "an object whose toString throws": {
      toString: (): string => {
        throw new Error(authToken);
      },
    },
    "an error whose message is an object without a prototype": Object.assign(new Error(), {
      message: Object.create(null) as unknown,
    }),
    "an error with a getter that throws": Object.defineProperty(new Error(), "code", {
      get: () => {
        throw new Error(authToken);
      },
    }),
  };

  test.each(Object.entries(untellable))(
    "a fetch that throws %s ends in a connection error",
    async (_, thrown) => {
      // oxlint-disable-next-line prefer-promise-reject-errors
      const fetch = (): Promise<Response> => Promise.reject(thrown);
      const impact = createImpactClient({ ...account, baseUrl, fetch, maxRetries: 0 });
      const error = await failure(impact.trackingLinks.create({ programId: "1" }));
      expect([isImpactError(error), shown(error).includes(authToken)]).toEqual([true, false]);
    },
  );
});

describe("what a caller or a fetch changes", () => {
  test("a link names the program and type that were asked for, though the caller's object changes", async () => {
    const fetch = (): Promise<Response> => Promise.resolve(new Response(link));
    const impact = createImpactClient({ ...account, baseUrl, fetch });
    const params: { programId: string; type: "Regular" } = { programId: "1", type: "Regular" };
    const call = impact.trackingLinks.create(params);
    Object.assign(params, { programId: "2", type: "Vanity" });
    expect(await call).toMatchObject({ programId: "1", type: "Regular" });
  });

  test("a fetch that changes the headers it is given changes one request alone", async () => {
    const sent: unknown[] = [];
    const fetch = (_: unknown, init: RequestInit = {}): Promise<Response> => {
      const headers = init.headers as Record<string, string>;
      sent.push(headers["X-Seen"]);
      headers["X-Seen"] = "1";
      return Promise.resolve(new Response(link));
    };
    const impact = createImpactClient({ ...account, baseUrl, fetch });
    await impact.trackingLinks.create({ programId: "1" });
    await impact.trackingLinks.create({ programId: "1" });
    expect(sent).toEqual([undefined, undefined]);
  });
});

describe("the raw client", () => {
  test("an empty 5xx is an error", async () => {
    const fetch = (): Promise<Response> =>
      Promise.resolve(new Response(null, { status: 503, headers: { "Content-Length": "0" } }));
    const client = createImpactClient({ ...account, baseUrl, fetch, maxRetries: 0 }).raw;
    const { error } = await client.POST(LINKS, { params: { path } });
    expect(error).not.toBe(undefined);
  });

  test("1,000 calls on one signal leave no listener", async () => {
    const { baseUrl: here } = await serve({ body: link });
    const client = createImpactClient({ ...account, baseUrl: here }).raw;
    const { signal } = new AbortController();
    for (let count = 0; count < 1000; count++) {
      await client.POST(LINKS, { params: { path }, signal });
    }
    expect(getEventListeners(signal, "abort").length).toBe(0);
  });
});

describe("events and quota", () => {
  test("the response event of a 200 that is no JSON tells of the error", async () => {
    const events: ImpactEvent[] = [];
    const fetch = (): Promise<Response> => Promise.resolve(new Response("{"));
    const onEvent = (event: ImpactEvent): void => void events.push(event);
    const impact = createImpactClient({ ...account, baseUrl, fetch, onEvent });
    await failure(impact.trackingLinks.create({ programId: "1" }));
    expect(events[1]).toMatchObject({ type: "response", error: { code: "unexpected_response" } });
  });

  test("no request is told of that is never sent", async () => {
    const events: ImpactEvent[] = [];
    const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response(link)));
    const onEvent = (event: ImpactEvent): void => void events.push(event);
    const impact = createImpactClient({ ...account, baseUrl, fetch, onEvent });
    const signal = AbortSignal.abort();
    await failure(impact.trackingLinks.create({ programId: "1" }, { signal }));
    expect(events.filter(({ type }) => type === "request").length).toBe(fetch.mock.calls.length);
  });

  test("many calls on one signal print no warning of a leak", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on("warning", onWarning);
    const fetch = (): Promise<Response> =>
      new Promise((resolve) => setTimeout(() => resolve(new Response(link)), 5));
    const impact = createImpactClient({ ...account, baseUrl, fetch });
    const { signal } = new AbortController();
    const calls = Array.from({ length: 20 }, () =>
      impact.trackingLinks.create({ programId: "1" }, { signal }),
    );
    await Promise.all(calls);
    process.off("warning", onWarning);
    expect(warnings.map(({ name }) => name)).toEqual([]);
  });
});

describe("an answer of 2xx or 3xx that is no link", () => {
  async function requestsFor(response: () => Response): Promise<number> {
    const fetch = vi.fn(() => Promise.resolve(response()));
    vi.spyOn(Math, "random").mockReturnValue(0);
    const impact = createImpactClient({ ...account, baseUrl, fetch, maxRetries: 2 });
    const error = await failure(impact.trackingLinks.create({ programId: "1" }));
    vi.restoreAllMocks();
    expect(error).toMatchObject({ code: "unexpected_response", outcome: "unknown" });
    return fetch.mock.calls.length;
  }

  test.each<[what: string, response: () => Response, requests: number]>([
    ["JSON without a link", () => new Response("{}"), 1],
    ["JSON null", () => new Response("null"), 1],
    ["Status ERROR", () => new Response('{"Status":"ERROR"}'), 1],
    ["a 300", () => new Response("", { status: 300 }), 1],
    ["a 302", () => new Response("", { status: 302 }), 1],
    ["half a JSON", () => new Response('{"TrackingURL":"https'), 3],
    ["HTML", () => new Response("<html></html>"), 3],
  ])("is asked for again only if it was not understood: %s", async (_, response, requests) => {
    expect(await requestsFor(response)).toBe(requests);
  });

  test.each(["NO_ERROR", "ERRORLESS", "OK"])("is not told by a Status of %s", async (Status) => {
    const fetch = (): Promise<Response> =>
      Promise.resolve(Response.json({ Status, TrackingURL: "https://example.sjv.io/x" }));
    const impact = createImpactClient({ ...account, baseUrl, fetch });
    expect((await impact.trackingLinks.create({ programId: "1" })).url).toBe(
      "https://example.sjv.io/x",
    );
  });

  test("is a link that holds the token", async () => {
    const url = `https://example.sjv.io/x?t=${account.authToken}`;
    expect(await requestsFor(() => Response.json({ TrackingURL: url }))).toBe(1);
  });
});

test("the raw client keeps an ordinary reason phrase, and takes no object for an id", async () => {
  const fetch = (): Promise<Response> =>
    Promise.resolve(new Response("{}", { status: 400, statusText: "Bad Request" }));
  const client = createImpactClient({ ...account, baseUrl, fetch }).raw;
  const { response } = await client.POST(LINKS, { params: { path } });
  expect(response.statusText).toBe("Bad Request");

  const wrong = { ...path, ProgramId: {} as never };
  expect(await failure(client.POST(LINKS, { params: { path: wrong } }))).toMatchObject({
    code: "invalid_input",
    message: "Expected `ProgramId` to be an id, got a value of type object",
  });
});

test("the calls of a client are numbered from 1", async () => {
  const ids: string[] = [];
  const fetch = (): Promise<Response> => Promise.resolve(new Response(link));
  const onEvent = (event: ImpactEvent): void => {
    if (event.type === "request") ids.push(event.id.replace(/^[a-z0-9]+-/, ""));
  };
  const impact = createImpactClient({ ...account, baseUrl, fetch, onEvent });
  await impact.trackingLinks.create({ programId: "1" });
  await impact.trackingLinks.create({ programId: "1" });
  expect(ids).toEqual(["1", "2"]);
});

test("a reading that stops within the token shows no part of it, however few its characters are", async () => {
  const stream = new ReadableStream({
    start(controller) {
      const text = "ü".repeat(33_280) + account.authToken.slice(0, 16);
      controller.enqueue(new TextEncoder().encode(text));
      controller.enqueue(new TextEncoder().encode(account.authToken.slice(16)));
    },
  });
  const error = await errorFor(() => new Response(stream, { status: 400 }));
  expect((error as { body: string }).body).toBe("ü".repeat(33_280 + 16 - 1024));
});

test("the raw client rejects with the error for a status that no response can have", async () => {
  const fetch = (): Promise<Response> => {
    const response = new Response("{}", { status: 400 });
    return Promise.resolve(Object.defineProperty(response, "status", { value: 600 }));
  };
  const client = createImpactClient({ ...account, baseUrl, fetch, maxRetries: 0 }).raw;
  expect(await failure(client.POST(LINKS, { params: { path } }))).toMatchObject({
    code: "server_error",
    outcome: "unknown",
    status: 600,
  });
});

test("a body that knows nothing of the signal is let go at the deadline", async () => {
  let isCancelled = false;
  const body = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        controller.enqueue(new Uint8Array(0));
      },
      cancel() {
        isCancelled = true;
      },
    });
  const fetch = (): Promise<Response> => Promise.resolve(new Response(body()));
  const impact = createImpactClient({ ...account, baseUrl, fetch, timeout: 50, maxRetries: 0 });

  const error = await failure(impact.trackingLinks.create({ programId: "1" }));

  expect(error).toMatchObject({ code: "timeout", outcome: "unknown" });
  await vi.waitFor(() => expect(isCancelled).toBe(true));
});
