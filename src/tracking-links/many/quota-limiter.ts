import type { ImpactError } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import type { Quota, QuotaView } from "../../quota.ts";
import { sleep } from "../../sleep.ts";
import { badInput } from "../../validate.ts";

export interface LimiterOptions {
  /** Maximum number of requests in flight. */
  readonly concurrency: number;
  readonly quota: QuotaView;
  /** Requests of each quota window to leave for other processes. */
  readonly reserve: number;
  readonly emit: Emit | undefined;
  /** Once it aborts, no request is admitted. */
  readonly signal: AbortSignal;
}

/** Milliseconds: the hour of a window and some drift. A later end in a header is not trusted. */
const LONGEST_WINDOW = 3_720_000;

interface Waiter {
  readonly refusal: () => ImpactError | undefined;
  readonly resolve: (refusal: ImpactError | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Limits requests by concurrency and quota. Uses one timer, and emits a `wait` event for each wait. */
export class QuotaLimiter {
  readonly #options: LimiterOptions;
  readonly #waiters: Waiter[] = [];
  #inFlight = 0;
  #hasResponse = false;
  /** By `performance.now()`, because the system clock may be changed during an hour. */
  #pausedUntil = 0;
  #isPaused = false;
  /** Whether to send a single request first, because a wait was shortened. */
  #isProbing = false;
  #wakeReader = (): void => {};

  constructor(options: LimiterOptions) {
    this.#options = options;
  }

  /** Whether a slot is free and no request waits for it. If not, calls `wake` after the next wait for the quota. */
  hasRoom(wake: () => void): boolean {
    this.#wakeReader = wake;
    return this.#waiters.length === 0 && this.#inFlight < this.#options.concurrency;
  }

  /**
   * Acquires a slot. Returns undefined if one is free now. Otherwise returns a promise of undefined, or of a refusal
   * that meanwhile applies to the request. Rejects with `invalid_input` if the reserve is as large as the quota.
   */
  acquire(refusal: Waiter["refusal"]): Promise<ImpactError | undefined> | undefined {
    if (this.#waiters.length === 0 && !refusal() && this.#isOpen()) {
      this.#inFlight++;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ refusal, resolve, reject });
      this.#admit();
    });
  }

  /** Releases a slot after a response or a failure. */
  release(): void {
    this.#inFlight--;
    this.#hasResponse = true;
    if (performance.now() >= this.#pausedUntil) this.#isProbing = false;
    this.#admit();
  }

  /** Admits no request for `ms` milliseconds. Call it after a 429. */
  pause(ms: number): void {
    const shortened = Math.min(ms, LONGEST_WINDOW);
    this.#isProbing ||= shortened < ms;
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + shortened);
  }

  #admit(): void {
    for (let next = this.#waiters[0]; next !== undefined; next = this.#waiters[0]) {
      try {
        const refused = next.refusal();
        if (!refused && !this.#isOpen()) return;
        if (!refused) this.#inFlight++;
        next.resolve(refused);
      } catch (error) {
        next.reject(error);
      }
      this.#waiters.shift();
    }
  }

  /** Whether a request may be sent now. If it only needs to wait for the quota, starts the timer. */
  #isOpen(): boolean {
    const { concurrency, signal } = this.#options;
    if (this.#inFlight >= concurrency || this.#isPaused || signal.aborted) return false;
    const delay = this.#delay();
    if (delay > 0 && delay < Infinity) this.#wait(Math.ceil(Math.min(delay, LONGEST_WINDOW)));
    this.#isProbing ||= delay > LONGEST_WINDOW && delay < Infinity;
    return delay <= 0;
  }

  /** Returns milliseconds until a request may be sent; Infinity if that depends on the response to one in flight. */
  #delay(): number {
    const { quota, reserve } = this.#options;
    const now = performance.now();
    // A timer may fire a millisecond early.
    if (this.#pausedUntil - now >= 1) return this.#pausedUntil - now;
    if (this.#isProbing) return this.#inFlight > 0 ? Infinity : 0;
    if (quota.current)
      return quotaDelay(quota.current, quota.windowEnd - now, reserve, this.#inFlight);
    // The quota is unknown before the first response. With a reserve, send a single request first.
    return reserve > 0 && this.#inFlight > 0 && !this.#hasResponse ? Infinity : 0;
  }

  #wait(delay: number): void {
    const { emit, signal } = this.#options;
    const time = Date.now();
    this.#isPaused = true;
    emit?.({ type: "wait", cause: "quota", time, delay, until: new Date(time + delay) });
    const wake = (): void => {
      this.#isPaused = false;
      this.#admit();
      // Waiting requests are sent first.
      queueMicrotask(this.#wakeReader);
    };
    sleep(delay, signal).then(wake, () => {});
  }
}

/**
 * Returns milliseconds until the quota allows a request. Throws `invalid_input` if the reserve is as large as the
 * quota.
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
  const available = untilEnd < 1 ? limit : remaining;
  // `remaining` may not include requests in flight yet.
  if (available === undefined || available - inFlight > reserve) return 0;
  if (inFlight > 0) return Infinity;
  // Without a reserve, send a request: a 429 may say how long to wait.
  return resetAt === undefined && reserve === 0 ? 0 : untilEnd;
}
