import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createImpactClient, isImpactError, type ImpactError } from "../../src/index.ts";
import {
  account,
  baseUrl,
  errorFrom,
  LINKS_PATH,
  path,
  rejection,
  responding,
} from "../support/client.ts";

/** Letters and digits alone, so that it can stand in a host name and in the name of a header. */
const authToken = "k3ytok3nk3ytok3nk3ytok3nk3ytok3n";

const shown = (value: unknown): string =>
  inspect(value, { showHidden: true, depth: Infinity, maxStringLength: Infinity }) +
  JSON.stringify(value);

const errorFor = (response: () => Response, token = authToken): Promise<ImpactError> =>
  errorFrom(() => Promise.resolve(response()), { authToken: token });

test("redacts the host of a redirect that is named after the token", async () => {
  const headers = { Location: `https://${authToken}.example/` };
  const error = await errorFor(() => new Response(null, { status: 307, headers }));
  expect(shown(error).includes(authToken)).toBe(false);
});

test("redacts a token that has lost its case in the host of a redirect or the name of a header", async () => {
  const token = "K3yToK3nK3yToK3nK3yToK3nK3yToK3n";
  const headers = { Location: `https://${token}.example/`, [`x-${token}`]: "1" };
  const error = await errorFor(() => new Response(null, { status: 307, headers }), token);
  expect(error.message).toMatch(/a redirect to https:\/\/\[redacted\]\.example;/);
  expect(shown(error).toLowerCase().includes(token.toLowerCase())).toBe(false);
});

test("reads a hostile body in a moment, whatever resembles the token in it", async () => {
  const token = "abcd-efgh-1234";
  for (const text of [`abcd${"&_;".repeat(30)}`, "&abcd;".repeat(10_000)]) {
    const start = performance.now();
    const error = await errorFor(() => new Response(text, { status: 400 }), token);
    expect(error.body).toBe(text);
    expect(performance.now() - start).toBeLessThan(1000);
  }
}, 60_000);

test("redacts a header that is named after the token", async () => {
  const error = await errorFor(
    () => new Response("{}", { status: 400, headers: { [`x-${authToken}`]: "1" } }),
  );
  expect(shown(error).includes(authToken)).toBe(false);
});

test("redacts a token of digits that comes back as a number", async () => {
  const digits = "8347261950";
  const error = await errorFor(() => new Response(`{"token":${digits}}`, { status: 400 }), digits);
  expect(shown(error).includes(digits)).toBe(false);
});

test("shows no part of a token where the reason is cut", async () => {
  const error = await errorFor(() => new Response("x".repeat(469) + authToken, { status: 400 }));
  expect(error.reason).not.toContain(authToken.slice(0, 16));
});

test("shows no part of a token where the body is cut", async () => {
  const error = await errorFor(
    () => new Response("x".repeat(65_536 - 31) + authToken, { status: 400 }),
  );
  expect(error.body).not.toContain(authToken.slice(0, 16));
});

test.each([
  ["Basic credentials, percent-encoded", "k~~~?>k~~~?>k0", (b: string) => encodeURIComponent(b)],
  [
    "Basic credentials with the slashes of PHP's JSON",
    "k???k???k0",
    (b: string) => b.replaceAll("/", "\\/"),
  ],
])("redacts each form that decodes to the credentials: %s", async (_, token, encode) => {
  const basic = Buffer.from(`${account.accountSid}:${token}`).toString("base64");
  expect(basic).toMatch(/[+/]/);
  const error = await errorFor(() => new Response(`got ${encode(basic)}`, { status: 400 }), token);
  expect(error.body).toMatch(/^got \[redacted\](=|%3D)*$/);
});

test.each([
  [
    "percent-encoded in lower case",
    "tok/en+with=9",
    (t: string) => encodeURIComponent(t).toLowerCase(),
  ],
  [
    "as a form encodes it",
    "tok en'with(9)n",
    (t: string) => new URLSearchParams([["", t]]).toString().slice(1),
  ],
  [
    "with the escapes of ASCII JSON",
    "tokünïcode9",
    (t: string) => t.replace(/[^ -~]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  ],
  [
    "with the entities of HTML",
    "tok<en>&'\"9",
    (t: string) =>
      t
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;")
        .replaceAll('"', "&quot;")
        .replaceAll("'", "&#39;"),
  ],
])("redacts each form that decodes to the token: %s", async (_, token, encode) => {
  const error = await errorFor(() => new Response(`got ${encode(token)}`, { status: 400 }), token);
  expect(error.body).toBe("got [redacted]");
});

test("redacts the status text of a refusal of the raw client", async () => {
  const fetch = responding("{}", { status: 400, statusText: `Bad ${authToken}` });
  const client = createImpactClient({ ...account, authToken, baseUrl, fetch }).raw;
  const { response } = await client.POST(LINKS_PATH, { params: { path } });
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
  "rejects with a connection error without the token if fetch throws %s",
  async (_, thrown) => {
    // oxlint-disable-next-line prefer-promise-reject-errors
    const fetch = (): Promise<Response> => Promise.reject(thrown);
    const impact = createImpactClient({ ...account, authToken, baseUrl, fetch, maxRetries: 0 });
    const error = await rejection(impact.trackingLinks.create({ programId: "1" }));
    expect([isImpactError(error), shown(error).includes(authToken)]).toEqual([true, false]);
  },
);

test("shows no part of a token where reading stops, however few characters were read", async () => {
  const stream = new ReadableStream({
    start(controller) {
      const text = "ü".repeat(33_280) + authToken.slice(0, 16);
      controller.enqueue(new TextEncoder().encode(text));
      controller.enqueue(new TextEncoder().encode(authToken.slice(16)));
    },
  });
  const error = await errorFor(() => new Response(stream, { status: 400 }));
  expect(error.body).toBe("ü".repeat(33_280 + 16 - 1024));
});

test.each([
  ["decimal", (code: number) => `&#${code};`],
  ["hex", (code: number) => `&#x${code.toString(16)};`],
])("redacts a token that the title of a page writes in %s entities", async (_, entity) => {
  const token = "hunter2-secret-9";
  const spelt = Array.from(token, (character) => entity(character.charCodeAt(0))).join("");
  const fetch = responding(`<html><title>Bad ${spelt}</title></html>`, { status: 502 });

  const error = await errorFrom(fetch, { authToken: token });

  expect(error.reason).toBe("Bad [redacted]");
  expect(inspect(error)).not.toContain(token);
});
