// Avoid `\p{…}` here: V8 builds tables for all of Unicode when it parses the first one, which delays every import.

/** Control characters (Unicode category Cc). */
export const CONTROL: RegExp = /[^ -~\xa0-\uffff]/;

/** Characters that a URL cannot contain unencoded. */
export const WHITESPACE_OR_CONTROL: RegExp = /\s|[^ -~\xa0-\uffff]/;

/** Invisible characters: controls, zero-width characters, and bidirectional controls. */
export const INVISIBLE: RegExp =
  /[^ -~\xa0-\uffff]|[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

/** White space, control characters, lone surrogates and bidirectional controls. */
const UNPRINTABLE =
  /(?:[\s\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|[^ -~\xa0-\u{10ffff}])+/gu;

/** Converts text from a server to one line of printable characters. */
export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, " ").trim();
}
