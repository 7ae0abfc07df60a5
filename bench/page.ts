/**
 * Writes the tables and the chart of docs/performance.md from bench/results.json. `npm run bench` does so at its end.
 * Run it alone after a change to their format:
 *
 *     npx tsx bench/page.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { THEMES, type Theme } from "../scripts/pictures/svg.ts";
import { chartSvg, inWords, type Chart } from "./chart.ts";
import type { CallResults, Results } from "./results.ts";
import { sectionOf } from "./sections.ts";
import { isMain } from "../scripts/is-main.ts";

const root = new URL("..", import.meta.url);
const PAGE = "docs/performance.md";
export const RESULTS: URL = new URL("bench/results.json", root);

/** Returns path → text of the files that show the results. */
export async function filesOf(results: Results): Promise<Map<string, string>> {
  const chart = callChart(results.call);
  const images = (Object.keys(THEMES) as Theme[]).map((theme): [string, string] => [
    `docs/images/call-cost-${theme}.svg`,
    chartSvg(chart, theme),
  ]);
  return new Map([[PAGE, await pageOf(results, chart)], ...images]);
}

async function pageOf(results: Results, chart: Chart): Promise<string> {
  const path = fileURLToPath(new URL(PAGE, root));
  let page = withSection(readFileSync(path, "utf8"), "chart", pictureOf(chart));
  for (const name of Object.keys(results) as (keyof Results)[]) {
    page = withSection(page, name, sectionOf(name, results));
  }
  return format(page, { ...(await resolveConfig(path)), parser: "markdown" });
}

/** Replaces the text between the markers of `name`. */
function withSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`Expected ${begin} and ${end} in ${PAGE}, got none`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

const pictureOf = (chart: Chart): string => `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="images/call-cost-dark.svg">
  <img src="images/call-cost-light.svg" width="700" alt="${chart.title}: ${inWords(chart)}">
</picture>`;

/** The bars. `control` is `raw` again, and is only in the table. */
const LABELS: Readonly<Record<string, string>> = {
  raw: "fetch by hand",
  "openapi-fetch": "openapi-fetch",
  client: "impact-partner-client",
  ky: "ky",
  octokit: "@octokit/request",
  axios: "axios",
};

function callChart(calls: CallResults): Chart {
  return {
    title: "CPU time of one call without a network",
    subtitle: "in µs, and as a multiple of a fetch by hand",
    unit: "µs",
    bars: calls.flatMap(({ way, cpu, cpuRatio }) => {
      const label = LABELS[way];
      if (label === undefined) return [];
      return [{ label, value: cpu, note: `${cpuRatio.toFixed(2)} ×`, isOurs: way === "client" }];
    }),
  };
}

/** Writes the page and the chart. */
export async function writeFiles(): Promise<void> {
  const results = JSON.parse(readFileSync(RESULTS, "utf8")) as Results;
  for (const [path, text] of await filesOf(results)) writeFileSync(new URL(path, root), text);
}

if (isMain(import.meta)) await writeFiles();
