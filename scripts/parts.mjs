import { isDeepStrictEqual } from "node:util";
import { keyOf, METHODS, operationsOf, Refusal } from "./document.mjs";

/**
 * Which documents a bundle is made of: what is recorded, and what is given.
 *
 * @typedef {import("./document.mjs").Json} Json
 * @typedef {{ page: string, document: Json, date: string }} Part
 *   one source: a page of the vendor's docs, and the document in it
 */

/**
 * The parts of the next bundle. A part takes the place of the one that it is the next version of. An operation that
 * several parts have is the new one's.
 *
 * @param {readonly Part[]} recorded
 * @param {readonly Part[]} given
 * @returns {{ parts: Part[], warnings: string[] }}
 */
export function nextParts(recorded, given) {
  /** @type {string[]} */
  const warnings = [];
  const newKeys = new Map(given.flatMap((part) => keysOf(part).map((key) => [key, part])));
  const settled = new Set();
  const kept = recorded.flatMap((old) => {
    const successors = given.filter((part) => isNextVersion(old, part, [...recorded, ...given]));
    if (successors.length > 0) {
      const unsettled = successors.filter((part) => !settled.has(part));
      unsettled.forEach((part) => settled.add(part));
      return unsettled;
    }
    const lost = keysOf(old).filter((key) => newKeys.has(key));
    if (lost.length === 0) return [old];
    const left = without(old, lost);
    const rest = operationsOf(left.document).map(({ place }) => place);
    if (rest.length === 0) return [];
    warnings.push(
      `${titleOf(old)}: ${lost.join(", ")} is another document's now; kept: ${rest.join(", ")}.`,
    );
    return [left];
  });
  const added = given.filter((part) => !settled.has(part));
  const parts = [...kept, ...added].flatMap((part) => {
    const lost = keysOf(part).filter((key) => (newKeys.get(key) ?? part) !== part);
    if (lost.length === 0 || !given.includes(part)) return [part];
    for (const key of lost) {
      const winner = newKeys.get(key) ?? part;
      if (isDeepStrictEqual(operationAt(part, key), operationAt(winner, key))) continue;
      warnings.push(
        `${key}: in both ${titleOf(part)} and ${titleOf(winner)}; the latter's is taken.`,
      );
    }
    return lost.length === keysOf(part).length ? [] : [without(part, lost)];
  });
  return { parts, warnings };
}

/** @param {Part} part */
function keysOf({ document }) {
  return operationsOf(document).map(keyOf);
}

/**
 * @param {Part} part
 * @param {string} key
 */
function operationAt({ document }, key) {
  return operationsOf(document).find((each) => keyOf(each) === key)?.operation;
}

/** @param {Part} part */
function titleOf({ document }) {
  return String(document["info"].title);
}

/**
 * It is if it is of the same page, whatever the version in the address; or of the same title or file name, and shares
 * an operation; or of the same title, and there is no other that it could be.
 *
 * @param {Part} old
 * @param {Part} part
 * @param {readonly Part[]} all
 */
function isNextVersion(old, part, all = []) {
  const [before, after] = [withoutVersion(old.page), withoutVersion(part.page)];
  const [wasWeb, isWeb] = [URL.canParse(before), URL.canParse(after)];
  if (before === after && isWeb) return true;
  const isSameTitle = withoutVersion(titleOf(old)) === withoutVersion(titleOf(part));
  if (!isSameTitle && (before !== after || before === "-")) return false;
  const names = namesOf(old);
  if (namesOf(part).some((name) => names.includes(name))) return true;
  const alike = all.filter(
    (each) => titleOf(each) === titleOf(old) || titleOf(each) === titleOf(part),
  );
  return isSameTitle && !(wasWeb && isWeb) && alike.length === 2;
}

/**
 * By which an operation is known again: its method and path, and its operationId.
 *
 * @param {Part} part
 * @returns {string[]}
 */
function namesOf({ document }) {
  return operationsOf(document).flatMap((each) => [
    keyOf(each),
    ...(each.operation["operationId"] === undefined ? [] : [each.operation["operationId"]]),
  ]);
}

/** @param {string} text */
function withoutVersion(text) {
  return text
    .toLowerCase()
    .replace(/[-_ ]?\bv\d+\b/g, "")
    .trim();
}

/**
 * @param {Part} part
 * @param {readonly string[]} keys
 * @returns {Part}
 */
function without(part, keys) {
  const document = structuredClone(part.document);
  for (const { method, path, item } of operationsOf(document)) {
    if (!keys.includes(keyOf({ method, path }))) continue;
    delete item[method];
    if (METHODS.every((each) => !(each in item))) delete document["paths"][path];
  }
  return { ...part, document };
}

/**
 * One operation under each operationId, as the types are keyed by it.
 *
 * @param {readonly Part[]} parts
 */
export function refuseDoubles(parts) {
  /** @type {Map<string, string>} */
  const places = new Map();
  for (const part of parts) {
    for (const { place, operation } of operationsOf(part.document)) {
      const id = operation["operationId"];
      if (id === undefined) continue;
      const here = `${place} of ${titleOf(part)} (${part.page})`;
      const other = places.get(id);
      if (other !== undefined) {
        throw new Refusal(`operationId "${id}" is there twice: ${other} and ${here}.`);
      }
      places.set(id, here);
    }
  }
}

/**
 * The sources of one run: what is given twice is taken once, and two versions of one document are refused.
 *
 * @param {readonly { source: string, part: Part }[]} given
 * @returns {{ parts: Part[], warnings: string[] }}
 */
export function apart(given) {
  /** @type {{ source: string, part: Part }[]} */
  const kept = [];
  /** @type {string[]} */
  const warnings = [];
  for (const { source, part } of given) {
    const same = kept.find((other) => isDeepStrictEqual(other.part.document, part.document));
    const version = kept.find((other) => isNextVersion(other.part, part));
    if (same !== undefined) {
      warnings.push(`${source}: is the document of ${same.source}, and taken once.`);
    } else if (version !== undefined) {
      throw new Refusal(
        `Expected one version of each document, got two of ${titleOf(part)}: ${version.source} and ${source}.`,
      );
    } else kept.push({ source, part });
  }
  return { parts: kept.map(({ part }) => part), warnings };
}
