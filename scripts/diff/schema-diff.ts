/** Compares two schemas by the values that they allow, in a request (`input`) or in a response (`output`). */
import { isDeepStrictEqual } from "node:util";
import { resolveRef } from "../openapi/document.ts";
import { limitChanges } from "../openapi/limits.ts";
import { accepts, foldVariants, shapeOf, WITHIN, WORDS, type Shape } from "../openapi/shape.ts";
import type { OpenApi, Schema } from "../openapi/types.ts";
import { findRenames } from "./renames.ts";

export type Direction = "input" | "output";

export type AddChange = (what: string, place: string, before?: unknown, after?: unknown) => void;

export interface Context {
  direction: Direction;
  before: OpenApi;
  after: OpenApi;
  add: AddChange;
  /** Compared pairs, so that each is reported once, and circular schemas do not recurse forever. */
  seen: Map<unknown, Set<unknown>>;
  /** Pairs that allow the same values. */
  same: { before: unknown; after: unknown }[];
}

export function compareSchemas(
  context: Context,
  place: string,
  givenBefore: Schema | undefined = {},
  givenAfter: Schema | undefined = {},
): void {
  const before = resolveRef(context.before, givenBefore);
  const after = resolveRef(context.after, givenAfter);
  const [was, is] = [shapeOf(context.before, givenBefore), shapeOf(context.after, givenAfter)];
  const met = context.seen.get(before) ?? new Set<unknown>();
  const isMet = met.has(after);
  const hasOwnWords = [givenBefore, givenAfter].some(
    (each) => each.$ref !== undefined && WORDS.some((word) => word in each),
  );
  const add = (what: string, old: unknown, next: unknown) => context.add(what, place, old, next);
  if (!isMet || hasOwnWords) compareWords(add, was, is);
  if (isMet) return;
  context.seen.set(before, met.add(after));

  const [old, next] = inOneForm(
    context,
    { document: context.before, given: givenBefore, shape: was },
    { document: context.after, given: givenAfter, shape: is },
  );
  compareTypes(add, old.types, next.types);
  // The types have nothing in common, so the changes below would only repeat that.
  if (isDisjoint(old.types, next.types)) return;
  compareValues(add, old.values, next.values);
  compareFormats(add, old.format, next.format);
  compareKeywords(add, old, next);
  // The rest is compared only for types that both allow.
  const areBoth = (type: string) => [old, next].every((each) => accepts(each.types, type));
  for (const { type, what, before: one, after: other } of limitChanges(old.limits, next.limits)) {
    if (areBoth(type)) add(what, one, other);
  }
  if (areBoth("object")) {
    compareProperties(context, place, old, next);
    compareAdditional(context, place, old.additional, next.additional);
  }
  if (areBoth("array") && (old.items !== undefined || next.items !== undefined)) {
    compareSchemas(context, `${place}[]`, old.items, next.items);
  }
  compareVariants(context, place, old, next);
  compareChoices(context, place, old, next);
  compareDiscriminators(context, place, old, next);
}

interface Side {
  document: OpenApi;
  given: Schema;
  shape: Shape;
}

/** Writes both in the same form if only one has variants, and the other equals one or all of these variants. */
function inOneForm(context: Context, old: Side, next: Side): [Shape, Shape] {
  const had = old.shape.variants.length > 0;
  if (had === next.shape.variants.length > 0) return [old.shape, next.shape];
  const [many, one] = had ? [old, next] : [next, old];
  const inOrder = (several: Shape, other: Shape): [Shape, Shape] =>
    had ? [several, other] : [other, several];
  const folded = foldVariants(many.document, many.shape);
  if (folded !== undefined) return inOrder(folded, one.shape);
  const kept = shapeOf(one.document, one.given, true);
  if (kept.variants.length > 0) return inOrder(many.shape, kept);
  const { variants, choices, types } = many.shape;
  const nothing = shapeOf(one.document, {});
  const { discriminator, words } = nothing;
  const besides = { variants: [], choices: new Set(), types: undefined, discriminator, words };
  const isOnlyVariants = isDeepStrictEqual({ ...many.shape, ...besides }, nothing);
  const isAmong = variants.some((each) =>
    had ? isSame(context, each, one.given) : isSame(context, one.given, each),
  );
  if (!isOnlyVariants || !isAmong) return [old.shape, next.shape];
  return inOrder(many.shape, { ...nothing, types, choices, variants: [one.given] });
}

function compareWords(add: AddHere, old: Shape, next: Shape) {
  for (const word of WORDS) {
    if (!isDeepStrictEqual(old.words[word], next.words[word]))
      add(word, old.words[word], next.words[word]);
  }
}

type AddHere = (what: string, before: unknown, after: unknown) => void;

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

function compareFormats(add: AddHere, was: string | undefined, is: string | undefined) {
  if (was === is) return;
  if (was === undefined || WITHIN.has(`${is} ${was}`)) add("format narrowed", was, is);
  else if (is === undefined || WITHIN.has(`${was} ${is}`)) add("format widened", was, is);
  else add("format changed", was, is);
}

function compareKeywords(add: AddHere, old: Shape, next: Shape) {
  if (!isDeepStrictEqual(old.fallback, next.fallback)) {
    const what =
      old.fallback === undefined
        ? "default documented"
        : next.fallback === undefined
          ? "default no longer documented"
          : "default changed";
    add(what, old.fallback, next.fallback);
  }
  if (old.readOnly !== next.readOnly) add("readOnly", old.readOnly, next.readOnly);
  if (old.writeOnly !== next.writeOnly) add("writeOnly", old.writeOnly, next.writeOnly);
  for (const name of new Set([...Object.keys(old.others), ...Object.keys(next.others)])) {
    const [was, is] = [old.others[name], next.others[name]];
    if (!isDeepStrictEqual(was, is)) add("keyword changed", keyword(name, was), keyword(name, is));
  }
}

function keyword(name: string, value: unknown) {
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
  const [wasRequired, isRequired] = [
    requiredOf(context, context.before, old),
    requiredOf(context, context.after, next),
  ];
  const stateOf = (required: Set<string>, name: string) =>
    required.has(name) ? "required" : "optional";
  for (const name of added) {
    if ([...renamed.values()].includes(name)) continue;
    const isNew = isRequired.has(name) && !wasRequired.has(name);
    context.add(isNew ? "required property added" : "property added", at(name), undefined, name);
  }
  for (const [name, schema] of old.properties) {
    const to = renamed.get(name) ?? name;
    const other = next.properties.get(to);
    if (other === undefined) continue;
    const [was, is] = [stateOf(wasRequired, name), stateOf(isRequired, to)];
    if (was !== is) context.add(`property became ${is}`, at(name), was, is);
    compareSchemas(context, at(name), schema, other);
  }
  // `required` may name properties that are not described.
  for (const name of new Set([...wasRequired, ...isRequired])) {
    if (old.properties.has(name) || next.properties.has(name)) continue;
    const [was, is] = [stateOf(wasRequired, name), stateOf(isRequired, name)];
    if (was !== is) context.add(`property became ${is}`, at(name), was, is);
  }
}

/** Returns the required properties, without `readOnly` ones in a request and `writeOnly` ones in a response. */
function requiredOf({ direction }: Context, document: OpenApi, { required, properties }: Shape) {
  const isLeftOut = (name: string): boolean => {
    const { readOnly, writeOnly } = shapeOf(document, properties.get(name) ?? {});
    return direction === "input" ? readOnly : writeOnly;
  };
  return new Set([...required].filter((name) => !isLeftOut(name)));
}

function compareAdditional(
  context: Context,
  place: string,
  old: Schema | boolean,
  next: Schema | boolean,
) {
  if (typeof old === "object" && typeof next === "object")
    return compareSchemas(context, `${place}.*`, old, next);
  if (typeof old === "boolean" && old === next) return;
  const what =
    next === false
      ? old === true
        ? "other properties refused"
        : "other properties removed"
      : old === false
        ? "other properties allowed"
        : old === true
          ? "other properties narrowed"
          : "other properties widened";
  const show = (each: Schema | boolean) => (typeof each === "object" ? nameOf(each) : each);
  context.add(what, place, show(old), show(next));
}

function compareVariants(context: Context, place: string, old: Shape, next: Shape) {
  const [before, after] = [old.variants, next.variants];
  const left = [...after];
  const take = (isMatch: (each: Schema) => boolean) => {
    const index = left.findIndex(isMatch);
    return index < 0 ? undefined : left.splice(index, 1)[0];
  };
  const unmatched = before.filter(
    (each) => take((other) => isSame(context, each, other)) === undefined,
  );
  const removed = unmatched.filter((each) => {
    // The variant changed if it has the same name, or if only one is unmatched on each side.
    const isOnly = unmatched.length === 1 && left.length === 1;
    const other = take((it) => isOnly || (each.$ref !== undefined && each.$ref === it.$ref));
    if (other !== undefined) compareSchemas(context, place, each, other);
    return other === undefined;
  });
  for (const each of removed) {
    const what = after.length === 0 ? "variants no longer documented" : "variant removed";
    context.add(what, place, nameOf(each), undefined);
  }
  for (const each of left) {
    const what = before.length === 0 ? "variants documented" : "variant added";
    context.add(what, place, undefined, nameOf(each));
  }
}

/** A value may match several variants of an `anyOf`, but only one of a `oneOf`. */
function compareChoices(context: Context, place: string, old: Shape, next: Shape) {
  const [[was, ...others], [is, ...more]] = [[...old.choices], [...next.choices]];
  if (was === is || was === undefined || is === undefined) return;
  if (others.length + more.length > 0) return;
  const types = next.variants.flatMap((each) => shapeOf(context.after, each).types ?? "any");
  const isEachOfOwnType = !types.includes("any") && new Set(types).size === types.length;
  if (isEachOfOwnType || foldVariants(context.after, next) !== undefined) return;
  context.add(`${was} became ${is}`, place, was, is);
}

function compareDiscriminators(context: Context, place: string, old: Shape, next: Shape) {
  const [was, is] = [old.discriminator, next.discriminator];
  if (was === undefined && is === undefined) return;
  const add = (what: string, before?: string, after?: string) =>
    context.add(`discriminator ${what}`, place, before, after);
  if (was === undefined || is === undefined) {
    return add(was ? "removed" : "added", was?.propertyName, is?.propertyName);
  }
  if (was.propertyName !== is.propertyName) add("renamed", was.propertyName, is.propertyName);
  for (const [value, name] of was.mapping) {
    const to = is.mapping.get(value);
    if (to === undefined) add("value removed", value);
    else if (name !== to && !isSameComponent(context, name, to))
      add("value moved", `${value}: ${name}`, `${value}: ${to}`);
  }
  for (const value of is.mapping.keys()) {
    if (!was.mapping.has(value)) add("value added", undefined, value);
  }
}

function isSameComponent(context: Context, name: string, to: string) {
  const was = context.before.components?.schemas?.[name];
  const is = context.after.components?.schemas?.[to];
  return was !== undefined && is !== undefined && isSame(context, was, is);
}

function nameOf(schema: Schema): unknown {
  return schema.$ref?.split("/").at(-1) ?? schema.title ?? schema.type ?? "a schema";
}

/** Whether two schemas allow the same values. Assumes so for pairs still in comparison, so that circles end. */
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
  // The pairs added since then may be the same only under the assumption that this pair is.
  if (differs) same.length = known;
  return !differs;
}
