import { escape, THEMES, type Theme } from "../scripts/pictures/svg.ts";

interface Bar {
  readonly label: string;
  readonly value: number;
  /** Shown next to the value. */
  readonly note: string;
  readonly isOurs: boolean;
}

export interface Chart {
  readonly title: string;
  readonly subtitle: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 700;
/** Left edge and maximum length of the bars. Labels are to their left, values to their right. */
const [LEFT, LONGEST] = [206, 350];
const [TOP, BAR, STEP] = [58, 22, 36];

/** Draws horizontal bars from zero. */
export function chartSvg(chart: Chart, theme: Theme): string {
  const { title, subtitle, unit, bars } = chart;
  const { window, edge, text, quiet, cyan, grey } = THEMES[theme];
  const ticks = ticksTo(Math.max(...bars.map(({ value }) => value)));
  const end = ticks.at(-1) ?? 1;
  const x = (value: number): number => Math.round(LEFT + (value / end) * LONGEST);
  const bottom = TOP + bars.length * STEP;
  const height = bottom + 40;
  const scale = ticks.map((tick) => {
    const unitOfLast = tick === end ? ` ${unit}` : "";
    const mark = `<path stroke="${quiet}" d="M${x(tick) + 0.5} ${bottom}v5"/>`;
    return `${mark}<text class="quiet" x="${x(tick)}" y="${bottom + 20}" text-anchor="middle">${tick}${unitOfLast}</text>`;
  });
  const axis = `<path stroke="${quiet}" fill="none" d="M${LEFT + 0.5} ${TOP - 6}V${bottom + 0.5}H${x(end) + 0.5}"/>`;
  const drawn = bars.map(({ label, value, note, isOurs }, index) => {
    const top = TOP + index * STEP;
    const baseline = top + 16;
    const weight = isOurs ? ' font-weight="600"' : "";
    return `<rect x="${LEFT}" y="${top}" width="${x(value) - LEFT}" height="${BAR}" fill="${isOurs ? cyan : grey}"/>
<text x="${LEFT - 10}" y="${baseline}" text-anchor="end"${weight}>${escape(label)}</text>
<text x="${x(value) + 8}" y="${baseline}"${weight}>${value.toFixed(1)} ${unit} <tspan class="quiet" font-weight="400">${escape(note)}</tspan></text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title desc">
<title id="title">${escape(title)}</title>
<desc id="desc">${escape(inWords(chart))}</desc>
<style>
text{font-family:system-ui,"Segoe UI",Helvetica,Arial,sans-serif;font-size:14px;fill:${text}}
.quiet{fill:${quiet};font-size:13px}
</style>
<rect x=".5" y=".5" width="${WIDTH - 1}" height="${height - 1}" rx="8" fill="${window}" stroke="${edge}"/>
<text x="20" y="32" font-weight="600">${escape(title)} <tspan class="quiet" font-weight="400">${escape(subtitle)}</tspan></text>
${[...drawn, axis, ...scale].join("\n")}
</svg>
`;
}

/** The values of a chart as a sentence. */
export function inWords({ bars, unit }: Chart): string {
  const parts = bars.map(
    ({ label, value, note }) => `${label} ${value.toFixed(1)} ${unit} (${note})`,
  );
  return `${parts.join(", ")}.`;
}

/** Returns four to six round numbers, from 0 up to at least `greatest`. */
function ticksTo(greatest: number): number[] {
  const power = 10 ** Math.floor(Math.log10(greatest));
  const step =
    [0.2, 0.25, 0.5, 1, 2].map((part) => part * power).find((size) => greatest / size <= 5) ??
    power;
  const count = Math.ceil(greatest / step);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}
