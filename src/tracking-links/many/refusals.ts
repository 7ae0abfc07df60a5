import type { ImpactError } from "../../errors.ts";
import { refusesAllDeepLinks } from "../../http/classify-response.ts";
import type { LinkRequest } from "../params.ts";

/** Remembers refusals that also apply to later requests: credentials, vanity limit, and programs without deep links. */
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

  /** Returns the refusal that applies to this request, if any. */
  of({ type, programId, given }: LinkRequest): ImpactError | undefined {
    const deepLink = given.deepLink === undefined ? undefined : this.#deepLinks.get(programId);
    return this.#all ?? deepLink ?? (type === "Vanity" ? this.#vanity : undefined);
  }
}
