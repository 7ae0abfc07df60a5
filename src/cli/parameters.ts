// The parameters of a tracking link as the command takes them: their names, and their values as text.

import { createTrackingLink, type ParameterFacts } from "../../generated/operations.ts";

export const FACTS: ReadonlyMap<string, ParameterFacts> = new Map(
  Object.entries<ParameterFacts>(createTrackingLink.params),
);

/** Parameters by the names that a column may have: in camelCase, or as in the API. */
export const PARAMETER_NAMES: ReadonlyMap<string, string> = new Map(
  [...FACTS].flatMap(([key, facts]) => [key, facts.name].map((name) => [name, key] as const)),
);

/** `mediaPartnerPropertyId` → `media-partner-property-id`; `programId` is used most, so it is short. */
export function flagOf(key: string): string {
  if (key === "programId") return "program";
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A text as a value of the parameter's type. Enum values are matched without regard to case. */
export function fromText(text: string, { enum: choices, type }: ParameterFacts): unknown {
  if (choices)
    return choices.find((each) => String(each).toLowerCase() === text.toLowerCase()) ?? text;
  if ((type === "integer" || type === "number") && text.trim() !== "") return Number(text);
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}
