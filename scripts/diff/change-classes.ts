/** The severity of each kind of change. */
import type { Direction } from "./schema-diff.ts";

export type Class = "breaking" | "additive" | "wire" | "docs";

export const GRAVEST_FIRST: readonly Class[] = ["breaking", "wire", "additive", "docs"];

/**
 * The class of each kind of change. If it depends on the direction, wider requests and narrower responses are additive,
 * and the reverse is breaking. A new enum value in a response is breaking, because a `switch` is no longer exhaustive.
 */
export const CLASSES: Readonly<Record<string, Class | Readonly<Record<Direction, Class>>>> = {
  "version sent": "wire",
  "operation removed": "breaking",
  "operation moved": "breaking",
  "operation added": "additive",
  "operation renamed": "breaking",
  "operation named": "additive",
  // Added only for operations that src/ calls. The generated types keep our own name for them.
  operationId: "docs",
  // The client always sends credentials, and some documents have no `security`.
  "security no longer documented": "docs",
  "security documented": "docs",
  "security changed": "breaking",
  "security alternative added": "additive",
  "security alternative removed": "docs",
  "server changed": "breaking",

  "parameter removed": "breaking",
  "parameter renamed": "breaking",
  "parameter moved": "breaking",
  "parameter added": "additive",
  "required parameter added": "breaking",
  "parameter became required": "breaking",
  "parameter became optional": "additive",
  "parameter serialization changed": "breaking",

  "request body removed": "breaking",
  "request body added": "additive",
  "required request body added": "breaking",
  "request body became required": "breaking",
  "request body became optional": "additive",
  "request type removed": "breaking",
  "request type added": "additive",

  "status added": "additive",
  "success removed": "breaking",
  // Few of the error statuses are documented; a client has to handle any status.
  "refusal removed": "docs",
  "response type removed": "breaking",
  "response type added": "additive",
  "response header removed": "breaking",
  "response header added": "additive",
  "response header became optional": "breaking",
  "response header became required": "additive",

  "property removed": "breaking",
  "property renamed": "breaking",
  "property added": "additive",
  "required property added": { input: "breaking", output: "additive" },
  "property became required": { input: "breaking", output: "additive" },
  "property became optional": { input: "additive", output: "breaking" },
  "other properties refused": { input: "breaking", output: "additive" },
  "other properties allowed": "additive",
  "other properties removed": "breaking",
  "other properties narrowed": { input: "breaking", output: "additive" },
  "other properties widened": { input: "additive", output: "breaking" },
  "type changed": "breaking",
  "type narrowed": { input: "breaking", output: "additive" },
  "type widened": { input: "additive", output: "breaking" },
  "enum narrowed": { input: "breaking", output: "additive" },
  "enum widened": { input: "additive", output: "breaking" },
  "format changed": "breaking",
  "format narrowed": { input: "breaking", output: "additive" },
  "format widened": { input: "additive", output: "breaking" },
  // The types do not contain limits.
  "limit narrowed": { input: "breaking", output: "docs" },
  "limit widened": { input: "additive", output: "docs" },
  "variant removed": { input: "breaking", output: "additive" },
  "variant added": { input: "additive", output: "breaking" },
  "variants documented": { input: "breaking", output: "additive" },
  "variants no longer documented": { input: "additive", output: "breaking" },
  "oneOf became anyOf": { input: "additive", output: "breaking" },
  "anyOf became oneOf": { input: "breaking", output: "additive" },
  "discriminator added": { input: "breaking", output: "additive" },
  "discriminator removed": { input: "additive", output: "breaking" },
  "discriminator renamed": "breaking",
  "discriminator value added": { input: "additive", output: "breaking" },
  "discriminator value removed": { input: "breaking", output: "additive" },
  "discriminator value moved": "breaking",
  "keyword changed": "breaking",
  // Its effect on required properties is compared separately.
  readOnly: "additive",
  writeOnly: "docs",
  // Calls without the parameter now behave differently.
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
  callbacks: "docs",
  // The client receives no webhooks, and the package does not export their types.
  "webhook added": "docs",
  "webhook removed": "docs",
  "webhook changed": "docs",
  version: "docs",
};
