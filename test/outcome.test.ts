import { expect, test } from "vitest";
import { createImpactClient } from "../src/index.ts";

const failed = (cause: Error): TypeError => new TypeError("fetch failed", { cause });
const coded = (message: string, parts: object): Error => Object.assign(new Error(message), parts);

// As the runtimes raised them: Node 20.20, Bun 1.4.5 and Deno 2.9.5 against a closed port, a name that does not
// exist, a plain server that is spoken to in TLS, and a server that resets after the request.
test.each<[what: string, thrown: unknown, outcome: "not_sent" | "unknown"]>([
  [
    "Node, refused",
    failed(coded("connect ECONNREFUSED", { code: "ECONNREFUSED", syscall: "connect" })),
    "not_sent",
  ],
  [
    "Node, refused at every address",
    failed(
      Object.assign(
        new AggregateError([
          coded("connect ECONNREFUSED ::1", { code: "ECONNREFUSED", syscall: "connect" }),
          coded("connect ETIMEDOUT 127.0.0.1", { code: "ETIMEDOUT", syscall: "connect" }),
        ]),
        { code: "ECONNREFUSED" },
      ),
    ),
    "not_sent",
  ],
  [
    "Node, refused at one address and lost at another",
    failed(
      Object.assign(
        new AggregateError([
          coded("connect ECONNREFUSED ::1", { code: "ECONNREFUSED", syscall: "connect" }),
          coded("read ECONNRESET", { code: "ECONNRESET", syscall: "read" }),
        ]),
        { code: "ECONNREFUSED" },
      ),
    ),
    "unknown",
  ],
  [
    "Node, no such name",
    failed(coded("getaddrinfo ENOTFOUND", { code: "ENOTFOUND", syscall: "getaddrinfo" })),
    "not_sent",
  ],
  [
    "Node, no answer from the name server",
    failed(coded("getaddrinfo EAI_AGAIN", { code: "EAI_AGAIN", syscall: "getaddrinfo" })),
    "not_sent",
  ],
  [
    "Node, no route",
    failed(coded("connect EHOSTUNREACH", { code: "EHOSTUNREACH", syscall: "connect" })),
    "not_sent",
  ],
  [
    "Node, route lost after connecting",
    failed(coded("read EHOSTUNREACH", { code: "EHOSTUNREACH", syscall: "read" })),
    "unknown",
  ],
  [
    "Node, connect timeout",
    failed(coded("Connect Timeout Error", { code: "UND_ERR_CONNECT_TIMEOUT" })),
    "not_sent",
  ],
  [
    "Node, TLS to a plain server",
    failed(coded("wrong version number", { code: "ERR_SSL_WRONG_VERSION_NUMBER" })),
    "not_sent",
  ],
  [
    "Node, reset within the handshake",
    failed(
      coded("Client network socket disconnected before secure TLS connection was established", {
        code: "ECONNRESET",
      }),
    ),
    "not_sent",
  ],
  ["Node, a port that fetch refuses", failed(new Error("bad port")), "not_sent"],
  [
    "Node, reset",
    failed(coded("read ECONNRESET", { code: "ECONNRESET", syscall: "read" })),
    "unknown",
  ],
  [
    "Node, closed by the server",
    failed(coded("other side closed", { code: "UND_ERR_SOCKET" })),
    "unknown",
  ],
  [
    "Bun, refused",
    coded("Unable to connect. Is the computer able to access the url?", { code: "ECONNREFUSED" }),
    "not_sent",
  ],
  [
    "Bun, no such name",
    coded("getaddrinfo ENOTFOUND host.invalid", { code: "ENOTFOUND" }),
    "not_sent",
  ],
  [
    "Bun, TLS to a plain server",
    coded("EPROTO: The TLS handshake failed. Does the server speak TLS on this port?", {
      code: "EPROTO",
    }),
    "not_sent",
  ],
  [
    "Bun, reset",
    coded("ECONNRESET: The socket connection was closed unexpectedly.", { code: "ECONNRESET" }),
    "unknown",
  ],
  [
    "Deno, refused",
    failed(
      new Error(
        "error sending request for url (http://127.0.0.1:1/): client error (Connect): tcp connect error: Connection refused (os error 111)",
      ),
    ),
    "not_sent",
  ],
  ["Deno, reset", failed(new Error("Connection reset by peer (os error 104)")), "unknown"],
  ["workerd, lost", new Error("Network connection lost."), "unknown"],
  ["a text", "no", "unknown"],
  ["nothing", undefined, "unknown"],
])("tells whether the request can have left: %s", async (_, thrown, outcome) => {
  const impact = createImpactClient({
    accountSid: "IR1",
    authToken: "t0ken-1234",
    maxRetries: 0,
    // oxlint-disable-next-line prefer-promise-reject-errors
    fetch: () => Promise.reject(thrown),
  });

  await expect(impact.trackingLinks.create({ programId: "1" })).rejects.toMatchObject({
    code: "connection",
    outcome,
    attempts: 1,
  });
});
