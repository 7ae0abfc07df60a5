import { isImpactError, type ImpactError } from "../errors.ts";
import { errorInSuccess, refusalOf, saysError } from "./classify-response.ts";
import type { Redact } from "./credentials.ts";
import { ApiResult } from "./read-response.ts";

/** The result of a call of `impact.raw`. */
export interface RawResult {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}

/** How the responses that openapi-fetch gets came about: the refusal, or the result of a success. */
const origins = new WeakMap<Response, ImpactError | { result: ApiResult; redact: Redact }>();

/** Remembers where a response comes from, for {@link toImpactError}. */
export function rememberOrigin(
  response: Response,
  origin: ImpactError | { result: ApiResult; redact: Redact },
): Response {
  origins.set(response, origin);
  return response;
}

/**
 * The error of a result of `impact.raw`, with `code`, `outcome`, `reason` and `retryAfter`. Undefined if the call was
 * successful. A 200 with `Status: "ERROR"` is not: its code is `unexpected_response`, its outcome `unknown`.
 *
 * @example
 * const result = await impact.raw.GET(path, { params });
 * const error = toImpactError(result);
 * if (error?.code === "not_found") …
 */
export function toImpactError(raw: RawResult): ImpactError | undefined {
  const origin = origins.get(raw.response);
  if (isImpactError(origin)) return origin;
  const { result, redact } = origin ?? { result: resultOf(raw), redact: <T>(value: T): T => value };
  if (!raw.response.ok) return refusalOf(result, redact);
  return saysError(raw.data) ? errorInSuccess(result, redact) : undefined;
}

/** Of a response that a middleware has made. */
function resultOf({ response, data, error }: RawResult): ApiResult {
  const body = error ?? data ?? "";
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const request = {
    id: "",
    method: "A request",
    url: response.url,
    timeout: 0,
    maxRetries: 0,
    expects: "anything",
  } as const;
  return new ApiResult(request, 1, response, { bytes: new Uint8Array(), text, isWhole: true });
}
