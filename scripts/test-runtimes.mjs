/**
 * The packed package on every runtime that README names, as its users get it: installed from the tarball, with
 * the scenarios of compat/scenarios.mjs, against a server on this machine.
 *
 *     npm run test:runtimes [-- --allow-missing]
 *
 * Exit code 1 if a scenario fails, or if a runtime is not there: that is not known to work. With --allow-missing
 * the table says so and no more, since not every machine can have every runtime. Chromium is the system's own
 * (`apt-get install chromium`), or CHROMIUM says where it is.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { compat, installPackage, installTools, printTable } from "./packed.mjs";

/** @typedef {import("../compat/scenarios.mjs").Results} Results */

const SCENARIOS = [
  "create",
  "API error",
  "timeout",
  "abort",
  "createMany",
  "impact.raw",
  "./testing",
];
const COLUMNS = [...SCENARIOS, "require", "guard"];
/** Milliseconds for all scenarios of a runtime, which take less than one second. */
const PATIENCE = 60_000;

/** The runtime is not there, or does not start: nothing is known of the package. */
class Missing extends Error {}

const { values } = parseArgs({ options: { "allow-missing": { type: "boolean" } } });
const require = createRequire(join(compat, "package.json"));
const run = promisify(execFile);

/** What answers is the scenarios' own: a program's id says what is to happen. */
const api = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const [, programId] = /\/Programs\/(\w+)\/TrackingLinks$/.exec(pathname) ?? [];
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Access-Control-Allow-Headers", "Authorization, IR-Version");
  response.setHeader("Access-Control-Expose-Headers", "X-RateLimit-Remaining-hour");
  if (request.method === "OPTIONS") return response.writeHead(204).end();
  if (programId === "never") return;
  response.setHeader("Content-Type", "application/json");
  response.setHeader("X-RateLimit-Remaining-hour", "999");
  const credentials = `Basic ${Buffer.from("IRcompat:compat-token").toString("base64")}`;
  if (request.method !== "POST" || request.headers.authorization !== credentials) {
    return response.writeHead(401).end('{"Message":"Expected POST and the right credentials"}');
  }
  if (!request.headers["ir-version"]) {
    return response.writeHead(400).end('{"Message":"Expected IR-Version, got none"}');
  }
  if (programId === "403") {
    const isVanity = searchParams.get("Type") === "Vanity";
    const Message = isVanity ? "The vanity limit is reached." : "The program is not joined.";
    return response.writeHead(403).end(JSON.stringify({ Status: "ERROR", Message }));
  }
  const subId1 = encodeURIComponent(searchParams.get("subId1") ?? "");
  const TrackingURL = `https://example.sjv.io/c/1/2/${programId}?subId1=${subId1}`;
  return response.end(JSON.stringify({ TrackingURL }));
});

/** @param {import("node:http").Server} server */
async function listen(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Expected a port, got none");
  return `http://127.0.0.1:${address.port}`;
}

installTools();
const folder = installPackage();
cpSync(join(compat, "entries"), folder, { recursive: true });
cpSync(join(compat, "scenarios.mjs"), join(folder, "scenarios.mjs"));
const baseUrl = await listen(api);

/** @param {string} path */
const installed = (path) => join(compat, "node_modules", path);

/** @param {string} name of a package in compat/ */
function load(name) {
  try {
    require.resolve(name);
  } catch {
    throw new Missing("npm could not install it here");
  }
  return require(name);
}

/**
 * @param {string} binary
 * @param {string[]} [options]
 */
async function program(binary, options = []) {
  if (!existsSync(binary)) throw new Missing("npm could not install it here");
  const { stdout } = await start(() => run(binary, ["--version"], { timeout: PATIENCE }));
  /** @param {string} file */
  const entry = async (file) => {
    const args = [...options, file, baseUrl];
    // Bun and Deno heed a proxy of the environment, and Deno looks for its next version.
    const env = { ...process.env, NO_PROXY: "127.0.0.1", DENO_NO_UPDATE_CHECK: "1" };
    const said = await run(binary, args, { cwd: folder, env, timeout: PATIENCE });
    if (said.stderr !== "") throw new Error(`Expected nothing on stderr, got ${said.stderr}`);
    return /** @type {Results} */ (JSON.parse(said.stdout));
  };
  const version = /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? "";
  const results = await entry("import.mjs");
  const required = await entry("require.cjs").catch((error) => ({ start: String(error) }));
  const wrong = Object.entries(required).filter(([, result]) => result !== "ok");
  const verdict = wrong.map(([scenario, result]) => `${scenario}: ${result}`).join("; ");
  return { version, results: { ...results, require: verdict || "ok" } };
}

/**
 * @template T
 * @param {() => Promise<T>} begin
 */
async function start(begin) {
  try {
    return await begin();
  } catch (error) {
    throw new Missing(`does not start: ${String(error).split("\n", 1)[0]}`);
  }
}

/**
 * What hangs is to fail, and the runtime to be ended.
 *
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
async function inTime(work) {
  const timer = new AbortController();
  const late = sleep(PATIENCE, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`Expected an end within ${PATIENCE} ms, got none`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => {});
    timer.abort();
  }
}

/**
 * @param {string} entry
 * @param {Record<string, unknown>} [options]
 * @returns {Promise<{ code: string, inputs: string[] }>}
 */
async function bundle(entry, options) {
  const { build } = load("esbuild");
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
  return { code: outputFiles[0].text, inputs: Object.keys(metafile.inputs) };
}

async function workerd() {
  const { Miniflare } = load("miniflare");
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
    /** @type {Results} */
    const results = await response.json();
    const manifest = readFileSync(installed("workerd/package.json"), "utf8");
    return { version: JSON.parse(manifest).version, results };
  } finally {
    await worker.dispose();
  }
}

async function chromium() {
  const playwright = load("playwright-core");
  const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const executablePath = process.env["CHROMIUM"] ?? usual.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Missing("`apt-get install chromium`, or say by CHROMIUM where it is");
  }
  // Its sandbox is not to be had as root, and the page is our own.
  const browser = await start(() =>
    playwright.chromium.launch({ executablePath, args: ["--no-sandbox"] }),
  );
  let code = "";
  // From another port than the API's: CORS is part of it.
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

/** A bundler that meets a module of Node's, or of a polyfill, shows that the main entry needs one. */
async function browserBundle() {
  const { code, inputs } = await bundle("call.mjs", { platform: "browser" });
  const own = /^(call\.mjs|node_modules\/(impact-partner-client|openapi-fetch)\/.+)$/;
  const others = inputs.filter((input) => !own.test(input));
  if (others.length > 0) throw new Error(`Expected no other package, got ${others.join(", ")}`);
  if (/\bnode:|\brequire\(/.test(code)) throw new Error("Expected no module of Node's, got one");
  return inputs.slice(0, -1).map((input) => input.replace("node_modules/", ""));
}

const denoOptions = ["run", "--node-modules-dir=manual", `--allow-net=${new URL(baseUrl).host}`];

/** @typedef {{ attempt: () => Promise<{ version: string, results: Results }>, also?: string }} Runtime */
/** @type {Record<string, Runtime>} */
const runtimes = {
  "Node, this one": { attempt: () => program(process.execPath), also: "require" },
  "Node 22": { attempt: () => program(installed("node-22/bin/node")), also: "require" },
  "Node 24": { attempt: () => program(installed("node-24/bin/node")), also: "require" },
  "Node, newest": { attempt: () => program(installed("node-newest/bin/node")), also: "require" },
  Bun: { attempt: () => program(installed("bun/bin/bun.exe")), also: "require" },
  Deno: { attempt: () => program(installed("deno/deno"), denoOptions), also: "require" },
  "Cloudflare workerd": { attempt: workerd },
  "Chromium, a page": { attempt: chromium, also: "guard" },
};

const rows = [["runtime", "version", ...COLUMNS]];
let missing = 0;
/** @type {string[]} */
const wrong = [];
for (const [name, { attempt, also }] of Object.entries(runtimes)) {
  const due = COLUMNS.filter((column) => SCENARIOS.includes(column) || column === also);
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

/** @param {string | undefined} result */
function mark(result) {
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
