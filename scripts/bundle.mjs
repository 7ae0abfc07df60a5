import { isDeepStrictEqual } from "node:util";
import {
  METHODS,
  operationsOf,
  referencesIn,
  resolve,
  servedAt,
  vendorVersion,
} from "./document.mjs";

/** @typedef {import("./document.mjs").Json} Json */

/**
 * Several documents as one. A single one is left untouched.
 *
 * A component whose name another document has taken for something else gets the title of its own behind its
 * name: `Item` becomes `Item_PartnerCatalogsApi`. What documents say of all their operations (security,
 * servers) is said of each operation where it is not what the first document says.
 *
 * @param {readonly Json[]} documents at least one
 * @param {Json} [info] of the whole
 * @returns {{ document: Json, warnings: string[] }}
 */
export function bundled(documents, info = { title: "Partner API", version: newest(documents) }) {
  const [first, ...others] = documents;
  if (first === undefined) throw new Error("Expected at least one document");
  /** @type {string[]} */
  const warnings = [];
  const versions = new Set(documents.map((each) => each["info"].version));
  if (versions.size > 1) {
    const told = [...versions].map((version) => {
      const titles = documents
        .filter((each) => each["info"].version === version)
        .map((each) => each["info"].title);
      return `${version} (${titles.join(", ")})`;
    });
    warnings.push(
      `The documents are of versions ${told.join(", ")}. One version is sent with every request: ${newest(documents)}. ` +
        "Update the others, too.",
    );
  }
  if (others.length === 0) return { document: first, warnings };

  const result = structuredClone(first);
  result["info"] = info;
  for (const document of others) warnings.push(...merge(result, structuredClone(document)));
  // Whatever the order of the documents' own keys: what describes comes first, what is long last.
  const { components, paths, ...head } = result;
  return { document: { ...head, ...(components && { components }), paths: paths ?? {} }, warnings };
}

/**
 * The newest of the vendor's versions; a document with a version of its own has no say.
 *
 * @param {readonly Json[]} documents
 * @returns {string}
 */
function newest(documents) {
  const numbers = documents.flatMap((each) => vendorVersion(each) ?? []).map(Number);
  return numbers.length > 0 ? String(Math.max(...numbers)) : String(documents[0]?.["info"].version);
}

/**
 * @param {Json} bundle is added to
 * @param {Json} document is taken apart
 * @returns {string[]} warnings
 */
function merge(bundle, document) {
  const { title } = document["info"];
  const renamed = renameComponents(bundle, document);
  const told = [...renamed].map(([place, to]) => `${place} → ${to}`);
  const warnings =
    told.length > 0 ? [`${title}: one name for two things: ${told.join(", ")}.`] : [];

  for (const [section, components] of Object.entries(document["components"] ?? {})) {
    bundle["components"] ??= {};
    bundle["components"][section] = { ...bundle["components"][section], ...components };
  }
  const tags = new Map(
    [...(document["tags"] ?? []), ...(bundle["tags"] ?? [])].map((tag) => [tag.name, tag]),
  );
  const names = [...(bundle["tags"] ?? []), ...(document["tags"] ?? [])].map(({ name }) => name);
  if (tags.size > 0) bundle["tags"] = [...new Set(names)].map((name) => tags.get(name));

  const url = servedAt(document["servers"]);
  const isElsewhere = url !== servedAt(bundle["servers"]);
  if (isElsewhere) {
    warnings.push(`${title}: is served at ${url}: give its operations this \`baseUrl\`.`);
  }
  const { security } = document;
  const common = {
    ...(security && !isDeepStrictEqual(security, bundle["security"]) && { security }),
    ...(isElsewhere && { servers: document["servers"] ?? [{ url }] }),
  };
  for (const { method, path, item, operation } of operationsOf(document)) {
    const whole = { ...common, ...operation };
    const there = bundle["paths"]?.[path];
    bundle["paths"] ??= {};
    if (there === undefined) {
      const about = Object.entries(item).filter(([name]) => !METHODS.includes(name));
      bundle["paths"][path] = { ...Object.fromEntries(about), [method]: whole };
    } else {
      // What each says of the whole path is not the other's.
      const present = (bundle["paths"][path] = pushedDown(bundle, there));
      present[method] = pushedDown(document, { ...item, [method]: whole })[method];
    }
  }
  if (document["webhooks"]) bundle["webhooks"] = { ...document["webhooks"], ...bundle["webhooks"] };
  return warnings;
}

/**
 * A path item whose operations say all by themselves.
 *
 * @param {Json} document
 * @param {Json} given
 * @returns {Json}
 */
function pushedDown(document, given) {
  const { parameters = [], servers, ...item } = resolve(document, given);
  const nameOf = (/** @type {Json} */ each) => {
    const { name, in: location } = resolve(document, each);
    return `${location} ${name}`;
  };
  return Object.fromEntries(
    Object.entries(item).map(([method, operation]) => {
      if (!METHODS.includes(method)) return [method, operation];
      const own = operation.parameters ?? [];
      const taken = own.map(nameOf);
      const all = [
        ...parameters.filter((/** @type {Json} */ each) => !taken.includes(nameOf(each))),
        ...own,
      ];
      return [
        method,
        {
          ...(servers && { servers }),
          ...operation,
          ...(all.length > 0 && { parameters: all }),
        },
      ];
    }),
  );
}

/**
 * Gives new names to those components of the document whose names mean something else in the bundle.
 *
 * @param {Json} bundle
 * @param {Json} document is changed
 * @returns {Map<string, string>} `schemas/Item` → `Item_PartnerCatalogsApi`
 */
function renameComponents(bundle, document) {
  const all = Object.entries(document["components"] ?? {}).flatMap(([section, components]) =>
    Object.keys(components).map((name) => ({ section, name })),
  );
  const shared = all.filter(({ section, name }) => bundle["components"]?.[section]?.[name]);
  const of = (/** @type {Json} */ from, /** @type {{ section: string, name: string }} */ at) =>
    from["components"][at.section][at.name];
  const differing = new Set(
    shared.filter((at) => !isDeepStrictEqual(of(bundle, at), of(document, at))),
  );
  // What refers to something that differs is not the same either, though it reads so.
  for (let before = -1; before !== differing.size;) {
    before = differing.size;
    const names = [...differing].map(({ section, name }) => `#/components/${section}/${name}`);
    for (const at of shared) {
      const refers = [...referencesIn(of(document, at))].some(({ reference }) =>
        names.some((name) => reference === name || reference.startsWith(`${name}/`)),
      );
      if (refers) differing.add(at);
    }
  }

  /** @type {Map<string, string>} */
  const renamed = new Map();
  for (const { section, name } of differing) {
    const components = document["components"][section];
    const to = freeName(`${name}_${slugOf(document)}`, [
      ...Object.keys(bundle["components"][section]),
      ...Object.keys(components),
    ]);
    renamed.set(`${section}/${name}`, to);
    document["components"][section] = Object.fromEntries(
      Object.entries(components).map(([key, value]) => [key === name ? to : key, value]),
    );
  }
  for (const { holder, reference } of referencesIn(document)) {
    const [, section, name, rest] = /^#\/components\/([^/]+)\/([^/]+)(.*)$/s.exec(reference) ?? [];
    const to = renamed.get(`${section}/${name}`);
    if (to !== undefined) holder["$ref"] = `#/components/${section}/${to}${rest}`;
  }
  renameMentions(document, renamed);
  return renamed;
}

/**
 * Names of components that stand elsewhere than in a `$ref`: in a discriminator's mapping, and in `security`.
 *
 * @param {any} value is changed
 * @param {ReadonlyMap<string, string>} renamed
 */
function renameMentions(value, renamed) {
  if (typeof value !== "object" || value === null) return;
  const mapping = value.discriminator?.mapping;
  if (typeof mapping === "object" && mapping !== null) {
    for (const [key, target] of Object.entries(mapping)) {
      const name = String(target).replace("#/components/schemas/", "");
      const to = renamed.get(`schemas/${name}`);
      if (to !== undefined) mapping[key] = String(target).slice(0, -name.length) + to;
    }
  }
  if (Array.isArray(value.security)) {
    value.security = value.security.map((/** @type {Json} */ requirement) =>
      Object.fromEntries(
        Object.entries(requirement).map(([name, scopes]) => [
          renamed.get(`securitySchemes/${name}`) ?? name,
          scopes,
        ]),
      ),
    );
  }
  for (const each of Object.values(value)) renameMentions(each, renamed);
}

/**
 * @param {string} name
 * @param {readonly string[]} taken
 */
function freeName(name, taken) {
  for (let count = 1; ; count++) {
    const free = count === 1 ? name : `${name}_${count}`;
    if (!taken.includes(free)) return free;
  }
}

/** @param {Json} document */
function slugOf(document) {
  const words = String(document["info"].title).match(/[A-Za-z0-9]+/g) ?? ["Other"];
  return words.map((word) => word[0]?.toUpperCase() + word.slice(1).toLowerCase()).join("");
}
