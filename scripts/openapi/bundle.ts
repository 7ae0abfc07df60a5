/** Bundles several OpenAPI documents into one. */
import { isDeepStrictEqual } from "node:util";
import {
  isObject,
  mappingOf,
  operationsOf,
  referencesIn,
  resolveRef,
  serverUrl,
  vendorVersion,
  versionOf,
} from "./document.ts";
import { METHODS, type Info, type OpenApi, type Parameter, type PathItem } from "./types.ts";

/**
 * Bundles documents; a single one is returned unchanged. If two documents have different components of the same name,
 * the later one gets its document's title as a suffix: `Item` becomes `Item_PartnerCatalogsApi`. If the security or the
 * servers of a document differ from those of the first document, they are copied to its operations.
 *
 * @param documents at least one
 * @param info of the bundle
 */
export function bundleDocuments(
  documents: readonly OpenApi[],
  info: Info = { title: "Partner API", version: newest(documents) },
): { document: OpenApi; warnings: string[] } {
  const [first, ...others] = documents;
  if (first === undefined) throw new Error("Expected at least one document");
  const warnings: string[] = [];
  const versions = new Set(documents.map(versionOf));
  if (versions.size > 1) {
    const list = [...versions].map((version) => {
      const titles = documents
        .filter((each) => versionOf(each) === version)
        .map((each) => each.info.title);
      return `${version} (${titles.join(", ")})`;
    });
    warnings.push(
      `The documents have different versions: ${list.join(", ")}. Every request sends ${newest(documents)}. ` +
        "Update the other documents too.",
    );
  }
  if (others.length === 0) return { document: first, warnings };

  const result = structuredClone(first);
  result.info = info;
  for (const document of others) warnings.push(...merge(result, structuredClone(document)));
  // Puts the long sections last, so that the file is easy to read.
  const { components, paths, ...head } = result;
  // Without `components` and `paths`, it still has the other properties of a document.
  const rest = head as Omit<OpenApi, "components" | "paths">;
  const document: OpenApi = {
    ...(rest as OpenApi),
    ...(components && { components }),
    paths: paths ?? {},
  };
  return { document, warnings };
}

/** The newest of the vendor's versions. Versions of the document itself do not count. */
function newest(documents: readonly OpenApi[]): string {
  const numbers = documents.flatMap((each) => vendorVersion(each) ?? []).map(Number);
  return numbers.length > 0 ? String(Math.max(...numbers)) : String(documents[0]?.info.version);
}

/**
 * Adds a document to the bundle. Changes both.
 *
 * @returns warnings
 */
function merge(bundle: OpenApi, document: OpenApi): string[] {
  const { title } = document.info;
  const renamed = renameComponents(bundle, document);
  const list = [...renamed].map(([place, to]) => `${place} → ${to}`);
  const warnings =
    list.length > 0 ? [`${title}: renamed, since the names are in use: ${list.join(", ")}.`] : [];

  for (const [section, components] of Object.entries(document.components ?? {})) {
    bundle.components ??= {};
    bundle.components[section] = { ...bundle.components[section], ...components };
  }
  const tags = new Map(
    [...(document.tags ?? []), ...(bundle.tags ?? [])].map((tag) => [tag.name, tag]),
  );
  const names = [...(bundle.tags ?? []), ...(document.tags ?? [])].map(({ name }) => name);
  if (tags.size > 0) bundle.tags = [...new Set(names)].flatMap((name) => tags.get(name) ?? []);

  const url = serverUrl(document.servers);
  const isElsewhere = url !== serverUrl(bundle.servers);
  if (isElsewhere) {
    warnings.push(`${title}: is served at ${url}: give its operations this \`baseUrl\`.`);
  }
  const { security } = document;
  const defaults = {
    ...(security && !isDeepStrictEqual(security, bundle.security) && { security }),
    ...(isElsewhere && { servers: document.servers ?? [{ url }] }),
  };
  for (const { method, path, item, operation } of operationsOf(document)) {
    const whole = { ...defaults, ...operation };
    const there = bundle.paths?.[path];
    bundle.paths ??= {};
    if (there === undefined) {
      const common = Object.entries(item).filter(([name]) => !isMethod(name));
      bundle.paths[path] = { ...Object.fromEntries(common), [method]: whole };
    } else {
      // Parameters of the path in one document must not apply to operations of the other.
      const added = pushDown(document, { ...item, [method]: whole })[method];
      bundle.paths[path] = { ...pushDown(bundle, there), ...(added && { [method]: added }) };
    }
  }
  return warnings;
}

/** Moves the parameters and servers of a path into its operations. */
function pushDown(document: OpenApi, given: PathItem): PathItem {
  const { parameters = [], servers, ...item } = resolveRef(document, given);
  const nameOf = (each: Parameter): string => {
    const { name, in: location } = resolveRef(document, each);
    return `${location} ${name}`;
  };
  for (const method of METHODS) {
    const operation = item[method];
    if (operation === undefined) continue;
    const own = operation.parameters ?? [];
    const overridden = own.map(nameOf);
    const all = [...parameters.filter((each) => !overridden.includes(nameOf(each))), ...own];
    item[method] = {
      ...(servers && { servers }),
      ...operation,
      ...(all.length > 0 && { parameters: all }),
    };
  }
  return item;
}

function isMethod(name: string): boolean {
  return METHODS.some((method) => method === name);
}

/**
 * Renames the components of the document whose names the bundle uses for different components.
 *
 * @returns `schemas/Item` → `Item_PartnerCatalogsApi`
 */
function renameComponents(bundle: OpenApi, document: OpenApi): Map<string, string> {
  const all = Object.entries(document.components ?? {}).flatMap(([section, components]) =>
    Object.keys(components ?? {}).map((name) => ({ section, name })),
  );
  const shared = all.filter(({ section, name }) => bundle.components?.[section]?.[name]);
  const of = (from: OpenApi, { section, name }: { section: string; name: string }): unknown =>
    from.components?.[section]?.[name];
  const differing = new Set(
    shared.filter((at) => !isDeepStrictEqual(of(bundle, at), of(document, at))),
  );
  // A component that refers to a different component is different, too.
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

  const renamed = new Map<string, string>();
  for (const { section, name } of differing) {
    const components = document.components?.[section] ?? {};
    const to = freeName(`${name}_${slugOf(document)}`, [
      ...Object.keys(bundle.components?.[section] ?? {}),
      ...Object.keys(components),
    ]);
    renamed.set(`${section}/${name}`, to);
    document.components ??= {};
    document.components[section] = Object.fromEntries(
      Object.entries(components).map(([key, value]) => [key === name ? to : key, value]),
    );
  }
  for (const { holder, reference } of referencesIn(document)) {
    const [, section, name, rest] = /^#\/components\/([^/]+)\/([^/]+)(.*)$/s.exec(reference) ?? [];
    const to = renamed.get(`${section}/${name}`);
    if (to !== undefined) holder.$ref = `#/components/${section}/${to}${rest}`;
  }
  renameMentions(document, renamed);
  return renamed;
}

/** Renames components where they are named without `$ref`: in a discriminator's mapping and in `security`. */
function renameMentions(value: unknown, renamed: ReadonlyMap<string, string>): void {
  if (!isObject(value)) return;
  const mapping = mappingOf(value);
  for (const [key, target] of Object.entries(mapping ?? {})) {
    const name = String(target).replace("#/components/schemas/", "");
    const to = renamed.get(`schemas/${name}`);
    if (mapping && to !== undefined) mapping[key] = String(target).slice(0, -name.length) + to;
  }
  if (Array.isArray(value.security)) {
    value.security = value.security.map((requirement: object) =>
      Object.fromEntries(
        Object.entries(requirement).map(([name, scopes]: [string, unknown]) => [
          renamed.get(`securitySchemes/${name}`) ?? name,
          scopes,
        ]),
      ),
    );
  }
  for (const each of Object.values(value)) renameMentions(each, renamed);
}

export function freeName(name: string, taken: readonly string[]): string {
  for (let count = 1; ; count++) {
    const free = count === 1 ? name : `${name}_${count}`;
    if (!taken.includes(free)) return free;
  }
}

export function slugOf(document: OpenApi): string {
  const words = document.info.title.match(/[A-Za-z0-9]+/g) ?? ["Other"];
  return words.map((word) => word[0]?.toUpperCase() + word.slice(1).toLowerCase()).join("");
}
