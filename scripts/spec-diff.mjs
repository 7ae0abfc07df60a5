import { isDeepStrictEqual } from "node:util";
import { CLASSES, GRAVEST_FIRST } from "./change-classes.mjs";
import { keyOf, operationsOf, resolve, servedAt, vendorVersion } from "./document.mjs";
import { compareParameters } from "./parameter-diff.mjs";
import { renames } from "./renames.mjs";
import { compareSchemas } from "./schema-diff.mjs";

/**
 * What changed between two documents, as a client of the API feels it.
 *
 * @typedef {import("./document.mjs").Json} Json
 * @typedef {import("./document.mjs").Operation} Operation
 * @typedef {import("./parameter-diff.mjs").Compare} Compare
 * @typedef {import("./schema-diff.mjs").Direction} Direction
 * @typedef {import("./change-classes.mjs").Class} Class
 * @typedef {{ class: Class, place: string, what: string, before: string | undefined, after: string | undefined }} Row
 * @typedef {import("./schema-diff.mjs").Tell} Tell
 */

/**
 * @param {Json} before
 * @param {Json} after
 * @returns {Row[]} the gravest first
 */
export function diff(before, after) {
  /** @type {Row[]} */
  const rows = [];
  const tellIn =
    (/** @type {Direction} */ direction) => /** @type {Tell} */ (what, place, was, is) => {
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
  /** @type {Tell} */
  const input = tellIn("input");
  /** @type {Compare} */
  const compare = { before, after, tell: input, schemas: schemas(before, after, tellIn) };

  compareInfo(compare);
  const [old, next] = [byKey(before), byKey(after)];
  const moved = renames(
    [...old.keys()].filter((key) => !next.has(key)),
    [...next.keys()].filter((key) => !old.has(key)),
    () => false,
  );
  for (const [key, operation] of old) {
    if (next.has(key)) continue;
    const id = operation.operation["operationId"];
    const other = [...next].find(
      ([to, each]) =>
        !old.has(to) &&
        (moved.get(key) === to || (id !== undefined && each.operation["operationId"] === id)),
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
      input("operation added", place, undefined, it["operationId"] ?? it["summary"] ?? place);
    }
  }
  return together(rows).sort(
    (one, two) => GRAVEST_FIRST.indexOf(one.class) - GRAVEST_FIRST.indexOf(two.class),
  );
}

/**
 * @param {Json} before
 * @param {Json} after
 * @param {(direction: Direction) => Tell} tellIn
 * @returns {Compare["schemas"]}
 */
function schemas(before, after, tellIn) {
  const about = (/** @type {Direction} */ direction) => {
    return { before, after, tell: tellIn(direction), seen: new Map(), same: [] };
  };
  const contexts = { input: about("input"), output: about("output") };
  return (direction, place, old, next) => compareSchemas(contexts[direction], place, old, next);
}

/** @param {Compare} compare */
function compareInfo({ before, after, tell }) {
  const [was, is] = [before["info"] ?? {}, after["info"] ?? {}];
  const old = vendorVersion(before) ?? String(was.version);
  const next = vendorVersion(after) ?? String(is.version);
  if (old !== next) tell("version sent", "IR-Version", old, next);
  else if (was.version !== is.version) tell("version", "info", was.version, is.version);
  for (const word of new Set([...Object.keys(was), ...Object.keys(is)])) {
    if (word === "version" || isDeepStrictEqual(was[word], is[word])) continue;
    tell(CLASSES[word] === undefined ? "info" : word, "info", was[word], is[word]);
  }
  const words = (/** @type {Json} */ document) =>
    Object.fromEntries(
      (document["tags"] ?? []).map((/** @type {Json} */ tag) => [tag["name"], tag["description"]]),
    );
  const [oldTags, nextTags] = [words(before), words(after)];
  for (const name of new Set([...Object.keys(oldTags), ...Object.keys(nextTags)])) {
    if (oldTags[name] !== nextTags[name])
      tell("description", `tag ${name}`, oldTags[name], nextTags[name]);
  }
}

/**
 * @param {Compare} compare
 * @param {Operation} was
 * @param {Operation} is
 */
function compareOperations(compare, was, is) {
  const { before, after, tell } = compare;
  const { place } = is;
  const [old, next] = [was.operation, is.operation];
  if (old["operationId"] !== next["operationId"])
    tell("operation renamed", place, old["operationId"], next["operationId"]);
  for (const word of ["summary", "description", "deprecated", "tags", "externalDocs"]) {
    if (!isDeepStrictEqual(old[word], next[word])) tell(word, place, old[word], next[word]);
  }
  compareSecurity(compare, place, was, is);
  const [oldServer, nextServer] = [serverOf(before, was), serverOf(after, is)];
  if (oldServer !== nextServer) tell("server changed", place, oldServer, nextServer);
  compareParameters(compare, place, was, is);
  compareBodies(
    compare,
    place,
    old["requestBody"] && resolve(before, old["requestBody"]),
    next["requestBody"] && resolve(after, next["requestBody"]),
  );
  compareResponses(compare, place, old["responses"] ?? {}, next["responses"] ?? {});
}

/**
 * @param {Compare} compare
 * @param {string} place
 * @param {Operation} was
 * @param {Operation} is
 */
function compareSecurity({ before, after, tell }, place, was, is) {
  const [old, next] = [securityOf(before, was), securityOf(after, is)];
  if (old === next) return;
  const what =
    next === undefined && old === ACCOUNT
      ? "security no longer said"
      : old === undefined && next === ACCOUNT
        ? "security said"
        : "security changed";
  tell(what, place, old, next);
}

/** What the client does. */
const ACCOUNT = "http basic";

/**
 * By what the schemes are, not by their names.
 *
 * @param {Json} document
 * @param {Operation} operation
 * @returns {string | undefined} undefined if the document does not say
 */
function securityOf(document, { operation }) {
  /** @type {Json[] | undefined} */
  const requirements = operation["security"] ?? document["security"];
  if (requirements === undefined) return undefined;
  const nameOf = (/** @type {string} */ name) => {
    const scheme = resolve(document, document["components"]?.["securitySchemes"]?.[name] ?? {});
    const { type = name, scheme: kind = "", in: location = "", name: key = "" } = scheme;
    return [type, String(kind).toLowerCase(), location, key]
      .filter((word) => word !== "")
      .join(" ");
  };
  const each = requirements.map((requirement) =>
    Object.entries(requirement)
      .map(([name, scopes]) => [nameOf(name), ...scopes].join(" "))
      .sort()
      .join(" and "),
  );
  return each.sort().join(" or ") || "none";
}

/**
 * @param {Json} document
 * @param {Operation} operation
 */
function serverOf(document, { item, operation }) {
  return servedAt(operation["servers"] ?? item["servers"] ?? document["servers"]);
}

/**
 * @param {Compare} compare
 * @param {string} place
 * @param {Json | undefined} was
 * @param {Json | undefined} is
 */
function compareBodies(compare, place, was, is) {
  const { tell } = compare;
  const at = `${place} body`;
  const types = (/** @type {Json} */ { content = {} }) => Object.keys(content).join(", ");
  if (was === undefined && is === undefined) return;
  if (is === undefined) return tell("request body removed", at, types(was ?? {}));
  if (was === undefined) {
    const what = is["required"] ? "required request body added" : "request body added";
    return tell(what, at, undefined, types(is));
  }
  const [old, next] = [was, is].map(({ required }) => (required ? "required" : "optional"));
  if (old !== next) tell(`request body became ${next}`, at, old, next);
  if (was["description"] !== is["description"])
    tell("description", at, was["description"], is["description"]);
  compareContents(compare, "input", at, was["content"], is["content"]);
}

/**
 * @param {Compare} compare
 * @param {string} place
 * @param {Json} was
 * @param {Json} is
 */
function compareResponses(compare, place, was, is) {
  const { before, after, tell } = compare;
  for (const status of Object.keys(was).filter((each) => !(each in is))) {
    const isSuccess = /^2|^default$/i.test(status);
    tell(isSuccess ? "success removed" : "refusal removed", `${place} ${status}`, status);
  }
  for (const status of Object.keys(is)) {
    const at = `${place} ${status}`;
    if (!(status in was)) {
      tell("status added", at, undefined, status);
      continue;
    }
    const [old, next] = [resolve(before, was[status]), resolve(after, is[status])];
    if (old["description"] !== next["description"])
      tell("description", at, old["description"], next["description"]);
    compareContents(compare, "output", at, old["content"], next["content"]);
    const [had, has] = [old["headers"] ?? {}, next["headers"] ?? {}];
    for (const name of Object.keys(had)) {
      const here = `${at} header ${name}`;
      if (!(name in has)) tell("response header removed", here, name);
      else compareHeader(compare, here, resolve(before, had[name]), resolve(after, has[name]));
    }
    for (const name of Object.keys(has).filter((each) => !(each in had)))
      tell("response header added", `${at} header ${name}`, undefined, name);
  }
}

/**
 * @param {Compare} compare
 * @param {string} place
 * @param {Json} was
 * @param {Json} is
 */
function compareHeader({ tell, schemas: compareBoth }, place, was, is) {
  if (was["description"] !== is["description"])
    tell("description", place, was["description"], is["description"]);
  compareBoth("output", place, was["schema"], is["schema"]);
}

/**
 * @param {Compare} compare
 * @param {Direction} direction
 * @param {string} place
 * @param {Json} [givenWas] media types
 * @param {Json} [givenIs]
 */
function compareContents({ tell, schemas: compareBoth }, direction, place, givenWas, givenIs) {
  const [was, is] = [byType(givenWas), byType(givenIs)];
  const kind = direction === "input" ? "request" : "response";
  for (const type of Object.keys(was).filter((each) => !(each in is)))
    tell(`${kind} type removed`, place, type);
  for (const [type, { schema, example, examples }] of Object.entries(is)) {
    const old = was[type];
    if (old === undefined) {
      tell(`${kind} type added`, place, undefined, type);
      continue;
    }
    const at = Object.keys(is).length === 1 ? place : `${place} ${type}`;
    if (!isDeepStrictEqual(old.example, example)) tell("example", at, old.example, example);
    if (!isDeepStrictEqual(old.examples, examples)) tell("examples", at, old.examples, examples);
    compareBoth(direction, at, old.schema, schema);
  }
}

/**
 * A type is the same with a charset.
 *
 * @param {Json} [content]
 * @returns {Json}
 */
function byType(content = {}) {
  return Object.fromEntries(
    Object.entries(content).map(([type, media]) => [
      type.toLowerCase().split(";")[0]?.trim(),
      media,
    ]),
  );
}

/**
 * @param {Json} document
 * @returns {Map<string, Operation>}
 */
function byKey(document) {
  return new Map(operationsOf(document).map((operation) => [keyOf(operation), operation]));
}

/**
 * What is said of all operations (their server, their security) is one row.
 *
 * @param {Row[]} rows
 * @returns {Row[]}
 */
function together(rows) {
  /** @type {Map<string, Row[]>} */
  const groups = new Map();
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

/** @param {unknown} value */
function show(value) {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((each) => typeof each !== "object")) {
    return value.map((each) => JSON.stringify(each)).join(" | ");
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
