import type { ImpactError } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import type { QuotaView } from "../../quota.ts";
import { createQuotaGate } from "./quota-gate.ts";

// Until the command imports it from there.
export { WINDOW } from "./quota-gate.ts";

/** Admits so many requests at once, and as the quota allows. */
export interface QuotaLimiter {
  /** Whether there is a free slot that nobody waits for. If not, `wake` is called when a wait for the quota ends. */
  hasRoom(wake: () => void): boolean;
  /**
   * Takes a slot. Gives undefined if there is one now. Otherwise gives a promise: of undefined once there is one, or
   * of the refusal that meanwhile makes the request pointless. Throws, or rejects with, `invalid_input` if the
   * reserve leaves nothing of the quota.
   */
  acquire(refusal: () => ImpactError | undefined): Promise<ImpactError | undefined> | undefined;
  /** Gives a slot back, after the answer to its request or its failure. */
  release(): void;
  /** Admits nothing for so many milliseconds, because the server said that the quota is used up. */
  pause(ms: number): void;
}

interface Waiter {
  readonly refusal: () => ImpactError | undefined;
  readonly resolve: (refusal: ImpactError | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Leaves `reserve` requests of each window to others. Once the signal aborts, it admits nothing more. */
export function createQuotaLimiter(
  concurrency: number,
  reserve: number,
  quota: QuotaView,
  emit: Emit | undefined,
  signal: AbortSignal,
): QuotaLimiter {
  const waiting: Waiter[] = [];
  let inFlight = 0;
  let wake = (): void => {};

  const gate = createQuotaGate(reserve, quota, emit, signal, () => {
    admit();
    // Those that waited send first.
    queueMicrotask(() => wake());
  });
  const isOpen = (): boolean => inFlight < concurrency && gate.isOpen(inFlight);
  const admit = (): void => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      try {
        const refused = next.refusal();
        if (!refused && !isOpen()) return;
        if (!refused) inFlight++;
        next.resolve(refused);
      } catch (error) {
        next.reject(error);
      }
      waiting.shift();
    }
  };
  return {
    hasRoom(wakeReader) {
      wake = wakeReader;
      return waiting.length === 0 && inFlight < concurrency;
    },
    acquire(refusal) {
      if (waiting.length === 0 && !refusal() && isOpen()) {
        inFlight++;
        return undefined;
      }
      return new Promise((resolve, reject) => {
        waiting.push({ refusal, resolve, reject });
        admit();
      });
    },
    release() {
      inFlight--;
      gate.answered();
      admit();
    },
    pause: (ms) => gate.pause(ms),
  };
}
