/** A cell of a terminal. `colour` is absent for the terminal's own; a prompt is `quiet`. */
export interface Cell {
  readonly text: string;
  readonly colour?: "cyan" | "quiet";
}

/** Lines from the top, each without the cells to its right that nothing was written to. */
export type Screen = readonly (readonly Cell[])[];

/** An escape or a character. Given as text: a linter takes a control character in a literal for a mistake. */
const PIECE = new RegExp(String.raw`\u001b\[?[\d;]*.|.`, "gsu");

/**
 * Returns what a terminal shows after this output. Knows the escapes that src/cli/progress/ writes, and throws for any
 * other: a picture must not be wrong silently.
 */
export function screenAfter(output: string, columns: number): Screen {
  const lines: Cell[][] = [[]];
  let column = 0;
  let colour: Cell["colour"];
  const line = (): Cell[] => lines.at(-1) ?? [];
  const escapes: Readonly<Record<string, () => void>> = {
    "\r": () => (column = 0),
    "\n": () => lines.push([]),
    "\u001b[K": () => line().splice(column),
    "\u001b[36m": () => (colour = "cyan"),
    "\u001b[39m": () => (colour = undefined),
  };
  for (const [text] of output.matchAll(PIECE)) {
    if (/^\p{Cc}/u.test(text)) {
      const obey = escapes[text];
      if (obey === undefined) {
        throw new Error(`Expected a known escape, got ${JSON.stringify(text)}`);
      }
      obey();
      continue;
    }
    // A terminal wraps only when the next character comes.
    if (column === columns) {
      lines.push([]);
      column = 0;
    }
    line()[column++] = { text, ...(colour && { colour }) };
  }
  return lines;
}

/** The text of a line. */
export const textOf = (line: readonly Cell[]): string => line.map(({ text }) => text).join("");
