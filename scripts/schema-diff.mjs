import { isDeepStrictEqual } from "node:util";
import { resolve } from "./document.mjs";
import { renames } from "./renames.mjs";
import { NARROWER_WHEN, shapeOf, WORDS } from "./shape.mjs";

/**
 * Two schemas, compared by what they mean, as what a client sends (`input`) or is given (`output`).
 *
 * @typedef {import("./document.mjs").Json} Json
 * @typedef {import("./shape.mjs").Shape} Shape
 * @typedef {"input" | "output"} Direction
 * @typedef {(what: string, place: string, before?: unknown, after?: unknown) => void} Tell
 * @typedef {{ before: Json, after: Json, tell: Tell, seen: Map<unknown, Set<unknown>>,
 *   same: { before: unknown, after: unknown }[] }} Context
 *   `before` and `after` are the documents, `seen` what was compared, `same` what was found to be the same
 */

/** A value of the one is one of the other, too. */
const WITHIN = new Set(["integer number", "int32 int64", "float double"]);

/**
 * @param {Context} context
 * @param {string} place
 * @param {Json | undefined} givenBefore
 * @param {Json | undefined} givenAfter
 */
export function compareSchemas(context, place, givenBefore = {}, givenAfter = {}) {
  const before = resolve(context.before, givenBefore);
  const after = resolve(context.after, givenAfter);
  // A schema that is used in many places is told of once, and one that holds itself ends here.
  const met = context.seen.get(before) ?? new Set();
  if (met.has(after)) return;
  context.seen.set(before, met.add(after));
  const [old, next] = [shapeOf(context.before, before), shapeOf(context.after, after)];
  const tell = (
    /** @type {string} */ what,
    /** @type {unknown} */ was,
    /** @type {unknown} */ is,
  ) => context.tell(what, place, was, is);

  compareTypes(tell, old.types, next.types);
  for (const word of WORDS) {
    if (!isDeepStrictEqual(old.words[word], next.words[word]))
      tell(word, old.words[word], next.words[word]);
  }
  // A text that is a list now: that its items are new, and its format is gone, says the same once more.
  if (isOther(old.types, next.types)) return;
  compareValues(tell, old.values, next.values);
  compareLimits(tell, old, next);
  compareProperties(context, place, old, next);
  if (old.items !== undefined || next.items !== undefined) {
    compareSchemas(context, `${place}[]`, old.items, next.items);
  }
  if (typeof old.additional === "object" && typeof next.additional === "object") {
    compareSchemas(context, `${place}.*`, old.additional, next.additional);
  } else if ((old.additional === false) !== (next.additional === false)) {
    tell(
      next.additional === false ? "other properties refused" : "other properties allowed",
      old.additional,
      next.additional,
    );
  }
  compareVariants(context, place, old.variants, next.variants);
}

/** @typedef {(what: string, before: unknown, after: unknown) => void} TellHere */

/**
 * @param {string[] | undefined} types undefined allows everything
 * @param {string} type
 */
function accepts(types, type) {
  return (
    types === undefined || types.some((each) => each === type || WITHIN.has(`${type} ${each}`))
  );
}

/**
 * Is no value of the one a value of the other?
 *
 * @param {string[] | undefined} before
 * @param {string[] | undefined} after
 */
function isOther(before, after) {
  if (before === undefined || after === undefined) return false;
  return !before.some((type) => accepts(after, type)) && !after.some((t) => accepts(before, t));
}

/**
 * @param {TellHere} tell
 * @param {string[] | undefined} before undefined allows everything
 * @param {string[] | undefined} after
 */
function compareTypes(tell, before, after) {
  const isLess =
    before === undefined ? after !== undefined : !before.every((t) => accepts(after, t));
  const isMore =
    after === undefined ? before !== undefined : !after.every((t) => accepts(before, t));
  if (!isLess && !isMore) return;
  const what = isLess && isMore ? "type changed" : isLess ? "type narrowed" : "type widened";
  tell(what, before?.join(" | ") ?? "any", after?.join(" | ") ?? "any");
}

/**
 * @param {TellHere} tell
 * @param {unknown[] | undefined} before undefined allows everything
 * @param {unknown[] | undefined} after
 */
function compareValues(tell, before, after) {
  if (before === undefined && after === undefined) return;
  const removed = before?.filter((value) => after && !after.includes(value)) ?? [];
  const added = after?.filter((value) => before && !before.includes(value)) ?? [];
  const [was, is] = [before ?? "any", after ?? "any"];
  if (removed.length > 0 || before === undefined) tell("enum narrowed", was, is);
  if (added.length > 0 || after === undefined) tell("enum widened", was, is);
}

/**
 * @param {TellHere} tell
 * @param {Shape} old
 * @param {Shape} next
 */
function compareLimits(tell, old, next) {
  if (old.format !== next.format) {
    const [was, is] = [old.format, next.format];
    if (was === undefined || WITHIN.has(`${is} ${was}`)) tell("format narrowed", was, is);
    else if (is === undefined || WITHIN.has(`${was} ${is}`)) tell("format widened", was, is);
    else tell("format changed", was, is);
  }
  for (const [name, when] of Object.entries(NARROWER_WHEN)) {
    const [was, is] = [old.limits[name], next.limits[name]];
    if (isDeepStrictEqual(was, is)) continue;
    const isNarrower =
      was === undefined || (is !== undefined && (when === "greater" ? is > was : is < was));
    const isEither = when === undefined && was !== undefined && is !== undefined;
    tell(
      isNarrower || isEither ? "limit narrowed" : "limit widened",
      limit(name, was),
      limit(name, is),
    );
  }
  if (!isDeepStrictEqual(old.fallback, next.fallback)) {
    const what =
      old.fallback === undefined
        ? "default documented"
        : next.fallback === undefined
          ? "default no longer documented"
          : "default changed";
    tell(what, old.fallback, next.fallback);
  }
  for (const name of new Set([...Object.keys(old.others), ...Object.keys(next.others)])) {
    if (!isDeepStrictEqual(old.others[name], next.others[name]))
      tell("keyword changed", limit(name, old.others[name]), limit(name, next.others[name]));
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function limit(name, value) {
  return value === undefined ? undefined : `${name} ${JSON.stringify(value)}`;
}

/**
 * @param {Context} context
 * @param {string} place
 * @param {Shape} old
 * @param {Shape} next
 */
function compareProperties(context, place, old, next) {
  const at = (/** @type {string} */ name) => `${place}.${name}`;
  const removed = [...old.properties.keys()].filter((name) => !next.properties.has(name));
  const added = [...next.properties.keys()].filter((name) => !old.properties.has(name));
  const renamed = renames(removed, added, (from, to) => {
    const [was, is] = [old.properties.get(from) ?? {}, next.properties.get(to) ?? {}];
    return isSame(context, was, is);
  });
  for (const name of removed) {
    const to = renamed.get(name);
    if (to === undefined) context.tell("property removed", at(name), name, undefined);
    else context.tell("property renamed", at(name), name, to);
  }
  for (const name of added) {
    if ([...renamed.values()].includes(name)) continue;
    const what = next.required.has(name) ? "required property added" : "property added";
    context.tell(what, at(name), undefined, name);
  }
  for (const [name, schema] of old.properties) {
    const other = next.properties.get(renamed.get(name) ?? name);
    if (other === undefined) continue;
    const was = old.required.has(name) ? "required" : "optional";
    const is = next.required.has(renamed.get(name) ?? name) ? "required" : "optional";
    if (was !== is) context.tell(`property became ${is}`, at(name), was, is);
    compareSchemas(context, at(name), schema, other);
  }
}

/**
 * @param {Context} context
 * @param {string} place
 * @param {readonly Json[]} before
 * @param {readonly Json[]} after
 */
function compareVariants(context, place, before, after) {
  const left = [...after];
  const take = (/** @type {(each: Json) => boolean} */ isMatch) => {
    const index = left.findIndex(isMatch);
    return index < 0 ? undefined : left.splice(index, 1)[0];
  };
  const unmatched = before.filter(
    (old) => take((each) => isSame(context, old, each)) === undefined,
  );
  const removed = unmatched.filter((old) => {
    // Of one name, or the only one on both sides: changed, rather than another.
    const isOnly = unmatched.length === 1 && left.length === 1;
    const other = take(
      (each) => isOnly || (old["$ref"] !== undefined && old["$ref"] === each["$ref"]),
    );
    if (other !== undefined) compareSchemas(context, place, old, other);
    return other === undefined;
  });
  for (const old of removed) {
    const what = after.length === 0 ? "variants no longer said" : "variant removed";
    context.tell(what, place, nameOf(old), undefined);
  }
  for (const each of left) {
    const what = before.length === 0 ? "variants said" : "variant added";
    context.tell(what, place, undefined, nameOf(each));
  }
}

/** @param {Json} schema */
function nameOf(schema) {
  return schema["$ref"]?.split("/").at(-1) ?? schema["title"] ?? schema["type"] ?? "a schema";
}

/**
 * Do two schemas allow the same values? They do if nothing that is found says otherwise, so that circles end.
 *
 * @param {Context} context
 * @param {Json} givenBefore
 * @param {Json} givenAfter
 * @returns {boolean}
 */
function isSame(context, givenBefore, givenAfter) {
  const before = resolve(context.before, givenBefore);
  const after = resolve(context.after, givenAfter);
  const { same } = context;
  if (same.some((pair) => pair.before === before && pair.after === after)) return true;
  const known = same.length;
  same.push({ before, after });
  let differs = false;
  const tell = (/** @type {string} */ what) => {
    differs ||= !WORDS.includes(what);
  };
  compareSchemas({ ...context, tell, seen: new Map() }, "", before, after);
  // What was found to be the same rested upon this.
  if (differs) same.length = known;
  return !differs;
}
