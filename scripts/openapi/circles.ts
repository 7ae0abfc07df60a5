/** Finds schemas that refer back to themselves without an object in between. TypeScript has no type for them. */
import { isObject, objectsIn, targetOf } from "./document.ts";
import type { OpenApi } from "./types.ts";

/** @returns at most one message, because further ones are mostly about the same circle */
export function circlesIn(document: OpenApi): string[] {
  const finite = new Set<unknown>();
  const isCircular = (schema: unknown, within: readonly unknown[]): boolean => {
    if (!isObject(schema) || finite.has(schema)) return false;
    if (within.includes(schema)) return true;
    const { $ref, allOf, oneOf, anyOf, prefixItems, items } = schema;
    const parts: unknown[] =
      typeof $ref === "string"
        ? [targetOf(document, $ref)]
        : [allOf, oneOf, anyOf, prefixItems, items].flat();
    if (parts.some((part) => isCircular(part, [...within, schema]))) return true;
    finite.add(schema);
    return false;
  };
  for (const { place, object } of objectsIn(document)) {
    if (!isCircular(object, [])) continue;
    return [`${place}: Expected $ref, allOf, oneOf, anyOf and items to end, got a circle.`];
  }
  return [];
}
