// The only file of the command that knows how `createMany` compares requests.

import { createHash } from "node:crypto";
import { extendTrackingLink, isImpactError } from "../../index.ts";
import type { CreateTrackingLinkParams, TrackingLink } from "../../index.ts";
import { lru, type Lru } from "../../lru.ts";
import { dedupeKey, REMEMBERED, splitIds } from "../../tracking-links/dedupe-key.ts";
import { readTrackingUrl } from "../../tracking-links/link.ts";
import { checkParams } from "../../tracking-links/params.ts";

/** Returns the request that `createMany` would send for a row, or an error if the parameters are invalid. */
export function requestOf(params: CreateTrackingLinkParams, appendIds: boolean) {
  try {
    const { given, type } = checkParams(params);
    const { base, ids } = appendIds ? splitIds(given) : { base: given, ids: undefined };
    return {
      /** Equal for rows that request the same link. Short, because the journal keeps one for each request. */
      key: createHash("sha256").update(dedupeKey(base)).digest("base64url").slice(0, 22),
      isVanity: type === "Vanity",
      /** Appends the row's ids to the link of its request. */
      extend: (link: string) => (ids ? extendTrackingLink(link, ids) : link),
    };
  } catch (error) {
    if (isImpactError(error)) return error;
    throw error;
  }
}

/** Returns the key of a row's request; empty if the parameters are invalid. */
export function keyOf(params: CreateTrackingLinkParams, appendIds: boolean): string {
  const request = requestOf(params, appendIds);
  return isImpactError(request) ? "" : request.key;
}

/** Creates a cache by request key, of the size that `createMany` uses. */
export const createRequestCache = <T>(): Lru<T> => lru(REMEMBERED);

/** Returns the link before ids were appended to it. */
export function baseOf({ raw }: TrackingLink): string | undefined {
  return readTrackingUrl(raw["TrackingURL"]);
}
