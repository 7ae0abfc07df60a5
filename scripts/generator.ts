/**
 * Generates the files of generated/ from a document. Deterministic: uses no clock, path or network, so the same
 * document always gives the same bytes.
 */
import { readFileSync } from "node:fs";
import openapiTS, { astToString, COMMENT_HEADER, type OpenAPI3 } from "openapi-typescript";
import {
  byMediaType,
  facadeOperationsOf,
  isObject,
  isSentByClient,
  mappingOf,
  Refusal,
  serverUrl,
  vendorVersion,
} from "./openapi/document.ts";
import { readFacade, type FacadeOperation, type ParameterSchema } from "./openapi/facade.ts";
import { WORDS } from "./openapi/shape.ts";
import type { Keywords, OpenApi } from "./openapi/types.ts";
import { PARAMETER_NOTES } from "./parameter-notes.ts";

const HEAD = `// Written by \`npm run generate\` from spec/openapi.json. Do not edit: \`npm run check\` compares.\n`;

/**
 * @param document an OpenAPI 3.1 document
 * @param sha256 of the file that holds it
 * @returns file name in generated/ → its text
 */
export async function generate(document: OpenApi, sha256: string): Promise<Map<string, string>> {
  const operations = readFacade(document);
  return new Map([
    ["openapi.ts", await openApiTypes(document)],
    ["operations.ts", operationFacts(document, sha256, operations)],
    ["params.ts", parameterInterfaces(operations)],
  ]);
}

async function openApiTypes(document: OpenApi): Promise<string> {
  const copy = structuredClone(document);
  prepare(copy, Object.keys(copy.components?.schemas ?? {}));
  // Keeps the names that src/ uses, even if the vendor renames an operation.
  for (const { id, operation } of facadeOperationsOf(copy)) operation.operationId = id;
  try {
    // The cast is safe, because the document has been validated.
    const nodes = await openapiTS(copy as unknown as OpenAPI3, {
      silent: true,
      // A default does not mean that a response has the property, or that a request needs it.
      defaultNonNullable: false,
      // An object without documented properties may have any properties.
      emptyObjectsUnknown: true,
    });
    return COMMENT_HEADER + astToString(nodes);
  } catch (error) {
    const { message } = error as Error;
    throw new Refusal(`openapi-typescript cannot generate types: ${message}.`, { cause: error });
  }
}

/**
 * Prepares a document for openapi-typescript, in place:
 *
 * - completes discriminators that name a schema without its path, which openapi-typescript takes for a file
 * - strips parameters such as the charset from media types
 * - turns a `oneOf` or `anyOf` of `const`s into an enum
 * - makes headers optional that the client sends
 * - removes parameters that cannot have a type, see {@link isTypeable}
 * - escapes texts for comments
 *
 * @param names of schemas
 */
function prepare(value: unknown, names: readonly string[]): void {
  if (!isObject(value)) return;
  const mapping = mappingOf(value) ?? {};
  for (const [key, target] of Object.entries(mapping)) {
    const name = String(target);
    if (names.includes(name)) mapping[key] = `#/components/schemas/${name}`;
  }
  const { content } = value;
  // A property may also have the name `content`; then its keys are not media types.
  if (isObject(content) && Object.keys(content).every((type) => type.includes("/")))
    value.content = byMediaType(content);
  for (const choice of ["oneOf", "anyOf"]) {
    const values = valuesOf(value[choice]);
    if (values === undefined) continue;
    value.enum = values;
    delete value[choice];
  }
  if (isSentByClient(value)) value.required = false;
  if (Array.isArray(value.parameters)) value.parameters = value.parameters.filter(isTypeable);
  for (const key of ["title", "summary", "description", "example"]) {
    const text = value[key];
    if (typeof text === "string") value[key] = escapeTags(text);
  }
  for (const each of Object.values(value)) prepare(each, names);
}

/** Returns the values of variants that are only `const`s. openapi-typescript ignores a `const` next to a `type`. */
function valuesOf(variants: unknown): unknown[] | undefined {
  if (!Array.isArray(variants)) return undefined;
  const isValue = (each: unknown): each is Keywords =>
    isObject(each) &&
    "const" in each &&
    Object.keys(each).every((name) => ["const", "type", ...WORDS].includes(name));
  return variants.every(isValue) ? variants.map((each) => each.const) : undefined;
}

function operationFacts(document: OpenApi, sha256: string, operations: FacadeOperation[]): string {
  const manifest = new URL("../package.json", import.meta.resolve("openapi-typescript"));
  const { name, version } = JSON.parse(readFileSync(manifest, "utf8")) as Record<string, string>;
  const spec = {
    title: document.info.title,
    version: vendorVersion(document) ?? document.info.version,
    sha256,
    server: serverUrl(document.servers),
    generator: `${name} ${version}`,
  };
  return `${HEAD}
/** The OpenAPI document that this build was generated from. */
export interface Spec {
  /** Title of the document. */
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

/** Facts of a plain value. */
export interface ValueFacts {
  readonly type: string;
  readonly enum?: readonly (string | number | boolean)[];
  readonly format?: string;
}

/** Facts of a plain value, or of a list (\`array\`) or an object of plain values. */
export interface ParameterFacts extends ValueFacts {
  /** The name on the wire. */
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly default?: unknown;
  /** Of a list, or of an object that may have any name. */
  readonly items?: ValueFacts;
  readonly properties?: Readonly<Record<string, ValueFacts & { readonly required: boolean }>>;
  /** How OpenAPI writes a list or an object. */
  readonly style?: string;
  readonly explode?: boolean;
}

export interface OperationFacts {
  readonly method: string;
  readonly path: string;
  /** By the names in camelCase. Without the account, which the client has. */
  readonly params: Readonly<Record<string, ParameterFacts>>;
}

export const spec: Spec = /* @__PURE__ */ Object.freeze(${JSON.stringify(spec, null, 2)});

/** The part of \`spec\` that a client needs, so that bundles leave out the rest. */
export const defaults = ${JSON.stringify({ apiVersion: spec.version, baseUrl: spec.server }, null, 2)} as const;
${operations.map(operationConstant).join("")}
export const operations: {
${operations.map(({ id }) => `  readonly ${id}: typeof ${id};\n`).join("")}} = { ${operations.map(({ id }) => id).join(", ")} };
`;
}

function operationConstant({ id, method, path, parameters }: FacadeOperation): string {
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

function parameterInterfaces(operations: FacadeOperation[]): string {
  return HEAD + operations.map(parameterInterface).join("");
}

function parameterInterface({ id, method, path, doc, parameters }: FacadeOperation): string {
  const properties = parameters.map((parameter) => {
    const { key, required, schema } = parameter;
    const property = /^[a-z]/i.test(key) ? key : JSON.stringify(key);
    const type = required ? typeOf(schema) : `${typeOf(schema)} | undefined`;
    return `${comment(docOf(id, parameter), "  ")}  ${property}${required ? "" : "?"}: ${type};\n`;
  });
  const name = `${id[0]?.toUpperCase()}${id.slice(1)}Params`;
  return `\n${comment(`${escapeTags(doc.trimEnd())}\n\n\`${method} ${path}\``, "")}export interface ${name} {\n${properties.join("")}}\n`;
}

/** Joins our note (if any), the vendor's text and the default. */
function docOf(
  operation: string,
  { name, schema, doc }: FacadeOperation["parameters"][number],
): string {
  const note = PARAMETER_NOTES[operation]?.[name];
  const words = escapeTags(doc.trimEnd());
  const text = [note?.text, note && words ? `**impact.com:** ${words}` : words]
    .filter(Boolean)
    .join("\n\n");
  if (schema.default === undefined) return text;
  const value =
    typeof schema.default === "string" ? schema.default : JSON.stringify(schema.default);
  return `${text}\n\n@default ${note?.default ? `${note.default}, else ${value}` : value}`;
}

function typeOf(schema: ParameterSchema): string {
  const { type, items, properties } = schema;
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (type === "array") return `readonly (${typeOf(items ?? { type: "string" })})[]`;
  if (properties !== undefined)
    return `{ ${Object.entries(properties).map(propertyOf).join(" ")} }`;
  if (type === "object") return `Readonly<Record<string, ${typeOf(items ?? { type: "string" })}>>`;
  return type === "integer" ? "number" : type;
}

function propertyOf([name, schema]: [string, ParameterSchema & { required: boolean }]): string {
  const type = schema.required ? typeOf(schema) : `${typeOf(schema)} | undefined`;
  return `readonly ${JSON.stringify(name)}${schema.required ? "" : "?"}: ${type};`;
}

/**
 * False for names such as `constructor`. Every object inherits it as a function, so no object would fit the type. The
 * facade renames such parameters.
 */
const isTypeable = (parameter: unknown): boolean =>
  !isObject(parameter) || !(String(parameter.name) in Object.prototype);

/** Escapes `@word` at the start of a line, which would become a tag in a comment. */
const escapeTags = (text: string): string => text.replace(/^(\s*)@(?=\w)/gm, "$1\\@");

function comment(text: string, indent: string): string {
  const lines = text.replaceAll("*/", "*\\/").trim().split("\n");
  if (text.trim() === "") return "";
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  const body = lines.map((line) => `${indent} * ${line}`.trimEnd());
  return [`${indent}/**`, ...body, `${indent} */`, ""].join("\n");
}
