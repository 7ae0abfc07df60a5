import createClient from "openapi-fetch";
import { afterEach, describe, expect, test, vi, type Mock } from "vitest";
import type { paths } from "../generated/openapi.ts";
import { createImpactClient } from "../src/index.ts";
import { serve } from "./support/server.ts";

// openapi-fetch 0.17 gets no more fixes. Each of its defects that touches us is shown here beside what we do.
// https://github.com/openapi-ts/openapi-typescript/tree/main/packages/openapi-fetch

const account = { accountSid: "IRabc123", authToken: "t0k-en:with/ünïcode" };
const baseUrl = "https://api.example";
const LINKS = "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";
const path = { AccountSID: "IRabc123", ProgramId: "1" };
const link = '{"TrackingURL":"https://example.sjv.io/c/1/2/3"}';

const answering = (body: string | null, init: ResponseInit = {}) => ({
  ...account,
  baseUrl,
  maxRetries: 0,
  fetch: (): Promise<Response> => Promise.resolve(new Response(body, init)),
});

const failure = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("an empty 5xx", () => {
  const empty = { status: 503, headers: { "Content-Length": "0" } };

  test("is no error to openapi-fetch", async () => {
    const { fetch } = answering(null, empty);
    const upstream = createClient<paths>({ baseUrl, fetch });

    const { data, error } = await upstream.POST(LINKS, { params: { path } });

    expect([data, error]).toEqual([undefined, undefined]);
  });

  test("is a server_error", async () => {
    const impact = createImpactClient(answering(null, empty));

    expect(await failure(impact.trackingLinks.create({ programId: "1" }))).toMatchObject({
      code: "server_error",
      outcome: "unknown",
      status: 503,
      message: `POST ${baseUrl}/Mediapartners/IRabc123/Programs/1/TrackingLinks answered 503 and gave no reason`,
    });
  });
});

describe.each([
  ["half a JSON", link.slice(0, 30)],
  ["HTML", "<html><title>Sign in</title></html>"],
  ["nothing", ""],
])("a 200 with %s", (_, body) => {
  test("is an unexpected_response that keeps the body", async () => {
    const impact = createImpactClient(answering(body));

    expect(await failure(impact.trackingLinks.create({ programId: "1" }))).toMatchObject({
      name: "ImpactError",
      code: "unexpected_response",
      outcome: "unknown",
      status: 200,
      ...(body !== "" && { body }),
    });
  });
});

test.each(["half", "<html>"])(
  "a 200 with %j is a bare SyntaxError to openapi-fetch",
  async (body) => {
    const { fetch } = answering(body);
    const upstream = createClient<paths>({ baseUrl, fetch });

    const error = await failure(upstream.POST(LINKS, { params: { path } }));

    expect(error).toMatchObject({ name: "SyntaxError" });
  },
);

describe.each([".", ".."])("%j as a path parameter", (dots) => {
  test("climbs in openapi-fetch", async () => {
    const urls: string[] = [];
    const fetch = (request: Request): Promise<Response> => {
      urls.push(new URL(request.url).pathname);
      return Promise.resolve(new Response("{}"));
    };
    const upstream = createClient<paths>({ baseUrl, fetch });

    await upstream.POST(LINKS, { params: { path: { ...path, ProgramId: dots } } });

    expect(urls).toEqual([
      dots === "."
        ? "/Mediapartners/IRabc123/Programs/TrackingLinks"
        : "/Mediapartners/IRabc123/TrackingLinks",
    ]);
  });

  test("is refused before anything is sent", async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response(link)));
    const impact = createImpactClient({ ...account, baseUrl, fetch });
    const client = createImpactClient({ ...account, baseUrl, fetch }).raw;
    const message = `to be an id, got "${dots}"`;

    expect(await failure(impact.trackingLinks.create({ programId: dots }))).toMatchObject({
      code: "invalid_input",
      outcome: "not_sent",
      message: `Expected \`programId\` ${message}`,
    });
    for (const name of ["AccountSID", "ProgramId"]) {
      const params = { path: { ...path, [name]: dots } };
      expect(await failure(client.POST(LINKS, { params }))).toMatchObject({
        code: "invalid_input",
        outcome: "not_sent",
        message: `Expected \`${name}\` ${message}`,
      });
    }
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe.each([301, 302, 303, 307, 308])("a %d", (status) => {
  test("is not followed, by neither client", async () => {
    const elsewhere = await serve({ body: link });
    const { baseUrl: here, requests } = await serve({
      status,
      headers: { Location: `${elsewhere.baseUrl}/stolen?a=b` },
    });
    const impact = createImpactClient({ ...account, baseUrl: here });
    const client = createImpactClient({ ...account, baseUrl: here }).raw;

    const error = await failure(impact.trackingLinks.create({ programId: "1" }));
    const { response } = await client.POST(LINKS, { params: { path } });

    expect(error).toMatchObject({
      code: "unexpected_response",
      outcome: status >= 307 ? "rejected" : "unknown",
      status,
      attempts: 1,
      message: expect.stringContaining(` a redirect to ${elsewhere.baseUrl}, `),
    });
    expect(response.status).toBe(status);
    expect(requests.length).toBe(2);
    expect(elsewhere.requests).toEqual([]);
  });
});

test("a 307 is posted again, elsewhere, by openapi-fetch", async () => {
  const elsewhere = await serve({ body: link });
  const here = await serve({ status: 307, headers: { Location: elsewhere.baseUrl } });
  const upstream = createClient<paths>({ baseUrl: here.baseUrl });

  await upstream.POST(LINKS, { params: { path } });

  expect(elsewhere.requests.map(({ method }) => method)).toEqual(["POST"]);
});

describe("a typo", () => {
  test("in an option compiles with openapi-fetch, and is ignored", async () => {
    const { fetch } = answering(link);
    const upstream = createClient<paths>({ baseUrl, fetch });

    const { data } = await upstream.POST(LINKS, { params: { path }, parseas: "text", timeOut: 5 });

    expect(data).toEqual(JSON.parse(link));
  });

  test("in an option of a call does not compile, and is refused", async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response(link)));
    const { trackingLinks } = createImpactClient({ ...account, baseUrl, fetch });
    const program = { programId: "1" };

    const errors = [
      // @ts-expect-error `timeout`
      await failure(trackingLinks.create(program, { timeOut: 5 })),
      // @ts-expect-error `signal`
      await failure(trackingLinks.create(program, { singal: new AbortController().signal })),
      // @ts-expect-error `subId1`
      await failure(trackingLinks.create({ ...program, SubId1: "a" })),
      // @ts-expect-error openapi-fetch's own option
      await failure(trackingLinks.create(program, { baseUrl: "https://elsewhere.example" })),
      // @ts-expect-error openapi-fetch's own option
      await failure(trackingLinks.create(program, { parseAs: "text" })),
    ];

    expect(errors).toMatchObject([
      { code: "invalid_input", message: expect.stringContaining("did you mean `timeout`?") },
      { code: "invalid_input", message: expect.stringContaining("did you mean `signal`?") },
      { code: "invalid_input", message: expect.stringContaining("did you mean `subId1`?") },
      { code: "invalid_input", message: expect.stringContaining("`baseUrl`; known are") },
      { code: "invalid_input", message: expect.stringContaining("`parseAs`; known are") },
    ]);
    expect(fetch).not.toHaveBeenCalled();
  });

  test("in an option of a client does not compile, and is refused", () => {
    const { authToken } = account;

    expect(() =>
      // @ts-expect-error `accountSid`
      createImpactClient({ accountSID: "IR", authToken, baseUrl }),
    ).toThrow("did you mean `accountSid`?");
    // @ts-expect-error `timeout`
    expect(() => createImpactClient({ ...account, timeOut: 5 })).toThrow("did you mean `timeout`?");
    // @ts-expect-error `baseUrl`
    expect(() => createImpactClient({ ...account, baseURL: baseUrl }).raw).toThrow(
      "did you mean `baseUrl`?",
    );
  });
});

describe("a global fetch that is replaced after a client was made", () => {
  const replaced = (): Mock<typeof globalThis.fetch> =>
    vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response(link)));

  test("is not seen by openapi-fetch", async () => {
    const before = replaced();
    const after = replaced();
    vi.stubGlobal("fetch", before);
    const upstream = createClient<paths>({ baseUrl });
    vi.stubGlobal("fetch", after);

    await upstream.POST(LINKS, { params: { path } });

    expect([before, after].map(({ mock }) => mock.calls.length)).toEqual([1, 0]);
  });

  test("is used by both clients", async () => {
    const before = replaced();
    const after = replaced();
    vi.stubGlobal("fetch", before);
    const impact = createImpactClient({ ...account, baseUrl });
    const client = createImpactClient({ ...account, baseUrl }).raw;
    vi.stubGlobal("fetch", after);

    await impact.trackingLinks.create({ programId: "1" });
    await client.POST(LINKS, { params: { path } });

    expect([before, after].map(({ mock }) => mock.calls.length)).toEqual([0, 2]);
  });
});

describe("a timeout that is over", () => {
  test("kills all later calls of openapi-fetch, if the client has it", async () => {
    const upstream = createClient<paths>({
      baseUrl,
      fetch: ({ signal }) => {
        return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve(new Response("{}"));
      },
      signal: AbortSignal.timeout(1),
    });
    await new Promise((resolve) => setTimeout(resolve, 30));

    const error = await failure(upstream.POST(LINKS, { params: { path } }));

    expect(error).toMatchObject({ name: "TimeoutError" });
  });

  test("is over for its own call alone", async () => {
    let count = 0;
    const fetch = (): Promise<Response> =>
      ++count % 3 === 1 ? new Promise(() => {}) : Promise.resolve(new Response(link));
    const options = { ...account, baseUrl, fetch, timeout: 10, maxRetries: 0 };
    const { trackingLinks } = createImpactClient(options);
    const client = createImpactClient(options).raw;

    const first = await failure(trackingLinks.create({ programId: "1" }));
    const second = await trackingLinks.create({ programId: "1" });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const third = await trackingLinks.create({ programId: "1" });
    const raw = [
      await failure(client.POST(LINKS, { params: { path } })),
      await client.POST(LINKS, { params: { path } }),
    ];

    expect(first).toMatchObject({ code: "timeout" });
    expect([second.url, third.url]).toEqual([
      "https://example.sjv.io/c/1/2/3",
      "https://example.sjv.io/c/1/2/3",
    ]);
    expect(raw).toMatchObject([{ code: "timeout" }, { data: JSON.parse(link) }]);
  });
});
