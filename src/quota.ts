/** The hourly quota, from the headers of answers. A field that the server did not send is undefined. */
export interface Quota {
  /** Requests allowed in the window. */
  readonly limit: number | undefined;
  /** Requests left in the window. */
  readonly remaining: number | undefined;
  /** When the quota resets. */
  readonly resetAt: Date | undefined;
  /** When the latest answer with these headers arrived. */
  readonly observedAt: Date;
}

/**
 * The partner page names X-RateLimit-Limit-hour, X-RateLimit-Remaining-hour and RateLimit-Reset; the brand page names
 * X-RateLimit-Limit, -Remaining and -Reset.
 * https://integrations.impact.com/partner-api-reference/readme/rate-limits
 * https://integrations.impact.com/impact-brand/reference/rate-limits
 */
const RATE_LIMIT = /^(?:x-)?ratelimit-(limit|remaining|reset)(?:-hour)?$/;

interface RateLimit {
  limit?: number;
  remaining?: number;
  /** Milliseconds from now. */
  reset?: number | undefined;
}

/**
 * Headers come in the order of their names: RateLimit-Reset before X-RateLimit-Reset, and the counts of the hour after
 * those without a window.
 */
function readRateLimit(headers: Headers, now: number): RateLimit {
  const found: RateLimit = {};
  for (const [name, value] of headers) {
    const part = RATE_LIMIT.exec(name)?.[1] as keyof RateLimit | undefined;
    if (part === "reset") found.reset ??= readTime(value, now);
    else if (part !== undefined && /^\d{1,15}$/.test(value)) found[part] = Number(value);
  }
  return found;
}

/** Reads every known family of rate-limit headers; undefined if the answer has none. */
export function readQuota(headers: Headers, now: number): Quota | undefined {
  const { limit, remaining, reset } = readRateLimit(headers, now);
  if (limit === undefined && remaining === undefined && reset === undefined) return undefined;
  return {
    limit,
    remaining,
    resetAt: reset === undefined ? undefined : new Date(now + reset),
    observedAt: new Date(now),
  };
}

/** The vendor's windows are hourly: https://integrations.impact.com/partner-api-reference/readme/rate-limits */
const WINDOW = 3_600_000;

/** The client's one view of the quota. */
export class QuotaView {
  current: Quota | undefined;
  /** When the window ends, by the monotonic clock `performance.now()`: the system's may be set meanwhile. */
  windowEnd = 0;

  /** Merges the headers of an answer. */
  observe(headers: Headers): void {
    const now = Date.now();
    const next = readQuota(headers, now);
    if (next === undefined) return;
    this.current = mergeQuota(this.current, next);
    const end = this.current.resetAt?.getTime() ?? now + WINDOW;
    this.windowEnd = performance.now() + end - now;
  }
}

/** Answers drift by as long as they take to arrive; a reset further away than that is of another window. */
const DRIFT = 120_000;

/**
 * One view from many answers. They may arrive out of order, so within a window `remaining` only goes down.
 */
export function mergeQuota(seen: Quota | undefined, next: Quota): Quota {
  if (seen?.resetAt === undefined) return next;
  const end = seen.resetAt.getTime();
  const nextEnd = next.resetAt?.getTime() ?? end;
  const sameWindow = next.observedAt.getTime() < end && Math.abs(nextEnd - end) <= DRIFT;
  if (!sameWindow) return next;
  return {
    limit: next.limit ?? seen.limit,
    remaining: smaller(seen.remaining, next.remaining),
    resetAt: new Date(Math.min(end, nextEnd)),
    observedAt: next.observedAt,
  };
}

/**
 * Milliseconds that a refusal asks to wait: `Retry-After`, and on a 429 else the reset of the quota.
 * Undefined if it asks for none, or for a time that is no more.
 */
export function readRetryAfter(headers: Headers, status: number, now: number): number | undefined {
  const asked = readTime(headers.get("retry-after"), now);
  const wait = asked ?? (status === 429 ? readRateLimit(headers, now).reset : undefined);
  return wait !== undefined && wait > 0 ? wait : undefined;
}

/** No `Date` reaches much further. A longer wait is a mistake of the server. */
const LONGEST_WAIT = 1e14;

/**
 * Milliseconds from now until a time given as seconds, as an epoch (in seconds or milliseconds, by its size), or as a
 * date with a time of day. Never negative. Undefined for anything else.
 */
function readTime(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  // HTTP dates are UTC, also in the form of asctime, which does not say so.
  const date = /(Z|[A-Z]{3}|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value} GMT`;
  const wait = /^\d+(\.\d+)?$/.test(value)
    ? fromNumber(Number(value), now)
    : Date.parse(date) - now;
  // Date.parse takes "in 2050" and "-5" for dates.
  if (Number.isNaN(wait) || !/^[\d.]+$|\d:\d\d:\d\d/.test(value)) return undefined;
  return Math.min(Math.max(0, wait), LONGEST_WAIT);
}

function fromNumber(number: number, now: number): number {
  if (number >= 1e11) return number - now;
  if (number >= 1e9) return number * 1000 - now;
  return number * 1000;
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
