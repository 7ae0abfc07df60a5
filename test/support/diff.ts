import { diff } from "../../scripts/diff/diff.ts";
import type { Json } from "./documents.ts";

export const JSON_TYPE = "application/json";

/** A document with something of everything, to be changed in one place at a time. */
export const base = (): Json => ({
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
          Map: { type: "object", additionalProperties: { type: "string" } },
          Pet: {
            oneOf: [{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }],
            discriminator: {
              propertyName: "Kind",
              mapping: { cat: "#/components/schemas/Cat", dog: "Dog", tom: "Cat" },
            },
          },
        },
      },
      Cat: { type: "object", properties: { Kind: { type: "string" }, Name: { type: "string" } } },
      Dog: { type: "object", properties: { Kind: { type: "string" }, Age: { type: "integer" } } },
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

export const PLACE = "POST /Things/{Id}";
export const post = (d: Json): Json => d["paths"]["/Things/{Id}"].post;
export const query = (d: Json, name: string): Json =>
  post(d)["parameters"].find((each: Json) => each["name"] === name);
export const thing = (d: Json): Json => d["components"].schemas.Thing;
export const props = (d: Json): Json => thing(d)["properties"];
/** Removes one use of the schema, so that the rows are about the other. */
export const onlySent = (d: Json): unknown => delete post(d)["responses"][200].content;
export const onlyGiven = (d: Json): unknown => delete post(d)["requestBody"];
export const inBoth = (change: (d: Json) => unknown): [Json, Json] => {
  const [before, after] = [base(), base()];
  [before, after].forEach(change);
  return [before, after];
};

/** The kinds of change that the tests of this file have shown. */
export const covered = new Set<string>();
export const brief = (before: Json, after: Json): string[] =>
  diff(before, after).map((row) => {
    covered.add(row.what);
    const { class: kind, place, what, before: was = "-", after: is = "-" } = row;
    return `${kind} | ${place} | ${what} | ${was} | ${is}`;
  });

export type Change = (d: Json) => unknown;

/** The kinds of change that only the tests of schemas show. */
export const SCHEMA_CHANGES: readonly string[] = [
  "anyOf became oneOf",
  "default no longer documented",
  "discriminator added",
  "discriminator removed",
  "discriminator renamed",
  "discriminator value added",
  "discriminator value moved",
  "discriminator value removed",
  "format changed",
  "format widened",
  "keyword changed",
  "oneOf became anyOf",
  "other properties allowed",
  "other properties narrowed",
  "other properties refused",
  "other properties removed",
  "other properties widened",
  "property added",
  "property became optional",
  "property became required",
  "property removed",
  "property renamed",
  "readOnly",
  "required property added",
  "type narrowed",
  "type widened",
  "variant added",
  "variant removed",
  "variants documented",
  "variants no longer documented",
  "writeOnly",
];
