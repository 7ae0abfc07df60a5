import type { ImpactError } from "../../errors.ts";
import { refusesAllDeepLinks } from "../../http/classify-response.ts";
import type { LinkRequest } from "../params.ts";

/** Refusals that hold for later requests as well. Any other one holds for its own request alone. */
export class Refusals {
  #all: ImpactError | undefined;
  #vanity: ImpactError | undefined;
  /** By program. */
  readonly #deepLinks = new Map<string, ImpactError>();

  note(error: ImpactError, { programId }: LinkRequest): void {
    if (error.code === "unauthorized") this.#all ??= error;
    if (error.code === "vanity_limit_reached") this.#vanity ??= error;
    if (refusesAllDeepLinks(error)) this.#deepLinks.set(programId, error);
  }

  /** The refusal that holds for this request, too. */
  of({ type, programId, given }: LinkRequest): ImpactError | undefined {
    const deepLink = given.deepLink === undefined ? undefined : this.#deepLinks.get(programId);
    return this.#all ?? deepLink ?? (type === "Vanity" ? this.#vanity : undefined);
  }
}
