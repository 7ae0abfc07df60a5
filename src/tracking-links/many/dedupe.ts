import type { ImpactError } from "../../errors.ts";
import { isHarmlessTwice, isRetryable } from "../../http/retry-policy.ts";
import { lru } from "../../lru.ts";
import type { TrackingLink } from "../create.ts";
import { REMEMBERED } from "../dedupe-key.ts";

/** The result of a request. */
export type Settled =
  | { readonly link: TrackingLink; readonly error?: undefined }
  | { readonly link?: undefined; readonly error: ImpactError };

/** Shares one request between equal ones. */
export class Dedupe {
  readonly #inFlight = new Map<string, Promise<Settled>>();
  readonly #settled = lru<Settled>(REMEMBERED);

  /** Returns the result of an equal request, or a promise of it while the request is in flight. */
  find(key: string): Settled | Promise<Settled> | undefined {
    return this.#settled.get(key) ?? this.#inFlight.get(key);
  }

  /** Shares a request with equal ones while it is in flight, and its result with later ones. */
  share(key: string, request: Promise<Settled>): Promise<Settled> {
    const shared = request.then((outcome) => {
      const { error } = outcome;
      // Keep a request that may have been carried out and must not be sent twice.
      if (error?.outcome !== "unknown" || isHarmlessTwice(error)) this.#inFlight.delete(key);
      // Do not keep a failure if a retry may succeed.
      if (!error || (error.method !== undefined && !isRetryable(error))) {
        this.#settled.set(key, outcome);
      }
      return outcome;
    });
    this.#inFlight.set(key, shared);
    return shared;
  }
}
