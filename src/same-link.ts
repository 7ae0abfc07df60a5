import { createTrackingLink, type ParameterFacts } from "../generated/operations.ts";
import { ID_NAMES, type TrackingLinkExtension } from "./link.ts";
import type { WireParams } from "./params.ts";

/** How many requests are remembered at least, to be sent once; at most twice as many, in some 10 MB. */
export const REMEMBERED = 10_000;

/** By wire name, what an absent parameter stands for; blank values are refused, so "" stands for none. */
const DEFAULTS = Object.values<ParameterFacts>(createTrackingLink.params).map(
  ({ name, default: value = "" }): [name: string, value: string] => [name, String(value)],
);

/** The same for requests that ask for the same link, in whatever order their parameters were given. */
export function keyOf({ path, query }: { path: object; query: object }): string {
  const [inPath, inQuery] = [textsOf(path), textsOf(query)];
  const values: string[] = [];
  for (const [name, value] of DEFAULTS) values.push(inQuery[name] ?? inPath[name] ?? value);
  return JSON.stringify(values);
}

/** Whatever the document calls their types, `toWire` made texts of them. */
function textsOf(params: object): Readonly<Record<string, string>> {
  return params as Readonly<Record<string, string>>;
}

/** A request without its sub and shared ids, and these, as they can be appended to its link. */
export function splitIds<T extends WireParams>(
  request: T,
): { base: T; ids: TrackingLinkExtension | undefined } {
  const query: Record<string, string> = { ...textsOf(request.query) };
  const ids: TrackingLinkExtension = {};
  for (const id of ID_NAMES) {
    const { name } = createTrackingLink.params[id];
    if (query[name] === undefined) continue;
    ids[id] = query[name];
    delete query[name];
  }
  const hasIds = Object.keys(ids).length > 0;
  return { base: { ...request, query }, ids: hasIds ? ids : undefined };
}
