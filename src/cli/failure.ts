import type { ImpactError } from "../index.ts";
import { EXIT } from "./io.ts";

/** The field errors that the message does not contain already. */
export function detailsOf({ message, fields = [] }: ImpactError): string[] {
  return fields
    .filter((field) => !message.includes(field.message))
    .map((field) => `${field.field}: ${field.message}`);
}

/** `usage` for options or input that the client refuses. */
export function exitCodeOf({ code }: ImpactError): number {
  return code === "configuration" || code === "invalid_input" ? EXIT.usage : EXIT.failed;
}
