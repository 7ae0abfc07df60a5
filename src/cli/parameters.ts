// The parameters of a tracking link as the command takes them: their names, and their values as text.

import {
  createTrackingLink,
  type ParameterFacts,
  type ValueFacts,
} from "../../generated/operations.ts";

export const FACTS: ReadonlyMap<string, ParameterFacts> = new Map(
  Object.entries<ParameterFacts>(createTrackingLink.params),
);

/** Parameters by the names that a column may have: in camelCase, or as in the API. */
export const PARAMETER_NAMES: ReadonlyMap<string, string> = new Map(
  [...FACTS].flatMap(([key, facts]) => [key, facts.name].map((name) => [name, key] as const)),
);

/** Flags of the commands that are no parameters. */
export const RESERVED_FLAGS: readonly string[] = [
  ..."append-ids concurrency debug delimiter dry-run encoding help json map out pass-through port".split(
    " ",
  ),
  ..."quota-reserve reuse retry-failed retry-unknown sandbox silent skip-lines".split(" "),
];

/** Flags by parameter: `mediaPartnerPropertyId` → `media-partner-property-id`. `programId` is used most, so it is short. */
const FLAGS: ReadonlyMap<string, string> = flagsOf([...FACTS.keys()]);

/** A parameter whose flag has another meaning already gets one of its own: `--param-program`. */
export function flagsOf(keys: readonly string[]): Map<string, string> {
  const taken = new Set([...RESERVED_FLAGS, "program"]);
  return new Map(
    keys.map((key) => {
      if (key === "programId") return [key, "program"];
      const flag = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      return [key, taken.has(flag) ? `param-${flag}` : flag];
    }),
  );
}

export const flagOf = (key: string): string => FLAGS.get(key) ?? key;

/**
 * A text as a value of the parameter's type. Enum values are matched without regard to case. A list is `a,b` or JSON, an
 * object is JSON.
 */
export function fromText(text: string, facts: ParameterFacts): unknown {
  if (facts.type === "object" || (facts.type === "array" && /^\s*\[/.test(text))) {
    return parseJson(text) ?? text;
  }
  if (facts.type !== "array") return plainFromText(text, facts);
  return text.split(",").map((each) => plainFromText(each.trim(), facts.items ?? facts));
}

function plainFromText(text: string, { enum: choices, type }: ValueFacts): unknown {
  if (choices)
    return choices.find((each) => String(each).toLowerCase() === text.toLowerCase()) ?? text;
  if (type === "integer" || type === "number") return numberFromText(text, type);
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}

/** Returns the text itself if it is not such a number, so that the error shows it. */
function numberFromText(text: string, type: "integer" | "number"): number | string {
  const number = Number(text);
  const isValid = type === "integer" ? Number.isSafeInteger(number) : Number.isFinite(number);
  return isValid && text.trim() !== "" ? number : text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
