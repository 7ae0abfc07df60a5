import type { operations } from "../generated/openapi.ts";
import { createTrackingLink, type ParameterFacts } from "../generated/operations.ts";
import type { CreateTrackingLinkParameters } from "../generated/params.ts";
import type { ImpactError } from "./errors.ts";
import { badInput, kindOf, show, unknownName } from "./expect.ts";
import { isWebUrl } from "./web-url.ts";

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

/** Parameters under their wire names, by where they go. The account's own is the client's to give. */
export interface WireParams {
  readonly path: Omit<Wire["path"], "AccountSID">;
  readonly query: NonNullable<Wire["query"]>;
}

/** The default's own type: what a call without `type` makes. */
export const DEFAULT_TYPE: TrackingLinkType = createTrackingLink.params.type.default;

const FACTS: ReadonlyMap<string, ParameterFacts> = new Map(
  Object.entries(createTrackingLink.params),
);
const NAMES = [...FACTS.keys()];

/** Checks what `create` was given. Throws `invalid_input` for the first thing that is wrong. */
export function toWire(params: CreateTrackingLinkParams): WireParams {
  const path: Record<string, string> = {};
  const query: Record<string, string> = {};
  const given = new Set<string>();
  for (const [name, value] of entriesOf(params)) {
    const facts = factsOf(name, NAMES);
    const text = checkValue(name, value, facts);
    given.add(name);
    if (facts.in === "path") path[facts.name] = checkSegment(name, text);
    else query[facts.name] = text;
  }
  for (const [name, { required }] of FACTS) {
    if (required && !given.has(name)) {
      throw badInput("invalid_input", name, `\`${name}\``, "none");
    }
  }
  const { type, customPath }: CreateTrackingLinkParameters = params;
  if (customPath !== undefined && type !== "Vanity") {
    const got = type === undefined ? "no type" : `type ${show(type)}`;
    throw badInput("invalid_input", "customPath", '`customPath` only with type "Vanity"', got);
  }
  // The names came from the document that these types were made of, and all required ones are there.
  return { path, query } as unknown as WireParams;
}

/** What was given, save what is undefined: inherited parameters included, so that none is lost in silence. */
export function* entriesOf(params: object): Generator<[name: string, value: unknown]> {
  if (typeof params !== "object" || params === null || Array.isArray(params)) {
    throw badInput("invalid_input", "params", "parameters as an object", kindOf(params));
  }
  for (const name in params) {
    const value: unknown = params[name as keyof typeof params];
    if (value !== undefined) yield [name, value];
    else factsOf(name, NAMES);
  }
}

/** What the document says of a parameter. Throws `invalid_input` if it is not among `known`. */
export function factsOf(name: string, known: readonly string[]): ParameterFacts {
  const facts = known.includes(name) ? FACTS.get(name) : undefined;
  if (facts !== undefined) return facts;
  throw badInput("invalid_input", name, "a known parameter", unknownName(name, known));
}

/**
 * "Unless otherwise stated, a string is at most 255 UTF-8 characters."
 * https://integrations.impact.com/partner-api-reference/readme/requests
 */
const LONGEST = 255;

/** Checks a value by what the document says of its parameter, and gives it as it is sent. */
export function checkValue(name: string, value: unknown, facts: ParameterFacts): string {
  const expected = (what: string, got = show(value)): ImpactError =>
    badInput("invalid_input", name, `\`${name}\` to be ${what}`, got);
  const checkChoice = (): void => {
    if (facts.enum?.includes(value as string) ?? true) return;
    throw expected(facts.enum?.map((each) => JSON.stringify(each)).join(" or ") ?? "");
  };
  if (facts.type === "integer" || facts.type === "number" || facts.type === "boolean") {
    if (!isOf(facts.type, value)) {
      throw expected(facts.type === "boolean" ? "true or false" : `a finite ${facts.type}`);
    }
    checkChoice();
    return String(value);
  }
  if (typeof value !== "string" || value.trim() === "") {
    throw expected("a string that is not empty");
  }
  if (/\p{Cs}/u.test(value)) throw expected("valid Unicode", "half a surrogate pair");
  checkChoice();
  if (facts.format === "uri") {
    if (isWebUrl(value)) return value;
    const isSpaced = isWebUrl(value.replace(/[\s\p{Cc}]/gu, ""));
    throw expected(`an absolute http(s) URL${isSpaced ? " without spaces (encoded: %20)" : ""}`);
  } else if (value.length > LONGEST && [...value].length > LONGEST) {
    throw expected(`at most ${LONGEST} characters`, `${[...value].length}`);
  }
  return value;
}

function isOf(type: "integer" | "number" | "boolean", value: unknown): boolean {
  if (type === "boolean") return typeof value === "boolean";
  return type === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value);
}

/** A path of dots would climb: `/Programs/../TrackingLinks`. */
function checkSegment(name: string, value: string): string {
  if (value !== "." && value !== "..") return value;
  throw badInput("invalid_input", name, `\`${name}\` to be an id`, show(value));
}
