import type { ValueFacts } from "../../generated/operations.ts";
import { CONTROL, INVISIBLE, WHITESPACE_OR_CONTROL } from "../characters.ts";
import type { ImpactError } from "../errors.ts";
import { isWebUrl } from "../url.ts";
import { badInput, show } from "../validate.ts";

/**
 * "Unless otherwise stated, a string is at most 255 UTF-8 characters."
 * https://integrations.impact.com/partner-api-reference/readme/requests
 */
const LONGEST = 255;

/** Anything but the letters, digits and punctuation of ASCII. Most values have none. */
const UNUSUAL = /[^!-~]/;

/** Checks a plain value by the document's facts of its parameter, and gives it as it is sent. */
export function checkValue(name: string, value: unknown, facts: ValueFacts): string {
  const text = checkType(name, value, facts.type);
  if (text === "" || UNUSUAL.test(text)) checkCharacters(name, text, facts);
  if (facts.enum && !facts.enum.includes(value as string)) {
    throw wrong(name, value, facts.enum.map((each) => JSON.stringify(each)).join(" or "));
  }
  if (facts.format === "uri") {
    if (isWebUrl(text)) return text;
    const isSpaced = isWebUrl(text.split(WHITESPACE_OR_CONTROL).join(""));
    const hint = isSpaced ? " without spaces (encoded: %20)" : "";
    throw wrong(name, value, `an absolute http(s) URL${hint}`);
  }
  if (text.length > LONGEST && [...text].length > LONGEST) {
    throw wrong(name, value, `at most ${LONGEST} characters`, `${[...text].length}`);
  }
  return text;
}

function checkType(name: string, value: unknown, type: string): string {
  if (type === "boolean") {
    if (typeof value !== "boolean") throw wrong(name, value, "true or false");
  } else if (type === "integer" || type === "number") {
    const isOf = type === "integer" ? Number.isSafeInteger : Number.isFinite;
    if (!isOf(value)) throw wrong(name, value, `a finite ${type}`);
  } else if (typeof value !== "string") throw wrong(name, value, NOT_EMPTY);
  return String(value);
}

const NOT_EMPTY = "a string that is not empty";

function checkCharacters(name: string, text: string, { format }: ValueFacts): void {
  if (text.trim() === "") throw wrong(name, text, NOT_EMPTY);
  if (!text.isWellFormed()) throw wrong(name, text, "valid Unicode", "half a surrogate pair");
  if (format === "uri") checkFormatCharacters(name, text);
  // An id was copied from somewhere, and with it what stood around it. A vanity link cannot be renamed.
  if (name.endsWith("Id") || name === "customPath") {
    checkVisible(name, text);
    if (text.trim() !== text) throw wrong(name, text, "free of outer spaces");
  }
}

/** Refuses zero-width and bidi characters. Controls are left to the check for spaces, whose message fits them better. */
export function checkFormatCharacters(name: string, text: string): void {
  checkVisible(name, text.split(CONTROL).join(""));
}

function checkVisible(name: string, text: string): void {
  const code = INVISIBLE.exec(text)?.[0].charCodeAt(0);
  if (code === undefined) return;
  const got = `U+${code.toString(16).toUpperCase().padStart(4, "0")} in it`;
  throw wrong(name, text, "free of invisible characters", got);
}

function wrong(name: string, value: unknown, expected: string, got = show(value)): ImpactError {
  return badInput("invalid_input", name, `\`${name}\` to be ${expected}`, got);
}
