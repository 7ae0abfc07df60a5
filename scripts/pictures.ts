/**
 * Writes the pictures of README: a run of `impact-links bulk` in a wide and in a narrow terminal. Needs `script` of
 * util-linux. Gives the same bytes each time.
 *
 *     npm run pictures
 */
import { writeFileSync } from "node:fs";
import { COMMAND, record } from "./pictures/record.ts";
import { screenAfter, type Screen } from "./pictures/screen.ts";
import { THEMES, type Theme } from "./pictures/svg.ts";
import { terminalSvg } from "./pictures/terminal-svg.ts";
import { isMain } from "./is-main.ts";

/** Columns of each terminal, and the separator between the pieces of the typed command. */
const TERMINALS = {
  wide: { columns: 100, separator: " " },
  narrow: { columns: 50, separator: " \\\n    " },
};

/** Records and draws the runs. Returns file name in docs/images/ → text. */
export async function pictures(): Promise<Map<string, string>> {
  const drawn = Object.entries(TERMINALS).map(async ([name, { columns, separator }]) => {
    const recording = await record(columns);
    const during = screenAfter(recording.during, columns);
    // The summary replaces the progress line.
    const end = screenAfter(recording.whole, columns).slice(during.length - 1);
    const parts = [
      { lines: [...typed(separator), ...during] },
      { caption: "at the end", lines: end.filter((line) => line.length > 0) },
    ];
    const title = `impact-links bulk in a terminal of ${columns} columns`;
    return (Object.keys(THEMES) as Theme[]).map((theme): [string, string] => [
      `bulk-${name}-${theme}.svg`,
      terminalSvg(parts, { columns, theme, title }),
    ]);
  });
  return new Map((await Promise.all(drawn)).flat());
}

function typed(separator: string): Screen {
  const prompt = { text: "$", colour: "quiet" } as const;
  const lines = ` npx ${COMMAND.join(separator)}`.split("\n");
  const [first = [], ...others] = lines.map((line) => [...line].map((text) => ({ text })));
  return [[prompt, ...first], ...others];
}

if (isMain(import.meta)) {
  const folder = new URL("../docs/images/", import.meta.url);
  for (const [name, text] of await pictures()) writeFileSync(new URL(name, folder), text);
}
