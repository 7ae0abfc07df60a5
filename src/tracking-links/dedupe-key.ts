import { createTrackingLink, type ParameterFacts } from "../../generated/operations.ts";
import { ID_NAMES, type TrackingLinkExtension } from "./link.ts";
import type { CreateTrackingLinkParams } from "./params.ts";

/** Requests that are remembered at least; at most twice as many, in some 10 MB. */
export const REMEMBERED = 10_000;

/** The value that an absent parameter stands for. Blank values are refused, so "" stands for none. */
const DEFAULTS = Object.entries<ParameterFacts>(createTrackingLink.params).map(
  ([name, { default: value = "" }]) => [name as keyof CreateTrackingLinkParams, value] as const,
);

/** The same text for all checked parameters that ask for the same link, in whatever order they were given. */
export function dedupeKey(params: CreateTrackingLinkParams): string {
  const values: unknown[] = [];
  for (const [name, value] of DEFAULTS) values.push(params[name] ?? value);
  return JSON.stringify(values);
}

/** Takes the sub and shared ids out of checked parameters, so that they can be appended to the link instead. */
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
  // Only optional parameters were taken out.
  return { base: base as unknown as CreateTrackingLinkParams, ids: hasIds ? ids : undefined };
}
