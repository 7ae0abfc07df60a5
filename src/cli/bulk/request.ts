// The only file of the command that knows how `createMany` compares requests.

import {
  extendTrackingLink,
  isImpactError,
  type CreateTrackingLinkParams,
  type ImpactError,
  type TrackingLink,
} from "../../index.ts";
import { createRecent, type Recent } from "../../lru.ts";
import { keyOf, REMEMBERED, splitIds } from "../../tracking-links/dedupe-key.ts";
import { readTrackingUrl } from "../../tracking-links/link.ts";
import { checkParams } from "../../tracking-links/params.ts";

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
  try {
    checkParams(params);
  } catch (error) {
    if (isImpactError(error)) return error;
    throw error;
  }
  const { base, ids } = appendIds ? splitIds(params) : { base: params, ids: undefined };
  return {
    key: keyOf(base),
    isVanity: base.type === "Vanity",
    extend: (link) => (ids ? extendTrackingLink(link, ids) : link),
  };
}

/** Values by the key of a request, for as many as `createMany` remembers. */
export const createRequestCache = <T>(): Recent<T> => createRecent(REMEMBERED);

/** The link before ids were appended to it. */
export function baseOf({ raw }: TrackingLink): string | undefined {
  return readTrackingUrl(raw["TrackingURL"]);
}
