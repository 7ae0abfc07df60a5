import { getEventListeners } from "node:events";
import type { Socket } from "node:net";
import { expect, test, vi } from "vitest";
import {
  createImpactClient,
  ImpactError,
  spec,
  type ImpactClient,
  type ImpactErrorCode,
  type Outcome,
} from "../src/index.ts";
import { load } from "./support/pages.ts";
import { serve } from "./support/server.ts";
import { closedPort, listen, onRequest } from "./support/sockets.ts";

// The recipe "Send faster from Node": what goes wrong is told as it is with the global fetch.

const account = { accountSid: "IR1", authToken: "t0ken-1" };
const link = '{"TrackingURL":"https://example.sjv.io/c/1/2/3"}';
const head = (status: string, ...headers: string[]): string =>
  [`HTTP/1.1 ${status}`, ...headers, "", ""].join("\r\n");

async function transport(): Promise<typeof fetch> {
  const { undiciFetch } = (await load("transport.ts")) as { undiciFetch: typeof fetch };
  return undiciFetch;
}

const answering = (answer: (socket: Socket) => void) => async () =>
  (await listen(onRequest(answer))).port;

/** A reset overtakes what stands in the client's buffer, so the client gets a moment to read it. */
const thenReset = (text: string) => (socket: Socket) => {
  socket.write(text, () => setTimeout(() => socket.resetAndDestroy(), 30));
};

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
    answering(thenReset(head("200 OK", "Content-Length: 48") + link.slice(0, 20))),
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
  ["no answer", answering(() => {}), { code: "timeout", outcome: "unknown" }],
  [
    "a body that stalls",
    answering((socket) => socket.write(`${head("200 OK", "Content-Length: 48")}{`)),
    { code: "timeout", outcome: "unknown", status: 200 },
  ],
  [
    "a refusal whose words stall",
    answering((socket) => socket.write(`${head("403 Forbidden", "Content-Length: 48")}{`)),
    { code: "forbidden", outcome: "rejected", status: 403 },
  ],
  [
    "a used up quota whose words stall",
    answering((socket) =>
      socket.write(head("429 Too Many Requests", "Retry-After: 700", "Content-Length: 9")),
    ),
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

test.each(stories)("%s is the same failure as with the global fetch", async (_, start, failure) => {
  for (const fetch of [globalThis.fetch, await transport()]) {
    const baseUrl = `http://127.0.0.1:${await start()}`;
    const options = { ...account, baseUrl, fetch, timeout: 200, maxRetries: 0 };
    const error = await failureOf(createImpactClient(options));
    const { code, outcome, status, reason, retryAfter } = error;
    expect({ code, outcome, status, reason, retryAfter }).toEqual({
      status: undefined,
      reason: undefined,
      retryAfter: undefined,
      ...failure,
    });
  }
});

async function failureOf(impact: ImpactClient): Promise<ImpactError> {
  const error: unknown = await impact.trackingLinks.create({ programId: "1" }).catch((e) => e);
  if (!(error instanceof ImpactError)) throw error;
  return error;
}

test("a redirect is not followed", async () => {
  const target = await serve({ body: link });
  const headers = { Location: `${target.baseUrl}/elsewhere` };
  const { baseUrl } = await serve({ status: 307, headers });
  const impact = createImpactClient({ ...account, baseUrl, fetch: await transport() });
  expect(await failureOf(impact)).toMatchObject({ code: "unexpected_response", status: 307 });
  expect(target.requests).toEqual([]);
});

test("an abort ends a request that waits, and one whose body is under way", async () => {
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

test("what was aborted before is not sent", async () => {
  const fetch = await transport();
  const { baseUrl, requests } = await serve({ body: link });
  const signal = AbortSignal.abort(new Error("changed my mind"));
  await expect(fetch(`${baseUrl}/`, { method: "POST", signal })).rejects.toThrow("changed my mind");
  expect(requests).toEqual([]);
});

test("a body without an end is given up", async () => {
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

test("a link arrives, with headers of many values, behind early hints and a byte order mark", async () => {
  const start = answering((socket) => {
    const hints = head("103 Early Hints", "Link: </style.css>");
    const length = Buffer.byteLength(`\uFEFF${link}`);
    const cookies = ["Set-Cookie: a=1", "Set-Cookie: b=2", "X-Two: ä", "X-Two: 2"];
    const answer = head("200 OK", `Content-Length: ${length}`, ...cookies);
    socket.write(hints);
    socket.write(answer, "latin1");
    socket.write(`\uFEFF${link}`);
  });
  const baseUrl = `http://127.0.0.1:${await start()}`;
  const fetch = await transport();
  const impact = createImpactClient({ ...account, baseUrl, fetch });
  expect((await impact.trackingLinks.create({ programId: "1" })).url).toBe(
    "https://example.sjv.io/c/1/2/3",
  );
  const { headers } = await fetch(`${baseUrl}/`, { method: "POST" });
  expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect([headers.get("x-two"), headers.has("link")]).toEqual(["ä, 2", false]);
});

test("a request holds what the client gives, and asks for a body as it is", async () => {
  const { baseUrl, requests } = await serve({ body: link });
  const fetch = await transport();
  const impact = createImpactClient({ ...account, baseUrl, fetch });
  await impact.trackingLinks.create({ programId: "1", deepLink: "https://shop.example/?a=1&b=ü" });
  const raw = createImpactClient({ ...account, baseUrl, fetch }).raw;
  const path = { AccountSID: "IR1", ProgramId: "1" };
  const { data } = await raw.POST(
    "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks",
    { params: { path }, body: { a: "ü" } as never },
  );
  const common = {
    host: baseUrl.slice("http://".length),
    connection: "keep-alive",
    accept: "application/json",
    "accept-encoding": "identity",
    authorization: `Basic ${btoa("IR1:t0ken-1")}`,
    "ir-version": spec.version,
    "user-agent": expect.stringMatching(/^impact-partner-client\//),
  };
  expect(data).toEqual(JSON.parse(link));
  expect(requests).toEqual([
    {
      method: "POST",
      target:
        "/Mediapartners/IR1/Programs/1/TrackingLinks?DeepLink=https%3A%2F%2Fshop.example%2F%3Fa%3D1%26b%3D%C3%BC",
      headers: { ...common, "content-length": "0" },
      body: "",
    },
    {
      method: "POST",
      target: "/Mediapartners/IR1/Programs/1/TrackingLinks",
      headers: { ...common, "content-type": "application/json", "content-length": "10" },
      body: '{"a":"ü"}',
    },
  ]);
});
