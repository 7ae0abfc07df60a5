/** Makes operationIds unique: the generated types are keyed by them. */
import { freeName, slugOf } from "../openapi/bundle.ts";
import { facadeIdOf, objectsIn, operationsOf, Refusal } from "../openapi/document.ts";
import type { OpenApi } from "../openapi/types.ts";
import type { Part } from "./parts.ts";

/**
 * Renames an operationId that an earlier document has: it gets its document's title as a suffix, as components do. The
 * operations that src/ calls keep their ids, even in a later document. Refuses a document that has an id twice.
 *
 * @returns the documents of the parts; a document without renamed ids is returned unchanged
 */
export function uniqueIds(parts: readonly Part[]): { documents: OpenApi[]; warnings: string[] } {
  const warnings: string[] = [];
  const all = parts.map((part) => ({ part, operations: operationsOf(part.document) }));
  // id → description of the operation that has it
  const owners = new Map<string, string>();
  for (const { part, operations } of all) {
    for (const each of operations) {
      const id = facadeIdOf(each);
      if (id !== undefined) owners.set(id, wordsOf(each.place, part));
    }
  }
  const ids = all.flatMap(({ operations }) =>
    operations.flatMap(({ operation }) => operation.operationId ?? []),
  );
  const documents = all.map(({ part, operations }) => {
    const seen = new Map<string, string>();
    const renamed = new Map<string, string>();
    for (const { place, operation } of operations) {
      const id = operation.operationId;
      if (id === undefined) continue;
      const here = wordsOf(place, part);
      const twin = seen.get(id);
      if (twin !== undefined) {
        throw new Refusal(`operationId "${id}" is used twice: by ${twin} and by ${here}.`);
      }
      seen.set(id, here);
      const owner = owners.get(id) ?? here;
      owners.set(id, owner);
      if (owner === here) continue;
      if (parts.length === 1) {
        throw new Refusal(`operationId "${id}": Expected it for ${owner}, got it for ${here}.`);
      }
      const free = freeName(`${id}_${slugOf(part.document)}`, [...ids, ...owners.keys()]);
      owners.set(free, here);
      renamed.set(id, free);
      warnings.push(`operationId "${id}" of ${here} becomes "${free}", since ${owner} has it.`);
    }
    return renamed.size === 0 ? part.document : rename(part.document, renamed);
  });
  return { documents, warnings };
}

function wordsOf(place: string, { page, document }: Part): string {
  return `${place} of ${document.info.title} (${page})`;
}

/** Renames operationIds, also in links to the operations. */
function rename(document: OpenApi, renamed: ReadonlyMap<string, string>): OpenApi {
  const copy = structuredClone(document);
  for (const { object } of objectsIn(copy)) {
    const to = renamed.get(String(object.operationId));
    if (to !== undefined) object.operationId = to;
  }
  return copy;
}
