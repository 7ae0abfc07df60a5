/**
 * Runs compat/scenarios.mjs with the packed package against a local server: in every supported runtime, with every
 * supported bundler and in Jest.
 *
 *     npm run test:runtimes [-- --allow-missing] [<part of a name> …]
 *
 * Parts of names select rows. Exit code 1 if a scenario fails or a runtime is missing. With --allow-missing, a missing
 * runtime is only shown in the table. Install Chromium (`apt-get install chromium`), or set CHROMIUM to its path.
 */
import { parseArgs } from "node:util";
import { printTable } from "./packed.ts";
import { api } from "./runtimes/api.ts";
import { browserBundle, esbuild, vite } from "./runtimes/bundle.ts";
import { chromium } from "./runtimes/chromium.ts";
import { jest } from "./runtimes/jest.ts";
import { next } from "./runtimes/next.ts";
import { bun, deno, esbuildForNode, node, viteForNode } from "./runtimes/programs.ts";
import { installed, Missing, versionOf, type Attempt } from "./runtimes/project.ts";
import { workerd } from "./runtimes/workerd.ts";

const SCENARIOS = [
  "create",
  "API error",
  "timeout",
  "abort",
  "createMany",
  "sent once",
  "impact.raw",
  "./testing",
];
const COLUMNS = [...SCENARIOS, "require", "guard", "recipe", "edge"];

const { values, positionals } = parseArgs({
  options: { "allow-missing": { type: "boolean" } },
  allowPositionals: true,
});

interface Runtime {
  attempt: () => Promise<Attempt>;
  /** Columns besides the scenarios. */
  also?: string[];
  /** A scenario that it cannot pass, see docs/errors.md. */
  except?: string;
}

const esbuildPage = async () => (await esbuild("page.mjs", { platform: "browser" })).code;
const vitePage = async (): Promise<Attempt> => {
  const { results } = await chromium(() => vite("page.mjs", "page"));
  return { version: versionOf("vite"), results };
};
// A browser may repeat a request by itself if a reused connection closes. No option prevents that.
const inPage = { also: ["guard"], except: "sent once" };
const required = { also: ["require"] };

const runtimes: Record<string, Runtime> = {
  "Node, this one": { attempt: () => node(process.execPath), ...required },
  "Node, oldest": { attempt: () => node(installed("node-20/bin/node")), ...required },
  "Node 22": { attempt: () => node(installed("node-22/bin/node")), ...required },
  "Node 24": { attempt: () => node(installed("node-24/bin/node")), ...required },
  "Node, newest": { attempt: () => node(installed("node-newest/bin/node")), ...required },
  Bun: { attempt: () => bun(installed("bun/bin/bun.exe")), ...required },
  Deno: { attempt: () => deno(installed("deno/deno")), ...required },
  "Cloudflare workerd": { attempt: workerd, also: ["recipe"] },
  "Chromium, a page": { attempt: () => chromium(esbuildPage), ...inPage },
  "Vite, a page": { attempt: vitePage, ...inPage },
  "Vite for Node": { attempt: viteForNode },
  "esbuild for Node": { attempt: esbuildForNode, ...required },
  "Jest 29": { attempt: () => jest("jest-29", "plain.test.js") },
  "Jest 29, Babel": { attempt: () => jest("jest-29", "babel.test.js") },
  "Jest 29, ts-jest": { attempt: () => jest("jest-29", "typed.test.ts") },
  "Jest 30": { attempt: () => jest("jest-30", "plain.test.js") },
  "Jest 30, Babel": { attempt: () => jest("jest-30", "babel.test.js") },
  "Jest 30, ts-jest": { attempt: () => jest("jest-30", "typed.test.ts") },
  "Next.js, webpack": { attempt: () => next("webpack"), also: ["require", "edge"] },
  "Next.js, Turbopack": { attempt: () => next("turbopack"), also: ["require", "edge"] },
};

const rows = [["runtime", "version", ...COLUMNS]];
let missing = 0;
const wrong: string[] = [];
for (const [name, { attempt, also = [], except }] of Object.entries(runtimes)) {
  if (positionals.length > 0 && !positionals.some((part) => name.includes(part))) continue;
  const due = COLUMNS.filter(
    (column) => column !== except && (SCENARIOS.includes(column) || also.includes(column)),
  );
  try {
    const { version, results } = await attempt();
    const said = new Map(due.map((column) => [column, results[column] ?? "did not run"]));
    rows.push([name, version, ...COLUMNS.map((column) => mark(said.get(column)))]);
    for (const [column, result] of said) {
      if (result !== "ok") wrong.push(`${name}, ${column}: ${result}`);
    }
  } catch (error) {
    if (error instanceof Missing) {
      missing += 1;
      rows.push([name, `MISSING: ${error.message}`]);
    } else {
      wrong.push(`${name}: ${String(error)}`);
      const cells = COLUMNS.map((column) => (due.includes(column) ? "FAILED" : "-"));
      rows.push([name, "", ...cells]);
    }
  }
}

function mark(result: string | undefined) {
  if (result === undefined) return "-";
  return result === "ok" ? "ok" : "FAILED";
}

printTable(rows);
try {
  const inputs = await browserBundle();
  console.log(
    `\nesbuild for the browser, a call of create: ${inputs.join(", ")}, and nothing else`,
  );
} catch (error) {
  wrong.push(`esbuild for the browser: ${String(error)}`);
}
api.closeAllConnections();
api.close();

for (const line of wrong) console.error(`\nFAILED  ${line}`);
if (wrong.length > 0 || (missing > 0 && !values["allow-missing"])) process.exitCode = 1;
