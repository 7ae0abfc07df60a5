/**
 * What every script that reads an OpenAPI document shares: its operations, its references, and what is meant
 * by a refusal.
 *
 * @typedef {Record<string, any>} Json
 * @typedef {{ method: string, path: string, place: string, item: Json, operation: Json }} Operation
 *   `method` in lower case, `place` as a maintainer would name it
 */

/** The operations that src/ is written for, by its names for them: a document without them is no use to it. */
const FACADE_OPERATIONS = {
  createTrackingLink: "POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks",
};

export const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** Something that the maintainer is to read as it stands, without a stack. */
export class Refusal extends Error {}

/**
 * @param {Json} document
 * @returns {Operation[]}
 */
export function operationsOf(document) {
  return Object.entries(document["paths"] ?? {}).flatMap(([path, given]) => {
    const item = resolve(document, given ?? {});
    return METHODS.filter((method) => method in item).map((method) => ({
      method,
      path,
      place: `${method.toUpperCase()} ${path}`,
      item,
      operation: item[method],
    }));
  });
}

/**
 * The same for the same operation, whatever the parameters in its path are called.
 *
 * @param {{ method: string, path: string }} operation
 */
export function keyOf({ method, path }) {
  return `${method.toUpperCase()} ${path.replace(/\{[^{}]*\}/g, "{}")}`;
}

/**
 * By its operationId; by its method and path, if that is another now.
 *
 * @param {Json} document
 * @returns {(Operation & { id: string })[]}
 */
export function facadeOperationsOf(document) {
  const all = operationsOf(document);
  return Object.entries(FACADE_OPERATIONS).map(([id, place]) => {
    const [method = "", path = ""] = place.split(" ");
    const found =
      all.find(({ operation }) => operation["operationId"] === id) ??
      all.find((each) => keyOf(each) === keyOf({ method, path }));
    if (found !== undefined) return { id, ...found };
    throw new Refusal(
      `Expected the operation "${id}", which src/ needs, got none of that name, and no ${place}. ` +
        "If it is another now, say so in FACADE_OPERATIONS of scripts/document.mjs.",
    );
  });
}

/**
 * The path's parameters and the operation's own, which win.
 *
 * @param {Json} document
 * @param {{ item: Json, operation: Json }} operation
 * @returns {Json[]} resolved, except for their schemas
 */
export function parametersOf(document, { item, operation }) {
  /** @type {Map<string, Json>} */
  const byName = new Map();
  for (const given of [...(item["parameters"] ?? []), ...(operation["parameters"] ?? [])]) {
    const parameter = resolve(document, given);
    byName.set(
      `${parameter["in"]} ${parameter["name"]}`,
      isSentAnyway(parameter) ? { ...parameter, required: false } : parameter,
    );
  }
  return [...byName.values()];
}

/** Headers that the client sends with every request, so that none is missed if a document asks for it. */
const SENT = ["accept", "authorization", "content-type", "ir-version"];

/** @param {Json} parameter */
export function isSentAnyway({ in: location, name }) {
  return location === "header" && SENT.includes(String(name).toLowerCase());
}

/**
 * What a reference stands for; a value that is none stands for itself.
 *
 * @param {Json} document
 * @param {Json} value
 * @returns {Json}
 */
export function resolve(document, value) {
  /** @type {string[]} */
  const seen = [];
  for (let found = value; ;) {
    const reference = found?.["$ref"];
    if (typeof reference !== "string") return found;
    if (seen.includes(reference)) throw new Refusal(`Can't resolve ${reference}: it is a circle.`);
    seen.push(reference);
    found = pointedAt(document, reference);
    if (found === undefined) throw new Refusal(`Can't resolve ${reference}`);
  }
}

/**
 * @param {Json} document
 * @param {string} reference
 * @returns {any}
 */
function pointedAt(document, reference) {
  if (!reference.startsWith("#/")) return undefined;
  return reference
    .slice(2)
    .split("/")
    .map((part) => decode(part).replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((/** @type {any} */ node, part) => node?.[part], document);
}

/** @param {string} part */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * Every reference in a value, each with the object that holds it.
 *
 * @param {any} value
 * @returns {Generator<{ holder: Json, reference: string }>}
 */
export function* referencesIn(value) {
  if (typeof value !== "object" || value === null) return;
  if (typeof value.$ref === "string") yield { holder: value, reference: value.$ref };
  for (const each of Object.values(value)) yield* referencesIn(each);
}

/**
 * The whole number by which the vendor calls its versions: `v16` is `16`, and so is `16.0`; `1.0` is one of a
 * document's own. Undefined if it is none.
 *
 * @param {Json} document
 */
export function vendorVersion(document) {
  const version = String(document["info"]?.["version"] ?? "").trim();
  return /^v?(\d{2,4}(?=\.0$)|\d{1,4}$)/i.exec(version)?.[1];
}

const SERVER = "https://api.impact.com";

/** The account is a setting of the client, so no call takes it as a parameter. */
export const ACCOUNT_PARAMETER = "AccountSID";

/**
 * Some of the vendor's documents name no server, one relative to their page, or a stand-in: these are served
 * where all others are. Variables have their defaults; a path is kept as it is, the account in it, too.
 *
 * @param {Json[] | undefined} servers
 * @returns {string}
 */
export function servedAt(servers) {
  const { url: given = "", variables = {} } = servers?.[0] ?? {};
  const url = String(given)
    .replace(/\{([^{}]*)\}/g, (whole, name) =>
      name === ACCOUNT_PARAMETER ? whole : (variables[name]?.default ?? whole),
    )
    .replace(/\/+$/, "");
  if (!/^https:\/\/[^{}/]+(\/.*)?$/.test(url) || !URL.canParse(url)) return SERVER;
  return /(^|\.)example\.(com|org|net)$/.test(new URL(url).hostname) ? SERVER : url;
}
