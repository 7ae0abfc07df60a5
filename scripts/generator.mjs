/**
 * spec/ → generated/, as a function from the document to the text of each file. It reads no clock,
 * no path and no network, so the same document always gives the same bytes.
 */
import { readFileSync } from "node:fs";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import {
  ACCOUNT_PARAMETER,
  facadeOperationsOf,
  isSentAnyway,
  parametersOf,
  Refusal,
  servedAt,
  vendorVersion,
} from "./document.mjs";
import { shapeOf } from "./shape.mjs";

const HEAD = `// Written by \`npm run generate\` from spec/openapi.json. Do not edit: \`npm run check\` compares.\n`;

/**
 * @typedef {Record<string, any>} Json
 * @typedef {{ key: string, name: string, in: string, required: boolean, schema: Json, doc: string }} Parameter
 * @typedef {{ id: string, method: string, path: string, doc: string, parameters: Parameter[] }} Operation
 */

/**
 * @param {Json} document an OpenAPI 3.1 document
 * @param {string} sha256 of the file that holds it
 * @returns {Promise<Map<string, string>>} file name in generated/ → its text
 */
export async function generate(document, sha256) {
  const operations = readOperations(document);
  return new Map([
    ["openapi.ts", await openApiTypes(document)],
    ["operations.ts", operationFacts(document, sha256, operations)],
    ["params.ts", parameterInterfaces(operations)],
  ]);
}

/** @param {Json} document */
async function openApiTypes(document) {
  const copy = structuredClone(document);
  prepare(copy, Object.keys(copy["components"]?.["schemas"] ?? {}));
  // Under the name that src/ has for it, whatever the vendor calls it by now.
  for (const { id, operation } of facadeOperationsOf(copy)) operation["operationId"] = id;
  try {
    const nodes = await openapiTS(/** @type {import("openapi-typescript").OpenAPI3} */ (copy), {
      silent: true,
      // A default is no promise that an answer has the property, and no demand that a request has it.
      defaultNonNullable: false,
      // An object of which nothing is said may hold anything.
      emptyObjectsUnknown: true,
    });
    return COMMENT_HEADER + astToString(nodes);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new Refusal(`openapi-typescript makes no types of it: ${message}.`, { cause: error });
  }
}

/**
 * A discriminator may call a schema by its name alone, which openapi-typescript takes for a file; and nobody has
 * to give a header that the client sends by itself.
 *
 * @param {any} value is changed
 * @param {readonly string[]} names of schemas
 */
function prepare(value, names) {
  if (typeof value !== "object" || value === null) return;
  const mapping = value.discriminator?.mapping;
  for (const [key, target] of Object.entries(mapping ?? {})) {
    if (names.includes(target)) mapping[key] = `#/components/schemas/${target}`;
  }
  if (isSentAnyway(value)) value.required = false;
  for (const each of Object.values(value)) prepare(each, names);
}

/**
 * The operations of the facade. Those of all others are in the types alone, so that the package does not
 * grow with what `createRawClient` can call.
 *
 * @param {Json} document
 * @returns {Operation[]}
 */
function readOperations(document) {
  return facadeOperationsOf(document).map((found) => {
    const { id, method, path, place, operation } = found;
    return {
      id,
      method: method.toUpperCase(),
      path,
      doc: operation["description"] ?? operation["summary"] ?? "",
      parameters: readParameters(document, place, parametersOf(document, found)),
    };
  });
}

/**
 * @param {Json} document
 * @param {string} place
 * @param {Json[]} given
 * @returns {Parameter[]} those of path and query: headers are an option of the client
 */
function readParameters(document, place, given) {
  const parameters = given
    .filter(({ name, in: location }) => location !== "path" || name !== ACCOUNT_PARAMETER)
    .filter(({ in: location }) => location === "path" || location === "query")
    .map(({ name, in: location, required = false, schema = {}, description = "" }) => ({
      key: camelCase(name) || name,
      name,
      in: location,
      required,
      schema: plainSchema(document, schema),
      doc: description,
    }));
  const keys = parameters.map(({ key }) => key);
  const double = keys.find((key, index) => keys.indexOf(key) !== index);
  if (double !== undefined) {
    throw new Refusal(`${place}: parameter name "${double}" is there twice.`);
  }
  return parameters;
}

/**
 * One schema that says what a value may be: references and `allOf` followed, null apart, since a parameter
 * cannot be null.
 *
 * @param {Json} document
 * @param {Json} given
 * @returns {Json} its `type` is one, `unknown` if it is none
 */
function plainSchema(document, given) {
  const { types = [], values = [], format, fallback } = shapeOf(document, given);
  const [type = "unknown", ...others] = types.filter((each) => each !== "null");
  return {
    type: others.length === 0 ? type : "unknown",
    ...(values.length > 0 && { enum: values }),
    ...(format && { format }),
    ...((fallback ?? undefined) !== undefined && { default: fallback }),
  };
}

/**
 * `MediaPartnerPropertyId` → `mediaPartnerPropertyId`, `AccountSID` → `accountSid`, `subId1` as it is.
 *
 * @param {string} name
 */
export function camelCase(name) {
  const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [];
  return words
    .map((word, index) =>
      index === 0 ? word.toLowerCase() : word[0]?.toUpperCase() + word.slice(1).toLowerCase(),
    )
    .join("");
}

/**
 * @param {Json} document
 * @param {string} sha256
 * @param {Operation[]} operations
 */
function operationFacts(document, sha256, operations) {
  const { name, version } = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.resolve("openapi-typescript")), "utf8"),
  );
  const spec = {
    title: document.info.title,
    version: vendorVersion(document) ?? String(document["info"].version),
    sha256,
    server: servedAt(document["servers"]),
    generator: `${name} ${version}`,
  };
  return `${HEAD}
/** What the calls of this build were generated from. */
export interface Spec {
  /** Title of the vendor's OpenAPI document. */
  readonly title: string;
  /** Version of that document, sent as \`IR-Version\`. */
  readonly version: string;
  /** SHA-256 of spec/openapi.json, in hex. */
  readonly sha256: string;
  /** Where the API is served. */
  readonly server: string;
  /** Name and version of the generator of the types. */
  readonly generator: string;
}

export interface ParameterFacts {
  /** The name on the wire. */
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly required: boolean;
  readonly type: string;
  readonly enum?: readonly (string | number | boolean)[];
  readonly format?: string;
  readonly default?: unknown;
}

export interface OperationFacts {
  readonly method: string;
  readonly path: string;
  /** By the name that a caller gives. The account is not among them: it belongs to the client. */
  readonly params: Readonly<Record<string, ParameterFacts>>;
}

export const spec: Spec = Object.freeze(${JSON.stringify(spec, null, 2)});
${operations.map(operationConstant).join("")}
export const operations: {
${operations.map(({ id }) => `  readonly ${id}: typeof ${id};\n`).join("")}} = { ${operations.map(({ id }) => id).join(", ")} };
`;
}

/** @param {Operation} operation */
function operationConstant({ id, method, path, parameters }) {
  const params = Object.fromEntries(
    parameters.map(({ key, name, in: location, required, schema }) => [
      key,
      {
        name,
        in: location,
        required,
        ...schema,
      },
    ]),
  );
  return `\nexport const ${id} = ${JSON.stringify({ method, path, params }, null, 2)} as const;\n`;
}

/** @param {Operation[]} operations */
function parameterInterfaces(operations) {
  return HEAD + operations.map(parameterInterface).join("");
}

/** @param {Operation} operation */
function parameterInterface({ id, method, path, doc, parameters }) {
  const properties = parameters.map(({ key, required, schema, doc: words }) => {
    const defaultTag = schema.default === undefined ? "" : `\n\n@default ${schema.default}`;
    const property = /^[a-z]/i.test(key) ? key : JSON.stringify(key);
    const type = required ? typeOf(schema) : `${typeOf(schema)} | undefined`;
    return `${comment(words.trimEnd() + defaultTag, "  ")}  ${property}${required ? "" : "?"}: ${type};\n`;
  });
  const name = `${id[0]?.toUpperCase()}${id.slice(1)}Params`;
  return `\n${comment(`${doc.trimEnd()}\n\n\`${method} ${path}\``, "")}export interface ${name} {\n${properties.join("")}}\n`;
}

/**
 * @param {Json} schema
 * @returns {string}
 */
function typeOf(schema) {
  if (schema.enum) {
    return schema.enum.map((/** @type {unknown} */ value) => JSON.stringify(value)).join(" | ");
  }
  switch (schema.type) {
    case "string":
    case "boolean":
      return schema.type;
    case "integer":
    case "number":
      return "number";
    default:
      return "unknown";
  }
}

/**
 * @param {string} text
 * @param {string} indent
 */
function comment(text, indent) {
  const lines = text.replaceAll("*/", "*\\/").trim().split("\n");
  if (text.trim() === "") return "";
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  const body = lines.map((line) => `${indent} * ${line}`.trimEnd());
  return [`${indent}/**`, ...body, `${indent} */`, ""].join("\n");
}
