import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CLASSES } from "../scripts/change-classes.mjs";
import { documentsInPage } from "../scripts/read-page.mjs";
import { renames } from "../scripts/renames.mjs";
import { diff } from "../scripts/spec-diff.mjs";

type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any

const JSON_TYPE = "application/json";

/** A document with something of everything, to be changed in one place at a time. */
const base = (): Json => ({
  openapi: "3.1.0",
  info: { title: "Things", version: "14", description: "All things" },
  tags: [{ name: "Things", description: "About things" }],
  servers: [{ url: "https://api.impact.com" }],
  security: [{ basicAuth: [] }],
  components: {
    securitySchemes: {
      basicAuth: { type: "http", scheme: "basic" },
      bearer: { type: "http", scheme: "bearer" },
    },
    schemas: {
      Thing: {
        type: "object",
        required: ["Id"],
        properties: {
          Id: { type: "integer" },
          Name: { type: "string", description: "Its name" },
          State: { type: "string", enum: ["NEW", "OLD"] },
          When: { type: "string", format: "date-time" },
          Size: { type: "integer", format: "int32", maximum: 10 },
          Parts: { type: "array", items: { $ref: "#/components/schemas/Thing" } },
          Kind: { oneOf: [{ type: "string" }, { type: "integer" }] },
        },
      },
    },
  },
  paths: {
    "/Things/{Id}": {
      post: {
        operationId: "changeThing",
        summary: "Change",
        description: "Changes a thing",
        parameters: [
          { name: "Id", in: "path", required: true, schema: { type: "string" } },
          { name: "State", in: "query", schema: { type: "string", enum: ["NEW", "OLD"] } },
          { name: "Limit", in: "query", schema: { type: "integer", default: 10, maximum: 100 } },
          { name: "Tags", in: "query", schema: { type: "array", items: { type: "string" } } },
        ],
        requestBody: {
          content: { [JSON_TYPE]: { schema: { $ref: "#/components/schemas/Thing" } } },
        },
        responses: {
          200: {
            description: "OK",
            headers: { "X-Page": { schema: { type: "integer" } } },
            content: {
              [JSON_TYPE]: { schema: { $ref: "#/components/schemas/Thing" }, example: { Id: 1 } },
            },
          },
          403: { description: "No" },
        },
      },
    },
    "/Things": { get: { operationId: "listThings", responses: { 200: { description: "OK" } } } },
  },
});

const PLACE = "POST /Things/{Id}";
const post = (d: Json): Json => d["paths"]["/Things/{Id}"].post;
const query = (d: Json, name: string): Json =>
  post(d)["parameters"].find((each: Json) => each["name"] === name);
const thing = (d: Json): Json => d["components"].schemas.Thing;
const props = (d: Json): Json => thing(d)["properties"];
/** Takes the one use of a schema away, so that the other is what a row is about. */
const onlySent = (d: Json): unknown => delete post(d)["responses"][200].content;
const onlyGiven = (d: Json): unknown => delete post(d)["requestBody"];
/** The schema is moved to where a document may say the same by itself. */
const inBoth = (change: (d: Json) => unknown): [Json, Json] => {
  const [before, after] = [base(), base()];
  [before, after].forEach(change);
  return [before, after];
};

const covered = new Set<string>();
const brief = (before: Json, after: Json): string[] =>
  diff(before, after).map((row) => {
    covered.add(row.what);
    const { class: kind, place, what, before: was = "-", after: is = "-" } = row;
    return `${kind} | ${place} | ${what} | ${was} | ${is}`;
  });

type Change = (d: Json) => unknown;

describe("of a document and its operations", () => {
  test.each<[string, Change]>([
    ["wire | IR-Version | version sent | 14 | 16", (d) => (d["info"].version = "v16")],
    ["docs | info | version | 14 | v14", (d) => (d["info"].version = "v14")],
    ["docs | info | title | Things | All", (d) => (d["info"].title = "All")],
    ['docs | info | info | - | {"name":"Vendor"}', (d) => (d["info"].contact = { name: "Vendor" })],
    ["docs | tag Things | description | About things | -", (d) => (d["tags"] = [])],
    [
      "breaking | GET /Things | operation removed | listThings | -",
      (d) => delete d["paths"]["/Things"],
    ],
    [
      "breaking | GET /Things | operation moved | GET /Things | GET /AllThings",
      (d) => {
        d["paths"]["/AllThings"] = d["paths"]["/Things"];
        delete d["paths"]["/Things"];
      },
    ],
    [
      "additive | PUT /Things | operation added | - | putThings",
      (d) => (d["paths"]["/Things"].put = { operationId: "putThings", responses: {} }),
    ],
    [
      `breaking | ${PLACE} | operation renamed | changeThing | editThing`,
      (d) => (post(d)["operationId"] = "editThing"),
    ],
    [`docs | ${PLACE} | summary | Change | Edit`, (d) => (post(d)["summary"] = "Edit")],
    [`docs | ${PLACE} | description | Changes a thing | -`, (d) => delete post(d)["description"]],
    [`docs | ${PLACE} | deprecated | - | true`, (d) => (post(d)["deprecated"] = true)],
    [`docs | ${PLACE} | tags | - | "Things"`, (d) => (post(d)["tags"] = ["Things"])],
    [
      `docs | ${PLACE} | externalDocs | - | {"url":"x"}`,
      (d) => (post(d)["externalDocs"] = { url: "x" }),
    ],
    [
      `breaking | ${PLACE} | security changed | http basic | http bearer`,
      (d) => (post(d)["security"] = [{ bearer: [] }]),
    ],
    [
      `breaking | ${PLACE} | security changed | http basic | none`,
      (d) => (post(d)["security"] = []),
    ],
    [
      `docs | ${PLACE} and 1 more | security no longer said | http basic | -`,
      (d) => delete d["security"],
    ],
    [
      `breaking | ${PLACE} and 1 more | server changed | https://api.impact.com | https://x.impact.com`,
      (d) => (d["servers"] = [{ url: "https://x.impact.com" }]),
    ],
  ])("%s", (row, change) => {
    const after = base();
    change(after);
    expect(brief(base(), after)).toEqual([row]);
  });

  test("security that is said at last", () => {
    const [before, after] = inBoth((d) => delete d["security"]);
    after["security"] = [{ basicAuth: [] }];
    expect(brief(before, after)).toEqual([
      `docs | ${PLACE} and 1 more | security said | - | http basic`,
    ]);
  });

  test("schemes are compared by what they are, not by name", () => {
    const after = base();
    after["components"].securitySchemes.other = { type: "http", scheme: "Basic", description: "x" };
    after["security"] = [{ other: [] }];
    expect(brief(base(), after)).toEqual([]);
  });
});

describe("of parameters and bodies", () => {
  const add = (parameter: Json) => (d: Json) => post(d)["parameters"].push(parameter);
  const drop = (name: string) => (d: Json) => {
    post(d)["parameters"] = post(d)["parameters"].filter((each: Json) => each["name"] !== name);
  };
  test.each<[string, Change]>([
    [`breaking | ${PLACE} query Limit | parameter removed | Limit | -`, drop("Limit")],
    [
      `breaking | ${PLACE} query Limit | parameter renamed | Limit | limit`,
      (d) => (query(d, "Limit")["name"] = "limit"),
    ],
    [
      `breaking | ${PLACE} query Limit | parameter renamed | Limit | Limits`,
      (d) => (query(d, "Limit")["name"] = "Limits"),
    ],
    [
      `breaking | ${PLACE} query Limit | parameter moved | query | header`,
      (d) => (query(d, "Limit")["in"] = "header"),
    ],
    [
      `additive | ${PLACE} query New | parameter added | - | New`,
      add({ name: "New", in: "query" }),
    ],
    [
      `breaking | ${PLACE} query New | required parameter added | - | New`,
      add({ name: "New", in: "query", required: true }),
    ],
    [
      `breaking | ${PLACE} query Limit | parameter became required | optional | required`,
      (d) => (query(d, "Limit")["required"] = true),
    ],
    [
      `breaking | ${PLACE} query Tags | parameter written otherwise | form, explode | form`,
      (d) => (query(d, "Tags")["explode"] = false),
    ],
    [
      `breaking | ${PLACE} query Limit | default changed | 10 | 20`,
      (d) => (query(d, "Limit")["schema"].default = 20),
    ],
    [
      `docs | ${PLACE} query State | default documented | - | NEW`,
      (d) => (query(d, "State")["schema"].default = "NEW"),
    ],
    [
      `breaking | ${PLACE} query State | enum narrowed | "NEW" | "OLD" | "NEW"`,
      (d) => (query(d, "State")["schema"].enum = ["NEW"]),
    ],
    [
      `additive | ${PLACE} query State | enum widened | "NEW" | "OLD" | "NEW" | "OLD" | ""`,
      (d) => (query(d, "State")["schema"].enum = ["NEW", "OLD", ""]),
    ],
    [
      `breaking | ${PLACE} query Limit | limit narrowed | maximum 100 | maximum 50`,
      (d) => (query(d, "Limit")["schema"].maximum = 50),
    ],
    [
      `additive | ${PLACE} query Limit | limit widened | maximum 100 | -`,
      (d) => delete query(d, "Limit")["schema"].maximum,
    ],
    [
      `breaking | ${PLACE} query Tags[] | format narrowed | - | uri`,
      (d) => (query(d, "Tags")["schema"].items.format = "uri"),
    ],
    [
      `breaking | ${PLACE} body | request body removed | application/json | -`,
      (d) => delete post(d)["requestBody"],
    ],
    [
      `breaking | ${PLACE} body | request body became required | optional | required`,
      (d) => (post(d)["requestBody"].required = true),
    ],
    [
      `additive | ${PLACE} body | request type added | - | application/xml`,
      (d) => (post(d)["requestBody"].content["application/xml"] = {}),
    ],
    [`docs | ${PLACE} query Limit | example | - | 5`, (d) => (query(d, "Limit")["example"] = 5)],
  ])("%s", (row, change) => {
    const after = base();
    change(after);
    expect(brief(base(), after)).toEqual([row]);
  });

  test.each<[string, Change]>([
    [
      `additive | ${PLACE} query Limit | parameter became optional | required | optional`,
      (d) => (query(d, "Limit")["required"] = true),
    ],
    [
      `additive | ${PLACE} body | request body became optional | required | optional`,
      (d) => (post(d)["requestBody"].required = true),
    ],
    [
      `additive | ${PLACE} body | request body added | - | application/json`,
      (d) => delete post(d)["requestBody"],
    ],
    [
      `breaking | ${PLACE} body | request type removed | application/xml | -`,
      (d) => (post(d)["requestBody"].content["application/xml"] = {}),
    ],
    [`additive | ${PLACE} 403 | response type added | - | text/plain`, (d) => d],
  ])("%s, from what was", (row, change) => {
    const [before, after] = [base(), base()];
    change(before);
    if (row.includes("403")) post(after)["responses"][403].content = { "text/plain": {} };
    expect(brief(before, after)).toEqual([row]);
  });

  test("a body that is required from the start", () => {
    const before = base();
    delete post(before)["requestBody"];
    const after = base();
    post(after)["requestBody"].required = true;
    expect(brief(before, after)).toEqual([
      `breaking | ${PLACE} body | required request body added | - | application/json`,
    ]);
  });

  test("a parameter of the path under another name is that parameter, and breaks what names it", () => {
    const after = base();
    after["paths"]["/Things/{ThingId}"] = after["paths"]["/Things/{Id}"];
    delete after["paths"]["/Things/{Id}"];
    after["paths"]["/Things/{ThingId}"].post.parameters[0].name = "ThingId";
    expect(brief(base(), after)).toEqual([
      "breaking | POST /Things/{ThingId} path Id | parameter renamed | Id | ThingId",
    ]);
  });
});

describe("of responses", () => {
  const ok = (d: Json): Json => post(d)["responses"][200];
  test.each<[string, Change]>([
    [
      `additive | ${PLACE} 429 | status added | - | 429`,
      (d) => (post(d)["responses"][429] = { description: "x" }),
    ],
    [`docs | ${PLACE} 403 | refusal removed | 403 | -`, (d) => delete post(d)["responses"][403]],
    [
      `breaking | GET /Things 200 | success removed | 200 | -`,
      (d) => delete d["paths"]["/Things"].get.responses[200],
    ],
    [
      `docs | ${PLACE} 403 | description | No | Never`,
      (d) => (post(d)["responses"][403].description = "Never"),
    ],
    [
      `docs | ${PLACE} 200 | example | {"Id":1} | 1`,
      (d) => {
        const { content } = ok(d);
        ok(d)["content"] = {
          "Application/JSON; charset=utf-8": { ...content["application/json"], example: 1 },
        };
      },
    ],
    [
      `breaking | ${PLACE} 200 | response type removed | application/json | -`,
      (d) => delete ok(d)["content"],
    ],
    [
      `breaking | ${PLACE} 200 header X-Page | response header removed | X-Page | -`,
      (d) => delete ok(d)["headers"],
    ],
    [
      `breaking | ${PLACE} 200 header X-Page | type changed | integer | string`,
      (d) => (ok(d)["headers"]["X-Page"].schema.type = "string"),
    ],
    [
      `docs | ${PLACE} 200 header X-Page | description | - | A page`,
      (d) => (ok(d)["headers"]["X-Page"].description = "A page"),
    ],
    [
      `additive | ${PLACE} 200 header X-Next | response header added | - | X-Next`,
      (d) => (ok(d)["headers"]["X-Next"] = {}),
    ],
    [
      `docs | ${PLACE} 200 | example | {"Id":1} | {"Id":2}`,
      (d) => (ok(d)["content"][JSON_TYPE].example = { Id: 2 }),
    ],
    [`docs | ${PLACE} 200 | examples | - | {}`, (d) => (ok(d)["content"][JSON_TYPE].examples = {})],
  ])("%s", (row, change) => {
    const after = base();
    change(after);
    expect(brief(base(), after)).toEqual([row]);
  });
});

// What is sent may be widened, what is given may be narrowed.
describe("of a schema, as it is sent and as it is given", () => {
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
    [".Id | default documented | - | 1", "docs", "docs", (d) => (props(d)["Id"].default = 1)],
    [".Name | title | - | Name", "docs", "docs", (d) => (props(d)["Name"].title = "Name")],
  ])("%s: %s, %s", (row, sent, given, change) => {
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
      ".Name | variants no longer said | string | -",
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
    [".Any | variants said | - | string", "breaking", "additive", () => {}],
  ])("%s: %s, %s, from what was", (row, sent, given, change) => {
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
        props(after)["Any"] = { oneOf: [{ type: "string" }, { type: "integer" }] };
      }
      expect(brief(before, after)[0]).toBe(expected);
    }
  });
});

describe("is blind to what means the same", () => {
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
    [
      "the order of variants",
      (d) => (props(d)["Kind"].oneOf = props(d)["Kind"].oneOf.toReversed()),
    ],
  ])("%s", (_, change) => {
    const after = base();
    change(after);
    expect(brief(base(), after)).toEqual([]);
  });

  test("a null in the manner of 3.0, of 3.1 and of oneOf", () => {
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
});

test("circles of references end, however they are made", () => {
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

test("of what is of another type altogether, that is told, and the words", () => {
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

test("a schema that is `true` allows everything, one that is `false` nothing", () => {
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

test("a header that the client sends anyway is nobody's to give", () => {
  const [before, after] = [base(), base()];
  const header = { name: "IR-Version", in: "header", required: true, schema: { type: "string" } };
  post(after)["parameters"].push(header);
  expect(brief(before, after)).toEqual([
    `additive | ${PLACE} header IR-Version | parameter added | - | IR-Version`,
  ]);
});

test("the gravest comes first", () => {
  const after = base();
  after["info"].version = "16";
  post(after)["summary"] = "x";
  post(after)["responses"][429] = { description: "x" };
  delete after["paths"]["/Things"];
  expect(diff(base(), after).map((row) => row.class)).toEqual([
    "breaking",
    "wire",
    "additive",
    "docs",
  ]);
});

test.each([
  [["TrackingURL"], ["TrackingUrl"], [["TrackingURL", "TrackingUrl"]]],
  [["start_date"], ["StartDate"], [["start_date", "StartDate"]]],
  [["TrackingURL"], ["TrackingLink"], [["TrackingURL", "TrackingLink"]]],
  [["subId1", "subId2"], ["subId3"], []],
  [["DeepLink"], ["Amount"], []],
])("of %j, now %j: renamed are %j", (removed, added, expected) => {
  expect([...renames(removed, added, () => true)]).toEqual(expected);
  if (removed[0]?.toLowerCase().replace("_", "") !== added[0]?.toLowerCase())
    expect([...renames(removed, added, () => false)]).toEqual([]);
});

test("every change that has a class is shown above", () => {
  expect([...covered].sort()).toEqual(Object.keys(CLASSES).sort());
});

test("the vendor's next page, in other words, another order and inlined: nothing but what is meant", () => {
  const [v14, v16] = ["v14", "v16"].map((version) => {
    const page = readFileSync(
      new URL(`fixtures/trackinglinks-${version}.md`, import.meta.url),
      "utf8",
    );
    return documentsInPage(page)[0] ?? {};
  });
  const at = "POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";
  expect(
    diff(v14 ?? {}, v16 ?? {}).map((row) => `${row.class} | ${row.place} | ${row.what}`),
  ).toEqual([
    "wire | IR-Version | version sent",
    `docs | ${at} path AccountSID | description`,
    `docs | ${at} 200 | example`,
    `docs | ${at} 200.TrackingURL | description`,
  ]);
});
