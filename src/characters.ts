// Written out: the first `\p{…}` that is met, though never run, has tables of all of Unicode made, and each import waits.

/** Unicode's Cc. */
export const CONTROL: RegExp = /[^ -~\xa0-\uffff]/;

/** What no URL holds as it is. */
export const BLANK: RegExp = /\s|[^ -~\xa0-\uffff]/;

/** What breaks a line of text, is no character, or turns the direction of those around it (Bidi_Control). */
export const UNRULY: RegExp =
  /(?:[\s\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|[^ -~\xa0-\u{10ffff}])+/gu;
