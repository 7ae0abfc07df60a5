import { textOf, type Cell, type Screen } from "./screen.ts";
import { escape, THEMES, type Theme } from "./svg.ts";

/** A part of a picture, below a line with a caption. The first part needs no caption. */
export interface Part {
  readonly caption?: string;
  readonly lines: Screen;
}

const FONT = 14;
const CELL = 8.4;
const LINE = 20;
const MARGIN = 18;
const BAR = 32;
/** Room for a caption beside its line. */
const CAPTION = 72;

/** Draws a terminal's window. Text stays text, in the reader's own monospace font. */
export function terminalSvg(
  parts: readonly Part[],
  { columns, theme, title }: { columns: number; theme: Theme; title: string },
): string {
  const { window, edge, text, quiet, cyan } = THEMES[theme];
  const width = 2 * MARGIN + Math.ceil(columns * CELL);
  const body: string[] = [];
  let y = BAR + 4;
  for (const { caption, lines } of parts) {
    if (caption !== undefined) {
      y += LINE + 2;
      body.push(
        `<text class="caption" x="${MARGIN}" y="${y}">${caption}</text>`,
        `<path stroke="${edge}" d="M${MARGIN + CAPTION} ${y - 3.5}H${width - MARGIN}"/>`,
      );
      y += 8;
    }
    for (const line of lines) {
      y += LINE;
      body.push(...runsOf(line).map((run) => textAt(run, y - 6)));
    }
  }
  const height = y + MARGIN - 4;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc">
<title id="title">${escape(title)}</title>
<desc id="desc">${escape(describe(parts))}</desc>
<style>
text{font:${FONT}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:${text}}
.cyan{fill:${cyan}}
.quiet{fill:${quiet}}
.caption{font:12px system-ui,"Segoe UI",Helvetica,Arial,sans-serif;fill:${quiet}}
</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="${window}" stroke="${edge}"/>
<g fill="${edge}">${[0, 1, 2].map((dot) => `<circle cx="${MARGIN + 5 + 18 * dot}" cy="18" r="5.5"/>`).join("")}</g>
${body.join("\n")}
</svg>
`;
}

interface Run {
  readonly column: number;
  readonly cells: Cell[];
}

/** Splits a line into runs of one colour, without the spaces around them. */
function runsOf(line: readonly Cell[]): Run[] {
  const runs: Run[] = [];
  line.forEach((cell, column) => {
    const last = runs.at(-1);
    if (last !== undefined && last.cells[0]?.colour === cell.colour) last.cells.push(cell);
    else if (cell.text !== " ") runs.push({ column, cells: [cell] });
  });
  return runs;
}

/** Sets `textLength`, because fonts differ in width, and a glyph of a bar may come from another font. */
function textAt({ column, cells }: Run, y: number): string {
  const text = textOf(cells).trimEnd();
  const colour = cells[0]?.colour;
  const of = colour === undefined ? "" : ` class="${colour}"`;
  const length = round(text.length * CELL);
  return `<text${of} x="${round(MARGIN + column * CELL)}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs">${escape(text)}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Returns the text of a picture for screen readers. */
function describe(parts: readonly Part[]): string {
  return parts
    .flatMap(({ caption, lines }) => [
      ...(caption === undefined ? [] : [`${caption}:`]),
      ...lines.map((line) =>
        textOf(line)
          .replace(/[\u2800-\u28ff█░]/gu, "")
          .trim(),
      ),
    ])
    .join("\n");
}
