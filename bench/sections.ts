// Renders the results as text and tables, one section for each part.

import type { Comparison, HttpResults, Results } from "./results.ts";

type Sections = { readonly [Name in keyof Results]: (part: Results[Name]) => string };

/** Renders one part as Markdown. */
export function sectionOf<Name extends keyof Results>(
  name: Name,
  results: Pick<Results, Name>,
): string {
  return SECTIONS[name](results[name]);
}

const SECTIONS: Sections = {
  setting({ date, rounds, system, cores, load, versions }) {
    const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    const times = rounds === 1 ? "1 round" : `${rounds} rounds`;
    const flaws = [
      ...(rounds < 3 ? [`they come from ${times}`] : []),
      ...(load > cores / 2
        ? [`the machine was busy: load ${load.toFixed(1)} on ${cores} cores`]
        : []),
    ];
    const rough = `\n\n**These figures are rough**: ${flaws.join(", and ")}.`;
    return `Measured on ${date} in ${times}: ${system}, ${cores} cores, ${list.join(", ")}.${flaws.length > 0 ? rough : ""}`;
  },
  call(calls) {
    const [raw] = calls;
    return table(
      ["way", "µs", "÷ raw", "CPU µs", "÷ raw", "KiB", "÷ raw"],
      calls.map(({ way, us, usRatio, cpu, cpuRatio, bytes }) => [
        way,
        us.toFixed(1),
        usRatio.toFixed(2),
        cpu.toFixed(1),
        cpuRatio.toFixed(2),
        (bytes / 1024).toFixed(1),
        (bytes / (raw?.bytes ?? NaN)).toFixed(2),
      ]),
    );
  },
  http: httpTable,
  transport: httpTable,
  start({ ways, helpMs, bareMs }) {
    const [raw] = ways;
    const times = table(
      ["way", "import, ms", "÷ raw", "import and first call, ms", "÷ raw"],
      ways.map(({ way, importMs, firstCallMs }) => [
        way,
        importMs.toFixed(1),
        (importMs / (raw?.importMs ?? NaN)).toFixed(2),
        firstCallMs.toFixed(1),
        (firstCallMs / (raw?.firstCallMs ?? NaN)).toFixed(2),
      ]),
    );
    return `${times}\n\n\`impact-links --help\` takes ${helpMs.toFixed(0)} ms, \`node -e 0\` ${bareMs.toFixed(0)} ms.`;
  },
  many({ ways, growth }) {
    const [loops] = ways;
    const links = table(
      ["way", "µs for each", "more than loops", "peak RSS, MiB", "÷ loops"],
      ways.map(({ way, us, rss }) => [
        way,
        us.toFixed(1),
        (us - (loops?.us ?? NaN)).toFixed(1),
        rss.toFixed(0),
        (rss / (loops?.rss ?? NaN)).toFixed(2),
      ]),
    );
    return `${links}\n\nWith \`reuse\`, from 100,000 to 1,000,000 distinct inputs the heap grows by ${Math.max(growth, 0).toFixed(1)} MB.`;
  },
  command: ({ directUs, bulkUs, rss }) =>
    table(
      ["way", "µs for each row", "peak RSS, MiB"],
      [
        ["`createMany`", directUs.toFixed(0), ""],
        ["`impact-links bulk`", bulkUs.toFixed(0), rss.toFixed(0)],
      ],
    ),
  size: (sizes) =>
    table(
      ["bundle", "kB"],
      sizes.map(({ name, size }) => [name, (size / 1000).toFixed(1)]),
    ),
};

function httpTable({ at10, at100 }: HttpResults): string {
  const heads = [10, 100].flatMap((count) => [
    `${count} at once: requests/s`,
    "÷ raw",
    "CPU µs",
    "÷ raw",
  ]);
  const cells = ({ us, usRatio, cpu, cpuRatio }: Comparison): string[] => [
    (1e6 / us).toFixed(0),
    (1 / usRatio).toFixed(2),
    cpu.toFixed(0),
    cpuRatio.toFixed(2),
  ];
  return table(
    ["way", ...heads],
    // Both have the same ways in the same order.
    at10.map((each, row) => [each.way, ...cells(each), ...cells(at100[row]!)]),
  );
}

/** The first column is text, the others are numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
