import {
  EXTENSION_NAMES,
  extendTrackingLink,
  type TrackingLinkExtension,
} from "../tracking-links/link.ts";
import { isComposite } from "../tracking-links/check-composite.ts";
import { FACTS, type TrackingLinkType } from "../tracking-links/params.ts";

/** A link created by the fake API. */
export interface FakeLink {
  readonly url: string;
  /** `Vanity` if it has its own path, whatever `Type` was sent. */
  readonly type: TrackingLinkType;
  readonly programId: string;
  /** The path of a vanity link. */
  readonly customPath?: string;
  /** The parameters of the request, by their names in `create`. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Returns the first value of each known query parameter, by its name in `create`. Ignores empty values. Leaves out
 * lists and objects, which are in the recorded request.
 */
export function readParams(query: readonly (readonly [string, string])[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [key, facts] of FACTS) {
    const given = query.find(([name]) => name === facts.name);
    if (facts.in === "query" && !isComposite(facts) && given?.[1]) params[key] = given[1];
  }
  return params;
}

/** Creates a link. The URL of a Regular link contains its parameters; that of a vanity link does not. */
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
  const path = [partner, ad, programId]
    .map((id) => (/^[\w-]+$/.test(id) ? id : numberFor(id)))
    .join("/");
  const shown: TrackingLinkExtension = {};
  for (const key of EXTENSION_NAMES) {
    if (params[key] !== undefined) shown[key] = params[key];
  }
  const url = extendTrackingLink(`https://${domain}/c/${path}`, shown);
  return { url, type: "Regular", programId, params };
}

/** Returns a number that depends only on the text, so that links are predictable. */
function numberFor(text: string): string {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9_000_000;
  return String(1_000_000 + sum);
}
