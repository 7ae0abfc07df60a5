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

/** What an error is made of. */
interface Known {
  readonly result: ApiResult;
  readonly redact: Redact;
}

/**
 * Key of a response for the function that makes its error. A registered symbol, so that it works across copies of the
 * package: the ESM and the CommonJS build in one program, or two versions. A function keeps what it needs out of reach.
 */
const ERROR_OF: unique symbol = Symbol.for("impact-partner-client.errorOf") as never;

interface MarkedResponse extends Response {
  [ERROR_OF]?: (raw: RawResult) => ImpactError | undefined;
}

/** Remembers where a response comes from, for {@link toImpactError}. */
export function rememberOrigin(response: Response, origin: ImpactError | Known): Response {
  const value: MarkedResponse[typeof ERROR_OF] = (raw) =>
    isImpactError(origin) ? origin : errorOf(raw, origin);
  return Object.defineProperty(response, ERROR_OF, { value });
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
  const response: MarkedResponse = raw.response;
  if (response[ERROR_OF]) return response[ERROR_OF](raw);
  return errorOf(raw, { result: resultOf(raw), redact: (value) => value });
}

function errorOf({ response, data }: RawResult, { result, redact }: Known) {
  if (!response.ok) return refusalOf(result, redact);
  return saysError(data) ? errorInSuccess(result, redact) : undefined;
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
