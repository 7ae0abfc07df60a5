import { WHITESPACE_OR_CONTROL } from "./characters.ts";
import { badInput, show } from "./validate.ts";

const SCHEME = /^https?:\/\/(?![/\\])/i;

/**
 * Whether a text is an absolute http(s) URL exactly as written. URL parsers add a missing slash and drop line breaks, so
 * another URL would be sent than the one that was checked.
 */
export function isWebUrl(value: string): boolean {
  return SCHEME.test(value) && !WHITESPACE_OR_CONTROL.test(value) && URL.canParse(value);
}

/** Fills a template such as `/Things/{Id}`. Throws `invalid_input` for a value that is no path segment. */
export function fillPath(template: string, params: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{([^{}]+)\}/g, (_, name: string) =>
    encodeURIComponent(checkSegment(name, params[name])),
  );
}

/** Gives a path segment as text. Throws `invalid_input` for an empty one, and for dots: they climb, even encoded. */
export function checkSegment(name: string, given: unknown): string {
  const value = typeof given === "string" || typeof given === "number" ? String(given) : "";
  if (value !== "" && value !== "." && value !== "..") return value;
  throw badInput("invalid_input", name, `\`${name}\` to be an id`, show(given));
}
