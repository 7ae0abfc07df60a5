import { BLANK } from "./characters.ts";

const SCHEME = /^https?:\/\/(?![/\\])/i;

/**
 * Whether a text is an absolute http(s) URL as it stands. URL parsers forgive a missing slash and drop line
 * breaks; what is sent would then be another URL than the one that was checked.
 */
export function isWebUrl(value: string): boolean {
  return SCHEME.test(value) && !BLANK.test(value) && URL.canParse(value);
}
