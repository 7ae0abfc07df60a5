/**
 * How grave each change of a document is.
 *
 * @typedef {"breaking" | "additive" | "wire" | "docs"} Class
 * @typedef {import("./schema-diff.mjs").Direction} Direction
 */

/** @type {readonly Class[]} */
export const GRAVEST_FIRST = ["breaking", "wire", "additive", "docs"];

/**
 * The class of each change. Where it differs by direction, the rule is one: what a client sends may be
 * widened, and what it is given may be narrowed; the reverse is breaking. So a new value of a response's enum
 * is breaking, since a program that goes through all values no longer does.
 *
 * @type {Readonly<Record<string, Class | Readonly<Record<Direction, Class>>>>}
 */
export const CLASSES = {
  "version sent": "wire",
  "operation removed": "breaking",
  "operation moved": "breaking",
  "operation added": "additive",
  "operation renamed": "breaking",
  // The client sends the account's credentials whatever a document says, and some say nothing.
  "security no longer said": "docs",
  "security said": "docs",
  "security changed": "breaking",
  "server changed": "breaking",

  "parameter removed": "breaking",
  "parameter renamed": "breaking",
  "parameter moved": "breaking",
  "parameter added": "additive",
  "required parameter added": "breaking",
  "parameter became required": "breaking",
  "parameter became optional": "additive",
  "parameter written otherwise": "breaking",

  "request body removed": "breaking",
  "request body added": "additive",
  "required request body added": "breaking",
  "request body became required": "breaking",
  "request body became optional": "additive",
  "request type removed": "breaking",
  "request type added": "additive",

  "status added": "additive",
  "success removed": "breaking",
  // What a server refuses with is documented by halves; a client has to bear any status.
  "refusal removed": "docs",
  "response type removed": "breaking",
  "response type added": "additive",
  "response header removed": "breaking",
  "response header added": "additive",

  "property removed": "breaking",
  "property renamed": "breaking",
  "property added": "additive",
  "required property added": { input: "breaking", output: "additive" },
  "property became required": { input: "breaking", output: "additive" },
  "property became optional": { input: "additive", output: "breaking" },
  "other properties refused": { input: "breaking", output: "additive" },
  "other properties allowed": "additive",
  "type changed": "breaking",
  "type narrowed": { input: "breaking", output: "additive" },
  "type widened": { input: "additive", output: "breaking" },
  "enum narrowed": { input: "breaking", output: "additive" },
  "enum widened": { input: "additive", output: "breaking" },
  "format changed": "breaking",
  "format narrowed": { input: "breaking", output: "additive" },
  "format widened": { input: "additive", output: "breaking" },
  // No type tells of a limit, and no reader relies on one.
  "limit narrowed": { input: "breaking", output: "docs" },
  "limit widened": { input: "additive", output: "docs" },
  "variant removed": { input: "breaking", output: "additive" },
  "variant added": { input: "additive", output: "breaking" },
  "variants said": { input: "breaking", output: "additive" },
  "variants no longer said": { input: "additive", output: "breaking" },
  "keyword changed": "breaking",
  // What a call without the parameter does is another thing now.
  "default changed": { input: "breaking", output: "docs" },
  "default documented": "docs",
  "default no longer documented": "docs",

  info: "docs",
  title: "docs",
  summary: "docs",
  description: "docs",
  deprecated: "docs",
  example: "docs",
  examples: "docs",
  externalDocs: "docs",
  tags: "docs",
  version: "docs",
};
