/** Normalizes the limits of a schema, because OpenAPI 3.0, 3.1 and common usage write the same limit differently. */
import { isDeepStrictEqual } from "node:util";
import type { Schema } from "./types.ts";

interface Limit {
  text: string;
  /** Compared number by number: a greater order allows fewer values. Empty if the limit has no order. */
  order: readonly number[];
}

/** By keyword. An exclusive bound without an inclusive one is under `minimum` or `maximum`. */
export type Limits = Readonly<Record<string, Limit>>;

const LOWEST = ["minLength", "minItems", "minProperties"];
const HIGHEST = ["maxLength", "maxItems", "maxProperties"];
const UNORDERED = ["pattern", "multipleOf", "uniqueItems"];
const BOUNDS = [
  { name: "minimum", exclusive: "exclusiveMinimum", sign: 1 },
  { name: "maximum", exclusive: "exclusiveMaximum", sign: -1 },
];
/** Keyword values that allow every value. */
const LIMITLESS: readonly unknown[] = [undefined, false, "", ".*"];

export const LIMIT_KEYWORDS: readonly string[] = [
  ...LOWEST,
  ...HIGHEST,
  ...UNORDERED,
  ...BOUNDS.flatMap(({ name, exclusive }) => [name, exclusive]),
];

export function limitsOf(schema: Schema): Limits {
  const limits: Record<string, Limit> = {};
  for (const [names, sign] of [
    [LOWEST, 1],
    [HIGHEST, -1],
  ] as const) {
    for (const name of names) {
      const value = schema[name];
      if (typeof value !== "number" || (value === 0 && sign === 1)) continue;
      limits[name] = { text: `${name} ${value}`, order: [sign * value] };
    }
  }
  for (const name of UNORDERED) {
    const value = schema[name];
    if (LIMITLESS.includes(value)) continue;
    limits[name] = { text: `${name} ${JSON.stringify(value)}`, order: [] };
  }
  for (const { name, exclusive, sign } of BOUNDS) {
    const [at, beyond] = [schema[name], schema[exclusive]];
    if (typeof at === "number") limits[name] = boundOf(name, [sign * at, beyond === true ? 1 : 0]);
    if (typeof beyond !== "number") continue;
    // An exclusive bound alone has the same key as an inclusive one, so that the two are compared.
    limits[typeof at === "number" ? exclusive : name] = boundOf(name, [sign * beyond, 1]);
  }
  return limits;
}

/** Turns exclusive bounds of integers into inclusive ones: `> 0` becomes `>= 1`. */
export function ofIntegers(limits: Limits): Limits {
  const bounds = BOUNDS.flatMap(({ name }) => {
    const [value = 0, isExclusive] = limits[name]?.order ?? [];
    const order = [isExclusive ? Math.floor(value) + 1 : Math.ceil(value), 0];
    return limits[name] ? [[name, boundOf(name, order)] as const] : [];
  });
  return { ...limits, ...Object.fromEntries(bounds) };
}

function boundOf(name: string, order: readonly number[]): Limit {
  const [value = 0, isExclusive] = order;
  const bound = BOUNDS.find((each) => each.name === name);
  const number = value * (bound?.sign ?? 1);
  return { text: `${isExclusive ? bound?.exclusive : name} ${number}`, order };
}

/** Merges limits, so that only values within both are allowed. */
export function tighter(one: Limits, other: Limits): Limits {
  const common = Object.keys(one).flatMap((name) => {
    const [a, b] = [one[name], other[name]];
    if (a === undefined || b === undefined) return [];
    if (a.order.length > 0) return [[name, compare(a.order, b.order) < 0 ? b : a] as const];
    const text = [...new Set([a.text, b.text])].sort().join(" and ");
    return [[name, { text, order: [] }] as const];
  });
  return { ...one, ...other, ...Object.fromEntries(common) };
}

export interface LimitChange {
  /** The type of the limited values. */
  type: string;
  what: "limit narrowed" | "limit widened";
  before: string | undefined;
  after: string | undefined;
}

export function limitChanges(before: Limits, after: Limits): LimitChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    const [was, is] = [before[name], after[name]];
    if (isDeepStrictEqual(was, is)) return [];
    // Limits without an order, such as patterns, count as narrowed.
    const isWider = was !== undefined && (is === undefined || compare(is.order, was.order) < 0);
    return [
      {
        type: typeOf(name),
        what: isWider ? "limit widened" : "limit narrowed",
        before: was?.text,
        after: is?.text,
      },
    ];
  });
}

function typeOf(name: string): string {
  if (name.endsWith("Length") || name === "pattern") return "string";
  if (name.endsWith("Items")) return "array";
  return name.endsWith("Properties") ? "object" : "integer";
}

function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((value, at) => value !== other[at]);
  return index < 0 ? 0 : (one[index] ?? 0) - (other[index] ?? 0);
}
