import type { ImpactError } from "../../index.ts";

/** Milliseconds that requests in flight may take once a run drains. */
const GRACE = 10_000;
const CHECK_EVERY = 100;
/** Milliseconds for the rows that are not written yet when nothing is in flight any more. */
const LAST_WRITE = 1000;

/**
 * How a run ends before its last row: it starts no more rows, and requests in flight get a grace period, because a link
 * that is made and not recorded is lost.
 */
export class Drain {
  readonly #begun = new AbortController();
  readonly #over = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  /** Aborts when the run starts to drain: it was interrupted, or has failed. */
  readonly begun: AbortSignal = this.#begun.signal;
  /** Aborts when no request is in flight any more, or the grace period is over. */
  readonly over: AbortSignal = this.#over.signal;
  /** Indexes of the requests in flight. */
  readonly inFlight = new Set<number | undefined>();
  /** The first failure; undefined if the run goes well, or was interrupted. */
  failure: unknown;
  /** The first time that the server refused the credentials. `createMany` then sends nothing more. */
  refusal: ImpactError | undefined;

  constructor(interrupt: AbortSignal) {
    if (interrupt.aborted) this.#begin();
    interrupt.addEventListener("abort", () => this.#begin(), { signal: this.over });
  }

  readonly fail = (error: unknown): void => {
    this.failure ??= error;
    this.#begin();
  };

  /** Waits for the last write; once the run drains, only as long as a reader that still reads needs. */
  async endWithin(lastWrite: Promise<void>): Promise<void> {
    const isStuck = new Promise<void>((resolve) => {
      const give = (): void => void setTimeout(resolve, LAST_WRITE).unref();
      if (this.begun.aborted) give();
      else this.begun.addEventListener("abort", give);
    });
    await Promise.race([lastWrite, isStuck]);
  }

  /** Ends at once, whatever is in flight. */
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
