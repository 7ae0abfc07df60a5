/**
 * Kind of a failure.
 *
 * - `configuration`: an option or environment variable is missing or wrong, or a raw call names another server.
 * - `invalid_input`: a parameter or an option of a call is missing or wrong.
 * - `unauthorized`: 401, the credentials are not accepted.
 * - `forbidden`: 403 without a more specific cause.
 * - `vanity_limit_reached`: 403, the account has reached its vanity link limit.
 * - `unknown_reference`: 403, the request refers to something that does not exist, such as a media property.
 * - `deep_link_refused`: 400, the program takes no deep links, or none to this domain.
 * - `invalid_request`: 400, 402 and every other 4xx without a code of its own.
 * - `not_found`: 404.
 * - `rate_limited`: 429.
 * - `server_error`: 5xx.
 * - `unexpected_response`: a redirect, or a 2xx without a link: HTML, XML, truncated JSON.
 * - `connection`: no response, or only part of one.
 * - `timeout`: no complete response within `timeout`.
 */
export type ImpactErrorCode =
  | "configuration"
  | "invalid_input"
  | "unauthorized"
  | "forbidden"
  | "vanity_limit_reached"
  | "unknown_reference"
  | "deep_link_refused"
  | "invalid_request"
  | "not_found"
  | "rate_limited"
  | "server_error"
  | "unexpected_response"
  | "connection"
  | "timeout";

/**
 * Can a link exist although the call failed?
 *
 * - `not_sent`: no. The request never left.
 * - `rejected`: no. The server responded and created nothing.
 * - `unknown`: perhaps. The request may have been carried out.
 */
export type Outcome = "not_sent" | "rejected" | "unknown";

/** One parameter that was refused, by the server or before sending. */
export interface FieldError {
  /** Its name as the caller gave it, or as the server calls it; empty if the server named none. */
  field: string;
  message: string;
}

type Known = "fields" | "status" | "reason" | "body" | "headers" | "retryAfter" | "method" | "url";

/** Everything an {@link ImpactError} knows besides its message. */
export type ImpactErrorDetails = Pick<ImpactError, "code" | "outcome"> & {
  [Field in keyof Pick<ImpactError, Known | "attempts">]?: ImpactError[Field] | undefined;
} & {
  /** Underlying error. For a lost connection: a copy of the runtime's error, with secrets redacted. */
  cause?: unknown;
};

/** The same in every copy of this package, so that {@link isImpactError} needs no shared class. */
const BRAND: unique symbol = Symbol.for("impact-partner-client.ImpactError") as never;

/**
 * Error of a failed call. Branch on `code`; `outcome` says whether a link may exist anyway.
 *
 * The auth token is redacted from every field, also if the server echoes it in another case, in base64, percent-encoded,
 * or escaped as in JSON or HTML. Not redacted: tokens of up to seven letters or under four characters, and tokens encoded
 * as hex, as UTF-16, or as base64 that is split into lines or is of a longer text.
 *
 * `JSON.stringify(error)` gives every field. `structuredClone` keeps message, stack and cause only; clone
 * `error.toJSON()` instead.
 */
export class ImpactError extends Error {
  static {
    Object.defineProperty(this.prototype, "name", { value: "ImpactError" });
    Object.defineProperty(this.prototype, BRAND, {});
  }

  /** Also true for an error of another copy of this package: each entry of dist/ has its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Object.hasOwn(this.prototype, BRAND)
      ? isImpactError(value)
      : Object.prototype.isPrototypeOf.call(this.prototype, value as object);
  }

  /** Kind of failure. */
  readonly code: ImpactErrorCode;
  /** Whether a link may exist although the call failed. */
  readonly outcome: Outcome;
  /** HTTP status, if there was a response. */
  declare readonly status?: number;
  /** The server's message. */
  declare readonly reason?: string;
  /** The refused parameters, if the server or the check names them. */
  declare readonly fields?: readonly FieldError[];
  /** Body of the response: parsed if it is JSON or the API's XML, else text. At most 64 KiB are kept. */
  declare readonly body?: unknown;
  /** Headers of the response, without cookies. */
  declare readonly headers?: Headers;
  /** Number of attempts. 0 if the input was refused before the first one. */
  readonly attempts: number;
  /** Milliseconds that the server asks to wait before the next request. */
  declare readonly retryAfter?: number;
  /** The request's method. */
  declare readonly method?: string;
  /** The request's URL. */
  declare readonly url?: string;

  /**
   * Thrown by clients. Construct one yourself only in tests.
   *
   * @param message what happened, for people
   * @param details what is known; fields that are undefined are left out
   */
  constructor(
    message: string,
    { code, outcome, attempts = 0, cause, ...rest }: ImpactErrorDetails,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.outcome = outcome;
    // An absent field stays absent, so that a printed error shows what is known and no more.
    for (const [key, value] of Object.entries(rest)) {
      if (value !== undefined) Object.assign(this, { [key]: value });
    }
    this.attempts = attempts;
  }

  /** All fields as plain data. */
  toJSON(): Record<string, unknown> {
    const { name, message, headers, cause, stack: _, ...fields } = this;
    return {
      name,
      message,
      ...fields,
      ...(headers && { headers: Object.fromEntries(headers) }),
      ...(cause !== undefined && {
        cause: cause instanceof Error ? `${cause.name}: ${cause.message}` : cause,
      }),
    };
  }
}

/** Whether a value is an {@link ImpactError}, created by this copy of the package or by another. */
export function isImpactError(value: unknown): value is ImpactError {
  return typeof value === "object" && value !== null && BRAND in value;
}
