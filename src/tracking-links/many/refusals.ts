import type { ImpactError, ImpactErrorCode } from "../../errors.ts";
import type { LinkRequest } from "../params.ts";

/** Later requests that a refusal holds for as well. Any other refusal holds for its own request alone. */
const HOLDS_FOR: Partial<Record<ImpactErrorCode, (request: LinkRequest) => boolean>> = {
  unauthorized: () => true,
  vanity_limit_reached: ({ type }) => type === "Vanity",
};

/** Refusals that make further requests pointless. */
export class Refusals {
  readonly #errors: ImpactError[] = [];

  note(error: ImpactError): void {
    const isKnown = this.#errors.some(({ code }) => code === error.code);
    if (error.code in HOLDS_FOR && !isKnown) this.#errors.push(error);
  }

  /** The refusal that holds for this request, too. */
  of(request: LinkRequest): ImpactError | undefined {
    return this.#errors.find(({ code }) => HOLDS_FOR[code]?.(request));
  }
}
