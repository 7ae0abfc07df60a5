import type { ImpactError } from "../errors.ts";
import { apiError } from "./api-error.ts";
import { refusalOf } from "./classify-response.ts";
import type { Redact } from "./credentials.ts";
import { redactCause, type RuntimeError } from "./redact-cause.ts";
import { ApiResult } from "./read-response.ts";
import type { ApiRequest, Progress } from "./request.ts";

/** Passed in place of a thrown error when the attempt times out. */
export const TIMED_OUT: unique symbol = Symbol("timed out");

/** Creates the error of an attempt that ended before its response was complete. */
export function attemptError(
  request: ApiRequest,
  attempt: number,
  { isSent, response }: Progress,
  thrown: unknown,
  redact: Redact,
): ImpactError {
  // The status of a refusal is sufficient, even if its body is lost.
  if (response && !response.ok) return refusalOf(new ApiResult(request, attempt, response), redact);
  const status = response?.status;
  if (thrown === TIMED_OUT) {
    const what = `got no complete response within ${request.timeout} ms`;
    const outcome = isSent ? "unknown" : "not_sent";
    return apiError({ request, attempt }, { code: "timeout", outcome, status, what }, redact);
  }
  const cause = redactCause(thrown, redact);
  // If a response has begun, the request was sent, whatever the error says.
  const isUnsent = !isSent || (response === undefined && wasNeverSent(cause));
  const outcome = isUnsent ? "not_sent" : "unknown";
  const what = isUnsent ? "could not be sent" : "got no complete response";
  const failure = {
    code: "connection",
    outcome,
    status,
    what,
    why: rootMessage(cause),
    cause,
  } as const;
  return apiError({ request, attempt }, failure, redact);
}

/**
 * Codes of Node, undici and Bun for errors that occur before a request is sent: name resolution, connection,
 * certificate, TLS, or an invalid header. Every other code is `unknown`.
 */
const NOT_SENT = [
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|UND_ERR_(CONNECT_TIMEOUT|INVALID_ARG|NOT_SUPPORTED))$/,
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_|HOSTNAME_MISMATCH$|ERR_TLS_CERT_)/,
  /^ERR_(TLS_HANDSHAKE_TIMEOUT|SSL_(PACKET_LENGTH_TOO_LONG|TLSV1_ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|WRONG_VERSION_NUMBER))$/,
];

/**
 * Messages where the code is ambiguous: Node's reset during the TLS handshake, undici's refusal by a proxy, Bun's
 * failed handshake, Deno's connection failures, and the ports that every fetch blocks.
 */
const NOT_SENT_MESSAGE =
  /before secure TLS connection was established|when HTTP Tunneling$|The TLS handshake failed|client error \(Connect\)|^bad port$/;

function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall, message, cause, errors }: RuntimeError = error;
  // Several addresses were tried. Any of them may have received the request.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(wasNeverSent);
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  if (typeof code === "string" && NOT_SENT.some((known) => known.test(code))) return true;
  return NOT_SENT_MESSAGE.test(String(message)) || wasNeverSent(cause);
}

/** Returns the innermost message: "connect ECONNREFUSED 127.0.0.1:443" is more specific than "fetch failed". */
function rootMessage(error: Error): string {
  const inner = error.cause ?? (error as AggregateError).errors?.[0];
  const message = inner instanceof Error ? rootMessage(inner) : "";
  return message || error.message;
}
