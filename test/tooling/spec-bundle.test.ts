import { expect, test } from "vitest";
import type { Json } from "../support/documents.ts";
import { bundleDocuments } from "../../scripts/openapi/bundle.ts";
import { serverUrl, vendorVersion } from "../../scripts/openapi/document.ts";
import { expectSupported, validate, upgradeTo31 } from "../../scripts/openapi/validate.ts";

const ok = { 200: { description: "OK" } };
const operation = (operationId: string, more: Json = {}): Json => ({
  operationId,
  responses: ok,
  ...more,
});
const made = (title: string, paths: Json, more: Json = {}): Json => ({
  openapi: "3.1.0",
  info: { title, version: "16" },
  servers: [{ url: "https://api.impact.com" }],
  security: [{ basicAuth: [] }],
  ...more,
  components: {
    securitySchemes: { basicAuth: { type: "http", scheme: "basic" } },
    ...more["components"],
  },
  paths,
});
const schema = (name: string): Json => ({
  description: "OK",
  content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } },
});

test("returns a single document unchanged", () => {
  const one = made("One", { "/a": { get: operation("a") } });
  const { document, warnings }: { document: Json; warnings: string[] } = bundleDocuments([one]);
  expect(document).toBe(one);
  expect(warnings).toEqual([]);
});

test("renames components of the later document that differ under one name, or refer to such ones", () => {
  const user = (type: string): Json => ({ type: "object", properties: { Id: { type } } });
  const comment = { type: "object", properties: { By: { $ref: "#/components/schemas/User" } } };
  const same = { type: "string" };
  const of = (title: string, path: string, type: string): Json =>
    made(
      title,
      { [path]: { get: operation(title, { responses: { 200: schema("Comment") } }) } },
      { components: { schemas: { User: user(type), Comment: comment, Same: same } } },
    );
  const { document, warnings }: { document: Json; warnings: string[] } = bundleDocuments([
    of("One", "/a", "string"),
    of("Partner ads API", "/b", "integer"),
  ]);
  expect(document["components"].schemas).toEqual({
    User: user("string"),
    Comment: comment,
    Same: same,
    User_PartnerAdsApi: user("integer"),
    Comment_PartnerAdsApi: {
      type: "object",
      properties: { By: { $ref: "#/components/schemas/User_PartnerAdsApi" } },
    },
  });
  expect(document["paths"]["/b"].get.responses[200]).toEqual(schema("Comment_PartnerAdsApi"));
  expect(warnings).toEqual([
    "Partner ads API: renamed, since the names are in use: schemas/User → User_PartnerAdsApi, " +
      "schemas/Comment → Comment_PartnerAdsApi.",
  ]);
});

test("renames components in the mapping of a discriminator and in `security` too", () => {
  const pet = {
    discriminator: {
      propertyName: "kind",
      mapping: { cat: "#/components/schemas/Cat", dog: "Dog" },
    },
    oneOf: [{ $ref: "#/components/schemas/Cat" }],
  };
  const of = (title: string, type: string, scheme: string): Json =>
    made(
      title,
      { [`/${title}`]: { get: operation(title, { security: [{ basicAuth: [] }] }) } },
      {
        components: {
          schemas: { Pet: pet, Cat: { type }, Dog: { type } },
          securitySchemes: { basicAuth: { type: "http", scheme } },
        },
      },
    );
  const { document }: { document: Json } = bundleDocuments([
    of("One", "string", "basic"),
    of("Two", "object", "bearer"),
  ]);
  expect(document["components"].schemas.Pet_Two).toEqual({
    discriminator: {
      propertyName: "kind",
      mapping: { cat: "#/components/schemas/Cat_Two", dog: "Dog_Two" },
    },
    oneOf: [{ $ref: "#/components/schemas/Cat_Two" }],
  });
  expect(document["paths"]["/Two"].get.security).toEqual([{ basicAuth_Two: [] }]);
  expect(document["components"].securitySchemes).toEqual({
    basicAuth: { type: "http", scheme: "basic" },
    basicAuth_Two: { type: "http", scheme: "bearer" },
  });
});

test("keeps the tags, servers and security of each operation", () => {
  const path = "/a/{Id}";
  const id = { name: "Id", in: "path", required: true, schema: { type: "string" } };
  const one = made(
    "One",
    { [path]: { parameters: [id], get: operation("a") } },
    {
      tags: [{ name: "A", description: "as One says" }],
    },
  );
  const two = made(
    "Two",
    { [path]: { put: operation("b", { parameters: [id] }) }, "/c": { get: operation("c") } },
    {
      servers: [{ url: "https://files.impact.com" }],
      security: [],
      tags: [{ name: "A", description: "as Two says" }, { name: "B" }],
    },
  );
  const silent = made("Three", { "/d": { get: operation("d") } });
  delete silent["security"];
  const { document, warnings }: { document: Json; warnings: string[] } = bundleDocuments([
    one,
    two,
    silent,
  ]);

  expect(document["tags"]).toEqual([{ name: "A", description: "as One says" }, { name: "B" }]);
  const theirs = { security: [], servers: [{ url: "https://files.impact.com" }] };
  expect(document["paths"]).toEqual({
    [path]: {
      get: { ...operation("a"), parameters: [id] },
      put: { ...operation("b"), parameters: [id], ...theirs },
    },
    "/c": { get: { ...operation("c"), ...theirs } },
    "/d": { get: operation("d") },
  });
  expect(document["security"]).toEqual([{ basicAuth: [] }]);
  expect(warnings).toEqual([
    "Two: is served at https://files.impact.com: give its operations this `baseUrl`.",
  ]);
});

test.each([
  [undefined, "https://api.impact.com"],
  [[{ url: "/" }], "https://api.impact.com"],
  [[{ url: "https://api.example.com" }], "https://api.impact.com"],
  [[{ url: "https://api.impact.com/" }], "https://api.impact.com"],
  [
    [{ url: "https://{env}.impact.com", variables: { env: { default: "files" } } }],
    "https://files.impact.com",
  ],
  [[{ url: "https://{env}.impact.com" }], "https://api.impact.com"],
  [
    [
      {
        url: "https://api.impact.com/Mediapartners/{AccountSID}/",
        variables: { AccountSID: { default: "IR1" } },
      },
    ],
    "https://api.impact.com/Mediapartners/{AccountSID}",
  ],
])("reads the server %j as %s", (servers, url) => {
  expect(serverUrl(servers)).toBe(url);
});

test.each([
  ["16", "16"],
  ["v16", "16"],
  ["16.0", "16"],
  ["1.0", undefined],
  ["1.0.0", undefined],
  ["beta", undefined],
])("reads version %j as the vendor's %s", (version, own) => {
  expect(vendorVersion({ openapi: "3.1.0", info: { title: "A", version } })).toBe(own);
});

test("sends the newest of the vendor's versions, and warns if documents differ", () => {
  const of = (title: string, version: string): Json => ({
    ...made(title, {}),
    info: { title, version },
  });
  const { document, warnings }: { document: Json; warnings: string[] } = bundleDocuments([
    of("One", "v9"),
    of("Two", "16"),
    of("Three", "1.0.0"),
    of("Four", "9"),
  ]);
  expect(document["info"]).toEqual({ title: "Partner API", version: "16" });
  expect(warnings).toEqual([
    "The documents have different versions: 9 (One, Four), 16 (Two), 1.0.0 (Three). Every request sends 16. " +
      "Update the other documents too.",
  ]);
});

test.each([
  ["Swagger 2.0", { swagger: "2.0" }, "Expected OpenAPI 3.0 or 3.1, got Swagger 2.0."],
  [
    "3.2",
    { openapi: "3.2.0" },
    "Expected OpenAPI 3.0 or 3.1, got 3.2.0. openapi-typescript, which generates the types, does not support 3.2.",
  ],
  ["a list", { openapi: ["3.1.0"] }, 'Expected OpenAPI 3.0 or 3.1, got ["3.1.0"].'],
  ["null", { openapi: null }, "Expected OpenAPI 3.0 or 3.1, got null."],
])("refuses %s", (_, document: Json, message) => {
  expect(() => expectSupported("a.json", document)).toThrow(`a.json: ${message}`);
});

const broken = (change: (document: Json) => void): Json => {
  const document = made("A", { "/a": { get: operation("a") } }, { components: {} });
  change(document);
  return document;
};
const at = (document: Json, ...path: string[]): Json =>
  path.reduce((node, name) => node[name], document);

test.each<[string, (document: Json) => void, string[]]>([
  ["no info", (d) => delete d["info"], ["#/: The field `info` must be present on this level."]],
  [
    "an object for a list",
    (d) => Object.assign(at(d, "paths", "/a", "get"), { parameters: {} }),
    ["#/paths/~1a/get/parameters: Expected type `ParameterList` (array) but got `object`"],
  ],
  [
    "a reference to nothing",
    (d) => Object.assign(at(d, "paths", "/a", "get"), { responses: { 200: schema("None") } }),
    ["#/paths/~1a/get/responses/200/content/application~1json/schema: Can't resolve $ref"],
  ],
  [
    "a reference to itself",
    (d) => (d["components"] = { schemas: { A: { $ref: "#/components/schemas/A" } } }),
    ["#/components/schemas/A: Expected $ref, allOf, oneOf, anyOf and items to end, got a circle."],
  ],
  [
    "a circle of references",
    (d) =>
      (d["components"] = {
        parameters: {
          A: { $ref: "#/components/parameters/B" },
          B: { $ref: "#/components/parameters/A" },
        },
      }),
    [
      "#/components/parameters/A: Expected $ref, allOf, oneOf, anyOf and items to end, got a circle.",
    ],
  ],
  ...["allOf", "oneOf", "anyOf", "prefixItems"].map(
    (keyword): [string, (document: Json) => void, string[]] => [
      `a schema that is in its own ${keyword}`,
      (d) => {
        const to = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
        d["components"] = {
          schemas: { B: { type: "object", [keyword]: [to("A")] }, A: { items: to("B") } },
        };
      },
      [
        "#/components/schemas/B: Expected $ref, allOf, oneOf, anyOf and items to end, got a circle.",
      ],
    ],
  ),
  [
    "no components where a reference leads to them",
    (d) => {
      Object.assign(at(d, "paths", "/a", "get"), { responses: { 200: schema("None") } });
      d["components"] = null;
    },
    [
      "#/paths/~1a/get/responses/200/content/application~1json/schema: Can't resolve #/components/schemas/None",
    ],
  ],
  [
    "a path whose parameter is not there",
    (d) => (d["paths"] = { "/a/{Id}": { get: operation("a") } }),
    [
      "#/paths/~1a~1{Id}/get/parameters: The operation does not define the path parameter `{Id}` expected by path `/a/{Id}`.",
    ],
  ],
])("refuses %s, with its place", async (_, change, errors) => {
  expect((await validate(broken(change))).errors).toEqual(errors);
});

test.each<[string, (document: Json) => void, string[]]>([
  [
    "no security",
    (d) => delete d["security"],
    ["#/paths/~1a/get: Every operation should have security defined on it or on the root level."],
  ],
  [
    "`nullable` in a 3.1",
    (d) => (d["components"] = { schemas: { A: { type: "string", nullable: true } } }),
    ["#/components/schemas/A/nullable: Property `nullable` is not expected here."],
  ],
  [
    "an example that contradicts its schema",
    (d) => (d["components"] = { schemas: { A: { type: "integer", example: "x" } } }),
    [
      "#/components/schemas/A/example: Example value must conform to the schema: type must be integer.",
    ],
  ],
  [
    "`nullable` without a type",
    (d) => (d["components"] = { schemas: { A: { allOf: [{ type: "string" }], nullable: true } } }),
    ["#/components/schemas/A/nullable: Property `nullable` is not expected here."],
  ],
  [
    "a list where examples have names",
    (d) =>
      (at(d, "paths", "/a", "get")["parameters"] = [
        { name: "Page", in: "query", schema: { type: "integer" }, examples: ["1"] },
      ]),
    [
      "#/paths/~1a/get/parameters/0/examples: Expected type `ExamplesMap` (object) but got `array`",
      "#: Redocly fails: Cannot use 'in' operator to search for 'value' in 1.",
    ],
  ],
  [
    "an empty enum value",
    (d) => (d["components"] = { schemas: { A: { type: "string", enum: ["", "x"] } } }),
    ["#/components/schemas/A/enum: An empty value."],
  ],
  [
    "binary and multipart bodies",
    (d) =>
      Object.assign(at(d, "paths", "/a", "get"), {
        requestBody: {
          content: {
            "multipart/form-data": { schema: { type: "object" } },
            "application/x-www-form-urlencoded": { schema: { type: "object" } },
            "application/octet-stream": {},
          },
        },
        responses: { 200: { description: "OK", content: { "application/pdf": {} } } },
      }),
    [
      "GET /a: takes multipart/form-data: give a FormData.",
      "GET /a: takes application/x-www-form-urlencoded: give a URLSearchParams.",
      "GET /a: takes application/octet-stream: give a Blob of this type.",
      "GET /a: 200 is application/pdf: give parseAs.",
    ],
  ],
  [
    "objects that have each other",
    (d) => {
      const to = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
      d["components"] = {
        schemas: {
          A: { type: "object", properties: { b: { items: to("B") }, allOf: to("A") } },
          B: { type: "object", additionalProperties: to("A") },
        },
      };
    },
    [],
  ],
  [
    "control characters",
    (d) => (d["components"] = { schemas: { A: { description: "a\u0092b\u007f\uffff" } } }),
    [],
  ],
])("accepts %s, with its warnings", async (_, change, warnings) => {
  const document = broken((d) => {
    d["components"] = { securitySchemes: { basicAuth: { type: "http", scheme: "basic" } } };
    change(d);
    if (d["security"])
      d["components"] = {
        ...d["components"],
        securitySchemes: { basicAuth: { type: "http", scheme: "basic" } },
      };
  });
  expect(await validate(document)).toEqual({ errors: [], warnings });
});

test("upgrades OpenAPI 3.0 to 3.1, and leaves 3.1 unchanged", () => {
  const old = {
    ...made("A", {}),
    openapi: "3.0.3",
    components: { schemas: { A: { type: "string", nullable: true } } },
  };
  expect(upgradeTo31(old)).toMatchObject({
    openapi: "3.1.1",
    components: { schemas: { A: { type: ["string", "null"] } } },
  });
  expect(old.components.schemas.A).toEqual({ type: "string", nullable: true });
  const next = made("A", {});
  expect(upgradeTo31(next)).toBe(next);
});
