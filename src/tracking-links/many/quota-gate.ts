import type { Emit } from "../../events.ts";
import type { Quota, QuotaView } from "../../quota.ts";
import { sleep } from "../../sleep.ts";
import { badInput } from "../../validate.ts";

/** Open while the quota allows a request. */
export interface QuotaGate {
  /** Whether a request may be sent now. Throws `invalid_input` if the reserve leaves nothing of the quota. */
  isOpen(inFlight: number): boolean;
  /** Notes that a request was answered, or failed. */
  answered(): void;
  /** Closes it for so many milliseconds. */
  pause(ms: number): void;
}

/** The vendor's windows are hourly: https://integrations.impact.com/partner-api-reference/readme/rate-limits */
export const WINDOW = 3_600_000;

/**
 * Waits by one timer at a time, emits a `wait` event for each, and calls `opened` after it. Waits are measured by a
 * monotonic clock, because the system's may be set while it waits for an hour.
 */
export function createQuotaGate(
  reserve: number,
  quota: QuotaView,
  emit: Emit | undefined,
  signal: AbortSignal,
  opened: () => void,
): QuotaGate {
  let seen: Quota | undefined;
  let windowEnd = 0;
  let pauseEnd = 0;
  let hasAnswer = false;
  let isWaiting = false;
  let now = 0;

  const look = (): void => {
    now = Math.max(now, performance.now());
    const latest = quota.current;
    if (latest === undefined || latest === seen) return;
    seen = latest;
    const end = latest.resetAt?.getTime() ?? latest.observedAt.getTime() + WINDOW;
    windowEnd = now + end - Date.now();
  };
  const wait = (delay: number): void => {
    const end = now + delay;
    const time = Date.now();
    isWaiting = true;
    emit?.({ type: "wait", cause: "quota", time, delay, until: new Date(time + delay) });
    const wakeUp = (): void => {
      isWaiting = false;
      // A timer may fire a millisecond early.
      now = Math.max(now, end);
      opened();
    };
    sleep(delay, signal).then(wakeUp, () => {});
  };
  const delayOf = (inFlight: number): number => {
    if (pauseEnd > now) return pauseEnd - now;
    if (seen) return quotaDelay(seen, windowEnd - now, reserve, inFlight);
    // Before the first answer nobody knows what is left, so one request goes ahead.
    return reserve > 0 && inFlight > 0 && !hasAnswer ? Infinity : 0;
  };
  return {
    isOpen(inFlight) {
      if (isWaiting || signal.aborted) return false;
      look();
      const delay = delayOf(inFlight);
      if (delay > 0 && delay < Infinity) wait(Math.ceil(delay));
      return delay <= 0;
    },
    answered() {
      hasAnswer = true;
      look();
    },
    pause(ms) {
      look();
      pauseEnd = Math.max(pauseEnd, now + ms);
    },
  };
}

/**
 * Milliseconds until the quota, whose window ends in `untilEnd`, allows a request; Infinity if that depends on the
 * answer to one in flight.
 */
function quotaDelay(
  { limit, remaining, resetAt }: Quota,
  untilEnd: number,
  reserve: number,
  inFlight: number,
): number {
  if (limit !== undefined && reserve > 0 && limit <= reserve) {
    if (inFlight > 0) return Infinity;
    const expected = `\`quotaReserve\` to be less than the account's quota of ${limit}`;
    throw badInput("invalid_input", "quotaReserve", expected, `the number ${reserve}`);
  }
  const left = untilEnd <= 0 ? limit : remaining;
  // Those in flight may not have been counted yet.
  if (left === undefined || left - inFlight > reserve) return 0;
  if (inFlight > 0) return Infinity;
  // Without a reserve, a refusal may say when to come back.
  return resetAt === undefined && reserve === 0 ? 0 : untilEnd;
}
