import type { Redact } from "./credentials.ts";
import { ImpactError } from "../errors.ts";
import { nameOf, requestOf, type Call } from "./timeout.ts";

/**
 * The request got no whole answer: what is known of it, told from the runtime's own error. `status` is set if
 * an answer had begun.
 */
export function connectionError(
  thrown: unknown,
  call: Call,
  attempt: number,
  redact: Redact,
  status: number | undefined,
  isSent: boolean,
): ImpactError {
  const request = requestOf(call, attempt, redact);
  // Whatever the error says, an answer that has begun is the answer to a request that was sent.
  const cause = clean(thrown, redact, DEPTH);
  const outcome = !isSent || (status === undefined && neverLeft(cause)) ? "not_sent" : "unknown";
  const why = rootOf(cause);
  const what = outcome === "not_sent" ? "could not be sent" : "got no whole answer";
  return new ImpactError(`${nameOf(request)} ${what}: ${why}`, {
    code: "connection",
    outcome,
    status,
    cause,
    ...request,
  });
}

/**
 * Errors that a runtime raises before a request can have left: no name, no route, no connection, no TLS, a header
 * that it does not send. Codes of Node, undici and Bun. What is not here is `unknown`.
 */
const NOT_SENT = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_INVALID_ARG",
  "UND_ERR_NOT_SUPPORTED",
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
]);

/**
 * Where the code leaves it open: Node's reset within the TLS handshake, Bun's failed one, Deno's failures to
 * connect, and the ports that every fetch refuses.
 */
const NOT_SENT_WORDS =
  /before secure TLS connection was established|The TLS handshake failed|client error \(Connect\)|^bad port$/;

/** What runtimes put on the errors of a fetch, any part of which may be missing or of another type. */
interface Thrown {
  name?: unknown;
  stack?: unknown;
  code?: unknown;
  syscall?: unknown;
  message?: unknown;
  cause?: unknown;
  errors?: unknown;
}

function neverLeft(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall, message, cause, errors }: Thrown = error;
  // Several addresses were tried: the request left if one of them took it.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(neverLeft);
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  if (typeof code === "string" && NOT_SENT.has(code)) return true;
  return NOT_SENT_WORDS.test(String(message)) || neverLeft(cause);
}

/** How many causes of causes are kept. */
const DEPTH = 5;

/**
 * A plain error that says the same. The one that was thrown may hold the request with its headers, and may be
 * anything at all: a `fetch` given by the caller can throw what it likes.
 */
export function clean(thrown: unknown, redact: Redact, depth: number = DEPTH): Error {
  try {
    return copyOf(thrown, redact, depth);
  } catch {
    return new Error("what was thrown cannot be read");
  }
}

function copyOf(thrown: unknown, redact: Redact, depth: number): Error {
  if (!(thrown instanceof Error)) return new Error(redact(String(thrown)));
  const { name, message, stack, cause, code, syscall, errors }: Thrown = thrown;
  const copy = new Error(redact(String(message)));
  const keep = (key: string, value: unknown): void => {
    Object.defineProperty(copy, key, { value, configurable: true, writable: true });
  };
  keep("name", redact(String(name)));
  if (typeof stack === "string") keep("stack", redact(stack));
  for (const [key, value] of Object.entries({ code, syscall })) {
    if (typeof value === "string") Object.assign(copy, { [key]: redact(value) });
  }
  if (depth > 0 && cause !== undefined) keep("cause", clean(cause, redact, depth - 1));
  if (depth > 0 && Array.isArray(errors)) {
    const kept = errors.slice(0, 10).map((each) => clean(each, redact, depth - 1));
    keep("errors", kept);
  }
  return copy;
}

/** The innermost cause says most: "connect ECONNREFUSED 127.0.0.1:443", where fetch says "fetch failed". */
function rootOf(error: Error): string {
  const inner = error.cause ?? (error as AggregateError).errors?.[0];
  const said = inner instanceof Error ? rootOf(inner) : "";
  return said || error.message;
}
