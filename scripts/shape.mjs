import { resolve } from "./document.mjs";

/**
 * What a schema means, however it is written: references are followed, `allOf` is one schema, `nullable` is a type,
 * and `oneOf` with a null is, too.
 *
 * @typedef {import("./document.mjs").Json} Json
 * @typedef {{ types: string[] | undefined, values: unknown[] | undefined, properties: Map<string, Json>,
 *   required: Set<string>, items: Json | undefined, additional: Json | boolean, variants: Json[],
 *   words: Json, limits: Json, others: Json, format: string | undefined, fallback: unknown }} Shape
 */

/** What is said to readers alone. */
export const WORDS = ["title", "description", "deprecated", "example", "examples", "externalDocs"];

/** Keywords that narrow: the greater (or the smaller) their number, the fewer values are left. */
export const NARROWER_WHEN = /** @type {Record<string, "greater" | "smaller" | undefined>} */ ({
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
});

/** What is read elsewhere, or says nothing of what a value may be. */
const KNOWN = new Set([
  ...WORDS,
  ...Object.keys(NARROWER_WHEN),
  ..."type enum const nullable properties required items additionalProperties".split(" "),
  ..."allOf oneOf anyOf format default $ref xml $comment readOnly writeOnly discriminator".split(
    " ",
  ),
]);

/**
 * @param {Json} document
 * @param {Json} given
 * @param {readonly Json[]} [inside] the schemas that this one is a part of, by `allOf`
 * @returns {Shape}
 */
export function shapeOf(document, given, inside = []) {
  const schema = objectOf(resolve(document, given));
  /** @type {Shape} */
  const shape = {
    types: typesOf(schema),
    values: "const" in schema ? [schema["const"]] : schema["enum"],
    properties: new Map(Object.entries(schema["properties"] ?? {})),
    required: new Set(Array.isArray(schema["required"]) ? schema["required"] : []),
    items: schema["items"],
    additional: schema["additionalProperties"] ?? true,
    variants: [],
    words: pick(schema, WORDS),
    limits: pick(schema, Object.keys(NARROWER_WHEN)),
    others: pick(
      schema,
      Object.keys(schema).filter((name) => !KNOWN.has(name) && !name.startsWith("x-")),
    ),
    format: schema["format"],
    fallback: schema["default"],
  };
  if (inside.includes(schema)) return shape;
  const within = [...inside, schema];
  for (const part of schema["allOf"] ?? []) add(shape, shapeOf(document, part, within));

  const choice = schema["oneOf"] ?? schema["anyOf"] ?? [];
  const isNull = (/** @type {Json} */ each) => resolve(document, each)["type"] === "null";
  const variants = choice.filter((/** @type {Json} */ each) => !isNull(each));
  if (variants.length === 1) add(shape, shapeOf(document, variants[0], within));
  else shape.variants.push(...variants);
  const isNullable = schema["nullable"] === true || variants.length < choice.length;
  if (isNullable && shape.types !== undefined && !shape.types.includes("null")) {
    shape.types = [...shape.types, "null"];
  }
  // That null is allowed is told by the type.
  shape.values = shape.values?.filter((value) => value !== null);
  return shape;
}

/**
 * A schema may be `true`, which allows everything, or `false`, which allows nothing.
 *
 * @param {Json | boolean} schema
 * @returns {Json}
 */
function objectOf(schema) {
  if (typeof schema === "object") return schema;
  return schema ? {} : { not: {} };
}

/**
 * @param {Json} schema
 * @returns {string[] | undefined}
 */
function typesOf(schema) {
  if (schema["type"] !== undefined) return [schema["type"]].flat();
  if (schema["properties"] !== undefined) return ["object"];
  if (schema["items"] !== undefined) return ["array"];
  return undefined;
}

/**
 * @param {Json} schema
 * @param {readonly string[]} names
 * @returns {Json}
 */
function pick(schema, names) {
  return Object.fromEntries(
    names.filter((name) => schema[name] !== undefined).map((name) => [name, schema[name]]),
  );
}

/**
 * What a part of an `allOf` says, besides what is said already.
 *
 * @param {Shape} shape
 * @param {Shape} part
 */
function add(shape, part) {
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
