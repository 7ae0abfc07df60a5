import { isRetryable } from "../../http/retry-policy.ts";
import { lru } from "../../lru.ts";
import type { ImpactError } from "../../errors.ts";
import { REMEMBERED } from "../dedupe-key.ts";
import type { TrackingLink } from "../create.ts";

/** The end of a request. */
export type Outcome =
  | { readonly link: TrackingLink; readonly error?: undefined }
  | { readonly link?: undefined; readonly error: ImpactError };

/** One request for equal ones. */
export interface Dedupe {
  /** The outcome of an equal request, or a promise of it while that is in flight. */
  find(key: string): Outcome | Promise<Outcome> | undefined;
  /** Shares a request with equal ones that come while it is in flight, and its outcome with later ones. */
  share(key: string, request: Promise<Outcome>): Promise<Outcome>;
}

export function createDedupe(): Dedupe {
  const inFlight = new Map<string, Promise<Outcome>>();
  const settled = lru<Outcome>(REMEMBERED);
  return {
    find: (key) => settled.get(key) ?? inFlight.get(key),
    share(key, request) {
      const shared = request.then((outcome) => {
        inFlight.delete(key);
        if (!outcome.error || !isWorthRepeating(outcome.error)) settled.set(key, outcome);
        return outcome;
      });
      inFlight.set(key, shared);
      return shared;
    },
  };
}

/** Whether an equal request may be sent although this one failed. */
function isWorthRepeating(error: ImpactError): boolean {
  return error.method === undefined || isRetryable(error);
}
