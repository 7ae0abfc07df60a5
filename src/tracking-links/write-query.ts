import { createTrackingLink, type ParameterFacts } from "../../generated/operations.ts";
import { createQuerySerializer } from "../http/api.ts";
import { isComposite } from "./check-composite.ts";
import type { Query } from "./params.ts";

type Options = NonNullable<Parameters<typeof createQuerySerializer>[0]>;

/** Of the lists and objects, by their names on the wire. */
const SERIALIZERS = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.values<ParameterFacts>(createTrackingLink.params)
    .filter(isComposite)
    .map(({ name, style, explode }) => {
      // Validation has shown that it is a style of OpenAPI.
      const options = { array: { style, explode }, object: { style, explode } } as Options;
      return [name, createQuerySerializer(options)];
    }),
);

/** Writes a query in the order of its parameters, lists and objects in the style that the document gives them. */
export function writeQuery(query: Query): string {
  let text = "";
  for (const name in query) {
    const value = query[name]!;
    const parameter =
      typeof value === "string"
        ? `${name}=${encodeURIComponent(value)}`
        : SERIALIZERS.get(name)!({ [name]: value });
    text += `${text && "&"}${parameter}`;
  }
  return text;
}
