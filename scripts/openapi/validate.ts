/** Validates OpenAPI documents with Redocly. */
import { BaseResolver, createConfig, lintDocument } from "@redocly/openapi-core";
import { upgrade } from "@scalar/openapi-upgrader";
import { circlesIn } from "./circles.ts";
import {
  objectsIn,
  operationsOf,
  parametersOf,
  referencesIn,
  Refusal,
  resolveRef,
  targetOf,
} from "./document.ts";
import { redoclyDocument } from "./external-refs.ts";
import { shapeOf } from "./shape.ts";
import type { OpenApi, Parameter } from "./types.ts";

/** Redocly's rules that a document must pass. */
const RULES = {
  struct: "error",
  "no-unresolved-refs": "error",
  "operation-parameters-unique": "error",
  "path-declaration-must-exist": "error",
  "path-parameters-defined": "error",
  "no-identical-paths": "error",
} as const;

/** Redocly's rules that only warn, because the vendor's documents break them. */
const WARNING_RULES = {
  "security-defined": "warn",
  "no-enum-type-mismatch": "warn",
  "no-invalid-media-type-examples": "warn",
  "no-invalid-parameter-examples": "warn",
  "no-invalid-schema-examples": "warn",
  "no-server-example.com": "warn",
} as const;

/** Errors that do not change the generated types. */
const HARMLESS = [
  "Property `nullable` is not expected here.",
  "The `type` field must be defined when the `nullable` field is used.",
  "Expected type `ExamplesMap` (object) but got `array`",
];

/** Refuses external references, because `resolveExternalRefs` has already inlined them. */
class NoResolver extends BaseResolver {
  override loadExternalRef(reference: string): Promise<never> {
    return Promise.reject(new Refusal(`${reference} is not in the document`));
  }
}

/** Throws if openapi-typescript does not support the version of OpenAPI. */
export function expectSupported(source: string, { openapi, swagger }: OpenApi): void {
  if (typeof openapi === "string" && /^3\.[01](\.\d+)?(-.*)?$/.test(openapi)) return;
  const text = (value: unknown): string =>
    typeof value === "string" ? value : JSON.stringify(value);
  const got = openapi === undefined ? `Swagger ${text(swagger)}` : text(openapi);
  const why = /^3\.2(\.|$)/.test(got)
    ? " openapi-typescript, which generates the types, does not support 3.2."
    : "";
  throw new Refusal(`${source}: Expected OpenAPI 3.0 or 3.1, got ${got}.${why}`);
}

/**
 * Validates a document without external references.
 *
 * @returns messages, each with its place
 */
export async function validate(
  document: OpenApi,
): Promise<{ errors: string[]; warnings: string[] }> {
  const circles = circlesIn(document);
  if (circles.length > 0) return { errors: circles, warnings: [] };
  const must = await problemsOf(document, RULES).catch((error: Error) => {
    const unresolved = unresolvedRefs(document);
    return unresolved.length > 0 ? unresolved : failure(error);
  });
  const errors = must.filter(({ message }) => !HARMLESS.includes(message)).map(lineOf);
  const warnings = must.filter(({ message }) => HARMLESS.includes(message)).map(lineOf);
  // The checks below need references that resolve.
  if (errors.length > 0) return { errors, warnings };
  const known = await problemsOf(document, WARNING_RULES).catch(failure);
  return { errors: [], warnings: [...warnings, ...known.map(lineOf), ...ownWarnings(document)] };
}

/**
 * Validates only the structure of a document. A bundle may fail the other rules, because it may have the same path with
 * two names of a parameter.
 *
 * @returns messages, each with its place
 */
export async function structureErrors(document: OpenApi): Promise<string[]> {
  const { struct, "no-unresolved-refs": refs } = RULES;
  const problems = await problemsOf(document, { struct, "no-unresolved-refs": refs }).catch(
    failure,
  );
  return problems.filter(({ message }) => !HARMLESS.includes(message)).map(lineOf);
}

interface Problem {
  message: string;
  location: { pointer?: string | undefined }[];
}

/** Redocly throws on some malformed references and examples. */
function failure({ message }: Error): Problem[] {
  return [{ message: `Redocly fails: ${message}.`, location: [{ pointer: "#" }] }];
}

/** Lists unresolved references, because Redocly throws on some of them. */
function unresolvedRefs(document: OpenApi): Problem[] {
  return [...referencesIn(document)]
    .filter(({ reference }) => targetOf(document, reference) === undefined)
    .map(({ place, reference }) => ({
      message: `Can't resolve ${reference}`,
      location: [{ pointer: place }],
    }));
}

async function problemsOf(
  document: OpenApi,
  rules: Partial<typeof RULES> | typeof WARNING_RULES,
): Promise<Problem[]> {
  const { styleguide } = await createConfig({ rules });
  return lintDocument({
    document: redoclyDocument(document, "openapi.json"),
    externalRefResolver: new NoResolver(),
    config: styleguide,
  });
}

function lineOf(problem: Problem): string {
  return `${placeOf(problem)}: ${problem.message.trim()}`;
}

/** Media type → the body that a caller of `impact.raw` has to pass if it is not JSON. */
const HOW: Readonly<Record<string, string | undefined>> = {
  "application/x-www-form-urlencoded": "a URLSearchParams",
  "multipart/form-data": "a FormData",
};

/** Warnings that no rule of Redocly covers: calls that need more than parameters, and empty enum values. */
function ownWarnings(document: OpenApi): string[] {
  const media = operationsOf(document).flatMap(({ place, operation }) => {
    const { requestBody, responses } = operation;
    const sent = Object.keys(resolveRef(document, requestBody ?? {}).content ?? {});
    const given = Object.entries(responses ?? {}).flatMap(([status, response]) =>
      Object.keys(resolveRef(document, response).content ?? {}).map((type) => ({ status, type })),
    );
    return [
      ...(sent.some((type) => /[/+]json\b/.test(type)) ? [] : sent).map(
        (type) => `${place}: takes ${type}: give ${HOW[type] ?? "a Blob of this type"}.`,
      ),
      ...given
        .filter(({ status, type }) => status.startsWith("2") && !/[/+]json\b/.test(type))
        .map(({ status, type }) => `${place}: ${status} is ${type}: give parseAs.`),
    ];
  });
  const queries = operationsOf(document).flatMap((operation) =>
    parametersOf(document, operation)
      .filter((parameter) => parameter.in === "query" && needsSerializer(document, parameter))
      .map(
        ({ name, style = "form" }) =>
          `${operation.place}: query ${name} is written as ${style}: give a querySerializer.`,
      ),
  );
  return [...emptyEnumValues(document), ...media, ...queries];
}

/** openapi-fetch serializes an array as `a=1&a=2`, and an object as `a[b]=1`. */
function needsSerializer(
  document: OpenApi,
  { schema = {}, style = "form", explode = style === "form" }: Parameter,
): boolean {
  const { types = [] } = shapeOf(document, schema);
  if (types.includes("array")) return style !== "form" || !explode;
  return types.includes("object") && style !== "deepObject";
}

function emptyEnumValues(document: OpenApi): string[] {
  return [...objectsIn(document)]
    .filter(({ object }) => Array.isArray(object.enum) && object.enum.includes(""))
    .map(({ place }) => `${place}/enum: An empty value.`);
}

function placeOf({ location }: Pick<Problem, "location">): string {
  return location[0]?.pointer ?? "#";
}

/** Upgrades OpenAPI 3.0 to 3.1, because a bundle has one version. Returns a 3.1 document unchanged. */
export function upgradeTo31(document: OpenApi): OpenApi {
  if (!document.openapi?.startsWith("3.0")) return document;
  return upgrade(structuredClone(document), "3.1") as OpenApi;
}
