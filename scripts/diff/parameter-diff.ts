/** Compares the parameters of one operation in two documents. */
import { isDeepStrictEqual } from "node:util";
import { parametersOf, resolveRef, type LocatedOperation } from "../openapi/document.ts";
import { shapeOf } from "../openapi/shape.ts";
import type { OpenApi, Parameter, Schema } from "../openapi/types.ts";
import { findRenames } from "./renames.ts";
import type { AddChange, Direction } from "./schema-diff.ts";

/** Two documents, and how to report their changes. */
export interface Compare {
  before: OpenApi;
  after: OpenApi;
  add: AddChange;
  schemas: (
    direction: Direction,
    place: string,
    before: Schema | undefined,
    after: Schema | undefined,
  ) => void;
}

export function compareParameters(
  compare: Compare,
  place: string,
  was: LocatedOperation,
  is: LocatedOperation,
): void {
  const { before, after, add } = compare;
  const [old, next] = [parametersOf(before, was), parametersOf(after, is)];
  const find = (all: Parameter[], like: Parameter): Parameter | undefined =>
    all.find((each) => each.name === like.name && each.in === like.in);
  const removed = old.filter((each) => find(next, each) === undefined);
  const added = next.filter((each) => find(old, each) === undefined);
  const successors = findSuccessors(compare, was, is, removed, added);

  for (const each of removed) {
    const to = successors.get(each);
    const at = `${place} ${each.in} ${each.name}`;
    if (to === undefined) add("parameter removed", at, each.name);
    else if (to.name === each.name) add("parameter moved", at, each.in, to.in);
    else add("parameter renamed", at, each.name, to.name);
  }
  for (const each of added.filter((one) => ![...successors.values()].includes(one))) {
    const what = each.required ? "required parameter added" : "parameter added";
    add(what, `${place} ${each.in} ${each.name}`, undefined, each.name);
  }
  for (const each of old) {
    const other = find(next, each) ?? successors.get(each);
    if (other !== undefined) {
      compareParameter(compare, `${place} ${other.in} ${other.name}`, each, other);
    }
  }
}

/** Pairs removed with added parameters: by name, by position in the path, or by similar name and equal type. */
function findSuccessors(
  { before, after }: Compare,
  was: LocatedOperation,
  is: LocatedOperation,
  removed: readonly Parameter[],
  added: readonly Parameter[],
): Map<Parameter, Parameter> {
  const names = (path: string) => [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name);
  const [oldPath, nextPath] = [names(was.path), names(is.path)];
  const found = new Map<Parameter, Parameter>();
  for (const old of removed) {
    const next = added.find(
      (each) =>
        each.name === old.name ||
        (each.in === "path" &&
          old.in === "path" &&
          oldPath.indexOf(old.name) === nextPath.indexOf(each.name)),
    );
    if (next !== undefined) found.set(old, next);
  }
  const left = removed.filter((each) => !found.has(each));
  const free = added.filter((each) => ![...found.values()].includes(each));
  const ofName = (all: readonly Parameter[], name: string): Parameter | undefined =>
    all.find((each) => each.name === name);
  const near = findRenames(
    left.map((each) => each.name),
    free.map((each) => each.name),
    (from, to) => {
      const [old, next] = [ofName(left, from), ofName(free, to)];
      const [one, two] = [
        resolveRef(before, old?.schema ?? {}),
        resolveRef(after, next?.schema ?? {}),
      ];
      return old?.in === next?.in && one.type === two.type;
    },
  );
  for (const [from, to] of near) {
    const [old, next] = [ofName(left, from), ofName(free, to)];
    if (old && next) found.set(old, next);
  }
  return found;
}

function compareParameter(
  { before, after, add, schemas: compareBoth }: Compare,
  place: string,
  was: Parameter,
  is: Parameter,
): void {
  const [old, next] = [was, is].map(({ required }) => (required ? "required" : "optional"));
  if (old !== next) add(`parameter became ${next}`, place, old, next);
  const [oldForm, nextForm] = [formOf(before, was), formOf(after, is)];
  if (was.in === is.in && oldForm !== nextForm)
    add("parameter serialization changed", place, oldForm, nextForm);
  for (const word of ["description", "deprecated", "example", "examples"]) {
    if (!isDeepStrictEqual(was[word], is[word])) add(word, place, was[word], is[word]);
  }
  compareBoth("input", place, schemaOf(was), schemaOf(is));
}

function formOf(document: OpenApi, parameter: Parameter): string {
  const { in: location, content, schema, allowReserved = false } = parameter;
  if (content !== undefined) return Object.keys(content).join(", ");
  const { style = location === "query" || location === "cookie" ? "form" : "simple" } = parameter;
  // A single value is written in the same way with `explode` and without.
  const { types = ["any"] } = shapeOf(document, schema ?? {});
  const isSingle = types.every((type) => SINGLE.includes(type));
  const { explode = style === "form" } = parameter;
  return [
    style,
    ...(explode && !isSingle ? ["explode"] : []),
    ...(allowReserved ? ["reserved"] : []),
  ].join(", ");
}

const SINGLE = ["string", "number", "integer", "boolean", "null"];

/** Of a parameter or a header. */
export function schemaOf({ schema, content = {} }: Pick<Parameter, "schema" | "content">) {
  return schema ?? Object.values(content)[0]?.schema;
}
