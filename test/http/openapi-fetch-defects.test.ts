import createClient from "openapi-fetch";
import { expect, type Mock, test, vi } from "vitest";
import type { paths } from "../../generated/openapi.ts";
import { createImpactClient } from "../../src/index.ts";
import {
  account,
  baseUrl,
  LINK_BODY,
  LINKS_PATH,
  path,
  rejection,
  responding,
  LINK_URL,
} from "../support/client.ts";
import { serve } from "../support/server.ts";

// openapi-fetch 0.17 gets no more fixes. Each of its defects that touches us is shown here beside what we do.
// https://github.com/openapi-ts/openapi-typescript/tree/main/packages/openapi-fetch

const empty = { status: 503, headers: { "Content-Length": "0" } };

test("openapi-fetch takes an empty 5xx for no error", async () => {
  const fetch = responding(null, empty);
  const upstream = createClient<paths>({ baseUrl, fetch });

  const { data, error } = await upstream.POST(LINKS_PATH, { params: { path } });

  expect([data, error]).toEqual([undefined, undefined]);
});

test("an empty 5xx is a server_error", async () => {
  const impact = createImpactClient({
    ...account,
    baseUrl,
    maxRetries: 0,
    fetch: responding(null, empty),
  });

  expect(await rejection(impact.trackingLinks.create({ programId: "1" }))).toMatchObject({
    code: "server_error",
    outcome: "unknown",
    status: 503,
    message: `POST ${baseUrl}/Mediapartners/IRabc123/Programs/1/TrackingLinks answered 503 and gave no reason`,
  });
});

test.each([
  ["half a JSON", LINK_BODY.slice(0, 30)],
  ["HTML", "<html><title>Sign in</title></html>"],
  ["nothing", ""],
])("a 200 with %s is an unexpected_response that keeps the body", async (_, body) => {
  const impact = createImpactClient({
    ...account,
    baseUrl,
    maxRetries: 0,
    fetch: responding(body),
  });

  expect(await rejection(impact.trackingLinks.create({ programId: "1" }))).toMatchObject({
    name: "ImpactError",
    code: "unexpected_response",
    outcome: "unknown",
    status: 200,
    ...(body !== "" && { body }),
  });
});

test.each(["half", "<html>"])(
  "openapi-fetch rejects a 200 with %j with a bare SyntaxError",
  async (body) => {
    const fetch = responding(body);
    const upstream = createClient<paths>({ baseUrl, fetch });

    const error = await rejection(upstream.POST(LINKS_PATH, { params: { path } }));

    expect(error).toMatchObject({ name: "SyntaxError" });
  },
);

test.each([".", ".."])("openapi-fetch climbs up with %j as a path parameter", async (dots) => {
  const urls: string[] = [];
  const fetch = (request: Request): Promise<Response> => {
    urls.push(new URL(request.url).pathname);
    return Promise.resolve(new Response("{}"));
  };
  const upstream = createClient<paths>({ baseUrl, fetch });

  await upstream.POST(LINKS_PATH, { params: { path: { ...path, ProgramId: dots } } });

  expect(urls).toEqual([
    dots === "."
      ? "/Mediapartners/IRabc123/Programs/TrackingLinks"
      : "/Mediapartners/IRabc123/TrackingLinks",
  ]);
});

test.each([".", ".."])("refuses %j as a path parameter before anything is sent", async (dots) => {
  const fetch = vi.fn(responding());
  const impact = createImpactClient({ ...account, baseUrl, fetch });
  const client = createImpactClient({ ...account, baseUrl, fetch }).raw;
  const message = `to be an id, got "${dots}"`;

  expect(await rejection(impact.trackingLinks.create({ programId: dots }))).toMatchObject({
    code: "invalid_input",
    outcome: "not_sent",
    message: `Expected \`programId\` ${message}`,
  });
  for (const name of ["AccountSID", "ProgramId"]) {
    const params = { path: { ...path, [name]: dots } };
    expect(await rejection(client.POST(LINKS_PATH, { params }))).toMatchObject({
      code: "invalid_input",
      outcome: "not_sent",
      message: `Expected \`${name}\` ${message}`,
    });
  }
  expect(fetch).not.toHaveBeenCalled();
});

test.each([301, 302, 303, 307, 308])(
  "neither create nor the raw client follows a %d",
  async (status) => {
    const elsewhere = await serve({ body: LINK_BODY });
    const { baseUrl: here, requests } = await serve({
      status,
      headers: { Location: `${elsewhere.baseUrl}/stolen?a=b` },
    });
    const impact = createImpactClient({ ...account, baseUrl: here });
    const client = createImpactClient({ ...account, baseUrl: here }).raw;

    const error = await rejection(impact.trackingLinks.create({ programId: "1" }));
    const { response } = await client.POST(LINKS_PATH, { params: { path } });

    expect(error).toMatchObject({
      code: "unexpected_response",
      outcome: status >= 307 ? "rejected" : "unknown",
      status,
      attempts: 1,
      message: expect.stringContaining(` a redirect to ${elsewhere.baseUrl}; `),
    });
    expect(response.status).toBe(status);
    expect(requests.length).toBe(2);
    expect(elsewhere.requests).toEqual([]);
  },
);

test("openapi-fetch posts again to the target of a 307", async () => {
  const elsewhere = await serve({ body: LINK_BODY });
  const here = await serve({ status: 307, headers: { Location: elsewhere.baseUrl } });
  const upstream = createClient<paths>({ baseUrl: here.baseUrl });

  await upstream.POST(LINKS_PATH, { params: { path } });

  expect(elsewhere.requests.map(({ method }) => method)).toEqual(["POST"]);
});

test("openapi-fetch compiles with a misspelt option and ignores it", async () => {
  const fetch = responding();
  const upstream = createClient<paths>({ baseUrl, fetch });

  const { data } = await upstream.POST(LINKS_PATH, {
    params: { path },
    parseas: "text",
    timeOut: 5,
  });

  expect(data).toEqual(JSON.parse(LINK_BODY));
});

test("a misspelt option of a call does not compile and is refused", async () => {
  const fetch = vi.fn(responding());
  const { trackingLinks } = createImpactClient({ ...account, baseUrl, fetch });
  const program = { programId: "1" };

  const errors = [
    // @ts-expect-error `timeout`
    await rejection(trackingLinks.create(program, { timeOut: 5 })),
    // @ts-expect-error `signal`
    await rejection(trackingLinks.create(program, { singal: new AbortController().signal })),
    // @ts-expect-error `subId1`
    await rejection(trackingLinks.create({ ...program, SubId1: "a" })),
    // @ts-expect-error openapi-fetch's own option
    await rejection(trackingLinks.create(program, { baseUrl: "https://elsewhere.example" })),
    // @ts-expect-error openapi-fetch's own option
    await rejection(trackingLinks.create(program, { parseAs: "text" })),
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

test("a misspelt option of a client does not compile and is refused", () => {
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

const replaced = (): Mock<typeof globalThis.fetch> => vi.fn(responding());

test("openapi-fetch does not see a global fetch that was replaced after the client was made", async () => {
  const before = replaced();
  const after = replaced();
  vi.stubGlobal("fetch", before);
  const upstream = createClient<paths>({ baseUrl });
  vi.stubGlobal("fetch", after);

  await upstream.POST(LINKS_PATH, { params: { path } });

  expect([before, after].map(({ mock }) => mock.calls.length)).toEqual([1, 0]);
});

test("both clients use a global fetch that was replaced after the client was made", async () => {
  const before = replaced();
  const after = replaced();
  vi.stubGlobal("fetch", before);
  const impact = createImpactClient({ ...account, baseUrl });
  const client = createImpactClient({ ...account, baseUrl }).raw;
  vi.stubGlobal("fetch", after);

  await impact.trackingLinks.create({ programId: "1" });
  await client.POST(LINKS_PATH, { params: { path } });

  expect([before, after].map(({ mock }) => mock.calls.length)).toEqual([0, 2]);
});

test("openapi-fetch fails all later calls once the client's signal has timed out", async () => {
  const upstream = createClient<paths>({
    baseUrl,
    fetch: ({ signal }) => {
      return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve(new Response("{}"));
    },
    signal: AbortSignal.timeout(1),
  });
  await new Promise((resolve) => setTimeout(resolve, 30));

  const error = await rejection(upstream.POST(LINKS_PATH, { params: { path } }));

  expect(error).toMatchObject({ name: "TimeoutError" });
});

test("a timeout ends its own call only", async () => {
  let count = 0;
  const fetch = (): Promise<Response> =>
    ++count % 3 === 1 ? new Promise(() => {}) : Promise.resolve(new Response(LINK_BODY));
  const options = { ...account, baseUrl, fetch, timeout: 10, maxRetries: 0 };
  const { trackingLinks } = createImpactClient(options);
  const client = createImpactClient(options).raw;

  const first = await rejection(trackingLinks.create({ programId: "1" }));
  const second = await trackingLinks.create({ programId: "1" });
  await new Promise((resolve) => setTimeout(resolve, 30));
  const third = await trackingLinks.create({ programId: "1" });
  const raw = [
    await rejection(client.POST(LINKS_PATH, { params: { path } })),
    await client.POST(LINKS_PATH, { params: { path } }),
  ];

  expect(first).toMatchObject({ code: "timeout" });
  expect([second.url, third.url]).toEqual([LINK_URL, LINK_URL]);
  expect(raw).toMatchObject([{ code: "timeout" }, { data: JSON.parse(LINK_BODY) }]);
});

test("openapi-fetch sends a URLSearchParams as an empty JSON object", async () => {
  const { baseUrl: here, requests } = await serve({ body: "{}" });
  const upstream = createClient<paths>({ baseUrl: here });
  const body = new URLSearchParams("a=b");

  await upstream.POST(LINKS_PATH, { params: { path }, body: body as never });

  expect(requests.map(({ headers, body: sent }) => [headers["content-type"], sent])).toEqual([
    ["application/json", "{}"],
  ]);
});

test("a URLSearchParams is sent as a form", async () => {
  const { baseUrl: here, requests } = await serve({ body: "{}" });
  const client = createImpactClient({ ...account, baseUrl: here }).raw;
  const body = new URLSearchParams("a=b");

  await client.POST(LINKS_PATH, { params: { path }, body: body as never });

  expect(requests.map(({ headers, body: sent }) => [headers["content-type"], sent])).toEqual([
    ["application/x-www-form-urlencoded;charset=UTF-8", "a=b"],
  ]);
});
