import { isDeepStrictEqual } from "node:util";
import { parametersOf, resolve } from "./document.mjs";
import { renames } from "./renames.mjs";

/**
 * The parameters of one operation in two documents: which of them is which, and what changed.
 *
 * @typedef {import("./document.mjs").Json} Json
 * @typedef {import("./document.mjs").Operation} Operation
 * @typedef {import("./schema-diff.mjs").Direction} Direction
 * @typedef {import("./schema-diff.mjs").Tell} Tell
 * @typedef {{ before: Json, after: Json, tell: Tell,
 *   schemas: (direction: Direction, place: string, before?: Json, after?: Json) => void }} Compare
 *   `before` and `after` are the documents; `schemas` compares two schemas of theirs
 */

/**
 * @param {Compare} compare
 * @param {string} place
 * @param {Operation} was
 * @param {Operation} is
 */
export function compareParameters(compare, place, was, is) {
  const { before, after, tell } = compare;
  const [old, next] = [parametersOf(before, was), parametersOf(after, is)];
  const find = (/** @type {Json[]} */ all, /** @type {Json} */ like) =>
    all.find((each) => each["name"] === like["name"] && each["in"] === like["in"]);
  const removed = old.filter((each) => find(next, each) === undefined);
  const added = next.filter((each) => find(old, each) === undefined);
  const successors = succession(compare, was, is, removed, added);

  for (const each of removed) {
    const to = successors.get(each);
    const at = `${place} ${each["in"]} ${each["name"]}`;
    if (to === undefined) tell("parameter removed", at, each["name"]);
    else if (to["name"] === each["name"]) tell("parameter moved", at, each["in"], to["in"]);
    else tell("parameter renamed", at, each["name"], to["name"]);
  }
  for (const each of added.filter((one) => ![...successors.values()].includes(one))) {
    const what = each["required"] ? "required parameter added" : "parameter added";
    tell(what, `${place} ${each["in"]} ${each["name"]}`, undefined, each["name"]);
  }
  for (const each of old) {
    const other = find(next, each) ?? successors.get(each);
    if (other !== undefined) {
      compareParameter(compare, `${place} ${other["in"]} ${other["name"]}`, each, other);
    }
  }
}

/**
 * Which parameter of the ones that are new is which of those that are gone: the same name elsewhere, the same
 * place in the path, or a name that is near.
 *
 * @param {Compare} compare
 * @param {Operation} was
 * @param {Operation} is
 * @param {readonly Json[]} removed
 * @param {readonly Json[]} added
 * @returns {Map<Json, Json>}
 */
function succession({ before, after }, was, is, removed, added) {
  const names = (/** @type {string} */ path) =>
    [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name);
  const [oldPath, nextPath] = [names(was.path), names(is.path)];
  /** @type {Map<Json, Json>} */
  const found = new Map();
  for (const old of removed) {
    const next = added.find(
      (each) =>
        each["name"] === old["name"] ||
        (each["in"] === "path" &&
          old["in"] === "path" &&
          oldPath.indexOf(old["name"]) === nextPath.indexOf(each["name"])),
    );
    if (next !== undefined) found.set(old, next);
  }
  const left = removed.filter((each) => !found.has(each));
  const free = added.filter((each) => ![...found.values()].includes(each));
  const ofName = (/** @type {readonly Json[]} */ all, /** @type {string} */ name) =>
    all.find((each) => each["name"] === name) ?? {};
  const near = renames(
    left.map((each) => each["name"]),
    free.map((each) => each["name"]),
    (from, to) => {
      const [old, next] = [ofName(left, from), ofName(free, to)];
      const [one, two] = [
        resolve(before, old["schema"] ?? {}),
        resolve(after, next["schema"] ?? {}),
      ];
      return old["in"] === next["in"] && one["type"] === two["type"];
    },
  );
  for (const [from, to] of near) found.set(ofName(left, from), ofName(free, to));
  return found;
}

/**
 * @param {Compare} compare
 * @param {string} place
 * @param {Json} was
 * @param {Json} is
 */
function compareParameter({ tell, schemas: compareBoth }, place, was, is) {
  const [old, next] = [was, is].map(({ required }) => (required ? "required" : "optional"));
  if (old !== next) tell(`parameter became ${next}`, place, old, next);
  const [oldForm, nextForm] = [formOf(was), formOf(is)];
  if (was["in"] === is["in"] && oldForm !== nextForm)
    tell("parameter written otherwise", place, oldForm, nextForm);
  for (const word of ["description", "deprecated", "example", "examples"]) {
    if (!isDeepStrictEqual(was[word], is[word])) tell(word, place, was[word], is[word]);
  }
  const schemaOf = (/** @type {Json} */ { schema, content = {} }) =>
    schema ?? /** @type {Json | undefined} */ (Object.values(content)[0])?.["schema"];
  compareBoth("input", place, schemaOf(was), schemaOf(is));
}

/** @param {Json} parameter */
function formOf(parameter) {
  const { in: location, content, allowReserved = false } = parameter;
  if (content !== undefined) return Object.keys(content).join(", ");
  const { style = location === "query" || location === "cookie" ? "form" : "simple" } = parameter;
  const { explode = style === "form" } = parameter;
  return [style, ...(explode ? ["explode"] : []), ...(allowReserved ? ["reserved"] : [])].join(
    ", ",
  );
}
