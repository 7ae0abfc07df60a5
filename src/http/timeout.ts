import { onAbort, reasonOf } from "../abort.ts";
import { attemptError, TIMED_OUT } from "./attempt-error.ts";
import type { Settings } from "../options.ts";
import type { Progress, Send, Transport } from "./request.ts";

/**
 * Gives each attempt its own deadline, until the last byte of the body. The caller's signal also ends the attempt, with
 * the signal's reason. Rejects immediately even if the transport ignores its signal.
 *
 * Does not use `AbortSignal.any` and `AbortSignal.timeout`. On Node 20, 24 and 26 they can be garbage-collected before
 * they fire, and a stalled call then hangs forever.
 */
export function withTimeout(transport: Transport, { redact }: Settings): Send {
  return (request, attempt) =>
    new Promise((resolve, reject) => {
      const { signal, timeout } = request;
      if (signal?.aborted) return reject(reasonOf(signal));
      const controller = new AbortController();
      const progress: Progress = { isSent: false };
      const abort = (reason: unknown): void => {
        settle();
        reject(reason);
        controller.abort(reason);
      };
      const timer = setTimeout(
        () => abort(attemptError(request, attempt, progress, TIMED_OUT, redact)),
        timeout,
      );
      const stopListening = signal && onAbort(signal, () => abort(reasonOf(signal)));
      const settle = (): void => {
        clearTimeout(timer);
        stopListening?.();
      };
      // `finally` would create two more promises for each call.
      transport(request, attempt, controller.signal, progress).then(
        (result) => {
          settle();
          resolve(result);
        },
        (error: unknown) => {
          settle();
          reject(error);
        },
      );
    });
}
