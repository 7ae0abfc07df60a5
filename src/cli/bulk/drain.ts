import type { ImpactError } from "../../index.ts";

/** Milliseconds for requests in flight once a run drains. */
const GRACE = 10_000;
const CHECK_EVERY = 100;
/** Milliseconds for the last write once a run drains: a reader of stdout may have stalled. */
const LAST_WRITE = 1000;

/**
 * Ends a run before its last row. Starts no more rows, and gives requests in flight a grace period, because a link that
 * is created but not recorded is lost.
 */
export class Drain {
  readonly #begun = new AbortController();
  readonly #over = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  /** Aborts when the run starts to drain, after an interrupt or a failure. */
  readonly begun: AbortSignal = this.#begun.signal;
  /** Aborts when no request is in flight, or the grace period has passed. */
  readonly over: AbortSignal = this.#over.signal;
  /** Indexes of the requests in flight. */
  readonly inFlight = new Set<number | undefined>();
  /** The first failure. An interrupt is not a failure. */
  failure: unknown;
  /** The first refusal of the credentials. `createMany` sends nothing after it. */
  refusal: ImpactError | undefined;

  constructor(interrupt: AbortSignal) {
    if (interrupt.aborted) this.#begin();
    interrupt.addEventListener("abort", () => this.#begin(), { signal: this.over });
  }

  readonly fail = (error: unknown): void => {
    this.failure ??= error;
    this.#begin();
  };

  /** Waits for the last write. Once the run drains, waits at most {@link LAST_WRITE}. */
  async endWithin(lastWrite: Promise<void>): Promise<void> {
    const isStuck = new Promise<void>((resolve) => {
      const startTimer = (): void => void setTimeout(resolve, LAST_WRITE).unref();
      if (this.begun.aborted) startTimer();
      else this.begun.addEventListener("abort", startTimer);
    });
    await Promise.race([lastWrite, isStuck]);
  }

  /** Aborts immediately, even if requests are in flight. */
  close(): void {
    clearInterval(this.#timer);
    this.#over.abort(new Error("closed"));
  }

  #begin(): void {
    if (this.begun.aborted || this.over.aborted) return;
    this.#begun.abort();
    const deadline = performance.now() + GRACE;
    this.#timer = setInterval(() => {
      const isOver = this.inFlight.size === 0 || performance.now() > deadline;
      if (isOver) this.#over.abort(new Error("stopped"));
    }, CHECK_EVERY);
  }
}
