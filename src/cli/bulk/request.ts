// The only file of the command that knows how `createMany` compares requests.

import { createHash } from "node:crypto";
import { extendTrackingLink, isImpactError } from "../../index.ts";
import type { CreateTrackingLinkParams, TrackingLink } from "../../index.ts";
import { lru, type Lru } from "../../lru.ts";
import { dedupeKey, REMEMBERED, splitIds } from "../../tracking-links/dedupe-key.ts";
import { readTrackingUrl } from "../../tracking-links/link.ts";
import { checkParams } from "../../tracking-links/params.ts";

/** The request of a row, as `createMany` would send it. An error if the parameters are invalid. */
export function requestOf(params: CreateTrackingLinkParams, appendIds: boolean) {
  try {
    const { given, type } = checkParams(params);
    const { base, ids } = appendIds ? splitIds(given) : { base: given, ids: undefined };
    return {
      /** Equal for rows that ask for the same link. Short, since the journal holds one for each request. */
      key: createHash("sha256").update(dedupeKey(base)).digest("base64url").slice(0, 22),
      isVanity: type === "Vanity",
      /** Makes the row's own link from the one that its request gets. */
      extend: (link: string) => (ids ? extendTrackingLink(link, ids) : link),
    };
  } catch (error) {
    if (isImpactError(error)) return error;
    throw error;
  }
}

/** The key of a row's request; empty if the parameters are invalid. */
export function keyOf(params: CreateTrackingLinkParams, appendIds: boolean): string {
  const request = requestOf(params, appendIds);
  return isImpactError(request) ? "" : request.key;
}

/** Values by the key of a request, for as many as `createMany` remembers. */
export const createRequestCache = <T>(): Lru<T> => lru(REMEMBERED);

/** The link before ids were appended to it. */
export function baseOf({ raw }: TrackingLink): string | undefined {
  return readTrackingUrl(raw["TrackingURL"]);
}
