/**
 * Whether a text is an absolute http(s) URL as it stands. URL parsers forgive a missing slash and drop line
 * breaks; what is sent would then be another URL than the one that was checked.
 */
export function isWebUrl(value: string): boolean {
  return /^https?:\/\/[^/\s\p{Cc}][^\s\p{Cc}]*$/iu.test(value) && URL.canParse(value);
}
