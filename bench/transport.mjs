/**
 * What the recipe "Send faster from Node" is worth: requests per second of a client with it, over those of a
 * hand-written `fetch`, in one run: `npm run bench`, which builds first.
 *
 * Server, fetch and client are processes of their own; the latter two take turns in short slices, and each figure is
 * the median of its slices. `fetch, again` is the same once more in another process: its distance from 1.00 is
 * what the noise is worth.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { median } from "./statistics.mjs";

const SLICES = Number(process.env["SLICES"] ?? 21);
const REQUESTS = 2000;
const ROUTES = ["fetch", "fetch, again", "client", "client with undici"];

/** @typedef {{ perSecond: number, cpu: number }} Figures `cpu`: the client's own, µs for each request */

// The recipe as it stands in the page, where it finds its packages.
const page = readFileSync(new URL("../docs/recipes.md", import.meta.url), "utf8");
const [, code] = /^```ts\n(\/\/ transport\.ts\n.*?)^```$/ms.exec(page) ?? [];
if (code === undefined)
  throw new Error("Expected a block transport.ts in docs/recipes.md, got none");
const recipe = new URL(`transport-recipe-${process.pid}.mjs`, import.meta.url);
const { ESNext: module } = ts.ModuleKind;
const compilerOptions = { module, target: ts.ScriptTarget.ES2022 };
writeFileSync(recipe, ts.transpileModule(code, { compilerOptions }).outputText);

const child = fileURLToPath(new URL("transport-child.mjs", import.meta.url));
/** @type {import("node:child_process").ChildProcess[]} */
const children = [];

/** @param {string[]} args */
async function start(...args) {
  const started = fork(child, args);
  children.push(started);
  const [said] = await once(started, "message");
  return { started, said };
}

try {
  const { said: port } = await start("server");
  const runners = await Promise.all(
    ROUTES.map(async (route) => {
      const { started } = await start(route, String(port), recipe.href);
      return {
        route,
        /**
         * @param {number} atOnce
         * @returns {Promise<Figures>}
         */
        run: async (atOnce) => {
          started.send({ count: REQUESTS, atOnce });
          const [figures] = await once(started, "message");
          return figures;
        },
      };
    }),
  );
  console.log(`Node ${process.version}, undici of this Node ${process.versions["undici"]}, and`);
  console.log(`undici ${undiciVersion()} in the recipe; ${cpus().length} × ${cpus()[0]?.model}`);
  for (const atOnce of [10, 100]) {
    for (const { run } of runners) for (let i = 0; i < 3; i++) await run(atOnce);
    const seen = new Map(ROUTES.map((route) => [route, /** @type {Figures[]} */ ([])]));
    for (let slice = 0; slice < SLICES; slice++) {
      for (const { route, run } of runners) seen.get(route)?.push(await run(atOnce));
    }
    console.log(`\n${atOnce} at once: requests a second, ÷ fetch; CPU for each, fetch ÷ it`);
    const figure = (/** @type {string} */ route, /** @type {keyof Figures} */ name) =>
      median((seen.get(route) ?? []).map((figures) => figures[name]));
    for (const route of ROUTES) {
      const [perSecond, cpu] = [figure(route, "perSecond"), figure(route, "cpu")];
      const faster = (perSecond / figure("fetch", "perSecond")).toFixed(2);
      const lighter = (figure("fetch", "cpu") / cpu).toFixed(2);
      console.log(
        `  ${route.padEnd(20)} ${perSecond.toFixed(0).padStart(6)} ${faster}   ${cpu.toFixed(0).padStart(4)} µs ${lighter}`,
      );
    }
  }
} finally {
  for (const each of children) each.disconnect();
  rmSync(recipe);
}

function undiciVersion() {
  const manifest = new URL("../node_modules/undici/package.json", import.meta.url);
  return JSON.parse(readFileSync(manifest, "utf8")).version;
}
