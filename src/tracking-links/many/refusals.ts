import type { ImpactError, ImpactErrorCode } from "../../errors.ts";
import type { LinkRequest } from "../params.ts";

/** Later requests that a refusal holds for as well. Any other refusal holds for its own request alone. */
const HOLDS_FOR: Partial<Record<ImpactErrorCode, (request: LinkRequest) => boolean>> = {
  unauthorized: () => true,
  vanity_limit_reached: ({ type }) => type === "Vanity",
};

/** Refusals that make further requests pointless. */
export interface Refusals {
  note(error: ImpactError): void;
  /** The refusal that holds for this request, too. */
  of(request: LinkRequest): ImpactError | undefined;
}

export function createRefusals(): Refusals {
  const refusals: ImpactError[] = [];
  return {
    note(error) {
      const isKnown = refusals.some(({ code }) => code === error.code);
      if (error.code in HOLDS_FOR && !isKnown) refusals.push(error);
    },
    of: (request) => refusals.find(({ code }) => HOLDS_FOR[code]?.(request)),
  };
}
