import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { createImpactClient } from "../../src/index.ts";
import { account, errorFrom } from "../support/client.ts";

const failed = (cause: Error): TypeError => new TypeError("fetch failed", { cause });

/** An error as a test runner's own realm makes it: no instance of this realm's `Error`. */
const foreign = (script: string): unknown => runInNewContext(script) as unknown;

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
    "Node in another realm, refused",
    foreign(
      `new TypeError("fetch failed", { cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" }) })`,
    ),
    "not_sent",
  ],
  [
    "Node in another realm, lost",
    foreign(
      `new TypeError("fetch failed", { cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }) })`,
    ),
    "unknown",
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
])("reports whether the request can have been sent: %s", async (_, thrown, outcome) => {
  // oxlint-disable-next-line prefer-promise-reject-errors
  const fetch = (): Promise<Response> => Promise.reject(thrown);
  const impact = createImpactClient({ ...account, fetch, maxRetries: 0 });

  await expect(impact.trackingLinks.create({ programId: "1" })).rejects.toMatchObject({
    code: "connection",
    outcome,
    attempts: 1,
  });
});

test.each([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
  "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
  "ERR_SSL_UNSUPPORTED_PROTOCOL",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ERR_TLS_HANDSHAKE_TIMEOUT",
  "HOSTNAME_MISMATCH",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
])("reports not_sent for the code %s", async (code) => {
  const error = await errorFrom(() => Promise.reject(failed(coded("no", { code }))));
  expect(error.outcome).toBe("not_sent");
});

test.each(["connect", "getaddrinfo"])(
  "reports not_sent for any code of the system call %s",
  async (syscall) => {
    const error = await errorFrom(() =>
      Promise.reject(failed(coded("no", { code: "EX", syscall }))),
    );
    expect(error.outcome).toBe("not_sent");
  },
);

test("ignores an AggregateError without errors and reads its code", async () => {
  const thrown = Object.assign(new AggregateError([]), { code: "ECONNREFUSED" });
  expect((await errorFrom(() => Promise.reject(thrown))).outcome).toBe("not_sent");
});

test("reports unknown for a body that fails, whatever its error says", async () => {
  const body = new ReadableStream({
    start(controller) {
      controller.error(coded("connect ECONNREFUSED", { code: "ECONNREFUSED", syscall: "connect" }));
    },
  });
  const error = await errorFrom(() => Promise.resolve(new Response(body)));
  expect(error).toMatchObject({ code: "connection", outcome: "unknown", status: 200 });
});

test("keeps name, message, stack and code of a cause and nothing else", async () => {
  const each = Array.from({ length: 12 }, (_, index) =>
    coded(`no ${index}`, { code: `E${index}` }),
  );
  const inner = Object.assign(new AggregateError(each, "all failed"), { code: "EALL", errno: -1 });
  const outer = Object.assign(failed(inner), { request: { headers: "x" }, code: 7 });
  const { cause, message } = await errorFrom(() => Promise.reject(outer));
  const kept = cause as Error & { cause: Error & { errors: (Error & { code: string })[] } };

  expect(kept).toBeInstanceOf(Error);
  expect([kept.name, kept.message, kept.stack]).toEqual(["TypeError", "fetch failed", outer.stack]);
  expect(Object.keys(kept)).toEqual([]);
  expect([kept.cause.name, kept.cause.message, kept.cause.stack]).toEqual([
    "AggregateError",
    "all failed",
    inner.stack,
  ]);
  expect({ ...kept.cause }).toEqual({ code: "EALL" });
  expect(kept.cause.errors.map((error) => `${error.code} ${error.message}`)).toEqual(
    each.slice(0, 10).map((error, index) => `E${index} ${error.message}`),
  );
  expect(message).toMatch(/got no complete response: no 0$/);
});

test("keeps at most five nested causes", async () => {
  let thrown = new Error("0");
  for (let depth = 1; depth <= 8; depth++) thrown = new Error(String(depth), { cause: thrown });
  const error = await errorFrom(() => Promise.reject(thrown));
  const messages: string[] = [];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    messages.push(cause.message);
  }
  expect(messages).toEqual(["8", "7", "6", "5", "4", "3"]);
});

test("reports a thrown value that cannot be read", async () => {
  const thrown = Object.create(null) as Error;
  const error = await errorFrom(() => Promise.reject(thrown));
  expect(error.message).toMatch(/got no complete response: the thrown value cannot be read$/);
});

test("keeps an error without a stack", async () => {
  const thrown = Object.defineProperty(new Error("no"), "stack", { value: undefined });
  const { cause } = await errorFrom(() => Promise.reject(thrown));
  expect((cause as Error).stack).toMatch(/^Error: no\n/);
});

test("the outcome is unknown if `fetch` throws an ImpactError, whatever its own outcome", async () => {
  const unsent: unknown = await createImpactClient({ ...account, maxRetries: 0 })
    .trackingLinks.create({ programId: "" })
    .catch((error: unknown) => error);
  let calls = 0;
  const error = await errorFrom(async () => {
    calls += 1;
    throw unsent;
  });
  expect(error).toMatchObject({ code: "connection", outcome: "unknown", attempts: 1 });
  expect(calls).toBe(1);
});
