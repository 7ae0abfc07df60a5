import { getEventListeners } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { beforeEach, expect, test, vi } from "vitest";
import {
  createImpactClient,
  type CreateTrackingLinkParams,
  type ImpactErrorCode,
  type Outcome,
} from "../../src/index.ts";
import { account, errorOf, LINK_BODY, rejection } from "../support/client.ts";
import {
  closedPort,
  head,
  holdTimers,
  listen,
  listenTls,
  moments,
  onFirstByte,
  onRequest,
  type Seen,
  type SocketServer,
  tellingOfHeads,
  thenReset,
  thenStall,
} from "../support/sockets.ts";

/** No other timer has this length. */
const TIMEOUT = 4321;

interface Story {
  name: string;
  start: () => Promise<{ baseUrl: string; seen: Seen }>;
  failure: { code: ImpactErrorCode; outcome: Outcome; status?: number; reason?: string };
  /** Which links are asked for again. */
  repeated: "both" | "regular" | "none";
  /** What one attempt is to the server. */
  attempt: { connections: number; requests: number };
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
      // The client does not say that it has a part of a head, so it gets a moment to read it.
      socket.write("HTTP/1.1 200 OK\r\nContent-", () => {
        setTimeout(() => socket.resetAndDestroy(), 30);
      });
    }),
    failure: { code: "connection", outcome: "unknown" },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "the answer's head, then a reset",
    start: onAsked(thenReset(head("200 OK", "Content-Length: 48"))),
    failure: { code: "connection", outcome: "unknown", status: 200 },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a body shorter than its Content-Length",
    start: onAsked((socket) => socket.end(head("200 OK", "Content-Length: 4800") + LINK_BODY)),
    failure: { code: "connection", outcome: "unknown", status: 200 },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a chunked body that is cut between chunks",
    start: onAsked((socket) => {
      const chunk = `${LINK_BODY.length.toString(16)}\r\n${LINK_BODY}\r\n`;
      socket.end(head("200 OK", "Transfer-Encoding: chunked") + chunk);
    }),
    failure: { code: "connection", outcome: "unknown", status: 200 },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a body without a length that is cut",
    start: onAsked((socket) =>
      socket.end(head("200 OK", "Connection: close") + LINK_BODY.slice(0, 30)),
    ),
    failure: {
      code: "unexpected_response",
      outcome: "unknown",
      status: 200,
      reason: LINK_BODY.slice(0, 30),
    },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a stall before the answer",
    start: onAsked(() => moments.expire()),
    failure: { code: "timeout", outcome: "unknown" },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a body that stalls",
    start: onAsked(thenStall(head("200 OK", "Content-Length: 48") + LINK_BODY[0])),
    failure: { code: "timeout", outcome: "unknown", status: 200 },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a body that trickles past the timeout",
    start: onAsked((socket) => {
      moments.onHead = () => setTimeout(moments.expire, 60);
      socket.write(head("200 OK", "Content-Length: 48"));
      const each = setInterval(() => socket.write(" "), 20);
      socket.on("close", () => clearInterval(each));
    }),
    failure: { code: "timeout", outcome: "unknown", status: 200 },
    repeated: "regular",
    attempt: { connections: 1, requests: 1 },
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
    start: onAsked(thenReset(head("403 Forbidden", "Content-Length: 48"))),
    failure: { code: "forbidden", outcome: "rejected", status: 403 },
    repeated: "none",
    attempt: { connections: 1, requests: 1 },
  },
  {
    name: "a refusal whose words stall",
    start: onAsked(thenStall(head("403 Forbidden", "Content-Length: 48") + "{")),
    failure: { code: "forbidden", outcome: "rejected", status: 403 },
    repeated: "none",
    attempt: { connections: 1, requests: 1 },
  },
];

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});

const cases = stories.flatMap((story) =>
  (["Regular", "Vanity"] as const).map((type) => ({ ...story, type })),
);

test.each(cases)("reports $name with its code and outcome for a $type link", async (story) => {
  const { start, failure, repeated, attempt, deepLink, type } = story;
  moments.onHead = () => {};
  const { baseUrl, seen } = await start();
  const pendingTimers = holdTimers(TIMEOUT);
  const { signal } = new AbortController();
  const fetch = vi.fn(tellingOfHeads(globalThis.fetch));
  const impact = createImpactClient({
    ...account,
    baseUrl,
    timeout: TIMEOUT,
    maxRetries: 2,
    fetch,
  });
  const params: CreateTrackingLinkParams = { programId: "1", type, deepLink };

  const error = await errorOf(impact.trackingLinks.create(params, { signal }));

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

test("reports an unknown outcome if TLS breaks after the request", async () => {
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

  const error = await rejection(impact.trackingLinks.create({ programId: "1", type: "Vanity" }));

  expect(error).toMatchObject({ code: "connection", outcome: "unknown", attempts: 1 });
  expect(server.seen.requests).toBe(1);
  vi.unstubAllEnvs();
});

test("reports an unknown outcome if a kept connection is lost on the next request", async () => {
  let count = 0;
  const { baseUrl, seen } = plain(
    await listen(
      onRequest((socket) => {
        if (++count === 2) socket.resetAndDestroy();
        else socket.write(head("200 OK", `Content-Length: ${LINK_BODY.length}`) + LINK_BODY);
      }),
    ),
  );
  const impact = createImpactClient({ ...account, baseUrl });

  await impact.trackingLinks.create({ programId: "1" });
  // undici takes a moment to hand the connection to the next request.
  await new Promise((resolve) => setTimeout(resolve, 30));
  const error = await rejection(impact.trackingLinks.create({ programId: "1", type: "Vanity" }));

  expect(error).toMatchObject({ code: "connection", outcome: "unknown", attempts: 1 });
  expect(seen).toMatchObject({ connections: 1, requests: 2 });
});
