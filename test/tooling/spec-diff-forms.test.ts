import { expect, test } from "vitest";
import {
  base,
  brief,
  onlyGiven,
  onlySent,
  PLACE,
  post,
  props,
  query,
  thing,
} from "../support/diff.ts";
import type { Change } from "../support/diff.ts";
import type { Json } from "../support/documents.ts";

// Documents that say the same in two ways, and changes that look like others.

const schemas = (d: Json): Json => d["components"].schemas;
const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const setName = (schema: Json) => (d: Json) => (props(d)["Name"] = schema);
const setLimit = (schema: Json) => (d: Json) => (query(d, "Limit")["schema"] = schema);
const inJson = (d: Json): Json => post(d)["responses"][200].content["application/json"];

/** What two documents say, of which each is changed in its own way. */
function rowsOf(before: Change, after: Change): string[] {
  const [one, other] = [base(), base()];
  before(one);
  after(other);
  return brief(one, other);
}

const nothing = (): void => {};
test.each<[string, Change, Change]>([
  [
    "parameters in another order",
    nothing,
    (d) => (post(d)["parameters"] = post(d)["parameters"].toReversed()),
  ],
  ["values in another order", nothing, (d) => (query(d, "State")["schema"].enum = ["OLD", "NEW"])],
  ["values without their type", nothing, (d) => delete query(d, "State")["schema"].type],
  [
    "values as a `oneOf` of `const`s with titles",
    nothing,
    (d) =>
      (query(d, "State")["schema"] = {
        type: "string",
        oneOf: [
          { const: "OLD", title: "Old" },
          { const: "NEW", title: "New" },
        ],
      }),
  ],
  [
    "types as a `oneOf`",
    setName({ oneOf: [{ type: "string" }, { type: "integer" }] }),
    setName({ type: ["string", "integer"] }),
  ],
  [
    "types and the limits of each as an `anyOf`",
    setName({
      anyOf: [
        { type: "string", maxLength: 3 },
        { type: "array", items: { type: "string" } },
      ],
    }),
    setName({ type: ["array", "string"], items: { type: "string" }, maxLength: 3 }),
  ],
  [
    "variants of different types, `oneOf` or `anyOf`",
    nothing,
    (d) => (props(d)["Kind"] = { anyOf: props(d)["Kind"].oneOf }),
  ],
  [
    "null among several variants",
    (d) => props(d)["Kind"].oneOf.push({ type: "null" }),
    (d) => (props(d)["Kind"].nullable = true),
  ],
  ["a type as a list", nothing, setName({ type: ["string"], description: "Its name" })],
  ["a value as an only one", setName({ const: "A" }), setName({ enum: ["A"], type: "string" })],
  [
    "an exclusive bound of 3.0",
    setLimit({ type: "number", minimum: 0, exclusiveMinimum: true }),
    setLimit({ type: "number", exclusiveMinimum: 0 }),
  ],
  [
    "an exclusive bound of an integer",
    setLimit({ type: "integer", exclusiveMinimum: 0, maximum: 9 }),
    setLimit({ type: "integer", minimum: 1, exclusiveMaximum: 10 }),
  ],
  [
    "limits that limit nothing",
    setName({ type: "string" }),
    setName({ type: "string", minLength: 0, pattern: ".*", uniqueItems: false }),
  ],
  [
    "the default style of a parameter",
    nothing,
    (d) => Object.assign(query(d, "Tags"), { style: "form", explode: true, required: false }),
  ],
  ["`explode` of a single value", nothing, (d) => (query(d, "State")["explode"] = false)],
  [
    "other properties that are allowed in words",
    nothing,
    (d) => (thing(d)["additionalProperties"] = {}),
  ],
  [
    "an `allOf` in another order",
    (d) =>
      (schemas(d).Thing = {
        allOf: [{ description: "A", ...thing(d) }, limits(3, "B"), limits(5)],
      }),
    (d) =>
      (schemas(d).Thing = {
        allOf: [limits(5), limits(3, "B"), { description: "A", ...thing(d) }],
      }),
  ],
  ["a component that is inlined", nothing, (d) => (inJson(d)["schema"] = thing(d))],
  [
    "a parameter of a component",
    nothing,
    (d) => {
      d["components"].parameters = { State: query(d, "State") };
      post(d)["parameters"][1] = { $ref: "#/components/parameters/State" };
    },
  ],
  [
    "the name of a schema as the value of a discriminator",
    (d) => (props(d)["Pet"].discriminator = { propertyName: "Kind" }),
    (d) => (props(d)["Pet"].discriminator.mapping = { Cat: "Cat", Dog: "Dog" }),
  ],
  [
    "a component of another name that a discriminator names",
    nothing,
    (d) => {
      schemas(d).Feline = schemas(d).Cat;
      const { oneOf, discriminator } = props(d)["Pet"];
      oneOf[0] = reference("Feline");
      Object.assign(discriminator.mapping, { cat: "Feline", tom: "Feline" });
    },
  ],
  [
    "definitions and comments of JSON Schema",
    nothing,
    (d) => Object.assign(thing(d), { $defs: { X: {} }, $comment: "x", $id: "x", $schema: "x" }),
  ],
])("%s is no change", (_, before, after) => {
  expect(rowsOf(before, after)).toEqual([]);
  expect(rowsOf(after, before)).toEqual([]);
});

function limits(maxLength: number, description?: string): Json {
  return {
    properties: { Name: { type: "string", maxLength } },
    ...(description && { description }),
  };
}

test.each<[string, string[], Change, Change]>([
  [
    "a pattern that becomes one of everything",
    ['additive .Name | limit widened | pattern "^a" | -'],
    setName({ type: "string", pattern: "^a" }),
    setName({ type: "string", pattern: ".*" }),
  ],
  [
    "an exclusive bound that becomes an inclusive one",
    ["additive .Size | limit widened | exclusiveMinimum 0 | minimum 0"],
    (d) => (props(d)["Size"] = { type: "number", exclusiveMinimum: 0 }),
    (d) => (props(d)["Size"] = { type: "number", minimum: 0 }),
  ],
  [
    "a bound beside which there is an exclusive one",
    ["additive .Size | limit widened | minimum 1 | minimum 0"],
    (d) => (props(d)["Size"] = { type: "number", minimum: 1, exclusiveMinimum: 0 }),
    (d) => (props(d)["Size"] = { type: "number", minimum: 0, exclusiveMinimum: 0 }),
  ],
  [
    "a `oneOf` of `const`s with one value less",
    ['breaking .State | enum narrowed | "NEW" | "OLD" | "NEW"'],
    nothing,
    (d) => (props(d)["State"] = { type: "string", oneOf: [{ const: "NEW" }] }),
  ],
  [
    "one of several variants that is left alone",
    [
      "breaking .Pet | variant removed | Dog | -",
      "breaking .Pet | discriminator value removed | dog | -",
    ],
    nothing,
    (d) => {
      props(d)["Pet"].oneOf.pop();
      delete props(d)["Pet"].discriminator.mapping.dog;
    },
  ],
  [
    "a schema that becomes one of several",
    ["additive .Name | variant added | - | Dog", "additive .Name | variant added | - | null"],
    setName(reference("Cat")),
    setName({ oneOf: [reference("Cat"), reference("Dog"), { type: "null" }] }),
  ],
  [
    "a text beside which an object is allowed",
    ["additive .Name | type widened | string | string | object"],
    setName({ type: "string" }),
    setName({
      oneOf: [
        { type: "string" },
        { type: "object", required: ["A"], properties: { A: { type: "string" } } },
      ],
    }),
  ],
  [
    "a required property that is described only later",
    ["additive .New | property added | - | New"],
    (d) => thing(d)["required"].push("New"),
    (d) => {
      thing(d)["required"].push("New");
      props(d)["New"] = { type: "string" };
    },
  ],
  [
    "a required property that a request has to leave out",
    [
      "additive .Id | property became optional | required | optional",
      "additive .Id | readOnly | false | true",
    ],
    nothing,
    (d) => (props(d)["Id"].readOnly = true),
  ],
  [
    "the description beside a reference",
    ["docs .Name | description | - | A cat"],
    setName(reference("Cat")),
    setName({ ...reference("Cat"), description: "A cat" }),
  ],
])("reports %s", (_, rows, before, after) => {
  const here = (each: Change) => (d: Json) => {
    onlySent(d);
    each(d);
  };
  expect(rowsOf(here(before), here(after))).toEqual(
    rows.map((row) => row.replace(/^(\w+) /, `$1 | ${PLACE} body`)),
  );
});

test("a response that may leave out a required property is breaking", () => {
  const before = (d: Json): unknown => onlyGiven(d);
  const after = (d: Json): void => {
    onlyGiven(d);
    props(d)["Id"].writeOnly = true;
  };
  expect(rowsOf(before, after)).toEqual([
    `breaking | ${PLACE} 200.Id | property became optional | required | optional`,
    `docs | ${PLACE} 200.Id | writeOnly | false | true`,
  ]);
});

test("compares schemas whose `allOf` describes one circular property twice", () => {
  const of = (type: string) => (d: Json) => {
    const next = { ...reference("Node"), description: "The next one" };
    schemas(d).Leaf = { properties: { Value: { type }, Next: reference("Node") } };
    schemas(d).Node = { allOf: [reference("Leaf"), { properties: { Next: next } }] };
    inJson(d)["schema"] = reference("Node");
  };
  expect(rowsOf(of("string"), of("string"))).toEqual([]);
  expect(rowsOf(of("string"), of("integer"))).toContain(
    `breaking | ${PLACE} 200.Value | type changed | string | integer`,
  );
});
