import type { Content, Keywords, OpenApi, Schema } from "../../scripts/openapi/types.ts";

/** Of the operation that the facade needs. */
export const PATH = "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";

/** A document or a part of one. Tests make it invalid on purpose, so the types of OpenAPI do not fit. */
export type Json = any; // oxlint-disable-line typescript/no-explicit-any

/** Documents of the usual size: three operations each, and schemas that refer to each other. */
export function syntheticDocuments(count: number): OpenApi[] {
  return Array.from({ length: count }, (_, index) => document(index + 1));
}

function document(number: number): OpenApi {
  const resource = `Resource${number}`;
  const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
  const json = (schema: Schema): Content => ({ "application/json": { schema } });
  const account = { name: "AccountSID", in: "path", required: true, schema: { type: "string" } };
  const id = { name: "Id", in: "path", required: true, schema: { type: "string" } };
  const path = `/Mediapartners/{AccountSID}/${resource}`;
  const answers = (schema: Schema): Record<string, Keywords> => ({
    200: { description: "OK", content: json(schema) },
    400: { description: "Bad request", content: json(ref("Error")) },
  });
  return {
    openapi: "3.1.0",
    info: { title: `Partner ${resource} API`, version: "14" },
    servers: [{ url: "https://api.impact.com" }],
    tags: [{ name: resource, description: `About ${resource}.` }],
    components: {
      schemas: {
        // Half of the documents have another Item under this name.
        Item: properties(20, { Owner: ref(number % 2 ? "User" : resource) }),
        User: properties(8, { Items: { type: "array", items: ref("Item") } }),
        Error: properties(3, {}),
        [resource]: {
          allOf: [
            ref("User"),
            properties(30, {
              Parent: { oneOf: [ref(resource), { type: "null" }] },
              State: { type: ["string", "null"], enum: ["NEW", "OLD", "", null] },
            }),
          ],
        },
      },
    },
    paths: {
      [path]: {
        get: {
          operationId: `list${resource}`,
          description: "Lists them. ".repeat(20),
          parameters: [
            account,
            ...["Page", "PageSize", "StartDate", "EndDate", "State"].map((name) => ({
              name,
              in: "query",
              schema: { type: "string" },
              description: `Only those of this ${name}.`,
            })),
          ],
          responses: answers(
            properties(2, {
              "@page": { type: "string" },
              Rows: { type: "array", items: ref(resource) },
            }),
          ),
        },
        post: {
          operationId: `create${resource}`,
          parameters: [account],
          requestBody: {
            content: { "application/x-www-form-urlencoded": { schema: ref("Item") } },
          },
          responses: answers(ref(resource)),
        },
      },
      [`${path}/{Id}`]: {
        get: {
          operationId: `retrieve${resource}`,
          parameters: [account, id],
          responses: answers(ref(resource)),
        },
      },
    },
  };
}

function properties(count: number, more: Record<string, Schema>): Schema {
  const plain = Array.from({ length: count }, (_, index) => [
    `Property${index}`,
    { type: index % 3 ? "string" : "integer", description: "What the vendor says of it." },
  ]);
  return { type: "object", properties: { ...Object.fromEntries(plain), ...more } };
}
