import { createTrackingLink, type ParameterFacts } from "../../generated/operations.ts";
import type { CreateTrackingLinkParams } from "../../generated/params.ts";
import type { Redact } from "../http/credentials.ts";
import { checkSegment } from "../url.ts";
import { badInput, kindOf, show, unknownName } from "../validate.ts";
import { checkComposite, isComposite, type Composite } from "./check-composite.ts";
import { checkValue } from "./check-value.ts";

export type { CreateTrackingLinkParams };

/** The types of links that the vendor's document knows. */
export type TrackingLinkType = NonNullable<CreateTrackingLinkParams["type"]>;

/** Checked parameters of one link. */
export interface LinkRequest {
  /** A copy of what was given, with the type that `customPath` implies: the caller's object may change, or have getters. */
  readonly given: CreateTrackingLinkParams;
  readonly programId: string;
  readonly type: TrackingLinkType;
  /** As they are sent, by their names on the wire, in the order in which they were given. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly header: Readonly<Record<string, string>> | undefined;
}

export type Query = Readonly<Record<string, string | Composite>>;

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

/** The type of a link for which none is requested, even if the document does not say so. */
export const DEFAULT_TYPE: TrackingLinkType = /* @__PURE__ */ defaultTypeOf(FACTS);

function defaultTypeOf(facts: Facts): TrackingLinkType {
  // The document's default is one of its types.
  return (facts.get("type")?.default ?? "Regular") as TrackingLinkType;
}

/**
 * Checks the parameters of `create`. Throws `invalid_input` for the first thing that is wrong, credentials included:
 * a tracking link is public, and shows its parameters.
 */
export function checkParams(
  params: CreateTrackingLinkParams,
  redact: Redact = (value) => value,
): LinkRequest {
  const path: Record<string, string> = {};
  const query: Record<string, string | Composite> = {};
  let header: Record<string, string> | undefined;
  let texts = "";
  const given = eachOf(params, FACTS, (name, value, facts) => {
    if (isComposite(facts)) {
      const composite = checkComposite(name, value, facts);
      texts += `${JSON.stringify(composite)}\n`;
      query[facts.name] = composite;
      return;
    }
    const text = checkValue(name, value, facts);
    texts += `${text}\n`;
    if (facts.in === "query") query[facts.name] = text;
    else if (facts.in === "path") path[facts.name] = checkSegment(name, text);
    else (header ??= {})[facts.name] = checkHeader(name, text);
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
  return { given, programId, type: given.type ?? DEFAULT_TYPE, path, query, header };
}

/** No other characters arrive as they were sent. */
function checkHeader(name: string, text: string): string {
  if (/^[ -~]*$/.test(text) && text.trim() === text) return text;
  throw badInput("invalid_input", name, `\`${name}\` to be printable ASCII`, show(text));
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
    if (value === undefined) continue;
    if (typeof value === "object" && value !== null) given[name] = copyOfComposite(value);
    use(name, given[name], facts);
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

/** Sorts the names of an object, so that equal ones make equal requests. */
function copyOfComposite<T extends object>(value: T): T {
  if (Array.isArray(value)) return [...(value as unknown[])] as T;
  const sorted = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(sorted) as T;
}

/** Throws `invalid_input` if the parameter is not among `known`. */
function factsOf(name: string, known: Facts): ParameterFacts {
  const facts = known.get(name);
  if (facts !== undefined) return facts;
  throw badInput("invalid_input", name, "a known parameter", unknownName(name, [...known.keys()]));
}
