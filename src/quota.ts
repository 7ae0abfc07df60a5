/** The hourly quota, from response headers. A field that the server did not send is undefined. */
export interface Quota {
  /** Requests allowed in the window. */
  readonly limit: number | undefined;
  /** Requests remaining in the window. */
  readonly remaining: number | undefined;
  /** When the quota resets. */
  readonly resetAt: Date | undefined;
  /** When the latest response with these headers arrived. */
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
 * Reads headers in the order of their names. The first reset wins, RateLimit-Reset. The last counts win, those ending
 * in `-hour`.
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

/** Reads every known family of rate-limit headers. Returns undefined if the response has none. */
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

/** The quota as all calls of a client see it. */
export class QuotaView {
  current: Quota | undefined;
  /** End of the window by `performance.now()`, because the system clock may be changed meanwhile. */
  windowEnd = 0;

  /** Merges the headers of a response. */
  observe(headers: Headers): void {
    const now = Date.now();
    const next = readQuota(headers, now);
    if (next === undefined) return;
    this.current = mergeQuota(this.current, next);
    const end = this.current.resetAt?.getTime() ?? now + WINDOW;
    this.windowEnd = performance.now() + end - now;
  }
}

/**
 * Resets differ by the time that responses take. If they differ by more milliseconds, they belong to different windows.
 */
const DRIFT = 120_000;

/**
 * Merges the quota of a response into the one seen before. Within a window, `remaining` only decreases, because
 * responses may arrive out of order.
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
 * Returns the milliseconds to wait after a refusal: `Retry-After`, or else the reset of the quota for a 429. Undefined
 * if there is neither, or if the time has passed.
 */
export function readRetryAfter(headers: Headers, status: number, now: number): number | undefined {
  const retryAfter = readTime(headers.get("retry-after"), now);
  const wait = retryAfter ?? (status === 429 ? readRateLimit(headers, now).reset : undefined);
  return wait !== undefined && wait > 0 ? wait : undefined;
}

/** In milliseconds. Keeps dates within the range of `Date`. */
const LONGEST_WAIT = 1e14;

/**
 * Returns the milliseconds until a time: seconds from now, an epoch (in seconds or milliseconds, by its size), or a
 * date with a time of day. Never negative. Undefined for any other value.
 */
function readTime(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  // HTTP dates are in UTC, including the asctime format, which has no time zone.
  const date = /(Z|[A-Z]{3}|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value} GMT`;
  const wait = /^\d+(\.\d+)?$/.test(value)
    ? fromNumber(Number(value), now)
    : Date.parse(date) - now;
  // Date.parse accepts "in 2050" and "-5".
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
