import { ImpactError, isImpactError } from "../errors.ts";
import type { Redact } from "./credentials.ts";

/**
 * Runs a check of input and redacts its error: the message shows the input, which may contain credentials by mistake.
 */
export function redactErrors<T>(redact: Redact, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!isImpactError(error)) throw error;
    const { code, outcome, fields, message } = error;
    throw new ImpactError(redact(message), { code, outcome, fields: redact(fields) });
  }
}
