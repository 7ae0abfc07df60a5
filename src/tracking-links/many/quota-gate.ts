import type { Emit } from "../../events.ts";
import type { Quota, QuotaView } from "../../quota.ts";
import { sleep } from "../../sleep.ts";
import { badInput } from "../../validate.ts";

export interface GateOptions {
  readonly quota: QuotaView;
  /** Requests of each window to leave for others. */
  readonly reserve: number;
  readonly emit: Emit | undefined;
  readonly signal: AbortSignal;
}

/** The vendor's windows are hourly: https://integrations.impact.com/partner-api-reference/readme/rate-limits */
const WINDOW = 3_600_000;

/**
 * Open while the quota allows a request. Waits by one timer at a time, emits a `wait` event for each, and calls `opened`
 * after it. The clock is monotonic, because the system's may be set during an hour.
 */
export class QuotaGate {
  readonly #options: GateOptions;
  readonly #opened: () => void;
  #seen: Quota | undefined;
  #windowEnd = 0;
  #pauseEnd = 0;
  #hasAnswer = false;
  #isWaiting = false;
  #now = 0;

  constructor(options: GateOptions, opened: () => void) {
    this.#options = options;
    this.#opened = opened;
  }

  /** Whether a request may be sent now. Throws `invalid_input` if the reserve leaves nothing of the quota. */
  isOpen(inFlight: number): boolean {
    if (this.#isWaiting || this.#options.signal.aborted) return false;
    this.#look();
    const delay = this.#delay(inFlight);
    if (delay > 0 && delay < Infinity) this.#wait(Math.ceil(delay));
    return delay <= 0;
  }

  /** Notes that a request was answered, or failed. */
  answered(): void {
    this.#hasAnswer = true;
    this.#look();
  }

  /** Closes it for so many milliseconds. */
  pause(ms: number): void {
    this.#look();
    this.#pauseEnd = Math.max(this.#pauseEnd, this.#now + ms);
  }

  #look(): void {
    this.#now = Math.max(this.#now, performance.now());
    const { current } = this.#options.quota;
    if (current === undefined || current === this.#seen) return;
    this.#seen = current;
    const end = current.resetAt?.getTime() ?? current.observedAt.getTime() + WINDOW;
    this.#windowEnd = this.#now + end - Date.now();
  }

  #delay(inFlight: number): number {
    const { reserve } = this.#options;
    if (this.#pauseEnd > this.#now) return this.#pauseEnd - this.#now;
    if (this.#seen) return quotaDelay(this.#seen, this.#windowEnd - this.#now, reserve, inFlight);
    // Before the first answer nobody knows what is left, so one request goes ahead.
    return reserve > 0 && inFlight > 0 && !this.#hasAnswer ? Infinity : 0;
  }

  #wait(delay: number): void {
    const { emit, signal } = this.#options;
    const end = this.#now + delay;
    const time = Date.now();
    this.#isWaiting = true;
    emit?.({ type: "wait", cause: "quota", time, delay, until: new Date(time + delay) });
    const wakeUp = (): void => {
      this.#isWaiting = false;
      // A timer may fire a millisecond early.
      this.#now = Math.max(this.#now, end);
      this.#opened();
    };
    sleep(delay, signal).then(wakeUp, () => {});
  }
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
