import {
  BaseResolver,
  bundle,
  createConfig,
  lintDocument,
  makeDocumentFromString,
} from "@redocly/openapi-core";
import { upgrade } from "@scalar/openapi-upgrader";
import { operationsOf, parametersOf, referencesIn, Refusal, resolve } from "./document.mjs";
import { shapeOf } from "./shape.mjs";

/** @typedef {import("./document.mjs").Json} Json */

/** What must hold, by Redocly's rules. */
const RULES = /** @type {const} */ ({
  struct: "error",
  "no-unresolved-refs": "error",
  "operation-parameters-unique": "error",
  "path-declaration-must-exist": "error",
  "path-parameters-defined": "error",
  "no-identical-paths": "error",
});

/** What the vendor's documents are known to break. */
const KNOWN_SLIPS = /** @type {const} */ ({
  "security-defined": "warn",
  "no-enum-type-mismatch": "warn",
  "no-invalid-media-type-examples": "warn",
  "no-invalid-parameter-examples": "warn",
  "no-invalid-schema-examples": "warn",
  "no-server-example.com": "warn",
});

/** By the letter these are errors; in what the types say, nothing is lost by them. */
const SURVIVED = [
  "Property `nullable` is not expected here.",
  "The `type` field must be defined when the `nullable` field is used.",
  "Expected type `ExamplesMap` (object) but got `array`",
];

/** References are bundled before: what is left must be in the document itself, and nothing is fetched. */
class NoResolver extends BaseResolver {
  /**
   * @override
   * @param {string} reference
   */
  loadExternalRef(reference) {
    return Promise.reject(new Refusal(`${reference} is not in the document`));
  }
}

/** Files beside the document, and never the network. */
class FileResolver extends BaseResolver {
  /**
   * @override
   * @param {string} reference
   */
  loadExternalRef(reference) {
    if (!/^[a-z][a-z\d+.-]+:\/\//i.test(reference)) return super.loadExternalRef(reference);
    return Promise.reject(new Refusal(`${reference} is never fetched: give it as a file`));
  }
}

/**
 * Takes the version of OpenAPI, and what the document refers to outside of itself.
 *
 * @param {string} source what the maintainer called it
 * @param {Json} document
 * @param {string | undefined} file where it lies, if it does: what it refers to is looked for beside it
 * @returns {Promise<Json>} a document that refers to itself alone
 */
export async function completed(source, document, file) {
  const version = String(document["openapi"] ?? `Swagger ${document["swagger"]}`);
  if (!/^3\.[01](\.\d+)?(-.*)?$/.test(version)) {
    const why = version.startsWith("3.2")
      ? " openapi-typescript, which makes the types, does not know 3.2."
      : "";
    throw new Refusal(`${source}: Expected OpenAPI 3.0 or 3.1, got ${version}.${why}`);
  }
  const external = [...referencesIn(document)].find(({ reference }) => !reference.startsWith("#"));
  if (external === undefined) return document;
  if (file === undefined) {
    throw new Refusal(
      `${source}: Expected a document that refers to itself alone, got ${external.reference}. ` +
        "References to other files are followed from files, never over the network: save both, and give the file.",
    );
  }
  const config = await createConfig({});
  const result = await bundle({
    doc: makeDocumentFromString(JSON.stringify(document), file),
    config,
    externalRefResolver: new FileResolver(config.resolve),
  });
  const [problem] = result.problems.filter(({ severity }) => severity === "error");
  if (problem) throw new Refusal(`${source}: ${placeOf(problem)}: ${problem.message}.`);
  return /** @type {Json} */ (result.bundle.parsed);
}

/**
 * @param {Json} document of one source, complete
 * @returns {Promise<{ errors: string[], warnings: string[] }>} each with its place
 */
export async function check(document) {
  const must = await problemsOf(document, RULES).catch(failure);
  const errors = must.filter(({ message }) => !SURVIVED.includes(message)).map(lineOf);
  const warnings = must.filter(({ message }) => SURVIVED.includes(message)).map(lineOf);
  // What refers to nothing cannot be read any further.
  if (errors.length > 0) return { errors, warnings };
  const known = await problemsOf(document, KNOWN_SLIPS).catch(failure);
  return { errors: [], warnings: [...warnings, ...known.map(lineOf), ...slips(document)] };
}

/**
 * What is written where a reference or an example belongs may be more than Redocly can bear.
 *
 * @param {Error} error
 */
function failure({ message }) {
  return [{ message: `Redocly fails: ${message}.`, location: [{ pointer: "#" }] }];
}

/**
 * @param {Json} document
 * @param {typeof RULES | typeof KNOWN_SLIPS} rules
 */
async function problemsOf(document, rules) {
  const { styleguide } = await createConfig({ rules });
  return lintDocument({
    document: makeDocumentFromString(JSON.stringify(document), "openapi.json"),
    externalRefResolver: new NoResolver(),
    config: styleguide,
  });
}

/** @param {{ message: string, location: { pointer?: string | undefined }[] }} problem */
function lineOf(problem) {
  return `${placeOf(problem)}: ${problem.message.trim()}`;
}

/** How a body is sent that is no JSON. */
const HOW = /** @type {Readonly<Record<string, string | undefined>>} */ ({
  "application/x-www-form-urlencoded": "this Content-Type",
  "multipart/form-data": "a FormData, and a bodySerializer",
});

/**
 * What Redocly lets pass, and a maintainer should know.
 *
 * @param {Json} document
 * @returns {string[]}
 */
function slips(document) {
  const media = operationsOf(document).flatMap(({ place, operation }) => {
    const { requestBody, responses } = operation;
    const sent = Object.keys(resolve(document, requestBody ?? {})["content"] ?? {});
    const given = Object.entries(responses ?? {}).flatMap(([status, response]) =>
      Object.keys(resolve(document, response)["content"] ?? {}).map((type) => [status, type]),
    );
    return [
      ...(sent.some((type) => /[/+]json\b/.test(type)) ? [] : sent).map(
        (type) =>
          `${place}: takes ${type}: give ${HOW[type] ?? "a bodySerializer and this Content-Type"}.`,
      ),
      ...given
        .filter(([status, type = ""]) => status?.startsWith("2") && !/[/+]json\b/.test(type))
        .map(([status, type]) => `${place}: ${status} is ${type}: give parseAs.`),
    ];
  });
  const queries = operationsOf(document).flatMap((operation) =>
    parametersOf(document, operation)
      .filter((parameter) => parameter["in"] === "query" && isWrittenOtherwise(document, parameter))
      .map(
        ({ name, style = "form" }) =>
          `${operation.place}: query ${name} is written as ${style}: give a querySerializer.`,
      ),
  );
  return [...emptyEnumValues(document, "#"), ...media, ...queries];
}

/**
 * openapi-fetch writes a list as `a=1&a=2`, and an object as `a[b]=1`.
 *
 * @param {Json} document
 * @param {Json} parameter
 */
function isWrittenOtherwise(document, { schema = {}, style = "form", explode = style === "form" }) {
  const { types = [] } = shapeOf(document, schema);
  if (types.includes("array")) return style !== "form" || !explode;
  return types.includes("object") && style !== "deepObject";
}

/**
 * @param {any} value
 * @param {string} place
 * @returns {string[]}
 */
function emptyEnumValues(value, place) {
  if (typeof value !== "object" || value === null) return [];
  const own =
    Array.isArray(value.enum) && value.enum.includes("") ? [`${place}/enum: An empty value.`] : [];
  const inner = Object.entries(value).flatMap(([name, each]) =>
    emptyEnumValues(each, `${place}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`),
  );
  return [...own, ...inner];
}

/** @param {{ location: { pointer?: string | undefined }[] }} problem */
function placeOf({ location }) {
  return location[0]?.pointer ?? "#";
}

/**
 * OpenAPI 3.0 → 3.1, so that the documents of a bundle are of one kind. A 3.1 is left as it is.
 *
 * @param {Json} document
 * @returns {Json}
 */
export function upgraded(document) {
  if (!String(document["openapi"]).startsWith("3.0")) return document;
  return upgrade(structuredClone(document), "3.1");
}
