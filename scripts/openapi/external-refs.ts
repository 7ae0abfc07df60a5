/**
 * Bundles the files that a document refers to. Reads only files in its own folder, because a document must not copy
 * others into spec/.
 */
import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve as resolvePath } from "node:path";
import {
  BaseResolver,
  bundle,
  createConfig,
  type Document,
  makeDocumentFromString,
  Source,
} from "@redocly/openapi-core";
import { readTextFile } from "../../src/cli/source.ts";
import { mappingOf, objectsIn, Refusal } from "./document.ts";
import { parseAsYaml } from "./read-page.ts";
import type { OpenApi } from "./types.ts";

interface Reference {
  place: string;
  reference: string;
}

/** Escapes control characters, because Redocly parses the text as YAML, which does not allow them. */
export function redoclyDocument(document: OpenApi, file: string): Document {
  const text = JSON.stringify(document).replace(
    /[\x7f-\x9f\ufeff\ufffe\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return makeDocumentFromString(text, file);
}

/** Yields the references out of the document that Redocly or openapi-typescript would follow, under any key. */
function* externalRefs(document: OpenApi): Generator<Reference, void> {
  for (const { place, object } of objectsIn(document)) {
    const { $ref, externalValue } = object;
    if (typeof $ref === "string" && !$ref.startsWith("#")) yield { place, reference: $ref };
    if (typeof externalValue === "string") yield { place, reference: externalValue };
    for (const [name, target] of Object.entries(mappingOf(object) ?? {})) {
      // A target without a slash is the name of a schema.
      if (typeof target !== "string" || target.startsWith("#") || !target.includes("/")) continue;
      yield { place: `${place}/discriminator/mapping/${name}`, reference: target };
    }
  }
}

/**
 * @param source for messages: the file or URL that the maintainer gave
 * @param file the document's path, if it is a file; relative references resolve from there
 * @returns a document without external references
 */
export async function resolveExternalRefs(
  source: string,
  document: OpenApi,
  file: string | undefined,
): Promise<OpenApi> {
  const [first, ...others] = externalRefs(document);
  if (first === undefined) return document;
  if (file === undefined) {
    throw new Refusal(
      `${source}: ${first.place}: Expected no reference out of the document, got ${first.reference}. ` +
        "Such references are read from files, never over the network: save both files, and pass the path.",
    );
  }
  const folder = realpathSync(dirname(file));
  for (const { place, reference } of [first, ...others]) {
    const why = reasonToRefuse(folder, folder, reference);
    if (why !== undefined) throw new Refusal(`${source}: ${place}: ${why}`);
  }
  const config = await createConfig({});
  const resolver = new FolderResolver(folder);
  const result = await bundle({
    doc: redoclyDocument(document, join(folder, basename(file))),
    config,
    externalRefResolver: resolver,
  });
  if (resolver.refusal !== undefined) throw new Refusal(`${source}: ${resolver.refusal}`);
  const problem = result.problems.find(({ severity }) => severity === "error");
  if (problem) {
    throw new Refusal(`${source}: ${problem.location[0]?.pointer ?? "#"}: ${problem.message}.`);
  }
  // Redocly types its result as `any`.
  const whole = result.bundle.parsed as OpenApi;
  const [left] = externalRefs(whole);
  if (left === undefined) return whole;
  throw new Refusal(
    `${source}: ${left.place}: Expected no reference out of the document here, got ${left.reference}.`,
  );
}

/**
 * @param folder of the document
 * @param from the folder of the file that has the reference
 * @returns undefined if the reference leads to a file in the document's folder after following symbolic links
 */
function reasonToRefuse(folder: string, from: string, reference: string): string | undefined {
  const [path = ""] = reference.split("#");
  const target = resolvePath(from, path);
  const exists = existsSync(target);
  const inside = relative(folder, exists ? realpathSync(target) : target);
  const isInside =
    !/^[a-z][a-z\d+.-]+:/i.test(path) && !/^\.\.([/\\]|$)/.test(inside) && !isAbsolute(inside);
  const got =
    isInside && exists && !statSync(target).isFile() ? `${reference}, which is none` : reference;
  if (isInside && got === reference) return undefined;
  return `Expected a reference to a file in the document's folder, got ${got}.`;
}

/** Reads files in one folder, and never the network. */
class FolderResolver extends BaseResolver {
  /** The first refused reference. Kept here, because Redocly does not report it if it is in an extension. */
  refusal: string | undefined;
  readonly #folder: string;

  constructor(folder: string) {
    super();
    this.#folder = folder;
  }

  override resolveDocument(
    base: string | null,
    reference: string,
    isRoot?: boolean,
  ): ReturnType<BaseResolver["resolveDocument"]> {
    const file = base ?? this.#folder;
    const why = reasonToRefuse(this.#folder, dirname(file), reference);
    if (why === undefined) return super.resolveDocument(base, reference, isRoot);
    this.refusal ??= `${relative(this.#folder, file)}: ${why}`;
    return Promise.reject(new Refusal(why));
  }

  override async loadExternalRef(file: string): Promise<Source> {
    const text = await readTextFile(file);
    if (!/\.(json|ya?ml)$/.test(file)) return new Source(file, text);
    const { value, problem } = parseAsYaml(text);
    if (problem !== undefined) throw new Refusal(`${relative(this.#folder, file)} is ${problem}`);
    // Redocly's own parser would expand aliases without limit.
    return new Source(file, JSON.stringify(value));
  }
}
