import { expect, test } from "vitest";
import { BLANK, CONTROL, UNRULY } from "../src/characters.ts";

/** Every code point, halves of surrogate pairs included. */
const all = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code));

test.each<[name: string, pattern: RegExp, unicode: RegExp]>([
  ["CONTROL", CONTROL, /\p{Cc}/u],
  ["BLANK", BLANK, /[\s\p{Cc}]/u],
  ["UNRULY", UNRULY, /[\s\p{Cc}\p{Cs}\p{Bidi_Control}]/u],
])("%s is what Unicode says", (_, pattern, unicode) => {
  // Not `test`, which remembers where it was.
  const matched = all.filter((character) => character.search(pattern) >= 0);

  expect(matched).toEqual(all.filter((character) => unicode.test(character)));
});

test("UNRULY leaves whole pairs, and takes what stands side by side at once", () => {
  expect("a\ud83d\ude00\ud83d b\u0000\u202e \n c".replace(UNRULY, "_")).toBe("a😀_b_c");
});
