import type { ImpactError } from "../../errors.ts";
import { isHarmlessTwice, isRetryable } from "../../http/retry-policy.ts";
import { lru } from "../../lru.ts";
import type { TrackingLink } from "../create.ts";
import { REMEMBERED } from "../dedupe-key.ts";

/** The end of a request. */
export type Settled =
  | { readonly link: TrackingLink; readonly error?: undefined }
  | { readonly link?: undefined; readonly error: ImpactError };

/** One request for equal ones. */
export class Dedupe {
  readonly #inFlight = new Map<string, Promise<Settled>>();
  readonly #settled = lru<Settled>(REMEMBERED);

  /** The outcome of an equal request, or a promise of it while that is in flight. */
  find(key: string): Settled | Promise<Settled> | undefined {
    return this.#settled.get(key) ?? this.#inFlight.get(key);
  }

  /** Shares a request with equal ones that come while it is in flight, and its outcome with later ones. */
  share(key: string, request: Promise<Settled>): Promise<Settled> {
    const shared = request.then((outcome) => {
      const { error } = outcome;
      // One that may have been carried out and must not be sent twice is never forgotten.
      if (error?.outcome !== "unknown" || isHarmlessTwice(error)) this.#inFlight.delete(key);
      // A failure that a retry may mend is not kept.
      if (!error || (error.method !== undefined && !isRetryable(error))) {
        this.#settled.set(key, outcome);
      }
      return outcome;
    });
    this.#inFlight.set(key, shared);
    return shared;
  }
}
