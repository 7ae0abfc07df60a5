import { WHITESPACE_OR_CONTROL } from "./characters.ts";
import { badInput, show } from "./validate.ts";

/**
 * Matches most valid URLs without parsing them, which is slow. After a plain host name, all printable ASCII is valid.
 */
const PLAIN_URL = /^https?:\/\/((?!xn--)[a-z0-9-]+\.)+[a-z]{2,}([/?#][!-~]*)?$/i;
const SCHEME = /^https?:\/\/(?![/\\])/i;

/**
 * Whether a text is an absolute http(s) URL exactly as written. URL parsers add a missing slash and drop line breaks,
 * so the URL that is sent would differ from the checked one.
 */
export function isWebUrl(value: string): boolean {
  if (PLAIN_URL.test(value)) return true;
  return SCHEME.test(value) && !WHITESPACE_OR_CONTROL.test(value) && parseUrl(value) !== undefined;
}

/**
 * Parses a URL; undefined if it is invalid. Does not use `URL.canParse`: after about 4,000 calls, Node 20 compiles it
 * and it then refuses https://bücher.example.
 */
export function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** Fills a template such as `/Things/{Id}`. Throws `invalid_input` for a value that is not a path segment. */
export function fillPath(template: string, params: Readonly<Record<string, unknown>>): string {
  // Alternates literal text and names.
  const parts = template.split(/\{([^{}]+)\}/);
  const write = (path: string, part: string, index: number): string =>
    path + (index % 2 ? encodeURIComponent(checkSegment(part, params[part])) : part);
  return parts.reduce(write, "");
}

/**
 * Returns a path segment as text. Throws `invalid_input` for an empty one, and for `.` and `..`, which change the path
 * even if encoded.
 */
export function checkSegment(name: string, given: unknown): string {
  const value = typeof given === "string" || typeof given === "number" ? String(given) : "";
  if (value !== "" && value !== "." && value !== "..") return value;
  throw badInput("invalid_input", name, `\`${name}\` to be an id`, show(given));
}
