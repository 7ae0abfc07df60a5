import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pictures } from "../../scripts/pictures.ts";
import { screenAfter, textOf } from "../../scripts/pictures/screen.ts";
import { THEMES } from "../../scripts/pictures/svg.ts";
import { root } from "../support/workspace.ts";

test("the pictures of a bulk run show what the present command prints", async () => {
  const drawn = await pictures();
  expect([...drawn.keys()]).toEqual([
    "bulk-wide-light.svg",
    "bulk-wide-dark.svg",
    "bulk-narrow-light.svg",
    "bulk-narrow-dark.svg",
  ]);
  for (const [name, text] of drawn) {
    expect(readFileSync(join(root, "docs/images", name), "utf8"), "npm run pictures").toBe(text);
    expect(Buffer.byteLength(text)).toBeLessThan(10_000);
    expect(text).toContain("1,200 rows: 881 created, 296 reused,");
  }
});

/** The contrast of two colours, as WCAG 2 defines it. */
function contrast(...colours: [string, string]): number {
  const [lighter = 0, darker = 0] = colours
    .map((colour) => {
      const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
        const part = parseInt(colour.slice(start, start + 2), 16) / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

test.each(Object.entries(THEMES))(
  "text and bars in the %s theme have enough contrast",
  (_, theme) => {
    const { window, text, quiet, cyan, grey } = theme;
    expect(contrast("#ffffff", "#767676")).toBeCloseTo(4.54);
    for (const colour of [text, quiet, cyan]) {
      expect(contrast(colour, window)).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(grey, window)).toBeGreaterThanOrEqual(3);
  },
);

test("a screen redraws, colours, clears and wraps lines as a terminal does", () => {
  const output =
    "one\r\n\r\u001b[36m█\u001b[39m 1/2\rabc\u001b[K\r\n\u001b[36m█\u001b[39m12345\r\n";
  const screen = screenAfter(output, 5);
  expect(screen.map(textOf)).toEqual(["one", "abc", "█1234", "5", ""]);
  const others = [undefined, undefined, undefined, undefined];
  expect(screen[2]?.map(({ colour }) => colour)).toEqual(["cyan", ...others]);
});

test("a screen refuses escapes that it does not know", () => {
  expect(() => screenAfter("\u001b[2J", 80)).toThrow('Expected a known escape, got "\\u001b[2J"');
});
