/** Compares two schemas by the values that they allow, in a request (`input`) or in a response (`output`). */
import { isDeepStrictEqual } from "node:util";
import { resolveRef } from "../openapi/document.ts";
import { NARROWER_WHEN, shapeOf, WORDS, type Shape } from "../openapi/shape.ts";
import type { OpenApi, Schema } from "../openapi/types.ts";
import { findRenames } from "./renames.ts";

export type Direction = "input" | "output";

export type AddChange = (what: string, place: string, before?: unknown, after?: unknown) => void;

export interface Context {
  before: OpenApi;
  after: OpenApi;
  add: AddChange;
  /** Pairs that have been compared: each is reported once, and circular schemas end. */
  seen: Map<unknown, Set<unknown>>;
  /** Pairs that allow the same values. */
  same: { before: unknown; after: unknown }[];
}

/** Every value of the first type is a value of the second. */
const WITHIN = new Set(["integer number", "int32 int64", "float double"]);

export function compareSchemas(
  context: Context,
  place: string,
  givenBefore: Schema | undefined = {},
  givenAfter: Schema | undefined = {},
): void {
  const before = resolveRef(context.before, givenBefore);
  const after = resolveRef(context.after, givenAfter);
  const met = context.seen.get(before) ?? new Set<unknown>();
  if (met.has(after)) return;
  context.seen.set(before, met.add(after));
  const [old, next] = [shapeOf(context.before, before), shapeOf(context.after, after)];
  const add = (what: string, was: unknown, is: unknown) => context.add(what, place, was, is);

  compareTypes(add, old.types, next.types);
  for (const word of WORDS) {
    if (!isDeepStrictEqual(old.words[word], next.words[word]))
      add(word, old.words[word], next.words[word]);
  }
  // Of an entirely different type: the changes below would only repeat that.
  if (isDisjoint(old.types, next.types)) return;
  compareValues(add, old.values, next.values);
  compareLimits(add, old, next);
  compareProperties(context, place, old, next);
  if (old.items !== undefined || next.items !== undefined) {
    compareSchemas(context, `${place}[]`, old.items, next.items);
  }
  if (typeof old.additional === "object" && typeof next.additional === "object") {
    compareSchemas(context, `${place}.*`, old.additional, next.additional);
  } else if ((old.additional === false) !== (next.additional === false)) {
    add(
      next.additional === false ? "other properties refused" : "other properties allowed",
      old.additional,
      next.additional,
    );
  }
  compareVariants(context, place, old.variants, next.variants);
}

type AddHere = (what: string, before: unknown, after: unknown) => void;

/** @param types undefined allows everything */
function accepts(types: string[] | undefined, type: string) {
  return (
    types === undefined || types.some((each) => each === type || WITHIN.has(`${type} ${each}`))
  );
}

/** Whether the two have no value in common. */
function isDisjoint(before: string[] | undefined, after: string[] | undefined) {
  if (before === undefined || after === undefined) return false;
  return !before.some((type) => accepts(after, type)) && !after.some((t) => accepts(before, t));
}

/** @param before undefined allows everything */
function compareTypes(add: AddHere, before: string[] | undefined, after: string[] | undefined) {
  const isLess =
    before === undefined ? after !== undefined : !before.every((t) => accepts(after, t));
  const isMore =
    after === undefined ? before !== undefined : !after.every((t) => accepts(before, t));
  if (!isLess && !isMore) return;
  const what = isLess && isMore ? "type changed" : isLess ? "type narrowed" : "type widened";
  add(what, before?.join(" | ") ?? "any", after?.join(" | ") ?? "any");
}

/** @param before undefined allows everything */
function compareValues(add: AddHere, before: unknown[] | undefined, after: unknown[] | undefined) {
  if (before === undefined && after === undefined) return;
  const removed = before?.filter((value) => after && !after.includes(value)) ?? [];
  const added = after?.filter((value) => before && !before.includes(value)) ?? [];
  const [was, is] = [before ?? "any", after ?? "any"];
  if (removed.length > 0 || before === undefined) add("enum narrowed", was, is);
  if (added.length > 0 || after === undefined) add("enum widened", was, is);
}

function compareLimits(add: AddHere, old: Shape, next: Shape) {
  if (old.format !== next.format) {
    const [was, is] = [old.format, next.format];
    if (was === undefined || WITHIN.has(`${is} ${was}`)) add("format narrowed", was, is);
    else if (is === undefined || WITHIN.has(`${was} ${is}`)) add("format widened", was, is);
    else add("format changed", was, is);
  }
  for (const [name, when] of Object.entries(NARROWER_WHEN)) {
    const [was, is] = [old.limits[name], next.limits[name]];
    if (isDeepStrictEqual(was, is)) continue;
    // Limits without an order, such as patterns, count as narrowed.
    const isNarrower =
      was === undefined ||
      (is !== undefined &&
        (when === undefined ||
          (when === "greater" ? Number(is) > Number(was) : Number(is) < Number(was))));
    add(isNarrower ? "limit narrowed" : "limit widened", limit(name, was), limit(name, is));
  }
  if (!isDeepStrictEqual(old.fallback, next.fallback)) {
    const what =
      old.fallback === undefined
        ? "default documented"
        : next.fallback === undefined
          ? "default no longer documented"
          : "default changed";
    add(what, old.fallback, next.fallback);
  }
  for (const name of new Set([...Object.keys(old.others), ...Object.keys(next.others)])) {
    if (!isDeepStrictEqual(old.others[name], next.others[name]))
      add("keyword changed", limit(name, old.others[name]), limit(name, next.others[name]));
  }
}

function limit(name: string, value: unknown) {
  return value === undefined ? undefined : `${name} ${JSON.stringify(value)}`;
}

function compareProperties(context: Context, place: string, old: Shape, next: Shape) {
  const at = (name: string) => `${place}.${name}`;
  const removed = [...old.properties.keys()].filter((name) => !next.properties.has(name));
  const added = [...next.properties.keys()].filter((name) => !old.properties.has(name));
  const renamed = findRenames(removed, added, (from, to) => {
    const [was, is] = [old.properties.get(from) ?? {}, next.properties.get(to) ?? {}];
    return isSame(context, was, is);
  });
  for (const name of removed) {
    const to = renamed.get(name);
    if (to === undefined) context.add("property removed", at(name), name, undefined);
    else context.add("property renamed", at(name), name, to);
  }
  for (const name of added) {
    if ([...renamed.values()].includes(name)) continue;
    const what = next.required.has(name) ? "required property added" : "property added";
    context.add(what, at(name), undefined, name);
  }
  for (const [name, schema] of old.properties) {
    const other = next.properties.get(renamed.get(name) ?? name);
    if (other === undefined) continue;
    const was = old.required.has(name) ? "required" : "optional";
    const is = next.required.has(renamed.get(name) ?? name) ? "required" : "optional";
    if (was !== is) context.add(`property became ${is}`, at(name), was, is);
    compareSchemas(context, at(name), schema, other);
  }
}

function compareVariants(
  context: Context,
  place: string,
  before: readonly Schema[],
  after: readonly Schema[],
) {
  const left = [...after];
  const take = (isMatch: (each: Schema) => boolean) => {
    const index = left.findIndex(isMatch);
    return index < 0 ? undefined : left.splice(index, 1)[0];
  };
  const unmatched = before.filter(
    (old) => take((each) => isSame(context, old, each)) === undefined,
  );
  const removed = unmatched.filter((old) => {
    // Same name, or the only variant on both sides: the variant changed.
    const isOnly = unmatched.length === 1 && left.length === 1;
    const other = take((each) => isOnly || (old.$ref !== undefined && old.$ref === each.$ref));
    if (other !== undefined) compareSchemas(context, place, old, other);
    return other === undefined;
  });
  for (const old of removed) {
    const what = after.length === 0 ? "variants no longer documented" : "variant removed";
    context.add(what, place, nameOf(old), undefined);
  }
  for (const each of left) {
    const what = before.length === 0 ? "variants documented" : "variant added";
    context.add(what, place, undefined, nameOf(each));
  }
}

function nameOf(schema: Schema): unknown {
  return schema.$ref?.split("/").at(-1) ?? schema.title ?? schema.type ?? "a schema";
}

/** Whether two schemas allow the same values. Assumes so for pairs that are being compared, so that circles end. */
function isSame(context: Context, givenBefore: Schema, givenAfter: Schema): boolean {
  const before = resolveRef(context.before, givenBefore);
  const after = resolveRef(context.after, givenAfter);
  const { same } = context;
  if (same.some((pair) => pair.before === before && pair.after === after)) return true;
  const known = same.length;
  same.push({ before, after });
  let differs = false;
  const add = (what: string) => {
    differs ||= !WORDS.includes(what);
  };
  compareSchemas({ ...context, add, seen: new Map() }, "", before, after);
  // The pairs found since then were only the same if this pair was.
  if (differs) same.length = known;
  return !differs;
}
