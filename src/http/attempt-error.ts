import type { ImpactError } from "../errors.ts";
import { apiError } from "./api-error.ts";
import { refusalOf } from "./classify-response.ts";
import type { Redact } from "./credentials.ts";
import { redactCause, type RuntimeError } from "./redact-cause.ts";
import { ApiResult } from "./read-response.ts";
import type { ApiRequest, Progress } from "./request.ts";

/** Stands for an error that was thrown: the attempt's time is up. */
export const TIMED_OUT: unique symbol = Symbol("timed out");

/** The error of an attempt that ended before its answer was whole. */
export function attemptError(
  request: ApiRequest,
  attempt: number,
  { isSent, response }: Progress,
  thrown: unknown,
  redact: Redact,
): ImpactError {
  // The status of a refusal says enough, even if its body is lost.
  if (response && !response.ok) return refusalOf(new ApiResult(request, attempt, response), redact);
  const status = response?.status;
  if (thrown === TIMED_OUT) {
    const what = `gave no whole answer within ${request.timeout} ms`;
    const outcome = isSent ? "unknown" : "not_sent";
    return apiError({ request, attempt }, { code: "timeout", outcome, status, what }, redact);
  }
  const cause = redactCause(thrown, redact);
  // An answer that has begun answers a request that was sent, whatever the error says.
  const isUnsent = !isSent || (response === undefined && neverLeft(cause));
  const outcome = isUnsent ? "not_sent" : "unknown";
  const what = isUnsent ? "could not be sent" : "got no whole answer";
  const failure = { code: "connection", outcome, status, what, why: rootOf(cause), cause } as const;
  return apiError({ request, attempt }, failure, redact);
}

/**
 * Codes of Node, undici and Bun for errors before a request can have left: no name, no route, no connection, a certificate
 * that is not accepted, no TLS, a header that cannot be sent. Every other code is `unknown`.
 */
const NOT_SENT = [
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|UND_ERR_(CONNECT_TIMEOUT|INVALID_ARG|NOT_SUPPORTED))$/,
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_|HOSTNAME_MISMATCH$|ERR_TLS_CERT_)/,
  /^ERR_(TLS_HANDSHAKE_TIMEOUT|SSL_(PACKET_LENGTH_TOO_LONG|TLSV1_ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|WRONG_VERSION_NUMBER))$/,
];

/**
 * Where the code leaves it open: Node's reset within the TLS handshake, undici's refusal by a proxy, Bun's failed
 * handshake, Deno's failures to connect, and the ports that every fetch refuses.
 */
const NOT_SENT_WORDS =
  /before secure TLS connection was established|when HTTP Tunneling$|The TLS handshake failed|client error \(Connect\)|^bad port$/;

function neverLeft(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall, message, cause, errors }: RuntimeError = error;
  // Several addresses were tried: the request left if one of them took it.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(neverLeft);
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  if (typeof code === "string" && NOT_SENT.some((known) => known.test(code))) return true;
  return NOT_SENT_WORDS.test(String(message)) || neverLeft(cause);
}

/** The innermost cause says most: "connect ECONNREFUSED 127.0.0.1:443", where fetch says "fetch failed". */
function rootOf(error: Error): string {
  const inner = error.cause ?? (error as AggregateError).errors?.[0];
  const said = inner instanceof Error ? rootOf(inner) : "";
  return said || error.message;
}
