import type { ImpactError } from "../../errors.ts";
import { QuotaGate, type GateOptions } from "./quota-gate.ts";

interface Waiter {
  readonly refusal: () => ImpactError | undefined;
  readonly resolve: (refusal: ImpactError | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Admits so many requests at once, and as the quota allows. Admits nothing more once the signal aborts. */
export class QuotaLimiter {
  readonly #concurrency: number;
  readonly #gate: QuotaGate;
  readonly #waiting: Waiter[] = [];
  #inFlight = 0;
  #wakeReader = (): void => {};

  constructor(concurrency: number, options: GateOptions) {
    this.#concurrency = concurrency;
    this.#gate = new QuotaGate(options, () => {
      this.#admit();
      // Those that waited send first.
      queueMicrotask(() => this.#wakeReader());
    });
  }

  /** Whether there is a free slot that nobody waits for. If not, `wake` is called when a wait for the quota ends. */
  hasRoom(wake: () => void): boolean {
    this.#wakeReader = wake;
    return this.#waiting.length === 0 && this.#inFlight < this.#concurrency;
  }

  /**
   * Takes a slot. Gives undefined if there is one now. Otherwise gives a promise: of undefined once there is one, or of
   * the refusal that meanwhile makes the request pointless. Fails with `invalid_input` if the reserve leaves nothing of
   * the quota.
   */
  acquire(refusal: Waiter["refusal"]): Promise<ImpactError | undefined> | undefined {
    if (this.#waiting.length === 0 && !refusal() && this.#isOpen()) {
      this.#inFlight++;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ refusal, resolve, reject });
      this.#admit();
    });
  }

  /** Gives a slot back, after the answer to its request or its failure. */
  release(): void {
    this.#inFlight--;
    this.#gate.answered();
    this.#admit();
  }

  /** Admits nothing for so many milliseconds, because the server said that the quota is used up. */
  pause(ms: number): void {
    this.#gate.pause(ms);
  }

  #isOpen(): boolean {
    return this.#inFlight < this.#concurrency && this.#gate.isOpen(this.#inFlight);
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        const refused = next.refusal();
        if (!refused && !this.#isOpen()) return;
        if (!refused) this.#inFlight++;
        next.resolve(refused);
      } catch (error) {
        next.reject(error);
      }
      this.#waiting.shift();
    }
  }
}
