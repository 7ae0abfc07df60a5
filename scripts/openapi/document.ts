/** Reads an OpenAPI document: its operations, parameters, references, version and server. */
import {
  METHODS,
  type Keywords,
  type Method,
  type OpenApi,
  type Operation,
  type Parameter,
  type PathItem,
  type Server,
} from "./types.ts";

/** An operation, and where it is in the document. */
export interface LocatedOperation {
  method: Method;
  path: string;
  /** For messages: `POST /path`. */
  place: string;
  item: PathItem;
  operation: Operation;
}

/** The operations that src/ calls, by their names in src/. A document must have them. */
const FACADE_OPERATIONS = {
  createTrackingLink: "POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks",
};

/** An error whose message is printed to the maintainer without a stack. */
export class Refusal extends Error {}

export function operationsOf(document: OpenApi): LocatedOperation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, given]) => {
    const item = resolveRef(document, given ?? {});
    return METHODS.flatMap((method) => {
      const operation = item[method];
      const place = `${method.toUpperCase()} ${path}`;
      return operation === undefined ? [] : [{ method, path, place, item, operation }];
    });
  });
}

/** @returns a copy without these operations, and without paths that have no operations left */
export function withoutOperations(
  document: OpenApi,
  isLeftOut: (each: LocatedOperation) => boolean,
): OpenApi {
  const copy = structuredClone(document);
  const paths = copy.paths ?? {};
  for (const each of operationsOf(document).filter(isLeftOut)) {
    const { path, method } = each;
    // Resolved, because another path may refer to the same item.
    const { [method]: _, ...rest } = resolveRef(copy, paths[path] ?? {});
    if (METHODS.some((other) => other in rest)) paths[path] = rest;
    else delete paths[path];
  }
  return copy;
}

/** Identifies an operation. Names of path parameters do not matter. */
export function operationKey({ method, path }: { method: string; path: string }): string {
  return `${method.toUpperCase()} ${path.replace(/\{[^{}]*\}/g, "{}")}`;
}

/** Finds the operations that src/ calls: by method and path, else by an operationId that only one operation has. */
export function facadeOperationsOf(document: OpenApi): (LocatedOperation & { id: string })[] {
  return Object.entries(FACADE_OPERATIONS).map(([id, place]) => {
    const [found, ...others] = facadeCandidates(document, id, place);
    if (found !== undefined && others.length === 0) return { id, ...found };
    const got =
      found === undefined
        ? `neither that operationId nor ${place}`
        : `no ${place}, and that operationId for ${[found, ...others].map((each) => each.place).join(" and ")}`;
    throw new Refusal(
      `Expected the operation "${id}", which src/ needs, got ${got}. ` +
        "If the vendor renamed it, change FACADE_OPERATIONS in scripts/openapi/document.ts.",
    );
  });
}

function facadeCandidates(document: OpenApi, id: string, place: string): LocatedOperation[] {
  const all = operationsOf(document);
  const atPlace = all.filter((each) => operationKey(each) === keyOfPlace(place));
  // In a bundle, a duplicate id gets a suffix.
  const isNamed = ({ operation }: LocatedOperation): boolean =>
    operation.operationId?.replace(/_.*/s, "") === id;
  return atPlace.length > 0 ? atPlace : all.filter(isNamed);
}

/** Returns the name in src/ of an operation, independent of its operationId. */
export function facadeIdOf(each: LocatedOperation): string | undefined {
  return Object.entries(FACADE_OPERATIONS).find(
    ([, place]) => keyOfPlace(place) === operationKey(each),
  )?.[0];
}

/** @param place such as `POST /path` */
function keyOfPlace(place: string): string {
  const [method = "", path = ""] = place.split(" ");
  return operationKey({ method, path });
}

/** Returns the key of an operation in the generated `operations`. If src/ calls it, that is its name in src/. */
export function exportedIdOf(document: OpenApi, { operation }: LocatedOperation) {
  const facade = Object.entries(FACADE_OPERATIONS).find(
    ([id, place]) => facadeCandidates(document, id, place)[0]?.operation === operation,
  );
  return facade?.[0] ?? operation.operationId;
}

/** Strips parameters such as the charset from the media types, because calls do not name them. */
export function byMediaType<T>(content: Readonly<Record<string, T>> = {}): Record<string, T> {
  const types: Record<string, T> = {};
  for (const [type, media] of Object.entries(content)) {
    const bare = type.toLowerCase().split(";")[0]?.trim() ?? type;
    types[bare in types ? type : bare] = media;
  }
  return types;
}

/**
 * Merges the parameters of the path and of the operation. Those of the operation take precedence.
 *
 * @returns resolved, except for their schemas
 */
export function parametersOf(
  document: OpenApi,
  { item, operation }: Pick<LocatedOperation, "item" | "operation">,
): Parameter[] {
  const byName = new Map<string, Parameter>();
  for (const given of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) {
    const parameter = resolveRef(document, given);
    byName.set(
      `${parameter.in} ${parameter.name}`,
      isSentByClient(parameter) ? { ...parameter, required: false } : parameter,
    );
  }
  return [...byName.values()];
}

/** The client sends these headers with every request, so no caller has to. */
const SENT = ["accept", "authorization", "content-type", "ir-version"];

export function isSentByClient({ in: location, name }: Keywords): boolean {
  return location === "header" && SENT.includes(String(name).toLowerCase());
}

/** Follows `$ref`. A value without one is returned as it is. */
export function resolveRef<T extends object>(document: OpenApi, value: T): T {
  const seen: string[] = [];
  for (let found: unknown = value; ;) {
    const reference = (found as Keywords | undefined)?.$ref;
    // The cast is safe, because validation has checked that the target is valid in the place of the reference.
    if (typeof reference !== "string") return found as T;
    if (seen.includes(reference)) throw new Refusal(`Can't resolve ${reference}: it is circular.`);
    seen.push(reference);
    found = targetOf(document, reference);
    if (found === undefined) throw new Refusal(`Can't resolve ${reference}`);
  }
}

export function targetOf(document: OpenApi, reference: string): unknown {
  if (!reference.startsWith("#/")) return undefined;
  return reference
    .slice(2)
    .split("/")
    .map((part) => decode(part).replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>(
      (node, part) => (isObject(node) && Object.hasOwn(node, part) ? node[part] : undefined),
      document,
    );
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function isObject(value: unknown): value is Keywords {
  return typeof value === "object" && value !== null;
}

/** Every object in a value, each with its place, such as `#/paths/~1a`. */
export function* objectsIn(
  value: unknown,
  place = "#",
): Generator<{ place: string; object: Keywords }, void> {
  if (!isObject(value)) return;
  yield { place, object: value };
  for (const [name, each] of Object.entries(value)) {
    yield* objectsIn(each, `${place}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  }
}

/** Every reference in a value, each with the object that holds it. */
export function* referencesIn(
  value: unknown,
): Generator<{ place: string; holder: Keywords; reference: string }, void> {
  for (const { place, object } of objectsIn(value)) {
    if (typeof object.$ref === "string") yield { place, holder: object, reference: object.$ref };
  }
}

/** The targets of a discriminator by value; undefined if there is none. */
export function mappingOf(value: Keywords): Record<string, unknown> | undefined {
  const { discriminator } = value;
  return isObject(discriminator) && isObject(discriminator.mapping)
    ? discriminator.mapping
    : undefined;
}

/**
 * The vendor numbers its versions: `v16` and `16.0` are `16`. Returns undefined for the version of the document
 * itself, such as `1.0`.
 */
export function vendorVersion(document: OpenApi): string | undefined {
  const version = document.info.version.trim();
  return /^v?(\d{2,4}(?=\.0$)|\d{1,4}$)/i.exec(version)?.[1];
}

/** `14` and `v14` are one version. */
export function versionOf(document: OpenApi): string {
  return vendorVersion(document) ?? document.info.version;
}

const SERVER = "https://api.impact.com";

/** The account is a setting of the client, so no call takes it as a parameter. */
export const ACCOUNT_PARAMETER = "AccountSID";

/**
 * The URL of the first server. Variables get their defaults, except for the account. Some of the vendor's
 * documents name no server, a relative one, or example.com; those APIs are served at the usual address.
 */
export function serverUrl(servers: readonly Server[] | undefined): string {
  const { url: given = "", variables = {} } = servers?.[0] ?? {};
  const url = given
    .replace(/\{([^{}]*)\}/g, (whole, name: string) =>
      name === ACCOUNT_PARAMETER ? whole : (variables[name]?.default ?? whole),
    )
    .replace(/\/+$/, "");
  if (!/^https:\/\/[^{}/]+(\/.*)?$/.test(url) || !URL.canParse(url)) return SERVER;
  return /(^|\.)example\.(com|org|net)$/.test(new URL(url).hostname) ? SERVER : url;
}
