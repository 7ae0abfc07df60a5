/**
 * What kind of failure it was.
 *
 * - `configuration`: an option or environment variable is missing or wrong; nothing was sent.
 * - `invalid_input`: a parameter is missing or wrong; nothing was sent.
 * - `unauthorized`: 401, the credentials are not accepted.
 * - `forbidden`: 403, and the server's words name no closer cause.
 * - `vanity_limit_reached`: 403, the account holds as many vanity links as it may.
 * - `unknown_reference`: 403, something the request refers to (a media property, say) does not exist.
 * - `invalid_request`: 400, 402 and every other 4xx without a code of its own.
 * - `not_found`: 404.
 * - `rate_limited`: 429.
 * - `server_error`: 5xx.
 * - `unexpected_response`: an answer that is neither a link nor a refusal: 3xx, HTML, XML, half a JSON.
 * - `connection`: no answer, or only a part of one.
 * - `timeout`: no whole answer within `timeout`.
 */
export type ImpactErrorCode =
  | "configuration"
  | "invalid_input"
  | "unauthorized"
  | "forbidden"
  | "vanity_limit_reached"
  | "unknown_reference"
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
 * - `rejected`: no. The server answered and did nothing.
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
  /** The error behind it, such as a copy of the runtime's own for a lost connection, without secrets. */
  cause?: unknown;
};

/** The same in every copy of this package, so that {@link isImpactError} needs no shared class. */
const BRAND: unique symbol = Symbol.for("impact-partner-client.ImpactError") as never;

/**
 * Why there is no link. Branch on `code`; `outcome` says whether a link can exist all the same.
 *
 * No field holds the auth token: what a server echoes is cut out, plain, in base64, percent-encoded or escaped as
 * in JSON or HTML, letters and digits as they are. Only a token that could be an ordinary word (up to seven letters, or under four characters) is
 * left in texts; impact.com's are longer.
 *
 * `JSON.stringify(error)` gives every field. `structuredClone` keeps the standard ones of an `Error`
 * only (message, stack, cause); clone `error.toJSON()` to keep all.
 */
export class ImpactError extends Error {
  static {
    Object.defineProperty(this.prototype, "name", { value: "ImpactError" });
    Object.defineProperty(this.prototype, BRAND, {});
  }

  /** An error of another copy of this package is one, too; each entry holds its own copy of what it needs. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Object.hasOwn(this.prototype, BRAND)
      ? isImpactError(value)
      : Object.prototype.isPrototypeOf.call(this.prototype, value as object);
  }

  /** What kind of failure it was. */
  readonly code: ImpactErrorCode;
  /** Can a link exist although this failed? */
  readonly outcome: Outcome;
  /** HTTP status, if there was an answer. */
  declare readonly status?: number;
  /** The server's own words. */
  declare readonly reason?: string;
  /** The parameters that were refused, where they are named. */
  declare readonly fields?: readonly FieldError[];
  /** The answer's body: parsed if it was JSON or the API's XML, else its text; at most 64 KiB are read. */
  declare readonly body?: unknown;
  /** The answer's headers, without cookies. */
  declare readonly headers?: Headers;
  /** Requests sent, this failure included; 0 if none was. */
  readonly attempts: number;
  /** Milliseconds that the server asked to wait before the next request. */
  declare readonly retryAfter?: number;
  /** The request's method. */
  declare readonly method?: string;
  /** The request's URL. */
  declare readonly url?: string;

  /**
   * Clients make them. Make one yourself to test what your code does with it.
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

/** Whether a value is an {@link ImpactError}, made by this copy of the package or by another. */
export function isImpactError(value: unknown): value is ImpactError {
  return typeof value === "object" && value !== null && BRAND in value;
}
