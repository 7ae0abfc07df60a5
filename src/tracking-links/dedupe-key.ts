import { createTrackingLink, type ParameterFacts } from "../../generated/operations.ts";
import { ID_NAMES, type TrackingLinkExtension } from "./link.ts";
import { DEFAULT_TYPE, type CreateTrackingLinkParams } from "./params.ts";

/** Requests to remember. The cache keeps up to twice as many, in about 10 MB. */
export const REMEMBERED = 10_000;

/** Defaults of absent parameters. "" means no default, because blank values are refused. */
const DEFAULTS = Object.entries<ParameterFacts>(createTrackingLink.params).map(
  ([name, { default: value = name === "type" ? DEFAULT_TYPE : "" }]) =>
    [name as keyof CreateTrackingLinkParams, value] as const,
);

/** Returns a key that is equal for all validated parameters that request the same link, in any order. */
export function dedupeKey(params: CreateTrackingLinkParams): string {
  const values: unknown[] = [];
  for (const [name, value] of DEFAULTS) values.push(params[name] ?? value);
  return JSON.stringify(values);
}

/** Separates the sub and shared ids from validated parameters, so that they can be appended to the link instead. */
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
  // Ids are optional, so `base` still has every required parameter.
  return { base: base as unknown as CreateTrackingLinkParams, ids: hasIds ? ids : undefined };
}
