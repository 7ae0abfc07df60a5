import { isImpactError, type ImpactError, type Outcome } from "../errors.ts";
import { eventBase } from "../events.ts";
import type { Settings } from "../options.ts";
import { sleep } from "../sleep.ts";
import type { Send } from "./request.ts";
import { leastCertain, overAttempts } from "./api-error.ts";
import { isRetryable } from "./retry-policy.ts";

/** Cap of the first backoff in milliseconds. The cap doubles with each attempt. */
const FIRST_BACKOFF = 500;

/** Retries a request up to its `maxRetries`, if the retry policy allows it. */
export function withRetry(next: Send, { maxRetryDelay, retryRules, emit }: Settings): Send {
  return async (request, first) => {
    let earlier: Outcome = "not_sent";
    for (let attempt = first; ; attempt++) {
      try {
        return await next(request, attempt);
      } catch (error) {
        if (!isImpactError(error)) throw error;
        const mayRetry = attempt - first < request.maxRetries && isRetryable(error, retryRules);
        const delay = mayRetry ? delayAfter(error, attempt, maxRetryDelay) : undefined;
        if (delay === undefined) throw overAttempts(error, earlier);
        earlier = leastCertain(error.outcome, earlier);
        if (emit) {
          const base = eventBase(request, attempt + 1);
          const cause = error.retryAfter === undefined ? "backoff" : "retry_after";
          emit({ type: "retry", ...base, error, delay });
          emit({ type: "wait", ...base, cause, delay, until: new Date(base.time + delay) });
        }
        await sleep(delay, request.signal);
      }
    }
  };
}

/** Returns milliseconds: the server's hint, or else a backoff with full jitter. Undefined if the hint is too long. */
function delayAfter(error: ImpactError, attempt: number, longest: number): number | undefined {
  if (error.retryAfter !== undefined)
    return error.retryAfter <= longest ? error.retryAfter : undefined;
  return Math.random() * Math.min(longest, FIRST_BACKOFF * 2 ** (attempt - 1));
}
