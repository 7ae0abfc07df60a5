import { isImpactError } from "./errors.ts";
import { withEvents } from "./events.ts";
import { withTimeout, type Answer, type Attempt, type Call, type Fetch } from "./fetch.ts";
import type { Redact } from "./credentials.ts";
import type { Settings } from "./options.ts";
import { connectionError } from "./outcome.ts";
import { mergeQuota, readQuota, type Quota } from "./quota.ts";
import type { Rules } from "./replay.ts";
import { withRetry } from "./retry.ts";

/** Reads an answer to its end. */
export type Read = (
  response: Response,
  call: Call,
  attempt: number,
  redact: Redact,
) => Promise<Answer>;

export interface Connection {
  readonly send: Fetch;
  /** What was last seen of the account's quota. */
  readonly quota: () => Quota | undefined;
}

/** Settings → a way to the API. */
export function connect(settings: Settings, read: Read, rules: Rules): Connection {
  const { emit, redact } = settings;
  let seen: Quota | undefined;
  const quota = (): Quota | undefined => seen;
  const observe = (headers: Headers): void => {
    const next = readQuota(headers, Date.now());
    if (next !== undefined) seen = mergeQuota(seen, next);
  };

  // From the inside out: the request itself; its deadline, which every attempt has for itself; the events,
  // which tell of every attempt; and the retry, which decides whether there is another one.
  const once = transport(settings, read, observe);
  const timed = withTimeout(once, redact);
  const told = withEvents(timed, emit, redact, quota);
  return { send: withRetry(told, { ...settings, rules }), quota };
}

function transport(settings: Settings, read: Read, observe: (headers: Headers) => void): Attempt {
  const { redact } = settings;
  const own = settings.headers();
  return async (call, attempt, signal) => {
    const { method, url, body } = call;
    // A copy, since a fetch may change what it is given.
    const headers = call.headers ? merge(call.headers, own) : { ...own };
    const fetch = settings.fetch ?? globalThis.fetch;
    let response: Response | undefined;
    try {
      // A redirect could take the request, and the credentials with it, to another server.
      response = await fetch(url, {
        method,
        headers,
        redirect: "manual",
        signal,
        ...(body && { body }),
      });
      if (response?.headers === undefined) throw new TypeError("`fetch` gave no Response");
      observe(response.headers);
      return await read(response, call, attempt, redact);
    } catch (thrown) {
      if (isImpactError(thrown)) throw thrown;
      throw connectionError(thrown, call, attempt, redact, response?.status);
    }
  };
}

/** The call's own headers win, save for those that name the account and the version. */
function merge(given: Headers, own: Readonly<Record<string, string>>): Record<string, string> {
  const headers = new Headers(own);
  given.forEach((value, name) => {
    if (name !== "authorization" && name !== "ir-version") headers.set(name, value);
  });
  return Object.fromEntries(headers);
}
