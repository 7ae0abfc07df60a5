import type { ImpactError } from "../../index.ts";

/** Milliseconds that requests in flight may take once a run drains. */
const GRACE = 10_000;
const CHECK_EVERY = 100;

/**
 * How a run ends before its last row: it starts no more rows, and requests in flight get a grace period, because a link
 * that is made and not recorded is lost.
 */
export function createDrain(interrupt: AbortSignal) {
  const begun = new AbortController();
  const over = new AbortController();
  const inFlight = new Set<number | undefined>();
  let failure: { readonly error: unknown } | undefined;
  let refusal: ImpactError | undefined;
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    if (begun.signal.aborted || over.signal.aborted) return;
    begun.abort();
    const deadline = Date.now() + GRACE;
    timer = setInterval(() => {
      if (inFlight.size === 0 || Date.now() > deadline) over.abort(new Error("stopped"));
    }, CHECK_EVERY);
  };
  if (interrupt.aborted) begin();
  interrupt.addEventListener("abort", begin);
  return {
    /** Aborts when the run starts to drain: it was interrupted, or has failed. */
    begun: begun.signal,
    /** Aborts when no request is in flight any more, or the grace period is over. */
    over: over.signal,
    /** The first failure; undefined if the run goes well, or was interrupted. */
    failure: () => failure,
    fail: (error: unknown): void => {
      failure ??= { error };
      begin();
    },
    /** The first time that the server refused the credentials. `createMany` then sends nothing more. */
    refusal: () => refusal,
    refuse: (error: ImpactError): void => void (refusal ??= error),
    sent: (index: number | undefined): void => void inFlight.add(index),
    answered: (index: number | undefined): void => void inFlight.delete(index),
    /** Ends at once, whatever is in flight. */
    close: (): void => {
      interrupt.removeEventListener("abort", begin);
      clearInterval(timer);
      over.abort(new Error("closed"));
    },
  };
}
