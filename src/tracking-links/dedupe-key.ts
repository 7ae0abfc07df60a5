import { createTrackingLink, type ParameterFacts } from "../../generated/operations.ts";
import { ID_NAMES, type TrackingLinkExtension } from "./link.ts";
import type { CreateTrackingLinkParams } from "./params.ts";

/** How many requests are remembered at least, to be sent once; at most twice as many, in some 10 MB. */
export const REMEMBERED = 10_000;

/** What an absent parameter stands for; blank values are refused, so "" stands for none. */
const DEFAULTS = Object.entries<ParameterFacts>(createTrackingLink.params).map(
  ([name, { default: value = "" }]) => [name as keyof CreateTrackingLinkParams, value] as const,
);

/** The same for checked parameters that ask for the same link, in whatever order they were given. */
export function keyOf(params: CreateTrackingLinkParams): string {
  const values: string[] = [];
  for (const [name, value] of DEFAULTS) values.push(String(params[name] ?? value));
  return JSON.stringify(values);
}

/** Checked parameters without the sub and shared ids, and these, as they can be appended to a link. */
export function splitIds(params: CreateTrackingLinkParams): {
  base: CreateTrackingLinkParams;
  ids: TrackingLinkExtension | undefined;
} {
  const base: Record<string, unknown> = {};
  for (const name in params) {
    if (!(ID_NAMES as readonly string[]).includes(name)) base[name] = params[name as keyof object];
  }
  const ids: TrackingLinkExtension = {};
  for (const name of ID_NAMES) if (params[name] !== undefined) ids[name] = params[name];
  const hasIds = Object.keys(ids).length > 0;
  // What is left has all that the ids are not.
  return { base: base as unknown as CreateTrackingLinkParams, ids: hasIds ? ids : undefined };
}
