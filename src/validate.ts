import { ImpactError, type ImpactErrorCode } from "./errors.ts";
import { nearest } from "./suggest.ts";

/** Formats a value for a message, on one line and shortened. */
export function show(value: unknown): string {
  if (typeof value !== "string") return kindOf(value);
  return value === "" ? "an empty string" : JSON.stringify(shorten(value));
}

/** Formats a value without showing text, because the text of an option may be a misplaced token. */
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

/** Creates the error for bad input: `Expected …, got …`. Nothing was sent. */
export function badInput(
  code: InputCode,
  field: string,
  expected: string,
  got: string,
): ImpactError {
  const message = `Expected ${expected}, got ${got}`;
  return new ImpactError(message, { code, outcome: "not_sent", fields: [{ field, message }] });
}

/** Creates the error for a bad option of the client. */
export function wrongOption(name: string, expected: string, got: string): ImpactError {
  return badInput("configuration", name, `\`${name}\` to be ${expected}`, got);
}

/** Formats an unknown name with a suggestion, or with all known names. */
export function unknownName(given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  return near === undefined
    ? `\`${given}\`; known are ${known.map((name) => `\`${name}\``).join(", ")}`
    : `\`${given}\`; did you mean \`${near}\`?`;
}

/** Throws if a value is not an object, or has a key that is not in `known`. */
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

/** Returns a whole number within bounds, or the fallback for undefined. Throws for any other value. */
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
