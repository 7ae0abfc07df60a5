// The only file of the command that knows how `createMany` compares requests.

import {
  extendTrackingLink,
  isImpactError,
  type CreateTrackingLinkParams,
  type ImpactError,
  type TrackingLink,
} from "../../index.ts";
import { lru, type Lru } from "../../lru.ts";
import { dedupeKey, REMEMBERED, splitIds } from "../../tracking-links/dedupe-key.ts";
import { readTrackingUrl } from "../../tracking-links/link.ts";
import { checkParams, type LinkRequest } from "../../tracking-links/params.ts";

/** The request of a row, as `createMany` would send it. */
export interface RowRequest {
  /** Equal for rows that ask for the same link. */
  readonly key: string;
  readonly isVanity: boolean;
  /** Makes the row's own link from the one that its request gets. */
  readonly extend: (link: string) => string;
}

/** An error if the parameters are invalid. */
export function requestOf(
  params: CreateTrackingLinkParams,
  appendIds: boolean,
): RowRequest | ImpactError {
  let request: LinkRequest;
  try {
    request = checkParams(params);
  } catch (error) {
    if (isImpactError(error)) return error;
    throw error;
  }
  const { given, type } = request;
  const { base, ids } = appendIds ? splitIds(given) : { base: given, ids: undefined };
  return {
    key: dedupeKey(base),
    isVanity: type === "Vanity",
    extend: (link) => (ids ? extendTrackingLink(link, ids) : link),
  };
}

/** Values by the key of a request, for as many as `createMany` remembers. */
export const createRequestCache = <T>(): Lru<T> => lru(REMEMBERED);

/** The link before ids were appended to it. */
export function baseOf({ raw }: TrackingLink): string | undefined {
  return readTrackingUrl(raw["TrackingURL"]);
}
