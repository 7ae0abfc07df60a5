/** Compares two documents. Reports the changes that a client of the API notices. */
import { isDeepStrictEqual } from "node:util";
import {
  byMediaType,
  exportedIdOf,
  operationKey,
  operationsOf,
  resolveRef,
  serverUrl,
  vendorVersion,
  type LocatedOperation,
} from "../openapi/document.ts";
import type { Body, Content, Header, OpenApi } from "../openapi/types.ts";
import { CLASSES, GRAVEST_FIRST, type Class } from "./change-classes.ts";
import { compareParameters, schemaOf, type Compare } from "./parameter-diff.ts";
import { findRenames } from "./renames.ts";
import { compareSchemas, type AddChange, type Direction } from "./schema-diff.ts";

export interface Row {
  class: Class;
  place: string;
  what: string;
  before: string | undefined;
  after: string | undefined;
}

/** @returns the most severe changes first */
export function diff(before: OpenApi, after: OpenApi): Row[] {
  const rows: Row[] = [];
  const addFor =
    (direction: Direction): AddChange =>
    (what, place, was, is) => {
      const entry = CLASSES[what];
      if (entry === undefined) throw new Error(`No class for "${what}"`);
      rows.push({
        class: typeof entry === "string" ? entry : entry[direction],
        place,
        what,
        before: show(was),
        after: show(is),
      });
    };
  const input = addFor("input");
  const compare: Compare = { before, after, add: input, schemas: schemas(before, after, addFor) };

  compareInfo(compare);
  compareWebhooks(compare);
  const [old, next] = [byKey(before), byKey(after)];
  const moved = findRenames(
    [...old.keys()].filter((key) => !next.has(key)),
    [...next.keys()].filter((key) => !old.has(key)),
    () => false,
  );
  for (const [key, operation] of old) {
    if (next.has(key)) continue;
    const id = operation.operation.operationId;
    const other = [...next].find(
      ([to, each]) =>
        !old.has(to) &&
        (moved.get(key) === to || (id !== undefined && each.operation.operationId === id)),
    );
    if (other === undefined) {
      input("operation removed", operation.place, id ?? operation.place);
      continue;
    }
    const [to, successor] = other;
    input("operation moved", operation.place, operation.place, successor.place);
    moved.set(key, to);
    compareOperations(compare, operation, successor);
  }
  for (const [key, operation] of next) {
    const was = old.get(key);
    if (was !== undefined) compareOperations(compare, was, operation);
    else if (![...moved.values()].includes(key)) {
      const { operation: it, place } = operation;
      input("operation added", place, undefined, it.operationId ?? it.summary ?? place);
    }
  }
  return mergeRows(rows).sort(
    (one, two) => GRAVEST_FIRST.indexOf(one.class) - GRAVEST_FIRST.indexOf(two.class),
  );
}

function schemas(
  before: OpenApi,
  after: OpenApi,
  addFor: (direction: Direction) => AddChange,
): Compare["schemas"] {
  const about = (direction: Direction) => {
    return { direction, before, after, add: addFor(direction), seen: new Map(), same: [] };
  };
  const contexts = { input: about("input"), output: about("output") };
  return (direction, place, old, next) => compareSchemas(contexts[direction], place, old, next);
}

function compareInfo({ before, after, add }: Compare) {
  const [was, is] = [before.info ?? {}, after.info ?? {}];
  const old = vendorVersion(before) ?? was.version;
  const next = vendorVersion(after) ?? is.version;
  if (old !== next) add("version sent", "IR-Version", old, next);
  else if (was.version !== is.version) add("version", "info", was.version, is.version);
  for (const word of new Set([...Object.keys(was), ...Object.keys(is)])) {
    if (word === "version" || isDeepStrictEqual(was[word], is[word])) continue;
    add(CLASSES[word] === undefined ? "info" : word, "info", was[word], is[word]);
  }
  if (!isDeepStrictEqual(before.externalDocs, after.externalDocs))
    add("externalDocs", "document", before.externalDocs, after.externalDocs);
  const words = (document: OpenApi): Record<string, string | undefined> =>
    Object.fromEntries((document.tags ?? []).map((tag) => [tag.name, tag.description]));
  const [oldTags, nextTags] = [words(before), words(after)];
  for (const name of new Set([...Object.keys(oldTags), ...Object.keys(nextTags)])) {
    if (oldTags[name] !== nextTags[name])
      add("description", `tag ${name}`, oldTags[name], nextTags[name]);
  }
}

function compareWebhooks({ before, after, add }: Compare) {
  const [old, next] = [before.webhooks ?? {}, after.webhooks ?? {}];
  for (const name of new Set([...Object.keys(old), ...Object.keys(next)])) {
    if (isDeepStrictEqual(old[name], next[name])) continue;
    const how = !(name in old) ? "added" : name in next ? "changed" : "removed";
    add(`webhook ${how}`, `webhook ${name}`);
  }
}

function compareOperations(compare: Compare, was: LocatedOperation, is: LocatedOperation) {
  const { before, after, add } = compare;
  const { place } = is;
  const [old, next] = [was.operation, is.operation];
  compareIds(compare, place, was, is);
  for (const word of [
    "summary",
    "description",
    "deprecated",
    "tags",
    "externalDocs",
    "callbacks",
  ]) {
    if (!isDeepStrictEqual(old[word], next[word])) add(word, place, old[word], next[word]);
  }
  for (const word of ["summary", "description"] as const) {
    const [one, other] = [was.item[word], is.item[word]];
    if (one !== other) add(word, `path ${is.path}`, one, other);
  }
  compareSecurity(compare, place, was, is);
  const [oldServer, nextServer] = [serverOf(before, was), serverOf(after, is)];
  if (oldServer !== nextServer) add("server changed", place, oldServer, nextServer);
  compareParameters(compare, place, was, is);
  compareBodies(
    compare,
    place,
    old.requestBody && resolveRef(before, old.requestBody),
    next.requestBody && resolveRef(after, next.requestBody),
  );
  compareResponses(compare, place, old.responses ?? {}, next.responses ?? {});
}

function compareIds(
  { before, after, add }: Compare,
  place: string,
  was: LocatedOperation,
  is: LocatedOperation,
) {
  const [old, next] = [was.operation.operationId, is.operation.operationId];
  if (old === next) return;
  const [oldKey, nextKey] = [exportedIdOf(before, was), exportedIdOf(after, is)];
  const what =
    oldKey === nextKey
      ? "operationId"
      : oldKey === undefined
        ? "operation named"
        : "operation renamed";
  add(what, place, old, next);
}

function compareSecurity(
  { before, after, add }: Compare,
  place: string,
  was: LocatedOperation,
  is: LocatedOperation,
) {
  const [old, next] = [securityOf(before, was), securityOf(after, is)];
  if (isDeepStrictEqual(old, next)) return;
  const row = (what: string) => add(what, place, old?.join(" or "), next?.join(" or "));
  // If both versions accept HTTP Basic or do not say, the client keeps working.
  const isEnough = [old, next].every((each) => each?.includes(ACCOUNT) ?? true);
  if (old === undefined || next === undefined) {
    const what = old === undefined ? "security documented" : "security no longer documented";
    return row(isEnough ? what : "security changed");
  }
  const isLess = old.some((each) => !next.includes(each));
  if (isLess && !isEnough) return row("security changed");
  if (next.some((each) => !old.includes(each))) row("security alternative added");
  if (isLess) row("security alternative removed");
}

/** The scheme that the client uses. */
const ACCOUNT = "http basic";

/**
 * Returns the alternatives. Describes a scheme by its properties, not by its name.
 *
 * @returns undefined if the document does not say
 */
function securityOf(document: OpenApi, { operation }: LocatedOperation): string[] | undefined {
  const requirements = operation.security ?? document.security;
  if (requirements === undefined) return undefined;
  const nameOf = (name: string) => {
    const scheme = resolveRef(document, document.components?.securitySchemes?.[name] ?? {});
    const { type = name, scheme: kind = "", in: location = "", name: key = "" } = scheme;
    return [type, kind.toLowerCase(), location, key].filter((word) => word !== "").join(" ");
  };
  const each = requirements.map((requirement) =>
    Object.entries(requirement)
      .map(([name, scopes]) => [nameOf(name), ...scopes].join(" "))
      .sort()
      .join(" and "),
  );
  const alternatives = each.length === 0 ? [""] : each.sort();
  return alternatives.map((one) => one || "none");
}

function serverOf(document: OpenApi, { item, operation }: LocatedOperation) {
  return serverUrl(operation.servers ?? item.servers ?? document.servers);
}

function compareBodies(
  compare: Compare,
  place: string,
  was: Body | undefined,
  is: Body | undefined,
) {
  const { add } = compare;
  const at = `${place} body`;
  const types = ({ content = {} }: Body) => Object.keys(content).join(", ");
  if (was === undefined && is === undefined) return;
  if (is === undefined) return add("request body removed", at, types(was ?? {}));
  if (was === undefined) {
    const what = is.required ? "required request body added" : "request body added";
    return add(what, at, undefined, types(is));
  }
  const [old, next] = [was, is].map(({ required }) => (required ? "required" : "optional"));
  if (old !== next) add(`request body became ${next}`, at, old, next);
  if (was.description !== is.description) add("description", at, was.description, is.description);
  compareContents(compare, "input", at, was.content, is.content);
}

function compareResponses(
  compare: Compare,
  place: string,
  was: Record<string, Body>,
  is: Record<string, Body>,
): void {
  const { before, after, add } = compare;
  for (const status of Object.keys(was).filter((each) => !(each in is))) {
    const isSuccess = /^2|^default$/i.test(status);
    add(isSuccess ? "success removed" : "refusal removed", `${place} ${status}`, status);
  }
  for (const [status, body] of Object.entries(is)) {
    const at = `${place} ${status}`;
    if (!(status in was)) {
      add("status added", at, undefined, status);
      continue;
    }
    const [old, next] = [resolveRef(before, was[status] ?? {}), resolveRef(after, body)];
    if (old.description !== next.description)
      add("description", at, old.description, next.description);
    compareContents(compare, "output", at, old.content, next.content);
    const [had, has] = [old.headers ?? {}, next.headers ?? {}];
    for (const [name, header] of Object.entries(had)) {
      const here = `${at} header ${name}`;
      const other = has[name];
      if (other === undefined) add("response header removed", here, name);
      else compareHeader(compare, here, resolveRef(before, header), resolveRef(after, other));
    }
    for (const name of Object.keys(has).filter((each) => !(each in had)))
      add("response header added", `${at} header ${name}`, undefined, name);
  }
}

function compareHeader(
  { add, schemas: compareBoth }: Compare,
  place: string,
  was: Header,
  is: Header,
) {
  const [old, next] = [was, is].map(({ required }) => (required ? "required" : "optional"));
  if (old !== next) add(`response header became ${next}`, place, old, next);
  for (const word of ["description", "deprecated", "example", "examples"]) {
    if (!isDeepStrictEqual(was[word], is[word])) add(word, place, was[word], is[word]);
  }
  compareBoth("output", place, schemaOf(was), schemaOf(is));
}

function compareContents(
  { add, schemas: compareBoth }: Compare,
  direction: Direction,
  place: string,
  givenWas?: Content,
  givenIs?: Content,
) {
  const [was, is] = [byMediaType(givenWas), byMediaType(givenIs)];
  const kind = direction === "input" ? "request" : "response";
  for (const type of Object.keys(was).filter((each) => !(each in is)))
    add(`${kind} type removed`, place, type);
  for (const [type, { schema, example, examples }] of Object.entries(is)) {
    const old = was[type];
    if (old === undefined) {
      add(`${kind} type added`, place, undefined, type);
      continue;
    }
    const at = Object.keys(is).length === 1 ? place : `${place} ${type}`;
    if (!isDeepStrictEqual(old.example, example)) add("example", at, old.example, example);
    if (!isDeepStrictEqual(old.examples, examples)) add("examples", at, old.examples, examples);
    compareBoth(direction, at, old.schema, schema);
  }
}

function byKey(document: OpenApi): Map<string, LocatedOperation> {
  return new Map(operationsOf(document).map((operation) => [operationKey(operation), operation]));
}

/** Merges equal rows. Changes of the server or the security are merged even if they are of several operations. */
function mergeRows(rows: Row[]): Row[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const isCommon = /^(security|server) /.test(row.what);
    const key = JSON.stringify([row.what, row.before, row.after, isCommon || row.place]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap(([row, ...others]) => {
    if (row === undefined) return [];
    const count = others.filter(({ place }) => place !== row.place).length;
    return [count > 0 ? { ...row, place: `${row.place} and ${count} more` } : row];
  });
}

function show(value: unknown) {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((each) => typeof each !== "object")) {
    return value.map((each) => JSON.stringify(each)).join(" | ");
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
