import type { ImpactError } from "../index.ts";
import { EXIT } from "./io.ts";

/** What was wrong with which field, save what the message says itself. */
export function detailsOf({ message, fields = [] }: ImpactError): string[] {
  return fields
    .filter((field) => !message.includes(field.message))
    .map((field) => `${field.field}: ${field.message}`);
}

export function exitCodeOf({ code }: ImpactError): number {
  return code === "configuration" || code === "invalid_input" ? EXIT.usage : EXIT.failed;
}
