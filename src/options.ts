import { defaults } from "../generated/operations.ts";
import { createCredentials, type Redact } from "./http/credentials.ts";
import { createEmit, redactEvent } from "./events.ts";
import type { Emit, ImpactEvent, RequestEvent } from "./events.ts";
import { isBrowserPage } from "./browser.ts";
import { CONTROL } from "./characters.ts";
import { badInput, expectKnown, expectWhole, kindOf, show, wrongOption } from "./validate.ts";
import { readHeaders, userAgent } from "./http/headers.ts";
import { withRules } from "./http/retry-policy.ts";
import type { RetryRule, RetryRules } from "./http/retry-rules.ts";
import { LONGEST_TIMER } from "./sleep.ts";
import { isWebUrl } from "./url.ts";

/** Options of a client. `undefined` counts as absent; an unknown name throws. */
export interface ImpactClientOptions {
  /** Account SID of the partner account. @default the environment's `IMPACT_ACCOUNT_SID` */
  accountSid?: string | undefined;
  /** Auth token. A read-only token cannot create links. @default the environment's `IMPACT_AUTH_TOKEN` */
  authToken?: string | undefined;
  /**
   * API origin, with a path if it has one. `http` only for localhost.
   *
   * @default the environment's `IMPACT_BASE_URL`, else `https://api.impact.com`
   */
  baseUrl?: string | undefined;
  /**
   * API version, sent as `IR-Version`. Overrides the account's default version.
   *
   * @default the version of the document that the types were generated from
   * @see https://integrations.impact.com/partner-api-reference/partner-v14/readme/versioning
   */
  apiVersion?: string | undefined;
  /** Timeout of each attempt in milliseconds, including reading the body. @default 30_000 */
  timeout?: number | undefined;
  /**
   * Retries after the first attempt. The client retries only if that attempt created nothing, or if a duplicate would be
   * harmless.
   *
   * @default 2
   */
  maxRetries?: number | undefined;
  /**
   * Longest wait before a retry, in milliseconds. If the server requires a longer wait, the call fails immediately and
   * `error.retryAfter` has its length. After a 429, `createMany` always waits.
   *
   * @default 60_000
   */
  maxRetryDelay?: number | undefined;
  /**
   * Whether to retry operations after a failure with outcome `unknown`, such as a 503. Keys are methods and paths:
   * `{ "GET /Mediapartners/{AccountSID}/Jobs/{Id}": "never" }`. These rules take precedence over the client's own,
   * which retry Regular links and every GET except exports, and nothing else.
   *
   * @default the client's own rules
   */
  retryRules?: Readonly<Record<string, RetryRule>> | undefined;
  /**
   * Makes calls of `impact.raw` reject with an {@link ImpactError} for an error response, including a 200 with
   * `Status: "ERROR"`. By default it is returned as `error`, and `toImpactError` converts it to an `ImpactError`.
   *
   * @default false
   */
  throwOnError?: boolean | undefined;
  /** Any standard `fetch`. @default `globalThis.fetch`, looked up at each call */
  fetch?: typeof globalThis.fetch | undefined;
  /** Headers to send in addition to the client's own. */
  headers?: Record<string, string> | undefined;
  /** Called for each request, response, retry and wait. Its errors are ignored. */
  onEvent?: ((event: ImpactEvent) => void) | undefined;
  /**
   * Called and awaited before each request, including retries. Counts towards `timeout`. Use it to record a request
   * that must not be sent twice. If it throws, the attempt fails with code `connection` and outcome `not_sent`, and is
   * retried like any other.
   */
  beforeSend?: ((request: RequestEvent) => void | Promise<void>) | undefined;
  /**
   * Allows a client in a browser page, where every visitor can read the auth token.
   *
   * @default false
   */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/** Options of one call. They default to the client's. */
export interface RequestOptions {
  /** Aborts the call, including waits. The call rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Timeout of each attempt in milliseconds, including reading the body. @default the client's `timeout` */
  timeout?: number | undefined;
  /** Retries after the first attempt. @default the client's `maxRetries` */
  maxRetries?: number | undefined;
}

/** Validated options with defaults. */
export interface Settings {
  readonly accountSid: string;
  readonly baseUrl: string;
  readonly apiVersion: string;
  readonly timeout: number;
  readonly maxRetries: number;
  readonly maxRetryDelay: number;
  readonly retryRules: RetryRules | undefined;
  readonly throwOnError: boolean;
  readonly fetch: typeof globalThis.fetch | undefined;
  /** Returns a copy of the headers of every request, because a `fetch` may modify its arguments. */
  readonly headers: () => Record<string, string>;
  readonly redact: Redact;
  readonly emit: Emit | undefined;
  readonly beforeSend: ImpactClientOptions["beforeSend"];
}

const OPTIONS: readonly (keyof ImpactClientOptions)[] = [
  "accountSid",
  "authToken",
  "baseUrl",
  "apiVersion",
  "timeout",
  "maxRetries",
  "maxRetryDelay",
  "retryRules",
  "throwOnError",
  "fetch",
  "headers",
  "onEvent",
  "beforeSend",
  "dangerouslyAllowBrowser",
];
export const REQUEST_OPTIONS = ["signal", "timeout", "maxRetries"] as const;

const TIMEOUT = { least: 1, most: LONGEST_TIMER, unit: " of milliseconds" };
const RETRIES = { least: 0, most: 100 };
const DELAY = { least: 0, unit: " of milliseconds" };

/** Reads options, or else the environment, or else defaults. Throws `configuration` for an invalid value. */
export function readOptions(options: ImpactClientOptions): Settings {
  expectKnown("configuration", "option", options, OPTIONS);
  for (const name of ["throwOnError", "dangerouslyAllowBrowser"] as const) {
    const value: unknown = options[name];
    if (value === undefined || typeof value === "boolean") continue;
    throw wrongOption(name, "true or false", kindOf(value));
  }
  refuseBrowser(options.dangerouslyAllowBrowser);
  const accountSid = readAccountSid(
    ...find("accountSid", options.accountSid, "IMPACT_ACCOUNT_SID"),
  );
  const authToken = readCredential(...find("authToken", options.authToken, "IMPACT_AUTH_TOKEN"));
  const { apiVersion = defaults.apiVersion } = options;
  if (typeof apiVersion !== "string" || !/^[\w.-]{1,20}$/.test(apiVersion)) {
    throw wrongOption("apiVersion", 'a version such as "14"', kindOf(apiVersion));
  }
  for (const name of ["fetch", "onEvent", "beforeSend"] as const) {
    const value: unknown = options[name];
    if (value === undefined || typeof value === "function") continue;
    throw wrongOption(name, "a function", kindOf(value));
  }
  const { fetch, onEvent, beforeSend } = options;
  const { authorization, redact } = createCredentials(accountSid, authToken);
  const extra = readHeaders(options.headers);
  const headers = {
    ...userAgent(apiVersion, extra),
    ...extra,
    Accept: "application/json",
    Authorization: authorization(),
    "IR-Version": apiVersion,
  };
  const { timeout, maxRetries, maxRetryDelay: longest } = options;
  return {
    accountSid,
    baseUrl: readBaseUrl(...find("baseUrl", options.baseUrl, "IMPACT_BASE_URL", defaults.baseUrl)),
    apiVersion,
    timeout: expectWhole("configuration", "timeout", timeout, TIMEOUT, 30_000),
    maxRetries: expectWhole("configuration", "maxRetries", maxRetries, RETRIES, 2),
    maxRetryDelay: expectWhole("configuration", "maxRetryDelay", longest, DELAY, 60_000),
    retryRules: readRetryRules(options.retryRules),
    throwOnError: options.throwOnError === true,
    fetch,
    headers: () => ({ ...headers }),
    redact,
    emit: onEvent && createEmit(onEvent, redact),
    beforeSend: beforeSend && ((request) => beforeSend(redactEvent(request, redact))),
  };
}

/** Reads the options of a call. Throws `invalid_input` for an invalid value, and for a name that is not in `known`. */
export function readRequestOptions(
  options: RequestOptions | undefined,
  settings: Settings,
  known: readonly string[] = REQUEST_OPTIONS,
): { signal?: AbortSignal; timeout: number; maxRetries: number } {
  const { timeout, maxRetries } = settings;
  if (options === undefined) return { timeout, maxRetries };
  expectKnown("invalid_input", "option", options, known);
  if (isSignal(options)) {
    throw badInput("invalid_input", "options", "options such as `{ signal }`", "a signal alone");
  }
  const { signal } = options;
  if (signal !== undefined && !isSignal(signal)) {
    throw badInput("invalid_input", "signal", "`signal` to be an AbortSignal", kindOf(signal));
  }
  return {
    ...(signal && { signal }),
    timeout: expectWhole("invalid_input", "timeout", options.timeout, TIMEOUT, timeout),
    maxRetries: expectWhole("invalid_input", "maxRetries", options.maxRetries, RETRIES, maxRetries),
  };
}

/** Also true for a signal of another realm or of a polyfill. */
function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener } = Object(value) as Partial<AbortSignal>;
  return typeof aborted === "boolean" && typeof addEventListener === "function";
}

function readRetryRules(given: unknown): RetryRules | undefined {
  if (given === undefined) return undefined;
  const expected = 'rules such as `{ "GET /Things/{Id}": "never" }`';
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw wrongOption("retryRules", expected, kindOf(given));
  }
  for (const [operation, rule] of Object.entries(given)) {
    if (!/^[A-Z]+ \/\S*$/.test(operation))
      throw wrongOption("retryRules", expected, show(operation));
    if (rule === "always" || rule === "never") continue;
    throw wrongOption("retryRules", `"always" or "never" for ${operation}`, kindOf(rule));
  }
  return withRules(given as RetryRules);
}

function refuseBrowser(allowed: unknown): void {
  if (isBrowserPage() && allowed !== true) {
    throw badInput(
      "configuration",
      "dangerouslyAllowBrowser",
      "to run outside of a browser page, where every visitor could read the auth token " +
        "(`dangerouslyAllowBrowser: true` allows it)",
      "a browser page",
    );
  }
}

/** Returns the value of an option, with the name of its source for messages: the option or the variable. */
function find(
  option: string,
  value: unknown,
  variable: string,
  otherwise?: string,
): [name: string, value: unknown] {
  if (value !== undefined) return [option, value];
  const found = environment(variable);
  if (found !== undefined) return [variable, found];
  if (otherwise !== undefined) return [option, otherwise];
  throw wrongOption(option, `given, or ${variable} to be set`, "neither");
}

/** Reads a variable. Returns undefined if it is empty or must not be read. */
function environment(name: string): string | undefined {
  try {
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
    return process?.env?.[name] || undefined;
  } catch {
    return undefined;
  }
}

function readAccountSid(name: string, value: unknown): string {
  const sid = readCredential(name, value);
  if (sid.includes(":")) throw wrongOption(name, "free of colons", "one with a colon");
  if (sid === "." || sid === "..") throw wrongOption(name, "an account SID", "a path of dots");
  return sid;
}

/** Never shows the value: the account SID and the token are easily swapped. */
function readCredential(name: string, value: unknown): string {
  if (typeof value !== "string")
    throw wrongOption(name, "a string", `a value of type ${typeof value}`);
  if (value === "") throw wrongOption(name, "a string", "an empty one");
  // RFC 7617, 2: no control characters. The server would refuse outer spaces, which come from copying.
  if (CONTROL.test(value))
    throw wrongOption(name, "free of control characters", "one with a line break or the like");
  if (value.trim() !== value)
    throw wrongOption(name, "free of outer spaces", "one with a space at an end");
  if (!value.isWellFormed())
    throw wrongOption(name, "valid Unicode", "one with half a surrogate pair");
  return value;
}

function readBaseUrl(name: string, value: unknown): string {
  const expected = "an https URL without credentials, query or fragment (http only for localhost)";
  if (typeof value !== "string") throw wrongOption(name, expected, kindOf(value));
  if (!isWebUrl(value)) throw wrongOption(name, expected, "no such URL");
  const url = new URL(value);
  // Do not show the URL: it may contain a password.
  if (url.username !== "" || url.password !== "")
    throw wrongOption(name, expected, "one with credentials");
  if (/[?#]/.test(value)) throw wrongOption(name, expected, "one with a query or fragment");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw wrongOption(name, expected, `http to ${show(url.host)}`);
  }
  return url.href.replace(/\/+$/, "");
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
