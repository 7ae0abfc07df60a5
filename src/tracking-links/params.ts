import type { operations } from "../../generated/openapi.ts";
import { createTrackingLink, type ParameterFacts } from "../../generated/operations.ts";
import type { CreateTrackingLinkParams } from "../../generated/params.ts";
import { CONTROL, INVISIBLE, WHITESPACE_OR_CONTROL } from "../characters.ts";
import type { Redact } from "../http/credentials.ts";
import type { ImpactError } from "../errors.ts";
import { checkSegment, isWebUrl } from "../url.ts";
import { badInput, kindOf, show, unknownName } from "../validate.ts";

export type { CreateTrackingLinkParams };

/** The types of links that the vendor's document knows. */
export type TrackingLinkType = NonNullable<CreateTrackingLinkParams["type"]>;

type Query = NonNullable<operations["createTrackingLink"]["parameters"]["query"]>;

/** Checked parameters of one link. */
export interface LinkRequest {
  /** A copy of what was given, with the type that `customPath` implies: the caller's object may change, or have getters. */
  readonly given: CreateTrackingLinkParams;
  readonly programId: string;
  readonly type: TrackingLinkType;
  /** As it is sent, in the order in which it was given. */
  readonly query: Query;
}

/** The document's facts of each parameter, by its name in camelCase. */
export type Facts = ReadonlyMap<string, ParameterFacts>;

// Pure: a program that only extends links is bundled without them.
export const FACTS: Facts = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries(createTrackingLink.params),
);
const REQUIRED = /* @__PURE__ */ requiredOf(FACTS);

function requiredOf(facts: Facts): string[] {
  return [...facts.keys()].filter((name) => facts.get(name)?.required);
}

/**
 * Checks the parameters of `create`. Throws `invalid_input` for the first thing that is wrong, credentials included:
 * a tracking link is public, and shows its parameters.
 */
export function checkParams(
  params: CreateTrackingLinkParams,
  redact: Redact = (value) => value,
): LinkRequest {
  const query: Record<string, string> = {};
  let texts = "";
  const given = eachOf(params, FACTS, (name, value, facts) => {
    const text = checkValue(name, value, facts);
    texts += `${text}\n`;
    if (facts.in === "path") checkSegment(name, text);
    else query[facts.name] = text;
  });
  // One search for all of them, since nearly no text holds any.
  if (redact(texts) !== texts) refuseCredentials(given, redact);
  const missing = REQUIRED.find((name) => given[name as keyof typeof given] === undefined);
  if (missing !== undefined) throw badInput("invalid_input", missing, `\`${missing}\``, "none");
  if (given.customPath !== undefined) {
    if (given.type === undefined) {
      given.type = "Vanity";
      query[createTrackingLink.params.type.name] = "Vanity";
    }
    if (given.type !== "Vanity") {
      const expected = '`customPath` only with type "Vanity"';
      throw badInput("invalid_input", "customPath", expected, `type ${show(given.type)}`);
    }
  }
  const { programId } = given;
  const type = given.type ?? ((FACTS.get("type")?.default ?? "Regular") as TrackingLinkType);
  return { given, programId, type, query };
}

function refuseCredentials(given: CreateTrackingLinkParams, redact: Redact): void {
  const field = Object.entries(given).find(([, value]) => redact(value) !== value)?.[0];
  if (field === undefined) return;
  throw badInput("invalid_input", field, `\`${field}\` without credentials`, "one that holds them");
}

/** Calls `use` for each parameter that is not undefined, and gives a copy of all. Throws `invalid_input` for an unknown one. */
export function eachOf<T extends object>(
  params: T,
  known: Facts,
  use: (name: string, value: unknown, facts: ParameterFacts) => void,
): T {
  if (typeof params !== "object" || params === null || Array.isArray(params)) {
    throw badInput("invalid_input", "params", "parameters as an object", kindOf(params));
  }
  const given = copyOf(params, known);
  for (const name in given) {
    const facts = factsOf(name, known);
    const value = given[name];
    if (value !== undefined) use(name, value, facts);
  }
  return given;
}

/** Copies parameters. Reads inherited ones, too, and the getters of a class, which are not enumerable. */
function copyOf<T extends object>(params: T, known: Facts): T {
  const copy = { ...params };
  if (Object.getPrototypeOf(params) === Object.prototype) return copy;
  const names = new Set<string>(known.keys());
  for (const name in params) names.add(name);
  for (const name of names) {
    if (!(name in copy)) Object.assign(copy, { [name]: params[name as keyof T] });
  }
  return copy;
}

/** Throws `invalid_input` if the parameter is not among `known`. */
function factsOf(name: string, known: Facts): ParameterFacts {
  const facts = known.get(name);
  if (facts !== undefined) return facts;
  throw badInput("invalid_input", name, "a known parameter", unknownName(name, [...known.keys()]));
}

/**
 * "Unless otherwise stated, a string is at most 255 UTF-8 characters."
 * https://integrations.impact.com/partner-api-reference/readme/requests
 */
const LONGEST = 255;

/** Anything but the letters, digits and punctuation of ASCII. Most values have none. */
const UNUSUAL = /[^!-~]/;

/** Checks a value by the document's facts of its parameter, and gives it as it is sent. */
export function checkValue(name: string, value: unknown, facts: ParameterFacts): string {
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

function checkCharacters(name: string, text: string, { format }: ParameterFacts): void {
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
