import type { operations } from "../../generated/openapi.ts";
import { createTrackingLink, type ParameterFacts } from "../../generated/operations.ts";
import type { CreateTrackingLinkParameters } from "../../generated/params.ts";
import { BLANK } from "../characters.ts";
import type { Redact } from "../http/credentials.ts";
import type { ImpactError } from "../errors.ts";
import { badInput, kindOf, show, unknownName } from "../validate.ts";
import { checkSegment, encode } from "../http/path.ts";
import { isWebUrl } from "../url.ts";

/** A link with a path that impact.com makes. */
export interface RegularTrackingLinkParams extends CreateTrackingLinkParameters {
  type?: Exclude<CreateTrackingLinkParameters["type"], "Vanity">;
  customPath?: undefined;
}

/** A branded link. Without `customPath` its path is random. An account may hold 5,000. */
export interface VanityTrackingLinkParams extends CreateTrackingLinkParameters {
  type: "Vanity";
}

/** What `trackingLinks.create` takes: the parameters of the vendor's document in camelCase. */
export type CreateTrackingLinkParams = RegularTrackingLinkParams | VanityTrackingLinkParams;

/** The types of links that the vendor's document knows. */
export type TrackingLinkType = NonNullable<CreateTrackingLinkParameters["type"]>;

type Wire = operations["createTrackingLink"]["parameters"];

/** Parameters, checked. */
export interface CheckedParams {
  /** What was given, in a plain object: the caller's may change meanwhile, or have getters that do. */
  readonly given: CreateTrackingLinkParams;
  /** Under their wire names, as they are sent. The account's own is the client's to give. */
  readonly path: Omit<Wire["path"], "AccountSID">;
  /** Empty, or with its question mark: in the order in which they were given, encoded. */
  readonly query: string;
}

/** The default's own type: what a call without `type` makes. */
export const DEFAULT_TYPE: TrackingLinkType = createTrackingLink.params.type.default;

/** What the document says of each parameter, by the name that a caller gives. */
export type Facts = ReadonlyMap<string, ParameterFacts>;

export const FACTS: Facts = new Map(Object.entries(createTrackingLink.params));
/** How each one's pair in a query begins. */
const PAIRS = new Map([...FACTS].map(([name, facts]) => [name, `${encode(facts.name)}=`]));
const REQUIRED = [...FACTS.keys()].filter((name) => FACTS.get(name)?.required);

/**
 * Checks what `create` was given. Throws `invalid_input` for the first thing that is wrong. Credentials are: a
 * tracking link is public, and what is given here becomes a part of it.
 */
export function checkParams(
  params: CreateTrackingLinkParams,
  redact: Redact = (value) => value,
): CheckedParams {
  const path: Record<string, string> = {};
  let query = "";
  const given = eachOf(params, FACTS, (name, value, facts) => {
    if (typeof value === "string" && redact(value) !== value) {
      const expected = `\`${name}\` without credentials`;
      throw badInput("invalid_input", name, expected, "one that holds them");
    }
    const text = checkValue(name, value, facts);
    if (facts.in === "path") path[facts.name] = checkSegment(name, text);
    else query += `${query ? "&" : "?"}${PAIRS.get(name)}${encode(text)}`;
  });
  const missing = REQUIRED.find((name) => !(name in given));
  if (missing !== undefined) throw badInput("invalid_input", missing, `\`${missing}\``, "none");
  const { type, customPath }: CreateTrackingLinkParameters = given;
  if (customPath !== undefined && type !== "Vanity") {
    const got = type === undefined ? "no type" : `type ${show(type)}`;
    throw badInput("invalid_input", "customPath", '`customPath` only with type "Vanity"', got);
  }
  // The names came from the document that this type was made of, and all required ones are there.
  return { given, path: path as CheckedParams["path"], query };
}

/**
 * Goes through what was given, save what is undefined, and gives a copy of it: what is inherited and the getters of a
 * class included, so that none is lost in silence. Throws `invalid_input` for one that is not among `known`.
 */
export function eachOf<T extends object>(
  params: T,
  known: Facts,
  use: (name: string, value: unknown, facts: ParameterFacts) => void,
): T {
  if (typeof params !== "object" || params === null || Array.isArray(params)) {
    throw badInput("invalid_input", "params", "parameters as an object", kindOf(params));
  }
  const given: Record<string, unknown> = {};
  const take = (name: string, facts: ParameterFacts): void => {
    const value = params[name as keyof T];
    if (value === undefined) return;
    given[name] = value;
    use(name, value, facts);
  };
  for (const name in params) take(name, factsOf(name, known));
  // The getters of a class are not enumerable. Most objects have none.
  if (Object.getPrototypeOf(params) !== Object.prototype) {
    for (const [name, facts] of known) if (!(name in given)) take(name, facts);
  }
  return given as T;
}

/** What the document says of a parameter. Throws `invalid_input` if it is not among `known`. */
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

/** Checks a value by what the document says of its parameter, and gives it as it is sent. */
export function checkValue(name: string, value: unknown, facts: ParameterFacts): string {
  const text = checkType(name, value, facts.type);
  if (facts.enum && !facts.enum.includes(value as string)) {
    throw wrong(name, value, facts.enum.map((each) => JSON.stringify(each)).join(" or "));
  }
  if (facts.format === "uri") {
    if (isWebUrl(text)) return text;
    const isSpaced = isWebUrl(text.split(BLANK).join(""));
    const hint = isSpaced ? " without spaces (encoded: %20)" : "";
    throw wrong(name, value, `an absolute http(s) URL${hint}`);
  }
  if (text.length > LONGEST && [...text].length > LONGEST) {
    throw wrong(name, value, `at most ${LONGEST} characters`, `${[...text].length}`);
  }
  return text;
}

// A literal within a function makes a new object for each value.
const INK = /\S/;

function checkType(name: string, value: unknown, type: string): string {
  if (type === "boolean") {
    if (typeof value !== "boolean") throw wrong(name, value, "true or false");
  } else if (type === "integer" || type === "number") {
    const isOf = type === "integer" ? Number.isSafeInteger : Number.isFinite;
    if (!isOf(value)) throw wrong(name, value, `a finite ${type}`);
  } else if (typeof value !== "string" || !INK.test(value)) {
    throw wrong(name, value, "a string that is not empty");
  } else if (!value.isWellFormed()) {
    throw wrong(name, value, "valid Unicode", "half a surrogate pair");
  }
  return String(value);
}

function wrong(name: string, value: unknown, expected: string, got = show(value)): ImpactError {
  return badInput("invalid_input", name, `\`${name}\` to be ${expected}`, got);
}
