import { isImpactError } from "../errors.ts";
import { about, withEvents } from "../events.ts";
import { wrongOption } from "../validate.ts";
import { withTimeout, type Answer, type Attempt, type Call, type Fetch } from "./timeout.ts";
import type { Redact } from "./credentials.ts";
import type { Settings } from "../options.ts";
import { connectionError } from "./connection-error.ts";
import { mergeQuota, readQuota, type Quota } from "../quota.ts";
import type { Rules } from "./retry-policy.ts";
import { withRetry } from "./retry.ts";

/** How an answer is read to its end, and what is then made of it. A refusal may have lost its body. */
export interface Reader<A extends Answer, B = string> {
  body(response: Response, redact: Redact, signal: AbortSignal): Promise<B | undefined>;
  answer(response: Response, body: B | undefined, call: Call, attempt: number, redact: Redact): A;
}

export interface Connection<A extends Answer> {
  readonly send: Fetch<A>;
  /** What was last seen of the account's quota. */
  readonly quota: () => Quota | undefined;
}

/** Settings → a way to the API. */
export function connect<A extends Answer, B>(
  settings: Settings,
  reader: Reader<A, B>,
  rules: Rules,
): Connection<A> {
  const { emit, redact } = settings;
  let seen: Quota | undefined;
  const quota = (): Quota | undefined => seen;
  const observe = (headers: Headers): void => {
    const next = readQuota(headers, Date.now());
    if (next !== undefined) seen = mergeQuota(seen, next);
  };

  // From the inside out: the request itself; its deadline, which every attempt has for itself; the events,
  // which tell of every attempt; and the retry, which decides whether there is another one.
  const once = transport(settings, reader, observe);
  const timed = withTimeout(once, redact);
  const told = withEvents(timed, emit, redact, quota);
  return { send: withRetry(told, { ...settings, rules }), quota };
}

function transport<A extends Answer, B>(
  settings: Settings,
  reader: Reader<A, B>,
  observe: (headers: Headers) => void,
): Attempt<A> {
  const { redact, beforeSend } = settings;
  const own = settings.headers();
  return async (call, attempt, signal, onHead) => {
    const { method, url, body } = call;
    // A copy, since a fetch may change what it is given.
    const headers = call.headers ? merge(call.headers, own) : { ...own };
    const fetch = settings.fetch ?? globalThis.fetch;
    let status: number | undefined;
    let isSent = false;
    try {
      if (beforeSend) await beforeSend({ type: "request", ...about(call, attempt, redact) });
      isSent = true;
      if (typeof fetch !== "function")
        throw wrongOption("fetch", "given", "none, nor a global one");
      // A redirect could take the request, and the credentials with it, to another server.
      const init: RequestInit = { method, headers, redirect: "manual", signal };
      if (body) init.body = body;
      const response = await fetch(url, init);
      const seen = response?.headers;
      if (seen === undefined) throw new TypeError("`fetch` gave no Response");
      status = response.status;
      observe(seen);
      onHead(
        status,
        response.ok ? undefined : withoutBody(reader, response, call, attempt, redact),
      );
      const content = await reader.body(response, redact, signal);
      return reader.answer(response, content, call, attempt, redact);
    } catch (thrown) {
      if (isImpactError(thrown)) throw thrown;
      throw connectionError(thrown, call, attempt, redact, status, isSent);
    }
  };
}

/** Apart, since a closure in the way of each call costs them all. */
function withoutBody<A extends Answer, B>(
  reader: Reader<A, B>,
  response: Response,
  call: Call,
  attempt: number,
  redact: Redact,
): () => Promise<A> {
  return async () => reader.answer(response, undefined, call, attempt, redact);
}

/** The call's own headers win, save for those that name the account and the version. */
function merge(given: Headers, own: Readonly<Record<string, string>>): Record<string, string> {
  const headers = new Headers(own);
  given.forEach((value, name) => {
    if (name !== "authorization" && name !== "ir-version") headers.set(name, value);
  });
  return Object.fromEntries(headers);
}
