import {
  EXTENSION_NAMES,
  extendTrackingLink,
  type TrackingLinkExtension,
} from "../tracking-links/link.ts";
import { isComposite } from "../tracking-links/check-composite.ts";
import { FACTS, type TrackingLinkType } from "../tracking-links/params.ts";

/** A link that the fake has made. */
export interface FakeLink {
  readonly url: string;
  /** `Vanity` if it has a path of its own, whatever `Type` was sent. */
  readonly type: TrackingLinkType;
  readonly programId: string;
  /** The path of a vanity link. */
  readonly customPath?: string;
  /** The parameters that it was made with, by the names that `create` takes. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * The query's first value of each known parameter, under the name that `create` takes; an empty one is none. Without lists
 * and objects, which the recorded request shows.
 */
export function readParams(query: readonly (readonly [string, string])[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [key, facts] of FACTS) {
    const given = query.find(([name]) => name === facts.name);
    if (facts.in === "query" && !isComposite(facts) && given?.[1]) params[key] = given[1];
  }
  return params;
}

/** A Regular link shows its parameters; those of a vanity link are stored with it. */
export function makeLink(
  domain: string,
  accountSid: string,
  programId: string,
  params: Record<string, string>,
  vanityPath: string | undefined,
): FakeLink {
  if (vanityPath !== undefined) {
    const url = `https://${domain}/${encodeURIComponent(vanityPath)}`;
    return { url, type: "Vanity", programId, customPath: vanityPath, params };
  }
  const partner = numberFor(accountSid);
  const ad = params["adId"] ?? numberFor(programId);
  const path = [partner, ad, programId].map(encodeURIComponent).join("/");
  const shown: TrackingLinkExtension = {};
  for (const key of EXTENSION_NAMES) {
    if (params[key] !== undefined) shown[key] = params[key];
  }
  const url = extendTrackingLink(`https://${domain}/c/${path}`, shown);
  return { url, type: "Regular", programId, params };
}

/** The same number for the same text, so that links are predictable. */
function numberFor(text: string): string {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9_000_000;
  return String(1_000_000 + sum);
}
