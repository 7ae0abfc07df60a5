/** Normalizes a schema, so that schemas that mean the same compare as equal. */
import { resolveRef } from "./document.ts";
import type { Keywords, OpenApi, Schema } from "./types.ts";

/** A schema with its references and `allOf` merged. `nullable` and a `oneOf` with null are the type "null". */
export interface Shape {
  types: string[] | undefined;
  values: unknown[] | undefined;
  properties: Map<string, Schema>;
  required: Set<string>;
  items: Schema | undefined;
  additional: Schema | boolean;
  variants: Schema[];
  words: Keywords;
  limits: Keywords;
  others: Keywords;
  format: string | undefined;
  fallback: unknown;
}

/** Documentation: no value is valid or invalid because of these. */
export const WORDS = ["title", "description", "deprecated", "example", "examples", "externalDocs"];

/** Limits. A limit of "greater" allows fewer values as its number grows. */
export const NARROWER_WHEN: Readonly<Record<string, "greater" | "smaller" | undefined>> = {
  minLength: "greater",
  minItems: "greater",
  minProperties: "greater",
  minimum: "greater",
  exclusiveMinimum: "greater",
  maxLength: "smaller",
  maxItems: "smaller",
  maxProperties: "smaller",
  maximum: "smaller",
  exclusiveMaximum: "smaller",
  pattern: undefined,
  multipleOf: undefined,
  uniqueItems: undefined,
};

/** Keywords that are compared elsewhere, or that do not limit values. */
const KNOWN = new Set([
  ...WORDS,
  ...Object.keys(NARROWER_WHEN),
  ..."type enum const nullable properties required items additionalProperties".split(" "),
  ..."allOf oneOf anyOf format default $ref xml $comment readOnly writeOnly discriminator".split(
    " ",
  ),
]);

/** @param inside the schemas whose `allOf` this one is in */
export function shapeOf(document: OpenApi, given: Schema, inside: readonly Schema[] = []): Shape {
  const schema = objectOf(resolveRef(document, given));
  const shape: Shape = {
    types: typesOf(schema),
    values: "const" in schema ? [schema.const] : schema.enum,
    properties: new Map(Object.entries(schema.properties ?? {})),
    required: new Set(Array.isArray(schema.required) ? schema.required : []),
    items: schema.items,
    additional: schema.additionalProperties ?? true,
    variants: [],
    words: pick(schema, WORDS),
    limits: pick(schema, Object.keys(NARROWER_WHEN)),
    others: pick(
      schema,
      Object.keys(schema).filter((name) => !KNOWN.has(name) && !name.startsWith("x-")),
    ),
    format: schema.format,
    fallback: schema.default,
  };
  if (inside.includes(schema)) return shape;
  const within = [...inside, schema];
  for (const part of schema.allOf ?? []) add(shape, shapeOf(document, part, within));

  const choice = schema.oneOf ?? schema.anyOf ?? [];
  const isNull = (each: Schema): boolean => resolveRef(document, each).type === "null";
  const variants = choice.filter((each) => !isNull(each));
  const [only] = variants;
  if (only !== undefined && variants.length === 1) add(shape, shapeOf(document, only, within));
  else shape.variants.push(...variants);
  const isNullable = schema.nullable === true || variants.length < choice.length;
  if (isNullable && shape.types !== undefined && !shape.types.includes("null")) {
    shape.types = [...shape.types, "null"];
  }
  // The type already says that null is allowed.
  shape.values = shape.values?.filter((value) => value !== null);
  return shape;
}

/** A schema may be `true`, which allows everything, or `false`, which allows nothing. */
function objectOf(schema: Schema | boolean): Schema {
  if (typeof schema === "object") return schema;
  return schema ? {} : { not: {} };
}

function typesOf(schema: Schema): string[] | undefined {
  if (schema.type !== undefined) return [schema.type].flat();
  if (schema.properties !== undefined) return ["object"];
  if (schema.items !== undefined) return ["array"];
  return undefined;
}

function pick(schema: Schema, names: readonly string[]): Keywords {
  return Object.fromEntries(
    names.filter((name) => schema[name] !== undefined).map((name) => [name, schema[name]]),
  );
}

/** Adds a part of an `allOf`. */
function add(shape: Shape, part: Shape): void {
  const { types } = shape;
  shape.types =
    types && part.types
      ? types.filter((each) => part.types?.includes(each))
      : (types ?? part.types);
  const { values } = shape;
  shape.values =
    values && part.values
      ? values.filter((each) => part.values?.includes(each))
      : (values ?? part.values);
  for (const [name, schema] of part.properties) {
    const own = shape.properties.get(name);
    shape.properties.set(name, own === undefined ? schema : { allOf: [own, schema] });
  }
  for (const name of part.required) shape.required.add(name);
  shape.items ??= part.items;
  if (shape.additional === true) shape.additional = part.additional;
  shape.variants.push(...part.variants);
  shape.words = { ...part.words, ...shape.words };
  shape.limits = { ...part.limits, ...shape.limits };
  shape.others = { ...part.others, ...shape.others };
  shape.format ??= part.format;
  shape.fallback ??= part.fallback;
}
