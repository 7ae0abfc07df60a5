import { expect, test } from "vitest";
import { CONTROL, INVISIBLE, oneLine, WHITESPACE_OR_CONTROL } from "../src/characters.ts";

/** Every code point, halves of surrogate pairs included. */
const all = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code));

test.each<[name: string, pattern: RegExp, unicode: RegExp]>([
  ["CONTROL", CONTROL, /\p{Cc}/u],
  ["WHITESPACE_OR_CONTROL", WHITESPACE_OR_CONTROL, /[\s\p{Cc}]/u],
])("%s is what Unicode says", (_, pattern, unicode) => {
  // Not `test`, which remembers where it was.
  const matched = all.filter((character) => character.search(pattern) >= 0);

  expect(matched).toEqual(all.filter((character) => unicode.test(character)));
});

test("INVISIBLE is controls, zero-width and format characters, and nothing that is seen", () => {
  const matched = all.filter((character) => character.search(INVISIBLE) >= 0);
  const expected = /[\p{Cc}\p{Bidi_Control}\u00ad\u180e\u200b-\u200d\u2060-\u2069\ufeff]/u;

  expect(matched).toEqual(all.filter((character) => expected.test(character)));
});

test("oneLine replaces whitespace, controls, lone surrogates and Bidi_Control, and nothing else", () => {
  const replaced = all.filter((character) => oneLine(`a${character}b`) === "a b");
  const unprintable = /[\s\p{Cc}\p{Cs}\p{Bidi_Control}]/u;

  expect(replaced).toEqual(all.filter((character) => unprintable.test(character)));
});

test("oneLine keeps surrogate pairs, and makes one space of neighbours", () => {
  expect(oneLine("a\ud83d\ude00\ud83d b\u0000\u202e \n c")).toBe("a😀 b c");
});
