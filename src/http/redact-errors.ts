import { ImpactError, isImpactError } from "../errors.ts";
import type { Redact } from "./credentials.ts";

/** Runs a check of input, whose message shows the input: credentials may stand where they do not belong. */
export function redactErrors<T>(redact: Redact, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!isImpactError(error)) throw error;
    const { code, outcome, fields, message } = error;
    throw new ImpactError(redact(message), { code, outcome, fields: redact(fields) });
  }
}
