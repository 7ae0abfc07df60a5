import type { ImpactError } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import type { Quota, QuotaView } from "../../quota.ts";
import { sleep } from "../../sleep.ts";
import { badInput } from "../../validate.ts";

export interface LimiterOptions {
  /** Requests at once. */
  readonly concurrency: number;
  readonly quota: QuotaView;
  /** Requests of each window of the quota to leave for others. */
  readonly reserve: number;
  readonly emit: Emit | undefined;
  /** Once it aborts, nothing more is admitted. */
  readonly signal: AbortSignal;
}

/** Milliseconds: the hour of a window, and some drift. A header that names a later end is not trusted. */
const LONGEST_WINDOW = 3_720_000;

interface Waiter {
  readonly refusal: () => ImpactError | undefined;
  readonly resolve: (refusal: ImpactError | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Admits so many requests at once, and as the quota allows. Waits by one timer, with a `wait` event for each wait. */
export class QuotaLimiter {
  readonly #options: LimiterOptions;
  readonly #waiters: Waiter[] = [];
  #inFlight = 0;
  #hasAnswer = false;
  /** By the monotonic clock: the system's may be set during an hour. */
  #pausedUntil = 0;
  #isPaused = false;
  /** Whether one request has to try first, because a wait was cut short. */
  #isProbing = false;
  #wakeReader = (): void => {};

  constructor(options: LimiterOptions) {
    this.#options = options;
  }

  /** Whether there is a free slot that nobody waits for. If not, `wake` is called after the next wait for the quota. */
  hasRoom(wake: () => void): boolean {
    this.#wakeReader = wake;
    return this.#waiters.length === 0 && this.#inFlight < this.#options.concurrency;
  }

  /**
   * Takes a slot. Gives undefined if there is one now. Otherwise gives a promise: of undefined once there is one, or of
   * the refusal that meanwhile makes the request pointless. Rejects with `invalid_input` if the reserve leaves nothing of
   * the quota.
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

  /** Gives a slot back, after the answer to its request or its failure. */
  release(): void {
    this.#inFlight--;
    this.#hasAnswer = true;
    if (performance.now() >= this.#pausedUntil) this.#isProbing = false;
    this.#admit();
  }

  /** Admits nothing for so many milliseconds, because the server said that the quota is used up. */
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

  /** Whether a request may be sent now. If only time is needed, it waits. */
  #isOpen(): boolean {
    const { concurrency, signal } = this.#options;
    if (this.#inFlight >= concurrency || this.#isPaused || signal.aborted) return false;
    const delay = this.#delay();
    if (delay > 0 && delay < Infinity) this.#wait(Math.ceil(Math.min(delay, LONGEST_WINDOW)));
    this.#isProbing ||= delay > LONGEST_WINDOW && delay < Infinity;
    return delay <= 0;
  }

  /** Milliseconds until a request may be sent; Infinity if that depends on the answer to one in flight. */
  #delay(): number {
    const { quota, reserve } = this.#options;
    const now = performance.now();
    // A timer may fire a millisecond early.
    if (this.#pausedUntil - now >= 1) return this.#pausedUntil - now;
    if (this.#isProbing) return this.#inFlight > 0 ? Infinity : 0;
    if (quota.current)
      return quotaDelay(quota.current, quota.windowEnd - now, reserve, this.#inFlight);
    // Before the first answer nobody knows what is left, so one request goes ahead.
    return reserve > 0 && this.#inFlight > 0 && !this.#hasAnswer ? Infinity : 0;
  }

  #wait(delay: number): void {
    const { emit, signal } = this.#options;
    const time = Date.now();
    this.#isPaused = true;
    emit?.({ type: "wait", cause: "quota", time, delay, until: new Date(time + delay) });
    const wake = (): void => {
      this.#isPaused = false;
      this.#admit();
      // Those that waited send first.
      queueMicrotask(this.#wakeReader);
    };
    sleep(delay, signal).then(wake, () => {});
  }
}

/** Throws `invalid_input` if the reserve leaves nothing of the quota. */
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
  const left = untilEnd < 1 ? limit : remaining;
  // Those in flight may not have been counted yet.
  if (left === undefined || left - inFlight > reserve) return 0;
  if (inFlight > 0) return Infinity;
  // Without a reserve, a refusal may say when to come back.
  return resetAt === undefined && reserve === 0 ? 0 : untilEnd;
}
