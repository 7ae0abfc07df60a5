import { getEventListeners, setMaxListeners } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createImpactClient,
  isImpactError,
  type CreateTrackingLinkParams,
  type ImpactErrorCode,
  type Outcome,
} from "../src/index.ts";
import { serve } from "./support/server.ts";
import {
  closedPort,
  listen,
  listenTls,
  onFirstByte,
  onRequest,
  watchTimers,
  type Seen,
  type SocketServer,
} from "./support/sockets.ts";

const account = { accountSid: "IRabc123", authToken: "t0k-en:with/ünïcode" };
/** A length that no other timer has, so that those of a client can be told from all others. */
const TIMEOUT = 4321;
const SHORT = 151;

interface Story {
  name: string;
  start: () => Promise<{ baseUrl: string; seen: Seen }>;
  failure: { code: ImpactErrorCode; outcome: Outcome; status?: number; reason?: string };
  /** Which links are asked for again. */
  repeated: "both" | "regular" | "none";
  /** What one attempt is to the server. */
  attempt: { connections: number; requests: number };
  timeout?: number;
  deepLink?: string;
}

const plain = ({ port, seen }: SocketServer): { baseUrl: string; seen: Seen } => ({
  baseUrl: `http://127.0.0.1:${port}`,
  seen,
});
const secure = ({ port, seen }: SocketServer): { baseUrl: string; seen: Seen } => ({
  baseUrl: `https://127.0.0.1:${port}`,
  seen,
});
const nobody = (): Seen => ({ connections: 0, requests: 0, open: 0 });

const onAsked = (answer: (socket: Socket) => void) => async () =>
  plain(await listen(onRequest(answer)));

const head = (status: string, ...headers: string[]): string =>
  [`HTTP/1.1 ${status}`, "Content-Type: application/json", ...headers, "", ""].join("\r\n");
const link = '{"TrackingURL":"https://example.sjv.io/c/1/2/3"}';

const onceWritten = (socket: Socket, text: string, then: () => void): void => {
  // A reset overtakes what stands in the client's buffer, so the client gets a moment to read it.
  socket.write(text, () => setTimeout(then, 30));
};

const stories: Story[] = [
  {
    name: "a port that refuses",
    start: async () => ({ baseUrl: `http://127.0.0.1:${await closedPort()}`, seen: nobody() }),
    failure: { code: "connection", outcome: "not_sent" },
    repeated: "both",
    attempt: { connections: 0, requests: 0 },
  },
  {
    name: "a name that does not resolve",
    start: () => Promise.resolve({ baseUrl: "https://host.invalid", seen: nobody() }),
    failure: { code: "connection", outcome: "not_sent" },
    repeated: "both",
    attempt: { connections: 0, requests: 0 },
  },
  {
    name: "TLS to a server that speaks plain HTTP",
    start: async () =>
      secure(await listen(onFirstByte((socket) => socket.end(head("400 Bad Request"))))),
    failure: { code: "connection", outcome: "not_sent" },
    repeated: "both",
    attempt: { connections: 1, requests: 0 },
  },
  {
    name: "TLS to a server that closes on the first byte",
    start: async () => secure(await listen(onFirstByte((socket) => socket.end()))),
    failure: { code: "connection", outcome: "not_sent" },
    repeated: "both",
    attempt: { connections: 1, requests: 0 },
  },
  {
    // Node reports it as it does a reset after the request: "read ECONNRESET".
    name: "TLS to a server that resets on the first byte",
    start: async () => secure(await listen(onFirstByte((socket) => socket.resetAndDestroy()))),
    failure: { code: "connection", outcome: "unknown" },
    repeated: "regular",
    attempt: { connections: 1, requests: 0 },
  },
  {
    name: "TLS with a certificate that nobody signed",
    start: async () => secure(await listenTls(onRequest((socket) => socket.end(head("200 OK"))))),
    failure: { code: "connection", outcome: "not_sent" },
    repeated: "both",
    attempt: { connections: 1, requests: 0 },
  },
  {
    name: "a connection that is reset before a byte is read",
    start: async () =>
      plain(await listen((socket) => setTimeout(() => socket.resetAndDestroy(), 30))),
    failure: { code: "connection", outcome: "unknown" },
    repeated: "regular",
    attempt: { connections: 0, requests: 0 },
  },
  {
    name: "a connection that is closed before a byte is read",
    start: async () => plain(await listen((socket) => socket.end())),
    failure: { code: "connection", outcome: "unknown" },
    repeated: "regular",
    attempt: { connections: 0, requests: 0 },
  },
  {
    name: "a reset in the middle of the request",
    start: async () => plain(await listen(onFirstByte((socket) => socket.resetAndDestroy()))),
    failure: { code: "connection", outcome: "unknown" },
    repeated: "regular",
    attempt: { connections: 1, requests: 0 },
    deepLink: `https://shop.example/${"a".repeat(4_000_000)}`,
  },
  {
    name: "a reset after the request",
    start: onAsked((socket) => socket.resetAndDestroy()),
    failure: { code: "connection", outcome: "unknown" },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a close after the request",
    start: onAsked((socket) => socket.end()),
    failure: { code: "connection", outcome: "unknown" },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a reset in the middle of the answer's head",
    start: onAsked((socket) => {
      onceWritten(socket, "HTTP/1.1 200 OK\r\nContent-", () => socket.resetAndDestroy());
    }),
    failure: { code: "connection", outcome: "unknown" },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "the answer's head, then a reset",
    start: onAsked((socket) => {
      onceWritten(socket, head("200 OK", "Content-Length: 48"), () => socket.resetAndDestroy());
    }),
    failure: { code: "connection", outcome: "unknown", status: 200 },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a body shorter than its Content-Length",
    start: onAsked((socket) => socket.end(head("200 OK", "Content-Length: 4800") + link)),
    failure: { code: "connection", outcome: "unknown", status: 200 },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a chunked body that is cut between chunks",
    start: onAsked((socket) => {
      const chunk = `${link.length.toString(16)}\r\n${link}\r\n`;
      socket.end(head("200 OK", "Transfer-Encoding: chunked") + chunk);
    }),
    failure: { code: "connection", outcome: "unknown", status: 200 },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a body without a length that is cut",
    start: onAsked((socket) => socket.end(head("200 OK", "Connection: close") + link.slice(0, 30))),
    failure: {
      code: "unexpected_response",
      outcome: "unknown",
      status: 200,
      reason: link.slice(0, 30),
    },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a stall before the answer",
    start: onAsked(() => {}),
    failure: { code: "timeout", outcome: "unknown" },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
    timeout: SHORT,
  },
  {
    name: "a body that stalls",
    start: onAsked((socket) => socket.write(head("200 OK", "Content-Length: 48") + link[0])),
    failure: { code: "timeout", outcome: "unknown", status: 200 },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
    timeout: SHORT,
  },
  {
    name: "a body that trickles past the timeout",
    start: onAsked((socket) => {
      socket.write(head("200 OK", "Content-Length: 48"));
      const each = setInterval(() => socket.write(" "), 20);
      socket.on("close", () => clearInterval(each));
    }),
    failure: { code: "timeout", outcome: "unknown", status: 200 },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
    timeout: SHORT,
  },
  {
    name: "a proxy's HTML 502",
    start: onAsked((socket) => {
      const page = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
      socket.end(`HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n${page}`);
    }),
    failure: { code: "server_error", outcome: "unknown", status: 502, reason: "502 Bad Gateway" },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "something else than HTTP",
    start: onAsked((socket) => socket.end("SSH-2.0-OpenSSH_9.2p1\r\n")),
    failure: { code: "connection", outcome: "unknown" },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "headers without an end",
    start: onAsked((socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}`)),
    failure: { code: "connection", outcome: "unknown" },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a body without an end",
    start: onAsked((socket) => {
      socket.write(head("200 OK", "Transfer-Encoding: chunked"));
      const more = (): void => {
        while (socket.writable && socket.write(`4000\r\n${" ".repeat(0x4000)}\r\n`));
      };
      socket.on("drain", more);
      more();
    }),
    failure: { code: "unexpected_response", outcome: "unknown", status: 200 },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a small body that inflates to a huge one",
    start: onAsked((socket) => {
      const bomb = gzipSync(Buffer.alloc(20_000_000, " "));
      socket.write(
        head(
          "200 OK",
          "Content-Encoding: gzip",
          `Content-Length: ${bomb.length}`,
          "Connection: close",
        ),
      );
      socket.end(bomb);
    }),
    failure: { code: "unexpected_response", outcome: "unknown", status: 200 },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a refusal whose words are lost in a reset",
    start: onAsked((socket) => {
      onceWritten(socket, head("403 Forbidden", "Content-Length: 48"), () => {
        socket.resetAndDestroy();
      });
    }),
    failure: { code: "forbidden", outcome: "rejected", status: 403 },
    repeated: "none",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a refusal whose words stall",
    start: onAsked((socket) => socket.write(head("403 Forbidden", "Content-Length: 48") + "{")),
    failure: { code: "forbidden", outcome: "rejected", status: 403 },
    repeated: "none",
    attempt: { connections: 1, requests: 1 },
    timeout: SHORT,
  },
];

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(stories)("$name", (story) => {
  const { start, failure, repeated, attempt, timeout = TIMEOUT, deepLink } = story;

  test.each(["Regular", "Vanity"] as const)("is told as what it is for a %s link", async (type) => {
    const { baseUrl, seen } = await start();
    const pendingTimers = watchTimers(timeout);
    const { signal } = new AbortController();
    const fetch = vi.fn<typeof globalThis.fetch>(globalThis.fetch);
    const impact = createImpactClient({ ...account, baseUrl, timeout, maxRetries: 2, fetch });
    const params: CreateTrackingLinkParams = { programId: "1", type, deepLink };

    const error: unknown = await impact.trackingLinks.create(params, { signal }).catch((e) => e);

    if (!isImpactError(error)) throw error;
    const isRepeated = repeated === "both" || (repeated === "regular" && type === "Regular");
    const attempts = isRepeated ? 3 : 1;
    const { code, outcome, status, reason } = error;
    expect({ code, outcome, status, reason, attempts: error.attempts }).toEqual({
      ...failure,
      attempts,
    });
    expect(fetch).toHaveBeenCalledTimes(attempts);
    expect(seen).toMatchObject({
      connections: attempts * attempt.connections,
      requests: attempts * attempt.requests,
    });
    expect(pendingTimers()).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    await vi.waitFor(() => expect(seen.open).toBe(0));
  });
});

test("TLS that breaks after the request leaves open what became of it", async () => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  let client: Socket | undefined;
  const server = await listenTls(
    onRequest(() => {
      client?.write("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      setTimeout(() => client?.destroy(), 30);
    }),
  );
  const proxy = await listen((socket) => {
    client = socket;
    const upstream = connectTcp(server.port, "127.0.0.1");
    upstream.on("error", () => {});
    socket.pipe(upstream).pipe(socket);
    socket.on("close", () => upstream.destroy());
  });
  const impact = createImpactClient({ ...account, baseUrl: secure(proxy).baseUrl });

  const error: unknown = await impact.trackingLinks
    .create({ programId: "1", type: "Vanity" })
    .catch((e) => e);

  expect(error).toMatchObject({ code: "connection", outcome: "unknown", attempts: 1 });
  expect(server.seen.requests).toBe(1);
  vi.unstubAllEnvs();
});

test("a connection that was kept open and is lost on the next request is not taken for unsent", async () => {
  let count = 0;
  const { baseUrl, seen } = plain(
    await listen(
      onRequest((socket) => {
        if (++count === 2) socket.resetAndDestroy();
        else socket.write(head("200 OK", `Content-Length: ${link.length}`) + link);
      }),
    ),
  );
  const impact = createImpactClient({ ...account, baseUrl });

  await impact.trackingLinks.create({ programId: "1" });
  // undici takes a moment to hand the connection to the next request.
  await new Promise((resolve) => setTimeout(resolve, 30));
  const error: unknown = await impact.trackingLinks
    .create({ programId: "1", type: "Vanity" })
    .catch((e) => e);

  expect(error).toMatchObject({ code: "connection", outcome: "unknown", attempts: 1 });
  expect(seen).toMatchObject({ connections: 1, requests: 2 });
});

test("an endless body is read up to 64 KiB", async () => {
  const { baseUrl } = await serve((_, response) => {
    response.writeHead(500);
    const more = (): void => {
      while (!response.destroyed && response.write("x".repeat(10_000)));
    };
    response.on("drain", more);
    more();
  });
  const impact = createImpactClient({ ...account, baseUrl, maxRetries: 0 });

  const error: unknown = await impact.trackingLinks.create({ programId: "1" }).catch((e) => e);

  expect(error).toMatchObject({
    code: "server_error",
    body: "x".repeat(65_536),
    reason: "x".repeat(500),
  });
});

describe("the caller's abort", () => {
  const reason = { why: "the user left" };

  test("before the call sends nothing", async () => {
    const { baseUrl, seen } = plain(await listen(onRequest(() => {})));
    const impact = createImpactClient({ ...account, baseUrl });
    const signal = AbortSignal.abort(reason);

    await expect(impact.trackingLinks.create({ programId: "1" }, { signal })).rejects.toBe(reason);

    expect(seen).toEqual({ connections: 0, requests: 0, open: 0 });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test.each([
    ["before the answer", (): void => {}],
    ["within the body", (socket: Socket) => void socket.write(head("200 OK") + link[0])],
    [
      "within the words of a refusal",
      (socket: Socket) => void socket.write(head("403 Forbidden") + "{"),
    ],
  ])(
    "%s ends the call with the signal's own reason, and frees the connection",
    async (_, answer) => {
      const controller = new AbortController();
      const { signal } = controller;
      const { baseUrl, seen } = plain(
        await listen(
          onRequest((socket) => {
            answer(socket);
            setTimeout(() => controller.abort(reason), 30);
          }),
        ),
      );
      const pendingTimers = watchTimers(TIMEOUT);
      const impact = createImpactClient({ ...account, baseUrl, timeout: TIMEOUT });

      await expect(impact.trackingLinks.create({ programId: "1" }, { signal })).rejects.toBe(
        reason,
      );

      expect(seen).toMatchObject({ connections: 1, requests: 1 });
      expect(pendingTimers()).toBe(0);
      expect(getEventListeners(signal, "abort")).toEqual([]);
      await vi.waitFor(() => expect(seen.open).toBe(0));
    },
  );

  test("without a reason rejects with an AbortError, as fetch does", async () => {
    const controller = new AbortController();
    const { baseUrl } = plain(await listen(onRequest(() => controller.abort())));
    const impact = createImpactClient({ ...account, baseUrl });
    const { signal } = controller;

    await expect(impact.trackingLinks.create({ programId: "1" }, { signal })).rejects.toMatchObject(
      { name: "AbortError" },
    );
  });

  test("by the caller's own timeout is not the client's timeout", async () => {
    const { baseUrl } = plain(await listen(onRequest(() => {})));
    const impact = createImpactClient({ ...account, baseUrl, timeout: TIMEOUT });
    const signal = AbortSignal.timeout(50);

    const error: unknown = await impact.trackingLinks
      .create({ programId: "1" }, { signal })
      .catch((e) => e);

    expect(error).toBe(signal.reason);
    expect(isImpactError(error)).toBe(false);
  });

  test("that comes after the client's timeout changes nothing", async () => {
    const { baseUrl } = plain(await listen(onRequest(() => {})));
    const controller = new AbortController();
    const impact = createImpactClient({ ...account, baseUrl, timeout: SHORT, maxRetries: 0 });

    const error: unknown = await impact.trackingLinks
      .create({ programId: "1" }, { signal: controller.signal })
      .catch((e) => e);
    controller.abort(reason);

    expect(error).toMatchObject({
      code: "timeout",
      outcome: "unknown",
      attempts: 1,
      message: `POST ${baseUrl}/Mediapartners/IRabc123/Programs/1/TrackingLinks gave no whole answer within ${SHORT} ms`,
    });
  });
});

test("1,000 calls on one signal leave no listener and no timer behind", async () => {
  const { baseUrl } = await serve((_, response, count) => {
    if (count % 3 === 0) response.destroy();
    else response.writeHead(count % 3 === 1 ? 200 : 500).end(link);
  });
  const pendingTimers = watchTimers(TIMEOUT);
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const impact = createImpactClient({ ...account, baseUrl, timeout: TIMEOUT, maxRetries: 1 });

  for (let batch = 0; batch < 20; batch++) {
    const calls = Array.from({ length: 50 }, () =>
      impact.trackingLinks.create({ programId: "1" }, { signal }),
    );
    await Promise.allSettled(calls);
  }

  expect(getEventListeners(signal, "abort")).toEqual([]);
  expect(pendingTimers()).toBe(0);
});
