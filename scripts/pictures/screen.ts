/** A cell of a terminal. Without `colour`, it has the terminal's default colour. A prompt is `quiet`. */
export interface Cell {
  readonly text: string;
  readonly colour?: "cyan" | "quiet";
}

/** Lines from the top, each without the unwritten cells at its end. */
export type Screen = readonly (readonly Cell[])[];

/** Matches an escape or a character. Built from a string, because linters reject control characters in a literal. */
const PIECE = new RegExp(String.raw`\u001b\[?[\d;]*.|.`, "gsu");

/**
 * Returns the screen of a terminal after this output. Supports only the escapes that src/cli/progress/ writes. Throws
 * for any other, because the picture would be wrong.
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
