import type { Redact } from "./credentials.ts";
import { isImpactError, type ImpactError } from "../errors.ts";
import { about, type Emit } from "../events.ts";
import type { Answer, Fetch } from "./timeout.ts";
import { mayRepeat, type Rules } from "./retry-policy.ts";
import { sleep } from "../sleep.ts";

export interface RetrySettings {
  /** Milliseconds; a longer wait is not waited for. */
  readonly maxRetryDelay: number;
  readonly emit: Emit | undefined;
  readonly redact: Redact;
  readonly rules: Rules;
}

/** The first wait without a hint is at most this long; each further one at most twice the one before. */
const FIRST_BACKOFF = 500;

/** Sends a call again where that is known to be safe, as often as the call allows. */
export function withRetry<A extends Answer>(next: Fetch<A>, settings: RetrySettings): Fetch<A> {
  return async (call, first) => {
    for (let attempt = first; ; attempt++) {
      let answer: A | undefined;
      let error: ImpactError | undefined;
      try {
        answer = await next(call, attempt);
        error = answer.error;
        if (error === undefined) return answer;
      } catch (thrown) {
        if (!isImpactError(thrown)) throw thrown;
        error = thrown;
      }
      const delay =
        attempt - first < call.maxRetries && mayRepeat(call, error, settings.rules)
          ? delayAfter(error, attempt, settings.maxRetryDelay)
          : undefined;
      if (delay === undefined) {
        if (answer) return answer;
        throw error;
      }
      if (settings.emit) {
        const { emit, redact } = settings;
        const until = new Date(Date.now() + delay);
        const cause = error.retryAfter === undefined ? "backoff" : "retry_after";
        emit({ type: "retry", ...about(call, attempt + 1, redact), error, delay });
        emit({ type: "wait", ...about(call, attempt + 1, redact), cause, delay, until });
      }
      await sleep(delay, call.signal);
    }
  };
}

/** Milliseconds: the server's own hint, else full jitter. Undefined if the hint is longer than allowed. */
function delayAfter(error: ImpactError, attempt: number, longest: number): number | undefined {
  if (error.retryAfter !== undefined)
    return error.retryAfter <= longest ? error.retryAfter : undefined;
  return Math.random() * Math.min(longest, FIRST_BACKOFF * 2 ** (attempt - 1));
}
