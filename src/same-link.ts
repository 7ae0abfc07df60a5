import { createTrackingLink } from "../generated/operations.ts";
import { ID_NAMES, type TrackingLinkExtension } from "./link.ts";
import type { WireParams } from "./params.ts";

/** How many requests are remembered at least, to be sent once; at most twice as many, in some 10 MB. */
export const REMEMBERED = 10_000;

/** By wire name, what an absent parameter stands for; blank values are refused, so "" stands for none. */
const DEFAULTS = Object.values(createTrackingLink.params).map(
  (facts): [name: string, value: string] => [facts.name, "default" in facts ? facts.default : ""],
);

/** The same for requests that ask for the same link, in whatever order their parameters were given. */
export function keyOf({ path, query }: { path: object; query: object }): string {
  const inPath = path as Readonly<Record<string, string>>;
  const inQuery = query as Readonly<Record<string, string>>;
  const values: string[] = [];
  for (const [name, value] of DEFAULTS) values.push(inQuery[name] ?? inPath[name] ?? value);
  return JSON.stringify(values);
}

/** A request without its sub and shared ids, and these, as they can be appended to its link. */
export function splitIds<T extends WireParams>(
  request: T,
): { base: T; ids: TrackingLinkExtension | undefined } {
  const query: Record<string, string> = { ...request.query };
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
