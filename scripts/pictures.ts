/**
 * Writes the pictures of README: a run of `impact-links bulk` on a wide and on a narrow terminal. Needs `script` of
 * util-linux, and gives the same bytes each time.
 *
 *     npm run pictures
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { COMMAND, record } from "./pictures/record.ts";
import { screenAfter, type Screen } from "./pictures/screen.ts";
import { terminalSvg, THEMES, type Theme } from "./pictures/terminal-svg.ts";

/** Columns of a terminal, and what ends a line of the typed command there. */
const TERMINALS = {
  wide: { columns: 100, separator: " " },
  narrow: { columns: 50, separator: " \\\n    " },
};

/** Records the runs, and draws them. Returns the name of each file in docs/images/ and its text. */
export async function pictures(): Promise<Map<string, string>> {
  const drawn = Object.entries(TERMINALS).map(async ([name, { columns, separator }]) => {
    const recording = await record(columns);
    const during = screenAfter(recording.during, columns);
    // The summary takes the place of the progress.
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = new URL("../docs/images/", import.meta.url);
  for (const [name, text] of await pictures()) writeFileSync(new URL(name, folder), text);
}
