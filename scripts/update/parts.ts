/** Selects the documents of a bundle from the recorded and the given ones. */
import { isDeepStrictEqual } from "node:util";
import { isAddress } from "../../src/cli/source.ts";
import {
  operationKey,
  operationsOf,
  Refusal,
  vendorVersion,
  versionOf,
  withoutOperations,
} from "../openapi/document.ts";
import type { OpenApi } from "../openapi/types.ts";

/** A source: a page of the vendor's docs, and the document in it. */
export interface Part {
  page: string;
  document: OpenApi;
  /** When it was read, as YYYY-MM-DD. */
  date: string;
}

/**
 * Merges the given parts into the recorded ones. A part replaces its previous version. If several parts have an
 * operation, the last given part wins. A given part without operations is dropped, unless it replaces another.
 */
export function mergeParts(
  recorded: readonly Part[],
  read: readonly Part[],
): { parts: Part[]; warnings: string[] } {
  const { given, warnings } = inherit(recorded, read);
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
  const added = given.filter((part) => !placed.has(part) && keysOf(part).length > 0);
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

/**
 * Keeps the address of a page if its next version comes from a file, so that the page can be downloaded again. Keeps
 * the date of a document that has not changed.
 */
function inherit(
  recorded: readonly Part[],
  read: readonly Part[],
): { given: Part[]; warnings: string[] } {
  const replaced = new Set<Part>();
  const warnings: string[] = [];
  const given = read.map((part) => {
    const old = recorded.find(
      (each) => !replaced.has(each) && isNextVersion(each, part, [...recorded, ...read]),
    );
    if (old === undefined) return part;
    replaced.add(old);
    const page = isAddress(old.page) && !isAddress(part.page) ? old.page : part.page;
    const [was, is] = [versionOf(old.document), versionOf(part.document)];
    if (Number(is) < Number(was)) {
      warnings.push(`${titleOf(part)}: version ${is} replaces version ${was}, which is newer.`);
    }
    if (page !== part.page && is !== was) {
      warnings.push(
        `${titleOf(part)}: spec/source.json still names ${page}, where version ${was} was. ` +
          `If version ${is} has another address, pass that once.`,
      );
    }
    const isSame = page === old.page && isDeepStrictEqual(part.document, old.document);
    return { ...part, page, date: isSame ? old.date : part.date };
  });
  return { given, warnings };
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
 * True for the same page, even if the version in its address differs. Else true for the same title or file name if the
 * two share an operation. Else true for the same title if no other part has it and at least one is not from a URL.
 * False for documents of two APIs, such as the partners' and the brands', whose operations have the same names.
 */
function isNextVersion(old: Part, part: Part, all: readonly Part[] = []) {
  const [before, after] = [withoutVersion(old.page, old), withoutVersion(part.page, part)];
  const [wasWeb, isWeb] = [isAddress(old.page), isAddress(part.page)];
  if (before === after && isWeb) return true;
  const isSameTitle = withoutVersion(titleOf(old), old) === withoutVersion(titleOf(part), part);
  if (!isSameTitle && (before !== after || before === "-")) return false;
  const bases = basesOf(part);
  if (bases.length > 0 && !overlap(basesOf(old), bases)) return false;
  if (overlap(identifiersOf(old), identifiersOf(part))) return true;
  const candidates = all.filter(
    (each) => titleOf(each) === titleOf(old) || titleOf(each) === titleOf(part),
  );
  return isSameTitle && !(wasWeb && isWeb) && candidates.length === 2;
}

function overlap(some: readonly string[], others: readonly string[]): boolean {
  return some.some((each) => others.includes(each));
}

/** Returns each path up to its first parameter: `/Mediapartners/` of `/Mediapartners/{AccountSID}/Programs`. */
function basesOf({ document }: Part): string[] {
  return operationsOf(document).map(({ path }) => /^.*?(?=\{)/.exec(path)?.[0] ?? "");
}

/** Returns two identifiers of each operation: method and path, and the operationId. */
function identifiersOf({ document }: Part): string[] {
  return operationsOf(document).flatMap((each) => [
    operationKey(each),
    ...(each.operation.operationId === undefined ? [] : [each.operation.operationId]),
  ]);
}

/** Removes the version from a title or an address: `14` or `v14`. Other numbers without a `v` are part of the name. */
function withoutVersion(text: string, { document }: Part) {
  const own = vendorVersion(document);
  const numbers = own === undefined ? "v\\d+" : `v\\d+|${own}`;
  const version = new RegExp(`[-_ ]?(?<![a-z\\d])(${numbers})(\\.0)?(?![a-z\\d])`, "g");
  return text.toLowerCase().replace(version, "").trim();
}

function without(part: Part, keys: readonly string[]): Part {
  const document = withoutOperations(part.document, (each) => keys.includes(operationKey(each)));
  return { ...part, document };
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
