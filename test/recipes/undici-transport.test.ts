import { getEventListeners } from "node:events";
import type { Socket } from "node:net";
import { expect, test, vi } from "vitest";
import {
  createImpactClient,
  type ImpactClient,
  type ImpactError,
  type ImpactErrorCode,
  type Outcome,
  spec,
} from "../../src/index.ts";
import {
  account,
  basic,
  errorFrom,
  errorOf,
  LINK_BODY,
  LINK_URL,
  LINKS_PATH,
  path,
} from "../support/client.ts";
import { load } from "../support/pages.ts";
import { serve } from "../support/server.ts";
import {
  closedPort,
  head,
  holdTimers,
  listen,
  moments,
  onRequest,
  tellingOfHeads,
  thenReset,
  thenStall,
} from "../support/sockets.ts";

// The recipe "Send faster from Node": failures are reported as they are with the global fetch.

async function transport(): Promise<typeof fetch> {
  const { undiciFetch } = (await load("transport.ts")) as { undiciFetch: typeof fetch };
  return undiciFetch;
}

const answering = (answer: (socket: Socket) => void) => async () =>
  (await listen(onRequest(answer))).port;

interface Failure {
  code: ImpactErrorCode;
  outcome: Outcome;
  status?: number;
  reason?: string;
  retryAfter?: number;
}

const stories: [name: string, start: () => Promise<number>, failure: Failure][] = [
  ["a port that refuses", closedPort, { code: "connection", outcome: "not_sent" }],
  [
    "a reset after the request",
    answering((socket) => socket.resetAndDestroy()),
    { code: "connection", outcome: "unknown" },
  ],
  [
    "a reset in the middle of a link",
    answering(thenReset(head("200 OK", "Content-Length: 48") + LINK_BODY.slice(0, 20))),
    { code: "connection", outcome: "unknown", status: 200 },
  ],
  [
    "a chunked link that is cut",
    answering((socket) => socket.end(`${head("200 OK", "Transfer-Encoding: chunked")}30\r\n{`)),
    { code: "connection", outcome: "unknown", status: 200 },
  ],
  [
    "a refusal whose words are lost in a reset",
    answering(thenReset(head("403 Forbidden", "Content-Length: 48"))),
    { code: "forbidden", outcome: "rejected", status: 403 },
  ],
  ["no answer", answering(() => moments.expire()), { code: "timeout", outcome: "unknown" }],
  [
    "a body that stalls",
    answering(thenStall(`${head("200 OK", "Content-Length: 48")}{`)),
    { code: "timeout", outcome: "unknown", status: 200 },
  ],
  [
    "a refusal whose words stall",
    answering(thenStall(`${head("403 Forbidden", "Content-Length: 48")}{`)),
    { code: "forbidden", outcome: "rejected", status: 403 },
  ],
  [
    "a used up quota whose words stall",
    answering(thenStall(head("429 Too Many Requests", "Retry-After: 700", "Content-Length: 9"))),
    { code: "rate_limited", outcome: "rejected", status: 429, retryAfter: 700_000 },
  ],
  [
    "a quota that is used up",
    answering((socket) =>
      socket.write(head("429 Too Many Requests", "Retry-After: 700", "Content-Length: 0")),
    ),
    { code: "rate_limited", outcome: "rejected", status: 429, retryAfter: 700_000 },
  ],
  [
    "a refusal in words",
    answering((socket) =>
      socket.write(`${head("400 Bad Request", "Content-Length: 17")}{"Message":"No."}`),
    ),
    { code: "invalid_request", outcome: "rejected", status: 400, reason: "No." },
  ],
];

/** A length that no other timer has. */
const TIMEOUT = 4321;

test.each(stories)("reports %s as it does with the global fetch", async (_, start, failure) => {
  holdTimers(TIMEOUT);
  for (const fetch of [globalThis.fetch, await transport()]) {
    moments.onHead = () => {};
    const baseUrl = `http://127.0.0.1:${await start()}`;
    const options = { baseUrl, fetch: tellingOfHeads(fetch), timeout: TIMEOUT };
    const error = await errorFrom(options.fetch, options);
    const { code, outcome, status, reason, retryAfter } = error;
    expect({ code, outcome, status, reason, retryAfter }).toEqual({
      status: undefined,
      reason: undefined,
      retryAfter: undefined,
      ...failure,
    });
  }
});

const failureOf = (impact: ImpactClient): Promise<ImpactError> =>
  errorOf(impact.trackingLinks.create({ programId: "1" }));

test("does not follow a redirect", async () => {
  const target = await serve({ body: LINK_BODY });
  const headers = { Location: `${target.baseUrl}/elsewhere` };
  const { baseUrl } = await serve({ status: 307, headers });
  const impact = createImpactClient({ ...account, baseUrl, fetch: await transport() });
  expect(await failureOf(impact)).toMatchObject({ code: "unexpected_response", status: 307 });
  expect(target.requests).toEqual([]);
});

test("an abort ends a request without a response, and one whose body is not complete", async () => {
  const fetch = await transport();
  for (const begun of ["", `${head("200 OK", "Content-Length: 48")}{`]) {
    const { port, seen } = await listen(onRequest((socket) => socket.write(begun)));
    const controller = new AbortController();
    const { signal } = controller;
    const sent = fetch(`http://127.0.0.1:${port}/`, { method: "POST", signal });
    const failed = sent.then((answer) => answer.text()).catch((reason: unknown) => reason);
    await vi.waitFor(() => expect(seen.requests).toBe(1));

    controller.abort(new Error("changed my mind"));

    expect(await failed).toBe(signal.reason);
    await vi.waitFor(() => expect(seen.open).toBe(0));
    expect(getEventListeners(signal, "abort")).toEqual([]);
  }
});

test("does not send a request whose signal is already aborted", async () => {
  const fetch = await transport();
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const signal = AbortSignal.abort(new Error("changed my mind"));
  await expect(fetch(`${baseUrl}/`, { method: "POST", signal })).rejects.toThrow("changed my mind");
  expect(requests).toEqual([]);
});

test("gives up a body without an end", async () => {
  const start = answering((socket) => {
    socket.write(head("200 OK", "Transfer-Encoding: chunked"));
    const more = (): void => {
      while (socket.writable && socket.write(`4000\r\n${" ".repeat(0x4000)}\r\n`));
    };
    socket.on("drain", more);
    more();
  });
  const baseUrl = `http://127.0.0.1:${await start()}`;
  const options = { ...account, baseUrl, fetch: await transport(), maxRetries: 0 };
  expect(await failureOf(createImpactClient(options))).toMatchObject({
    code: "connection",
    outcome: "unknown",
    cause: { code: "UND_ERR_RES_EXCEEDED_MAX_SIZE" },
  });
});

test("reads a link with repeated headers, behind early hints and a byte order mark", async () => {
  const start = answering((socket) => {
    const hints = head("103 Early Hints", "Link: </style.css>");
    const length = Buffer.byteLength(`\uFEFF${LINK_BODY}`);
    const cookies = ["Set-Cookie: a=1", "Set-Cookie: b=2", "X-Two: ä", "X-Two: 2"];
    const answer = head("200 OK", `Content-Length: ${length}`, ...cookies);
    socket.write(hints);
    socket.write(answer, "latin1");
    socket.write(`\uFEFF${LINK_BODY}`);
  });
  const baseUrl = `http://127.0.0.1:${await start()}`;
  const fetch = await transport();
  const impact = createImpactClient({ ...account, baseUrl, fetch });
  expect((await impact.trackingLinks.create({ programId: "1" })).url).toBe(LINK_URL);
  const { headers } = await fetch(`${baseUrl}/`, { method: "POST" });
  expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect([headers.get("x-two"), headers.has("link")]).toEqual(["ä, 2", false]);
});

test("sends the headers of the client and asks for an identity encoding", async () => {
  const { baseUrl, requests } = await serve({ body: LINK_BODY });
  const fetch = await transport();
  const impact = createImpactClient({ ...account, baseUrl, fetch });
  await impact.trackingLinks.create({ programId: "1", deepLink: "https://shop.example/?a=1&b=ü" });
  const raw = createImpactClient({ ...account, baseUrl, fetch }).raw;
  const { data } = await raw.POST(LINKS_PATH, { params: { path }, body: { a: "ü" } as never });
  const common = {
    host: baseUrl.slice("http://".length),
    connection: "keep-alive",
    accept: "application/json",
    "accept-encoding": "identity",
    authorization: basic(),
    "ir-version": spec.version,
    "user-agent": expect.stringMatching(/^impact-partner-client\//),
  };
  expect(data).toEqual(JSON.parse(LINK_BODY));
  expect(requests).toEqual([
    {
      method: "POST",
      target:
        "/Mediapartners/IRabc123/Programs/1/TrackingLinks?DeepLink=https%3A%2F%2Fshop.example%2F%3Fa%3D1%26b%3D%C3%BC",
      headers: { ...common, "content-length": "0" },
      body: "",
    },
    {
      method: "POST",
      target: "/Mediapartners/IRabc123/Programs/1/TrackingLinks",
      headers: { ...common, "content-type": "application/json", "content-length": "10" },
      body: '{"a":"ü"}',
    },
  ]);
});
