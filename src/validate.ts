import { ImpactError, type ImpactErrorCode } from "./errors.ts";
import { nearest } from "./suggest.ts";

/** How a value is shown in a message: short, and never more than one line. */
export function show(value: unknown): string {
  if (typeof value !== "string") return kindOf(value);
  return value === "" ? "an empty string" : JSON.stringify(shorten(value));
}

/** The same for options, where a text may be a token that stands in the wrong place: no text is shown. */
export function kindOf(value: unknown): string {
  if (value === "") return "an empty string";
  if (typeof value === "number" || typeof value === "boolean")
    return `the ${typeof value} ${value}`;
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return "a string";
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

/** Codes for bad input: options of the client, or the input of one call. */
export type InputCode = ImpactErrorCode & ("configuration" | "invalid_input");

/** Bad input has one form of message: `Expected …, got …`. Nothing was sent. */
export function badInput(
  code: InputCode,
  field: string,
  expected: string,
  got: string,
): ImpactError {
  const message = `Expected ${expected}, got ${got}`;
  return new ImpactError(message, { code, outcome: "not_sent", fields: [{ field, message }] });
}

/** The same for an option of the client. */
export function wrongOption(name: string, expected: string, got: string): ImpactError {
  return badInput("configuration", name, `\`${name}\` to be ${expected}`, got);
}

/** A name that is not known, with the one that may have been meant. */
export function unknownName(given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  return near === undefined
    ? `\`${given}\`; known are ${known.map((name) => `\`${name}\``).join(", ")}`
    : `\`${given}\`; did you mean \`${near}\`?`;
}

/** Refuses what is no object, and every key that is not among the known ones. */
export function expectKnown(
  code: InputCode,
  what: string,
  given: unknown,
  known: readonly string[],
): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw badInput(code, `${what}s`, `${what}s to be an object`, kindOf(given));
  }
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw badInput(code, key, `a known ${what}`, unknownName(key, known));
  }
}

export interface Bounds {
  readonly least: number;
  readonly most?: number;
  /** Follows "a whole number". */
  readonly unit?: string;
}

/** A whole number within bounds, or the fallback if none was given. */
export function expectWhole<Fallback>(
  code: InputCode,
  name: string,
  value: unknown,
  { least, most, unit = "" }: Bounds,
  fallback: Fallback,
): number | Fallback {
  if (value === undefined) return fallback;
  const number = value as number;
  if (Number.isInteger(value) && number >= least && number <= (most ?? Number.MAX_SAFE_INTEGER)) {
    return number;
  }
  const range = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  throw badInput(code, name, `\`${name}\` to be a whole number${unit} ${range}`, kindOf(value));
}
