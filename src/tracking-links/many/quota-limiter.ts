import { badInput } from "../../validate.ts";
import type { Quota } from "../../quota.ts";

/** When the next request may be sent, by what is known of the quota. */
export interface Pace {
  /**
   * Milliseconds until a request may be sent; Infinity if that depends on the answer to one under way.
   * Throws `invalid_input` if the reserve leaves nothing of the quota, and nothing is under way.
   */
  delay(underWay: number, now: number): number;
  /** A request has been answered, or has failed. */
  answered(): void;
  /** Nothing is sent for so many milliseconds: the server said that the quota is used up. */
  pause(ms: number, now: number): void;
  /** What `delay` asked for last has been waited. The clock may have been set back meanwhile. */
  waited(): void;
}

/** The vendor's windows are hourly: https://integrations.impact.com/partner-api-reference/readme/rate-limits */
export const WINDOW = 3_600_000;

/** Keeps `reserve` requests of each window for others. */
export function createPace(quota: () => Quota | undefined, reserve: number): Pace {
  let hasAnswer = false;
  let pausedUntil = 0;
  /** What the last delay was for: the end of a pause, or of the window of this quota. */
  let waitedFor: number | Quota | undefined;
  let waitedOut: Quota | undefined;
  return {
    delay(underWay, now) {
      if (pausedUntil > now) {
        waitedFor = pausedUntil;
        return pausedUntil - now;
      }
      const seen = quota();
      if (seen === undefined) {
        // Before the first answer nobody knows what is left, so one request goes ahead.
        return reserve > 0 && underWay > 0 && !hasAnswer ? Infinity : 0;
      }
      const { limit, remaining, resetAt, observedAt } = seen;
      if (limit !== undefined && reserve > 0 && limit <= reserve) {
        if (underWay > 0) return Infinity;
        const expected = `\`quotaReserve\` to be less than the account's quota of ${limit}`;
        throw badInput("invalid_input", "quotaReserve", expected, `the number ${reserve}`);
      }
      const end = resetAt?.getTime() ?? observedAt.getTime() + WINDOW;
      const left = seen === waitedOut || end <= now ? limit : remaining;
      // Those under way may not have been counted yet.
      if (left === undefined || left - underWay > reserve) return 0;
      if (underWay > 0) return Infinity;
      // A refusal says when to come back; with a reserve it is not to come to that.
      if (resetAt === undefined && reserve === 0) return 0;
      waitedFor = seen;
      return end - now;
    },
    answered() {
      hasAnswer = true;
    },
    pause(ms, now) {
      pausedUntil = Math.max(pausedUntil, now + ms);
    },
    waited() {
      if (typeof waitedFor !== "number") {
        waitedOut = waitedFor;
        return;
      }
      const seen = quota();
      if (seen?.resetAt && seen.resetAt.getTime() <= waitedFor) waitedOut = seen;
      // A later refusal may have asked for more.
      if (waitedFor === pausedUntil) pausedUntil = 0;
    },
  };
}
