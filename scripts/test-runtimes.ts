/**
 * Runs compat/scenarios.mjs with the packed package on every supported runtime, against a local server.
 *
 *     npm run test:runtimes [-- --allow-missing]
 *
 * Exit code 1 if a scenario fails or a runtime is missing. With --allow-missing a missing runtime is only shown in the
 * table. Chromium has to be installed (`apt-get install chromium`), or CHROMIUM is its path.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { api, listen } from "./runtimes-api.ts";
import { compat, installPackage, installTools, printTable, root } from "./packed.ts";
import type { Results } from "../compat/scenarios.mjs";

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
const COLUMNS = [...SCENARIOS, "require", "guard", "recipe"];
/** Milliseconds for all scenarios of a runtime. They take less than one second. */
const TIMEOUT = 60_000;

/** The runtime is not installed, or does not start. */
class Missing extends Error {}

// The packages in compat/ are not installed where the compiler looks, so these are the members that are used.
interface Esbuild {
  build: (options: Record<string, unknown>) => Promise<{
    outputFiles: { text: string }[];
    metafile: { inputs: object };
  }>;
}
interface Worker {
  ready: Promise<URL>;
  dispatchFetch: (url: string) => Promise<{ json: () => Promise<Results> }>;
  dispose: () => Promise<void>;
}
type Miniflare = new (options: object) => Worker;
interface Playwright {
  chromium: { launch: (options: object) => Promise<Browser> };
}
interface Browser {
  newPage: () => Promise<{
    goto: (url: string) => Promise<unknown>;
    evaluate: (script: string) => Promise<Results>;
  }>;
  version: () => string;
  close: () => Promise<void>;
}

const { values } = parseArgs({ options: { "allow-missing": { type: "boolean" } } });
const require = createRequire(join(compat, "package.json"));
const run = promisify(execFile);

installTools();
const folder = installPackage();
cpSync(join(compat, "entries"), folder, { recursive: true });
cpSync(join(compat, "scenarios.mjs"), join(folder, "scenarios.mjs"));
const baseUrl = await listen(api);

const installed = (path: string) => join(compat, "node_modules", path);

/** @param name of a package in compat/ */
function load(name: string): unknown {
  try {
    require.resolve(name);
  } catch {
    throw new Missing("npm could not install it here");
  }
  return require(name);
}

async function program(binary: string, options: string[] = []) {
  if (!existsSync(binary)) throw new Missing("npm could not install it here");
  const { stdout } = await start(() => run(binary, ["--version"], { timeout: TIMEOUT }));
  const entry = async (file: string) => {
    const args = [...options, file, baseUrl];
    // Bun and Deno use the proxy of the environment, and Deno checks for updates.
    const env = { ...process.env, NO_PROXY: "127.0.0.1", DENO_NO_UPDATE_CHECK: "1" };
    const said = await run(binary, args, { cwd: folder, env, timeout: TIMEOUT });
    if (said.stderr !== "") throw new Error(`Expected nothing on stderr, got ${said.stderr}`);
    return JSON.parse(said.stdout) as Results;
  };
  const version = /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? "";
  const results = await entry("import.mjs");
  const required = await entry("require.cjs").catch((error) => ({ start: String(error) }));
  const wrong = Object.entries(required).filter(([, result]) => result !== "ok");
  const verdict = wrong.map(([scenario, result]) => `${scenario}: ${result}`).join("; ");
  return { version, results: { ...results, require: verdict || "ok" } };
}

async function start<T>(begin: () => Promise<T>) {
  try {
    return await begin();
  } catch (error) {
    throw new Missing(`does not start: ${String(error).split("\n", 1)[0]}`);
  }
}

/** Rejects after the timeout, so that a runtime that hangs is stopped. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = sleep(TIMEOUT, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`Expected an end within ${TIMEOUT} ms, got none`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => {});
    timer.abort();
  }
}

async function bundle(
  entry: string,
  options?: Record<string, unknown>,
): Promise<{ code: string; inputs: string[] }> {
  const { build } = load("esbuild") as Esbuild;
  const { outputFiles, metafile } = await build({
    absWorkingDir: folder,
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    metafile: true,
    write: false,
    logLevel: "silent",
    ...options,
  });
  return { code: outputFiles[0]?.text ?? "", inputs: Object.keys(metafile.inputs) };
}

async function workerd() {
  const { Miniflare } = load("miniflare") as { Miniflare: Miniflare };
  const compatibilityDate = "2026-04-01";
  const idle = "export default { fetch: () => new Response() };";
  await start(async () => {
    const empty = new Miniflare({ modules: true, script: idle, compatibilityDate });
    await empty.ready;
    await empty.dispose();
  });
  const { code } = await bundle("worker.mjs", { conditions: ["workerd", "worker", "browser"] });
  const bindings = { baseUrl };
  const worker = new Miniflare({ modules: true, script: code, compatibilityDate, bindings });
  try {
    const response = await inTime(worker.dispatchFetch("http://localhost/"));
    const results = await response.json();
    const manifest = readFileSync(installed("workerd/package.json"), "utf8");
    const { version } = JSON.parse(manifest) as { version: string };
    const recipes = await inTime(recipe(Miniflare, compatibilityDate));
    return { version, results: { ...results, recipe: recipes } };
  } finally {
    await worker.dispose();
  }
}

/** A visitor whose connection is reset takes nobody else's page of the recipes along. */
async function recipe(Miniflare: Miniflare, compatibilityDate: string): Promise<string> {
  const page = readFileSync(join(root, "docs/recipes.md"), "utf8");
  for (const name of ["links.ts", "handle.ts", "mount.ts"]) {
    const code = page.split("```ts\n// " + name + "\n")[1]?.split("```")[0];
    if (code === undefined) throw new Error(`Expected a block ${name} in the recipes, got none`);
    writeFileSync(join(folder, name), code);
  }
  const env = { IMPACT_ACCOUNT_SID: "IRcompat", IMPACT_AUTH_TOKEN: "compat-token" };
  const process = JSON.stringify({ env: { ...env, IMPACT_BASE_URL: baseUrl } });
  const { code } = await bundle("mount.ts", {
    conditions: ["workerd", "worker", "browser"],
    external: ["hono"],
    banner: { js: `globalThis.process = ${process};` },
  });
  const hono = "export class Hono { get() { return this; } }"; // that one mounts the same handler
  const modules = [
    { type: "ESModule", path: "mount.js", contents: code },
    { type: "ESModule", path: "hono", contents: hono },
  ];
  const worker = new Miniflare({ modules, compatibilityDate });
  try {
    const { hostname, port, href } = await worker.ready;
    const visitor = connect(Number(port), hostname);
    const asked = once(api, "request");
    visitor.write("GET /boots HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await asked;
    visitor.resetAndDestroy();
    const signal = AbortSignal.timeout(10_000);
    const next = await fetch(`${href}boots`, { redirect: "manual", signal });
    const location = next.headers.get("location") ?? "";
    return location.startsWith("https://example.sjv.io/") ? "ok" : `${next.status} ${location}`;
  } catch (error) {
    return String(error);
  } finally {
    await worker.dispose();
  }
}

async function chromium() {
  const playwright = load("playwright-core") as Playwright;
  const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const executablePath = process.env.CHROMIUM ?? usual.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Missing("run `apt-get install chromium`, or set CHROMIUM to its path");
  }
  // The sandbox does not work as root, and the page is ours.
  const browser = await start(() =>
    playwright.chromium.launch({ executablePath, args: ["--no-sandbox"] }),
  );
  let code = "";
  // On another port than the API, so that CORS applies.
  const site = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? code : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  try {
    ({ code } = await bundle("page.mjs", { platform: "browser" }));
    const page = await browser.newPage();
    await page.goto(await listen(site));
    const results = await inTime(page.evaluate(`runInPage(${JSON.stringify(baseUrl)})`));
    return { version: browser.version(), results };
  } finally {
    await browser.close();
    site.close();
  }
}

/** Fails if the bundle of the main entry needs another package or a module of Node. */
async function browserBundle() {
  const { code, inputs } = await bundle("call.mjs", { platform: "browser" });
  const own = /^(call\.mjs|node_modules\/(impact-partner-client|openapi-fetch)\/.+)$/;
  const others = inputs.filter((input) => !own.test(input));
  if (others.length > 0) throw new Error(`Expected no other package, got ${others.join(", ")}`);
  if (/\bnode:|\brequire\(/.test(code)) throw new Error("Expected no module of Node's, got one");
  return inputs.slice(0, -1).map((input) => input.replace("node_modules/", ""));
}

const denoOptions = ["run", "--node-modules-dir=manual", `--allow-net=${new URL(baseUrl).host}`];

interface Runtime {
  attempt: () => Promise<{ version: string; results: Results }>;
  /** A column besides the scenarios. */
  also?: string;
  /** A scenario that it cannot pass, as docs/errors.md says. */
  except?: string;
}

const runtimes: Record<string, Runtime> = {
  "Node, this one": { attempt: () => program(process.execPath), also: "require" },
  "Node 22": { attempt: () => program(installed("node-22/bin/node")), also: "require" },
  "Node 24": { attempt: () => program(installed("node-24/bin/node")), also: "require" },
  "Node, newest": { attempt: () => program(installed("node-newest/bin/node")), also: "require" },
  Bun: { attempt: () => program(installed("bun/bin/bun.exe")), also: "require" },
  Deno: { attempt: () => program(installed("deno/deno"), denoOptions), also: "require" },
  "Cloudflare workerd": { attempt: workerd, also: "recipe" },
  // A page sends a request again by itself, and nothing can keep it from that.
  "Chromium, a page": { attempt: chromium, also: "guard", except: "sent once" },
};

const rows = [["runtime", "version", ...COLUMNS]];
let missing = 0;
const wrong: string[] = [];
for (const [name, { attempt, also, except }] of Object.entries(runtimes)) {
  const due = COLUMNS.filter(
    (column) => column !== except && (SCENARIOS.includes(column) || column === also),
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
