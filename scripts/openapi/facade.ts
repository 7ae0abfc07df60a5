/** Reads the operations that src/ calls: their parameters, and the parts that src/ cannot send. */
import {
  ACCOUNT_PARAMETER,
  facadeOperationsOf,
  isSentByClient,
  parametersOf,
  Refusal,
  resolveRef,
} from "./document.ts";
import { shapeOf } from "./shape.ts";
import type { OpenApi, Parameter, Schema } from "./types.ts";

export interface FacadeOperation {
  id: string;
  method: string;
  path: string;
  doc: string;
  parameters: FacadeParameter[];
}

interface FacadeParameter {
  /** The name in src/. */
  key: string;
  name: string;
  in: string;
  required: boolean;
  schema: ParameterSchema;
  doc: string;
}

/** A plain value. */
interface ValueSchema {
  type: "string" | "integer" | "number" | "boolean";
  enum?: unknown[];
  format?: string;
}

/** A plain value, or a list or an object of plain values with the style in which it is written. */
export interface ParameterSchema extends Omit<ValueSchema, "type"> {
  type: ValueSchema["type"] | "array" | "object";
  default?: unknown;
  /** The values of a list, or of an object with any property names. */
  items?: ValueSchema;
  properties?: Record<string, ValueSchema & { required: boolean }>;
  style?: string;
  explode?: boolean;
}

/** Only the facade needs facts at run time. Other operations are types, so that the package does not grow. */
export function readFacade(document: OpenApi): FacadeOperation[] {
  return facadeOperationsOf(document).map((found) => {
    const { id, method, path, place, operation } = found;
    return {
      id,
      method: method.toUpperCase(),
      path,
      doc: operation.description ?? operation.summary ?? "",
      parameters: readParameters(document, place, parametersOf(document, found)),
    };
  });
}

/** Lists parameters and required bodies that src/ cannot send. Callers have to use `impact.raw` for them. */
export function findUnsendable(document: OpenApi): string[] {
  return facadeOperationsOf(document).flatMap((found) => {
    const body = resolveRef(document, found.operation.requestBody ?? {});
    const parameters = callerParameters(parametersOf(document, found)).filter(
      (each) => schemaOf(document, each) === undefined,
    );
    return [
      ...parameters.map(({ in: location, name }) => `${found.place} ${location} ${name}`),
      ...(body.required ? [`${found.place} body`] : []),
    ];
  });
}

function readParameters(document: OpenApi, place: string, given: Parameter[]): FacadeParameter[] {
  const parameters = callerParameters(given).flatMap((parameter) => {
    const { name, in: location, required = false, description: doc = "" } = parameter;
    const schema = schemaOf(document, parameter);
    return schema ? [{ key: keyOf(name), name, in: location, required, schema, doc }] : [];
  });
  const keys = parameters.map(({ key }) => key);
  const duplicate = keys.find((key, index) => keys.indexOf(key) !== index);
  if (duplicate !== undefined) {
    throw new Refusal(`${place}: two parameters would be named "${duplicate}".`);
  }
  return parameters;
}

/** Leaves out the parameters that the client sends itself. */
function callerParameters(given: Parameter[]): Parameter[] {
  return given.filter(
    (each) => !isSentByClient(each) && (each.in !== "path" || each.name !== ACCOUNT_PARAMETER),
  );
}

/** `fetch` does not let callers set these. */
const FORBIDDEN_HEADER =
  /^(connection|content-length|expect|host|keep-alive|transfer-encoding|upgrade)$/i;

/** @returns undefined if src/ cannot send the parameter */
function schemaOf(document: OpenApi, parameter: Parameter): ParameterSchema | undefined {
  const { in: location, name, content, schema = {}, style = "form" } = parameter;
  const isForbidden = location === "header" && FORBIDDEN_HEADER.test(name);
  if (location === "cookie" || content !== undefined || isForbidden) return undefined;
  const { fallback } = shapeOf(document, schema);
  const rest = (fallback ?? undefined) !== undefined && { default: fallback };
  const value = valueOf(document, schema);
  if (value !== undefined) return { ...value, ...rest };
  const composite = compositeOf(document, schema);
  if (composite === undefined || location !== "query") return undefined;
  const { explode = style === "form" || style === "deepObject" } = parameter;
  return { ...composite, style, explode, ...rest };
}

/** A list or an object of plain values. OpenAPI defines no style for deeper values. */
function compositeOf(document: OpenApi, schema: Schema): ParameterSchema | undefined {
  const { types = [], items, properties, required, additional } = shapeOf(document, schema);
  if (types.includes("array")) {
    const value = valueOf(document, items ?? {});
    return value && { type: "array", items: value };
  }
  if (!types.includes("object")) return undefined;
  if (properties.size === 0) {
    const value = valueOf(document, typeof additional === "object" ? additional : {});
    return value && { type: "object", items: value };
  }
  const values: NonNullable<ParameterSchema["properties"]> = {};
  for (const [name, each] of properties) {
    const value = valueOf(document, each);
    if (value === undefined || !/^[\w.-]+$/.test(name)) return undefined;
    values[name] = { ...value, required: required.has(name) };
  }
  return { type: "object", properties: values };
}

/** Every value is text on the wire, so a parameter with several types gets the widest. */
const WIDEST_FIRST = ["string", "number", "integer", "boolean"] as const;

/** Merges references, `allOf` and variants. Drops null, because a parameter cannot be null. */
function valueOf(document: OpenApi, given: Schema): ValueSchema | undefined {
  const { types, values, variants, format } = shapeOf(document, given);
  const shapes = variants.map((each) => shapeOf(document, each));
  const isClosed = shapes.length > 0 && shapes.every((each) => each.values !== undefined);
  const choices = values ?? (isClosed ? shapes.flatMap((each) => each.values ?? []) : []);
  const found = [
    ...(types ?? shapes.flatMap((each) => each.types ?? [])),
    ...choices.map((choice) => typeof choice),
  ].filter((each) => each !== "null");
  const type = found.length === 0 ? "string" : WIDEST_FIRST.find((each) => found.includes(each));
  return type && { type, ...(choices.length > 0 && { enum: choices }), ...(format && { format }) };
}

/** Renames keys such as `constructor`. Every object inherits them, so they would be read even if not passed. */
function keyOf(name: string): string {
  const key = camelCase(name) || name;
  return key in Object.prototype ? `${key}Param` : key;
}

/** `MediaPartnerPropertyId` → `mediaPartnerPropertyId`, `AccountSID` → `accountSid`, `subId1` as it is. */
export function camelCase(name: string): string {
  const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [];
  return words
    .map((word, index) =>
      index === 0 ? word.toLowerCase() : word[0]?.toUpperCase() + word.slice(1).toLowerCase(),
    )
    .join("");
}
