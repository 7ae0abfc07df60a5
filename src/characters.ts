// No `\p{…}`: V8 builds tables of all of Unicode when it parses the first one, and every import waits for that.

/** Unicode's Cc. */
export const CONTROL: RegExp = /[^ -~\xa0-\uffff]/;

/** Never stands in a URL as it is. */
export const WHITESPACE_OR_CONTROL: RegExp = /\s|[^ -~\xa0-\uffff]/;

/** Shown as nothing: controls, zero-width characters, and those that turn the direction of their neighbours. */
export const INVISIBLE: RegExp =
  /[^ -~\xa0-\uffff]|[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

/** Breaks a line, is no character, or turns the direction of its neighbours (Bidi_Control). */
const UNPRINTABLE =
  /(?:[\s\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|[^ -~\xa0-\u{10ffff}])+/gu;

/** A text of a server as one line of printable characters. */
export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, " ").trim();
}
