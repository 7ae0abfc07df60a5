import { createTrackingLink } from "../../generated/operations.ts";
import type { CreateTrackingLinkParams } from "../../generated/params.ts";
import { badInput, show } from "../validate.ts";
import { checkFormatCharacters, checkValue } from "./check-value.ts";
import { eachOf, type Facts } from "./params.ts";
import { isWebUrl } from "../url.ts";

/**
 * The names of parameters on a link, and whether they work on every link.
 *
 * Sub ids and the shared id work on every link, vanity links included:
 * https://impact-helpdesk.freshdesk.com/en/support/solutions/articles/48001235417-sub-id-shared-id-parameters-explained-for-partners
 * `u` and `partnerpropertyid` are only known to work on `/c/` links.
 */
const ON_LINK = {
  subId1: { names: ["subId1"], onAnyLink: true },
  subId2: { names: ["subId2"], onAnyLink: true },
  subId3: { names: ["subId3"], onAnyLink: true },
  sharedId: { names: ["sharedid"], onAnyLink: true },
  deepLink: { names: ["u"], onAnyLink: false },
  // Live links have either name, and some have both.
  mediaPartnerPropertyId: {
    names: ["partnerpropertyid", "MediaPartnerPropertyId"],
    onAnyLink: false,
  },
} as const;

type OnLink = keyof typeof ON_LINK;
/** The parameters that can be added to a link. */
export const EXTENSION_NAMES: readonly OnLink[] = Object.keys(ON_LINK) as OnLink[];

/** The parameters that work on every link. */
export const ID_NAMES: readonly OnLink[] = /* @__PURE__ */ EXTENSION_NAMES.filter(
  (each) => ON_LINK[each].onAnyLink,
);

/** Parameters that can be added to an existing link. */
export type TrackingLinkExtension = Pick<CreateTrackingLinkParams, OnLink>;

/** The parts of a tracking link. Parts that the link does not have are absent. */
export interface ParsedTrackingLink extends TrackingLinkExtension {
  /** The link as given. */
  url: string;
  /** The tracking domain, such as `example.sjv.io`. */
  domain: string;
  /**
   * `regular`: `/c/{partner}/{ad}/{program}`. `other`: accepts no parameters, such as an impression pixel (`/i/…`), a
   * consent redirect, or a `/c/` path without exactly three ids. `vanity`: any other path.
   */
  kind: "regular" | "vanity" | "other";
  /** Partner id of a regular link. */
  partnerId?: string;
  /** Ad id of a regular link. */
  adId?: string;
  /** Program id of a regular link. */
  programId?: string;
  /** The path of a vanity link. */
  customPath?: string;
}

/**
 * Adds parameters to an existing link, without calling the API. Replaces a parameter that the link already has, and
 * changes nothing else.
 *
 * impact.com recommends passing parameters when you create the link. Use this function for a link that many users share.
 *
 * @throws ImpactError `invalid_input` if `url` is not a tracking link or is of kind `other`, if a value is invalid, or
 *   for `deepLink` or `mediaPartnerPropertyId` on a link that is not a `/c/` link.
 * @see https://help.impact.com/en/support/solutions/articles/48001238125
 * @example
 * extendTrackingLink("https://example.sjv.io/SummerSale", { subId1: "newsletter" });
 * // "https://example.sjv.io/SummerSale?subId1=newsletter"
 */
export function extendTrackingLink(url: string, extension: TrackingLinkExtension): string {
  const { kind } = parseTrackingLink(url);
  if (kind === "other") {
    const got = `${otherKindOf(new URL(url))}: ${show(url)}`;
    throw badInput("invalid_input", "url", "a /c/ link or a vanity link", got);
  }
  const known: Facts = new Map(
    EXTENSION_NAMES.map((name) => [name, createTrackingLink.params[name]]),
  );
  let link = url;
  eachOf(extension, known, (key, value, facts) => {
    const { names, onAnyLink } = ON_LINK[key as OnLink];
    if (!onAnyLink && kind !== "regular") {
      throw badInput("invalid_input", key, `\`${key}\` only on a /c/ link`, show(url));
    }
    link = withParameter(link, names, checkValue(key, value, facts));
  });
  return link;
}

/** Adds validated ids, which work on every link. */
export function withIds(url: string, ids: TrackingLinkExtension): string {
  let link = url;
  for (const key of ID_NAMES) {
    const value = ids[key];
    if (value !== undefined) link = withParameter(link, ON_LINK[key].names, value);
  }
  return link;
}

/** Sets one query parameter. Replaces the first one with any of these names, or else appends it to the query. */
function withParameter(url: string, names: readonly string[], value: string): string {
  const { before, query, fragment } = split(url);
  const pair = `${names[0]}=${encodeURIComponent(value)}`;
  const pairs = query.split("&");
  const first = pairs.findIndex((each) => isNamed(each, names));
  if (first >= 0) {
    pairs[first] = pair;
    const kept = pairs.filter((each, index) => index <= first || !isNamed(each, names));
    return `${before}?${kept.join("&")}${fragment}`;
  }
  const joint = query === "" || query.endsWith("&") ? "" : "&";
  return `${before}?${query}${joint}${pair}${fragment}`;
}

/** Case-insensitive, because the API and links spell some names differently. */
function isNamed(pair: string, names: readonly string[]): boolean {
  const given = decodeQuery(pair.replace(/=.*/s, "")).toLowerCase();
  return names.some((name) => name.toLowerCase() === given);
}

function split(url: string): { before: string; query: string; fragment: string } {
  const [, before = "", query = "", fragment = ""] = /^([^?#]*)\??([^#]*)(.*)$/s.exec(url) ?? [];
  return { before, query, fragment };
}

/**
 * Parses a tracking link by its format only, without calling the API. Short links without a custom path are also
 * `vanity`.
 *
 * @throws ImpactError `invalid_input` if it is not an http(s) URL with a path. Also for a damaged copy of a link: with
 *   `&amp;`, an invisible character, parameters in its path, or an id of a `/c/` path with characters other than
 *   letters, digits and `.~_-`.
 */
export function parseTrackingLink(url: string): ParsedTrackingLink {
  if (typeof url === "string") checkFormatCharacters("url", url);
  if (typeof url !== "string" || !isLink(url)) {
    const expected = "a tracking link (an http(s) URL with a path)";
    throw badInput("invalid_input", "url", expected, show(url));
  }
  const location = new URL(url);
  const { hostname, pathname } = location;
  const damage =
    // `&` as escaped by HTML, by WordPress (`&#038;`) and in JSON.
    /&(amp|#0*38|#x0*26);|\\u0026/i.exec(url) ??
    /&[^/&]*=/.exec(pathname) ??
    (pathname.startsWith("/c/") ? /[^\w/.~-][^/]*/.exec(pathname) : null);
  if (damage !== null) {
    const got = `a damaged copy, with "${damage[0]}" in it: ${show(url)}`;
    throw badInput("invalid_input", "url", "a tracking link", got);
  }
  const parsed: ParsedTrackingLink = { url, domain: hostname, kind: "vanity" };
  const ids = REGULAR.exec(pathname)?.slice(1);
  if (ids) {
    const [partnerId, adId, programId] = ids;
    Object.assign(parsed, { kind: "regular", partnerId, adId, programId });
  } else if (otherKindOf(location) !== undefined) parsed.kind = "other";
  else parsed.customPath = decode(pathname.slice(1));
  for (const pair of split(url).query.split("&")) {
    const key = EXTENSION_NAMES.find((each) => isNamed(pair, ON_LINK[each].names));
    const value = decodeQuery(pair.slice(pair.indexOf("=") + 1 || pair.length));
    if (key !== undefined && value !== "") parsed[key] ??= value;
  }
  return parsed;
}

const REGULAR = /^\/c\/([^/]+)\/([^/]+)\/([^/]+)\/?$/;

/** Names the kind of a URL on a tracking domain that accepts no parameters; undefined for other URLs. */
function otherKindOf({ pathname, search }: URL): string | undefined {
  if (/^\/i\/\d+\/\d/.test(pathname)) return "an impression pixel";
  if (/^\/p\/?$/.test(pathname) && /[?&]return=/.test(search)) return "a consent redirect";
  return /^\/c(\/|$)/.test(pathname) ? "a /c/ link without exactly three ids" : undefined;
}

/** Decodes a text. Returns it unchanged if its encoding is invalid. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Decodes query text, in which a plus is a space. */
function decodeQuery(text: string): string {
  return decode(text.replaceAll("+", " "));
}

/**
 * Returns the link in an API response, or undefined if there is none. Adds `https://` to a vanity link without a
 * scheme, and changes nothing else.
 */
export function readTrackingUrl(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const given = value.trim();
  // A replacement character or a lone surrogate means that characters were lost.
  if (given.toWellFormed().includes("\ufffd")) return undefined;
  if (isLink(given)) return given;
  // Without a scheme, only a domain with a path is a link. "error" and "javascript:…" are not.
  const isBare = /^(\/\/)?([A-Za-z0-9-]+\.)+[A-Za-z]{2,}(:\d+)?\/./.test(given);
  const withScheme = `https://${given.replace(/^\/\//, "")}`;
  return isBare && isLink(withScheme) ? withScheme : undefined;
}

/** Matches a domain without a user, and a path that is more than slashes and dots. */
const LINK = /^https?:\/\/[^/?#@\\]+\/[^?#]*[^?#/.\\]/i;

function isLink(url: string): boolean {
  return LINK.test(url) && isWebUrl(url);
}
