import { oneLine } from "../characters.ts";
import { ImpactError, type ImpactErrorDetails, type Outcome } from "../errors.ts";
import { readRetryAfter } from "../quota.ts";
import type { Redact } from "./credentials.ts";
import { MARGIN, MAX_BODY, type ApiResult } from "./read-response.ts";

/** A failed attempt, not yet redacted or shortened. */
export interface Failure extends Pick<
  ImpactErrorDetails,
  "code" | "outcome" | "status" | "reason" | "fields" | "body" | "cause"
> {
  /** Follows the request's method and URL in the message. */
  readonly what: string;
  /** Ends the message: text from the server or the runtime. */
  readonly why?: string | undefined;
}

/** Maximum characters of a server's text. */
const MAX_TEXT = 500;

/** Creates the error of an attempt. Redacts all credentials first, and then shortens texts. */
export function apiError(
  from: Pick<ApiResult, "request" | "attempt"> & Partial<ApiResult>,
  { what, why, body, reason, fields, cause, ...kind }: Failure,
  redact: Redact,
): ImpactError {
  const { request, attempt, headers, status = 0 } = from;
  const url = redact(request.url);
  const clean = (text: string): string => oneLine(redact(text).slice(0, MAX_TEXT));
  // Leave out the query: it can be long, and `url` contains it.
  const name = `${request.method} ${url.split("?", 1)[0]}`;
  const message = `${name} ${redact(what)}${why === undefined ? "" : `: ${clean(why)}`}`;
  const kept = typeof body === "string" ? cut(body, from.body?.isWhole ?? true, redact) : body;
  const error = new ImpactError(message, {
    ...kind,
    reason: reason && clean(reason),
    fields: fields?.map((each) => ({ field: clean(each.field), message: clean(each.message) })),
    body: kept === "" ? undefined : redact(kept),
    status: kind.status ?? (status || undefined),
    headers: headers && withoutSecrets(headers, redact),
    retryAfter: headers && readRetryAfter(headers, status, Date.now()),
    method: request.method,
    url,
    attempts: attempt,
    cause,
  });
  if (from.statusText) statusTexts.set(error, redact(from.statusText));
  return error;
}

const OUTCOMES: readonly Outcome[] = ["not_sent", "rejected", "unknown"];

/** Returns the outcome of a call with two attempts. */
export function leastCertain(one: Outcome, other: Outcome): Outcome {
  return OUTCOMES.indexOf(one) > OUTCOMES.indexOf(other) ? one : other;
}

/** Returns the error of the last attempt, with the least certain outcome of all attempts. */
export function overAttempts(error: ImpactError, earlier: Outcome): ImpactError {
  const outcome = leastCertain(error.outcome, earlier);
  if (outcome === error.outcome) return error;
  const more = outcome === "unknown" ? " (an earlier attempt may have made a link)" : "";
  const message = `${error.message}${more}`;
  const combined = new ImpactError(message, { ...error, outcome, cause: error.cause });
  statusTexts.set(combined, statusTextOf(error));
  return combined;
}

const statusTexts = new WeakMap<ImpactError, string>();

/** Returns the reason phrase of a refusal, for `impact.raw`. The error has no field for it. */
export function statusTextOf(error: ImpactError): string {
  return statusTexts.get(error) ?? "";
}

/**
 * Cuts a text to 64 KiB. Drops the last part of an incomplete one, where half of a credential would not be redacted.
 */
function cut(text: string, isWhole: boolean, redact: Redact): string {
  const cleared = redact(text.slice(0, MAX_BODY + MARGIN));
  return cleared.slice(0, Math.min(MAX_BODY, cleared.length - (isWhole ? 0 : MARGIN)));
}

function withoutSecrets(headers: Headers, redact: Redact): Headers {
  const kept = new Headers();
  headers.forEach((value, name) => {
    if (name !== "set-cookie" && redact(name) === name) kept.append(name, redact(value));
  });
  return kept;
}
