import { oneLine } from "../characters.ts";
import { ImpactError, type ImpactErrorDetails, type Outcome } from "../errors.ts";
import { readRetryAfter } from "../quota.ts";
import type { Redact } from "./credentials.ts";
import { MARGIN, MAX_BODY, type ApiResult } from "./read-response.ts";

/** An attempt that failed, as it came: nothing in it is redacted or cut yet. */
export interface Failure extends Pick<
  ImpactErrorDetails,
  "code" | "outcome" | "status" | "reason" | "fields" | "body" | "cause"
> {
  /** Follows the request's method and URL in the message. */
  readonly what: string;
  /** Ends the message: the words of the server or of the runtime. */
  readonly why?: string | undefined;
}

/** Characters. Longer words are no reason but a page. */
const MAX_WORDS = 500;

/** Makes the error of an attempt. Here alone are its credentials redacted, and texts cut only after that. */
export function apiError(
  from: Pick<ApiResult, "request" | "attempt"> & Partial<ApiResult>,
  { what, why, body, reason, fields, cause, ...kind }: Failure,
  redact: Redact,
): ImpactError {
  const { request, attempt, headers, status = 0 } = from;
  const url = redact(request.url);
  const words = (text: string): string => oneLine(redact(text).slice(0, MAX_WORDS));
  // Queries can be long, and stand in `url`.
  const name = `${request.method} ${url.split("?", 1)[0]}`;
  const message = `${name} ${redact(what)}${why === undefined ? "" : `: ${words(why)}`}`;
  const kept = typeof body === "string" ? cut(body, from.body?.isWhole ?? true, redact) : body;
  const error = new ImpactError(message, {
    ...kind,
    reason: reason && words(reason),
    fields: fields?.map((each) => ({ field: words(each.field), message: words(each.message) })),
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

/** The outcome of a call with two attempts. */
export function leastCertain(one: Outcome, other: Outcome): Outcome {
  return OUTCOMES.indexOf(one) > OUTCOMES.indexOf(other) ? one : other;
}

/** The failure of a call: that of its last attempt, with the outcome of all. */
export function overAttempts(error: ImpactError, earlier: Outcome): ImpactError {
  const outcome = leastCertain(error.outcome, earlier);
  if (outcome === error.outcome) return error;
  const more = outcome === "unknown" ? " (an earlier attempt may have made a link)" : "";
  const message = `${error.message}${more}`;
  const whole = new ImpactError(message, { ...error, outcome, cause: error.cause });
  statusTexts.set(whole, statusTextOf(error));
  return whole;
}

const statusTexts = new WeakMap<ImpactError, string>();

/** The reason phrase of a refusal, for `impact.raw`: no field of the error holds it. */
export function statusTextOf(error: ImpactError): string {
  return statusTexts.get(error) ?? "";
}

/** At most 64 KiB. The end of a cut text is dropped: half of a credential there would not be found. */
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
