/** An hourly quota: a window begins with its first request, and the quota resets when it ends. */
export interface QuotaWindow {
  /** Takes one request from the quota. False if none was left. */
  take(now: number): boolean;
  /** The headers of the partner API. `Retry-After` is only on a refusal. */
  headers(now: number, refused: boolean): Record<string, string>;
  reset(): void;
}

export function createQuotaWindow(limit: number, windowMs: number): QuotaWindow {
  let end = -Infinity;
  let used = 0;
  return {
    take(now) {
      if (now >= end) {
        end = now + windowMs;
        used = 0;
      }
      if (used >= limit) return false;
      used += 1;
      return true;
    },
    headers(now, refused) {
      const seconds = String(Math.ceil((end - now) / 1000));
      return {
        "X-RateLimit-Limit-hour": String(limit),
        "X-RateLimit-Remaining-hour": String(limit - used),
        "RateLimit-Reset": seconds,
        ...(refused && { "Retry-After": seconds }),
      };
    },
    reset() {
      end = -Infinity;
    },
  };
}
