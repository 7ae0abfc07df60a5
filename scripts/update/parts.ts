/** Decides which documents a bundle consists of: the recorded ones and the given ones. */
import { isDeepStrictEqual } from "node:util";
import { operationKey, operationsOf, Refusal } from "../openapi/document.ts";
import { METHODS, type OpenApi } from "../openapi/types.ts";

/** A source: a page of the vendor's docs, and the document in it. */
export interface Part {
  page: string;
  document: OpenApi;
  /** When it was read, as YYYY-MM-DD. */
  date: string;
}

/**
 * Merges the given parts into the recorded ones. A part replaces the part that it is the next version of. If several
 * parts have an operation, that of the given part wins.
 */
export function mergeParts(
  recorded: readonly Part[],
  given: readonly Part[],
): { parts: Part[]; warnings: string[] } {
  const warnings: string[] = [];
  const newKeys = new Map(given.flatMap((part) => keysOf(part).map((key) => [key, part])));
  const placed = new Set();
  const kept = recorded.flatMap((old) => {
    const successors = given.filter((part) => isNextVersion(old, part, [...recorded, ...given]));
    if (successors.length > 0) {
      const unplaced = successors.filter((part) => !placed.has(part));
      unplaced.forEach((part) => placed.add(part));
      return unplaced;
    }
    const lost = keysOf(old).filter((key) => newKeys.has(key));
    if (lost.length === 0) return [old];
    const left = without(old, lost);
    const rest = operationsOf(left.document).map(({ place }) => place);
    if (rest.length === 0) return [];
    warnings.push(
      `${titleOf(old)}: ${lost.join(", ")} moved to another document; kept: ${rest.join(", ")}.`,
    );
    return [left];
  });
  const added = given.filter((part) => !placed.has(part));
  const parts = [...kept, ...added].flatMap((part) => {
    const lost = keysOf(part).filter((key) => (newKeys.get(key) ?? part) !== part);
    if (lost.length === 0 || !given.includes(part)) return [part];
    for (const key of lost) {
      const winner = newKeys.get(key) ?? part;
      if (isDeepStrictEqual(operationAt(part, key), operationAt(winner, key))) continue;
      warnings.push(
        `${key}: in both ${titleOf(part)} and ${titleOf(winner)}; the latter's is used.`,
      );
    }
    return lost.length === keysOf(part).length ? [] : [without(part, lost)];
  });
  return { parts, warnings };
}

function keysOf({ document }: Part) {
  return operationsOf(document).map(operationKey);
}

function operationAt({ document }: Part, key: string) {
  return operationsOf(document).find((each) => operationKey(each) === key)?.operation;
}

function titleOf({ document }: Part) {
  return document.info.title;
}

/**
 * True for the same page, whatever the version in its address. Else true for the same title or file name if the two
 * share an operation, or for the same title if no other part has it.
 */
function isNextVersion(old: Part, part: Part, all: readonly Part[] = []) {
  const [before, after] = [withoutVersion(old.page), withoutVersion(part.page)];
  const [wasWeb, isWeb] = [URL.canParse(before), URL.canParse(after)];
  if (before === after && isWeb) return true;
  const isSameTitle = withoutVersion(titleOf(old)) === withoutVersion(titleOf(part));
  if (!isSameTitle && (before !== after || before === "-")) return false;
  const names = identifiersOf(old);
  if (identifiersOf(part).some((name) => names.includes(name))) return true;
  const candidates = all.filter(
    (each) => titleOf(each) === titleOf(old) || titleOf(each) === titleOf(part),
  );
  return isSameTitle && !(wasWeb && isWeb) && candidates.length === 2;
}

/** What identifies its operations: method and path, or the operationId. */
function identifiersOf({ document }: Part): string[] {
  return operationsOf(document).flatMap((each) => [
    operationKey(each),
    ...(each.operation.operationId === undefined ? [] : [each.operation.operationId]),
  ]);
}

function withoutVersion(text: string) {
  return text
    .toLowerCase()
    .replace(/[-_ ]?\bv\d+\b/g, "")
    .trim();
}

function without(part: Part, keys: readonly string[]): Part {
  const document = structuredClone(part.document);
  for (const { method, path, item } of operationsOf(document)) {
    if (!keys.includes(operationKey({ method, path }))) continue;
    delete item[method];
    if (METHODS.every((each) => !(each in item))) delete document.paths?.[path];
  }
  return { ...part, document };
}

/** The generated types are keyed by operationId. */
export function refuseDuplicateIds(parts: readonly Part[]): void {
  const places = new Map<string, string>();
  for (const part of parts) {
    for (const { place, operation } of operationsOf(part.document)) {
      const id = operation.operationId;
      if (id === undefined) continue;
      const here = `${place} of ${titleOf(part)} (${part.page})`;
      const other = places.get(id);
      if (other !== undefined) {
        throw new Refusal(`operationId "${id}" is used twice: by ${other} and by ${here}.`);
      }
      places.set(id, here);
    }
  }
}

/** Drops duplicate documents. Refuses two versions of one document. */
export function dropDuplicates(given: readonly { source: string; part: Part }[]): {
  parts: Part[];
  warnings: string[];
} {
  const kept: { source: string; part: Part }[] = [];
  const warnings: string[] = [];
  for (const { source, part } of given) {
    const same = kept.find((other) => isDeepStrictEqual(other.part.document, part.document));
    const version = kept.find((other) => isNextVersion(other.part, part));
    if (same !== undefined) {
      warnings.push(`${source}: skipped, since it is the same document as ${same.source}.`);
    } else if (version !== undefined) {
      throw new Refusal(
        `Expected one version of each document, got two of ${titleOf(part)}: ${version.source} and ${source}.`,
      );
    } else kept.push({ source, part });
  }
  return { parts: kept.map(({ part }) => part), warnings };
}
