import { expect, test } from "vitest";
import {
  base,
  brief,
  covered,
  inBoth,
  JSON_TYPE,
  onlyGiven,
  onlySent,
  PLACE,
  post,
  props,
  SCHEMA_CHANGES,
  thing,
  type Change,
} from "../support/diff.ts";
import type { Json } from "../support/documents.ts";

const [SENT, GIVEN] = [`${PLACE} body`, `${PLACE} 200`];
test.each<[string, string, string, Change]>([
  [".Name | property removed | Name | -", "breaking", "breaking", (d) => delete props(d)["Name"]],
  [
    ".Name | property renamed | Name | name",
    "breaking",
    "breaking",
    (d) => {
      props(d)["name"] = props(d)["Name"];
      delete props(d)["Name"];
    },
  ],
  [
    ".New | property added | - | New",
    "additive",
    "additive",
    (d) => (props(d)["New"] = { type: "string" }),
  ],
  [
    ".New | required property added | - | New",
    "breaking",
    "additive",
    (d) => {
      props(d)["New"] = {};
      thing(d)["required"].push("New");
    },
  ],
  [
    ".Name | property became required | optional | required",
    "breaking",
    "additive",
    (d) => thing(d)["required"].push("Name"),
  ],
  [
    ".Id | property became optional | required | optional",
    "additive",
    "breaking",
    (d) => (thing(d)["required"] = []),
  ],
  [
    " | other properties refused | true | false",
    "breaking",
    "additive",
    (d) => (thing(d)["additionalProperties"] = false),
  ],
  [
    ".Id | type changed | integer | string",
    "breaking",
    "breaking",
    (d) => (props(d)["Id"].type = "string"),
  ],
  [
    ".Id | type widened | integer | number",
    "additive",
    "breaking",
    (d) => (props(d)["Id"].type = "number"),
  ],
  [
    ".Name | type widened | string | string | null",
    "additive",
    "breaking",
    (d) => (props(d)["Name"].type = ["string", "null"]),
  ],
  [
    ".Name | type widened | string | string | null",
    "additive",
    "breaking",
    (d) => (props(d)["Name"].nullable = true),
  ],
  [
    ".Name | type widened | string | any",
    "additive",
    "breaking",
    (d) => delete props(d)["Name"].type,
  ],
  [
    '.State | enum narrowed | "NEW" | "OLD" | "NEW"',
    "breaking",
    "additive",
    (d) => (props(d)["State"].enum = ["NEW"]),
  ],
  [
    '.State | enum widened | "NEW" | "OLD" | "NEW" | "OLD" | "LOST"',
    "additive",
    "breaking",
    (d) => props(d)["State"].enum.push("LOST"),
  ],
  [
    '.State | enum widened | "NEW" | "OLD" | any',
    "additive",
    "breaking",
    (d) => delete props(d)["State"].enum,
  ],
  [
    '.Name | enum narrowed | any | "A"',
    "breaking",
    "additive",
    (d) => (props(d)["Name"].const = "A"),
  ],
  [
    ".When | format changed | date-time | date",
    "breaking",
    "breaking",
    (d) => (props(d)["When"].format = "date"),
  ],
  [
    ".When | format widened | date-time | -",
    "additive",
    "breaking",
    (d) => delete props(d)["When"].format,
  ],
  [
    ".Size | format widened | int32 | int64",
    "additive",
    "breaking",
    (d) => (props(d)["Size"].format = "int64"),
  ],
  [
    ".Name | format narrowed | - | uri",
    "breaking",
    "additive",
    (d) => (props(d)["Name"].format = "uri"),
  ],
  [
    ".Size | limit narrowed | maximum 10 | maximum 5",
    "breaking",
    "docs",
    (d) => (props(d)["Size"].maximum = 5),
  ],
  [
    ".Name | limit narrowed | - | minLength 1",
    "breaking",
    "docs",
    (d) => (props(d)["Name"].minLength = 1),
  ],
  [
    ".Size | limit widened | maximum 10 | maximum 20",
    "additive",
    "docs",
    (d) => (props(d)["Size"].maximum = 20),
  ],
  [
    ".Kind | variant added | - | boolean",
    "additive",
    "breaking",
    (d) => props(d)["Kind"].oneOf.push({ type: "boolean" }),
  ],
  [
    '.Id | keyword changed | - | not {"const":0}',
    "breaking",
    "breaking",
    (d) => (props(d)["Id"].not = { const: 0 }),
  ],
  [
    ".Map | other properties removed | string | false",
    "breaking",
    "breaking",
    (d) => (props(d)["Map"].additionalProperties = false),
  ],
  [
    ".Map | other properties widened | string | true",
    "additive",
    "breaking",
    (d) => (props(d)["Map"].additionalProperties = {}),
  ],
  [
    ".Map.* | type changed | string | integer",
    "breaking",
    "breaking",
    (d) => (props(d)["Map"].additionalProperties.type = "integer"),
  ],
  [
    " | other properties narrowed | true | integer",
    "breaking",
    "additive",
    (d) => (thing(d)["additionalProperties"] = { type: "integer" }),
  ],
  [
    ".Other | property became required | optional | required",
    "breaking",
    "additive",
    (d) => thing(d)["required"].push("Other"),
  ],
  [
    ".Kind | variant added | - | null",
    "additive",
    "breaking",
    (d) => (props(d)["Kind"].nullable = true),
  ],
  [
    ".Pet | oneOf became anyOf | oneOf | anyOf",
    "additive",
    "breaking",
    (d) => {
      const { oneOf, ...pet } = props(d)["Pet"];
      props(d)["Pet"] = { anyOf: oneOf, ...pet };
    },
  ],
  [
    ".Pet | discriminator removed | Kind | -",
    "additive",
    "breaking",
    (d) => delete props(d)["Pet"].discriminator,
  ],
  [
    ".Pet | discriminator renamed | Kind | Name",
    "breaking",
    "breaking",
    (d) => (props(d)["Pet"].discriminator.propertyName = "Name"),
  ],
  [
    ".Pet | discriminator value added | - | puppy",
    "additive",
    "breaking",
    (d) => (props(d)["Pet"].discriminator.mapping.puppy = "Dog"),
  ],
  [
    ".Pet | discriminator value moved | tom: Cat | tom: Dog",
    "breaking",
    "breaking",
    (d) => (props(d)["Pet"].discriminator.mapping.tom = "Dog"),
  ],
  [
    ".Name | readOnly | false | true",
    "additive",
    "additive",
    (d) => (props(d)["Name"].readOnly = true),
  ],
  [".Name | writeOnly | false | true", "docs", "docs", (d) => (props(d)["Name"].writeOnly = true)],
  [".Id | default documented | - | 1", "docs", "docs", (d) => (props(d)["Id"].default = 1)],
  [".Name | title | - | Name", "docs", "docs", (d) => (props(d)["Name"].title = "Name")],
])("reports the schema change%s: %s in a request, %s in a response", (row, sent, given, change) => {
  for (const [only, place, kind] of [
    [onlySent, SENT, sent],
    [onlyGiven, GIVEN, given],
  ] as const) {
    const [before, after] = inBoth(only);
    change(after);
    const rows = brief(before, after).filter(
      (each) => !each.includes("variant added | - | string"),
    );
    expect(rows).toEqual([`${kind} | ${place}${row}`]);
  }
});

test.each<[string, string, string, Change]>([
  [
    ".Id | type narrowed | integer | string | integer",
    "breaking",
    "additive",
    (d) => (props(d)["Id"].type = ["integer", "string"]),
  ],
  [
    " | other properties allowed | false | true",
    "additive",
    "additive",
    (d) => (thing(d)["additionalProperties"] = false),
  ],
  [
    ".Pet | anyOf became oneOf | anyOf | oneOf",
    "breaking",
    "additive",
    (d) => {
      const { oneOf, ...pet } = props(d)["Pet"];
      props(d)["Pet"] = { anyOf: oneOf, ...pet };
    },
  ],
  [
    ".Pet | discriminator added | - | Kind",
    "breaking",
    "additive",
    (d) => delete props(d)["Pet"].discriminator,
  ],
  [
    ".Pet | discriminator value removed | puppy | -",
    "breaking",
    "additive",
    (d) => (props(d)["Pet"].discriminator.mapping.puppy = "Dog"),
  ],
  [
    ".Id | default no longer documented | 1 | -",
    "docs",
    "docs",
    (d) => (props(d)["Id"].default = 1),
  ],
  [
    ".Id | default changed | 2 | 1",
    "breaking",
    "docs",
    (d) => (props(d)["Id"].default = d === undefined ? 1 : 2),
  ],
  [
    ".Name | variants no longer documented | string | -",
    "additive",
    "breaking",
    (d) => (props(d)["Name"] = { oneOf: [{ type: "string" }, { type: "string", format: "x" }] }),
  ],
  [
    ".Kind | variant removed | boolean | -",
    "breaking",
    "additive",
    (d) => props(d)["Kind"].oneOf.push({ type: "boolean" }),
  ],
  [".Any | variants documented | - | string", "breaking", "additive", () => {}],
])(
  "reports the reverse schema change%s: %s in a request, %s in a response",
  (row, sent, given, change) => {
    for (const [only, place, kind] of [
      [onlySent, SENT, sent],
      [onlyGiven, GIVEN, given],
    ] as const) {
      const [before, after] = inBoth(only);
      change(before);
      let expected = `${kind} | ${place}${row}`;
      if (row.startsWith(".Id | type"))
        expected = `${kind} | ${place}.Id | type narrowed | integer | string | integer`;
      if (row.includes("default changed")) props(after)["Id"].default = 1;
      if (row.includes("variants no longer")) props(after)["Name"] = {};
      if (row.startsWith(".Any")) {
        props(before)["Any"] = {};
        props(after)["Any"] = { oneOf: [{ type: "string" }, { format: "uri" }] };
      }
      expect(brief(before, after)[0]).toBe(expected);
    }
  },
);

test.each<[string, Change]>([
  [
    "the order of keys",
    (d) => (d["paths"] = Object.fromEntries(Object.entries(d["paths"]).toReversed())),
  ],
  [
    "parameters that are inlined, or shared",
    (d) => {
      d["components"].parameters = { Id: post(d)["parameters"][0] };
      post(d)["parameters"][0] = { $ref: "#/components/parameters/Id" };
    },
  ],
  [
    "parameters of the path, rather than of the operation",
    (d) => {
      d["paths"]["/Things/{Id}"].parameters = post(d)["parameters"];
      delete post(d)["parameters"];
    },
  ],
  [
    "allOf",
    (d) => {
      const { properties, ...rest } = thing(d);
      d["components"].schemas.Base = { type: "object", properties };
      d["components"].schemas.Thing = { allOf: [{ $ref: "#/components/schemas/Base" }, rest] };
    },
  ],
  [
    "a component of another name",
    (d) => {
      d["components"].schemas.Other = thing(d);
      for (const body of [post(d)["requestBody"], post(d)["responses"][200]])
        body.content[JSON_TYPE].schema = { $ref: "#/components/schemas/Other" };
    },
  ],
  ["what nothing refers to", (d) => (d["components"].schemas.Unused = {})],
  ["a server that is not named", (d) => delete d["servers"]],
  ["a server that is relative, or a stand-in", (d) => (d["servers"] = [{ url: "/" }])],
  ["the server with a slash", (d) => (d["servers"] = [{ url: "https://api.impact.com/" }])],
  ["x-extensions", (d) => (post(d)["x-code-samples"] = [])],
  ["the order of variants", (d) => (props(d)["Kind"].oneOf = props(d)["Kind"].oneOf.toReversed())],
])("ignores %s", (_, change) => {
  const after = base();
  change(after);
  expect(brief(base(), after)).toEqual([]);
});

test("treats `nullable`, the type null and a `oneOf` with null as equal", () => {
  const of = (schema: Json): Json => {
    const document = base();
    props(document)["Name"] = schema;
    props(document)["Self"] = {
      oneOf: [{ type: "null" }, { $ref: "#/components/schemas/Thing" }],
    };
    return document;
  };
  const manners = [
    { type: "string", nullable: true },
    { type: ["string", "null"] },
    { anyOf: [{ type: "string" }, { type: "null" }] },
    { allOf: [{ type: "string" }], nullable: true },
  ];
  for (const one of manners) {
    for (const other of manners) expect(brief(of(one), of(other))).toEqual([]);
  }
});

test("handles circular references", () => {
  const of = (type: string): Json => {
    const document = base();
    document["components"].schemas.Node = {
      allOf: [
        { $ref: "#/components/schemas/Leaf" },
        { properties: { Next: { $ref: "#/components/schemas/Node" } } },
      ],
    };
    document["components"].schemas.Leaf = {
      properties: {
        Value: { type },
        Children: { type: "array", items: { $ref: "#/components/schemas/Node" } },
        Either: {
          oneOf: [{ $ref: "#/components/schemas/Node" }, { $ref: "#/components/schemas/Leaf" }],
        },
      },
    };
    post(document)["responses"][200].content[JSON_TYPE].schema = {
      $ref: "#/components/schemas/Node",
    };
    return document;
  };
  expect(brief(of("string"), of("integer"))).toContain(
    `breaking | ${PLACE} 200.Value | type changed | string | integer`,
  );
  expect(brief(of("string"), of("string"))).toEqual([]);
});

test("reports only the type and the documentation of a schema of an entirely different type", () => {
  const [before, after] = [base(), base()];
  const when = { type: "string", format: "uri", enum: ["a"], maxLength: 9, description: "One" };
  const tags = { type: "array", items: { type: "string", format: "uri" }, description: "Many" };
  props(before)["When"] = when;
  props(after)["When"] = tags;
  expect(brief(before, after)).toEqual([
    `breaking | ${PLACE} body.When | type changed | string | array`,
    `breaking | ${PLACE} 200.When | type changed | string | array`,
    `docs | ${PLACE} body.When | description | One | Many`,
    `docs | ${PLACE} 200.When | description | One | Many`,
  ]);
});

test("treats the schema `true` as everything and `false` as nothing", () => {
  const of = (schema: unknown): Json => {
    const document = base();
    const { content } = post(document)["responses"][200];
    content[JSON_TYPE].schema = { type: "object", properties: { Any: schema } };
    return document;
  };
  expect(brief(of(true), of({}))).toEqual([]);
  expect(brief(of(true), of(false))).toEqual([
    `breaking | ${PLACE} 200.Any | keyword changed | - | not {}`,
  ]);
  expect(brief(of(true), of({ type: "string" }))).toEqual([
    `additive | ${PLACE} 200.Any | type narrowed | any | string`,
  ]);
});

test("the tests above show every kind of change that no other file shows", () => {
  expect(SCHEMA_CHANGES.filter((what) => !covered.has(what))).toEqual([]);
});
