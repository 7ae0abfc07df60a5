import { onAbort, reasonOf } from "./abort.ts";

/** Longer timers overflow to 1 ms in every runtime. */
export const LONGEST_TIMER: number = 2 ** 31 - 1;

/** Resolves after `ms`. Rejects with the signal's reason when it aborts. Removes its timer and listener. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  for (let remaining = ms; remaining > 0; remaining -= LONGEST_TIMER) {
    await timer(Math.min(remaining, LONGEST_TIMER), signal);
  }
}

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(reasonOf(signal));
    const timeout = setTimeout(() => {
      stopListening();
      resolve();
    }, ms);
    const stopListening = onAbort(signal, () => {
      clearTimeout(timeout);
      reject(signal && reasonOf(signal));
    });
  });
}
