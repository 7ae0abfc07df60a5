/** A quota: a window begins with its first request, and the quota resets when the window ends. */
export interface QuotaWindow {
  /** Counts one request. Returns false if the quota is used up. */
  take(now: number): boolean;
  /** Returns the headers of the partner API, with `Retry-After` for a refusal. */
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
