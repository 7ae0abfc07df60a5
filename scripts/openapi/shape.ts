/** Normalizes a schema, so that equivalent schemas compare as equal. */
import { isDeepStrictEqual } from "node:util";
import { isObject, resolveRef } from "./document.ts";
import { LIMIT_KEYWORDS, limitsOf, ofIntegers, tighter, type Limits } from "./limits.ts";
import type { Keywords, OpenApi, Schema } from "./types.ts";

/** A schema with its references and `allOf` merged. `nullable` and a `oneOf` with null are the type "null". */
export interface Shape {
  types: string[] | undefined;
  values: unknown[] | undefined;
  properties: Map<string, Schema>;
  required: Set<string>;
  items: Schema | undefined;
  /** `true` allows any other property, `false` none. */
  additional: Schema | boolean;
  variants: Schema[];
  /** The keywords that contain the variants. */
  choices: Set<"oneOf" | "anyOf">;
  discriminator: Discriminator | undefined;
  words: Keywords;
  limits: Limits;
  others: Keywords;
  format: string | undefined;
  fallback: unknown;
  readOnly: boolean;
  writeOnly: boolean;
}

interface Discriminator {
  propertyName: string;
  /** Value of the property → name of the schema. */
  mapping: Map<string, string>;
}

/** Keywords for documentation. They do not affect whether a value is valid. */
export const WORDS = ["title", "description", "deprecated", "example", "examples", "externalDocs"];

/** Keywords that have their own property in a shape, or that do not limit values. */
const KNOWN = new Set([
  ...WORDS,
  ...LIMIT_KEYWORDS,
  ..."type enum const nullable properties required items additionalProperties".split(" "),
  ..."allOf oneOf anyOf format default readOnly writeOnly discriminator xml".split(" "),
  ..."$ref $comment $defs $schema $id $anchor".split(" "),
]);

/**
 * @param keepsOnly whether a single variant stays a variant; else it is inlined
 * @param inside the schemas that contain this one in their `allOf` or as a single variant
 */
export function shapeOf(
  document: OpenApi,
  given: Schema,
  keepsOnly = false,
  inside: readonly Schema[] = [],
): Shape {
  const schema = objectOf(resolveRef(document, given));
  const values = "const" in schema ? [schema.const] : schema.enum;
  const shape: Shape = {
    types: typesOf(schema, values),
    values,
    properties: new Map(Object.entries(schema.properties ?? {})),
    required: new Set(Array.isArray(schema.required) ? schema.required : []),
    items: schema.items,
    additional: additionalOf(schema),
    variants: [],
    choices: new Set(),
    discriminator: discriminatorOf(schema),
    // A reference may have its own documentation next to it.
    words: { ...pick(schema, WORDS), ...(isObject(given) && pick(given, WORDS)) },
    limits: limitsOf(schema),
    others: pick(
      schema,
      Object.keys(schema).filter((name) => !KNOWN.has(name) && !name.startsWith("x-")),
    ),
    format: schema.format,
    fallback: schema.default,
    readOnly: schema.readOnly === true || given.readOnly === true,
    writeOnly: schema.writeOnly === true || given.writeOnly === true,
  };
  if (inside.includes(schema)) return shape;
  const within = [...inside, schema];
  add(
    shape,
    (schema.allOf ?? []).map((part) => shapeOf(document, part, keepsOnly, within)),
  );
  addVariants(document, shape, schema, keepsOnly, within);
  // The type already says that null is allowed.
  shape.values = shape.values?.filter((value) => value !== null);
  const isInteger = shape.types?.every((type) => type === "integer" || type === "null");
  if (isInteger) shape.limits = ofIntegers(shape.limits);
  return shape;
}

/** Adds `oneOf` and `anyOf`. A null variant becomes the type "null". */
function addVariants(
  document: OpenApi,
  shape: Shape,
  schema: Schema,
  keepsOnly: boolean,
  within: readonly Schema[],
): void {
  const isNull = (each: Schema): boolean => resolveRef(document, each).type === "null";
  let isNullable = schema.nullable === true;
  for (const choice of ["oneOf", "anyOf"] as const) {
    const all = schema[choice] ?? [];
    const variants = all.filter((each) => !isNull(each));
    isNullable ||= variants.length < all.length;
    const [only] = variants;
    if (only !== undefined && variants.length === 1 && !keepsOnly) {
      add(shape, [shapeOf(document, only, keepsOnly, within)]);
    } else if (variants.length > 0) {
      shape.variants.push(...variants);
      shape.choices.add(choice);
    }
  }
  if (!isNullable) return;
  if (shape.types !== undefined) shape.types = [...new Set([...shape.types, "null"])];
  else if (shape.variants.length > 0) shape.variants.push({ type: "null" });
}

/**
 * Merges variants into one schema if they differ only in their types, or only in their values. For example, a `oneOf`
 * of `const`s becomes an enum.
 *
 * @returns undefined if they cannot be merged
 */
export function foldVariants(document: OpenApi, shape: Shape): Shape | undefined {
  const parts = shape.variants.map((each) => shapeOf(document, each));
  const types = parts.flatMap((part) => part.types ?? []);
  const isPlain = parts.every(
    (part) =>
      part.types !== undefined &&
      part.variants.length === 0 &&
      part.format === undefined &&
      part.fallback === undefined &&
      isDeepStrictEqual(part.others, {}),
  );
  if (!isPlain || shape.variants.length === 0) return undefined;
  const areValues = parts.every((part) => part.values !== undefined || part.types?.[0] === "null");
  const isEachOfOwnType =
    parts.every((part) => part.values === undefined) && new Set(types).size === types.length;
  if (!areValues && !isEachOfOwnType) return undefined;
  const choice: Shape = {
    ...shapeOf(document, {}),
    types: [...new Set(types)],
    values: areValues ? parts.flatMap((part) => part.values ?? []) : undefined,
  };
  const rest = { types: undefined, values: undefined, words: {} };
  add(
    choice,
    parts.map((part) => ({ ...part, ...rest })),
  );
  const whole: Shape = { ...shape, variants: [], choices: new Set(), discriminator: undefined };
  add(whole, [choice]);
  return whole;
}

/** A schema may be `true`, which allows everything, or `false`, which allows nothing. */
function objectOf(schema: Schema | boolean): Schema {
  if (typeof schema === "object") return schema;
  return schema ? {} : { not: {} };
}

function typesOf(schema: Schema, values: unknown[] | undefined): string[] | undefined {
  if (schema.type !== undefined) return [schema.type].flat();
  if (schema.properties !== undefined) return ["object"];
  if (schema.items !== undefined) return ["array"];
  return values && [...new Set(values.map(typeOf))];
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function additionalOf({ additionalProperties: given = true }: Schema): Schema | boolean {
  return isDeepStrictEqual(given, {}) ? true : given;
}

function discriminatorOf({ discriminator, oneOf, anyOf }: Schema): Discriminator | undefined {
  if (!isObject(discriminator)) return undefined;
  const { propertyName, mapping } = discriminator;
  const nameOf = (reference: string): string => reference.split("/").at(-1) ?? reference;
  const named = Object.entries(isObject(mapping) ? mapping : {}).map(
    ([value, target]) => [value, nameOf(String(target))] as const,
  );
  // If the mapping has no value for a variant, the value is the name of its schema.
  const unnamed = [...(oneOf ?? []), ...(anyOf ?? [])]
    .flatMap(({ $ref }) => ($ref === undefined ? [] : [nameOf($ref)]))
    .filter((name) => named.every(([, target]) => target !== name));
  return {
    propertyName: String(propertyName),
    mapping: new Map([...named, ...unnamed.map((name) => [name, name] as const)]),
  };
}

function pick(schema: Keywords, names: readonly string[]): Keywords {
  return Object.fromEntries(
    names.filter((name) => schema[name] !== undefined).map((name) => [name, schema[name]]),
  );
}

/** Adds the parts of an `allOf`. Their order does not matter. */
function add(shape: Shape, parts: readonly Shape[]): void {
  for (const part of parts) {
    shape.types = common(shape.types, part.types, accepts);
    shape.values = common(shape.values, part.values, (all, each) => all.includes(each));
    for (const [name, schema] of part.properties) {
      shape.properties.set(name, both(shape.properties.get(name), schema));
    }
    for (const name of part.required) shape.required.add(name);
    if (part.items !== undefined) shape.items = both(shape.items, part.items);
    shape.additional = bothAdditional(shape.additional, part.additional);
    shape.variants.push(...part.variants);
    for (const choice of part.choices) shape.choices.add(choice);
    shape.discriminator ??= part.discriminator;
    shape.limits = tighter(shape.limits, part.limits);
    shape.others = { ...part.others, ...shape.others };
    shape.format ??= part.format;
    shape.fallback ??= part.fallback;
    shape.readOnly ||= part.readOnly;
    shape.writeOnly ||= part.writeOnly;
  }
  for (const word of WORDS) {
    const inherited = parts.map((part) => part.words[word]).filter((each) => each !== undefined);
    const texts = [...new Set(inherited.map((each) => JSON.stringify(each)))].sort();
    if (texts.length > 0) shape.words[word] ??= texts.length === 1 ? inherited[0] : texts;
  }
}

/** @returns the intersection of both lists; undefined is a list of everything */
function common<T>(
  one: T[] | undefined,
  other: T[] | undefined,
  includes: (all: T[], each: T) => boolean,
): T[] | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const inOther = one.filter((each) => includes(other, each));
  return [...new Set([...inOther, ...other.filter((each) => includes(one, each))])];
}

/** Pairs of types or formats. Every value of the first is a value of the second. */
export const WITHIN: ReadonlySet<string> = new Set([
  "integer number",
  "int32 int64",
  "float double",
]);

/** @param types undefined allows everything */
export function accepts(types: readonly string[] | undefined, type: string): boolean {
  return (
    types === undefined || types.some((each) => each === type || WITHIN.has(`${type} ${each}`))
  );
}

function bothAdditional(one: Schema | boolean, other: Schema | boolean): Schema | boolean {
  if (one === false || other === false) return false;
  if (one === true || other === true) return one === true ? other : one;
  return both(one, other);
}

const merged = new WeakMap<Schema, WeakMap<Schema, Schema>>();

/** Returns the same object for the same pair, so that circular schemas do not recurse forever. */
function both(one: Schema | undefined, other: Schema): Schema {
  if (one === undefined || isDeepStrictEqual(one, other)) return other;
  if (!isObject(one) || !isObject(other)) return { allOf: [one, other] };
  const known = merged.get(one) ?? new WeakMap<Schema, Schema>();
  merged.set(one, known);
  const found = known.get(other) ?? { allOf: [one, other] };
  known.set(other, found);
  return found;
}
