/** Runs the scenarios in Node, Bun and Deno, and as bundles in this Node. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Results } from "../../compat/scenarios.mjs";
import { esbuild, vite } from "./bundle.ts";
import {
  baseUrl,
  folder,
  run,
  start,
  TIMEOUT,
  verdictOf,
  versionOf,
  type Attempt,
} from "./project.ts";

async function resultsOf(binary: string, ...args: string[]): Promise<Results> {
  // By default, Bun and Deno use the environment's proxy, and Deno checks for updates.
  const env = { ...process.env, NO_PROXY: "127.0.0.1", DENO_NO_UPDATE_CHECK: "1" };
  const said = await run(binary, [...args, baseUrl], { cwd: folder, env, timeout: TIMEOUT });
  if (said.stderr !== "") throw new Error(`Expected nothing on stderr, got ${said.stderr}`);
  return JSON.parse(said.stdout) as Results;
}

async function program(binary: string, forAll: string[], forRequire: string[]): Promise<Attempt> {
  const { stdout } = await start(() => run(binary, ["--version"], { timeout: TIMEOUT }));
  const version = /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? "";
  const results = await resultsOf(binary, ...forAll, "import.mjs");
  const required = await resultsOf(binary, ...forAll, ...forRequire, "require.cjs").catch(
    (error) => ({ start: String(error) }),
  );
  return { version, results: { ...results, require: verdictOf(required) } };
}

/** Turns off `require` of ES modules, because Jest and older versions of Node do not support it. */
export const node = (binary: string): Promise<Attempt> =>
  program(binary, [], ["--no-experimental-require-module"]);

export const bun = (binary: string): Promise<Attempt> => program(binary, [], []);

export const deno = (binary: string): Promise<Attempt> =>
  program(binary, ["run", "--node-modules-dir=manual", `--allow-net=${new URL(baseUrl).host}`], []);

async function runBundle(name: string, code: string): Promise<Results> {
  const file = join(folder, name);
  writeFileSync(file, code);
  return resultsOf(process.execPath, file);
}

export async function esbuildForNode(): Promise<Attempt> {
  const imported = await esbuild("import.mjs", { platform: "node" });
  const required = await esbuild("require.cjs", { platform: "node", format: "cjs" });
  const results = await runBundle("esbuild.mjs", imported.code);
  const verdict = verdictOf(await runBundle("esbuild.cjs", required.code));
  return { version: versionOf("esbuild"), results: { ...results, require: verdict } };
}

export async function viteForNode(): Promise<Attempt> {
  const results = await runBundle("vite.mjs", await vite("import.mjs", "server"));
  return { version: versionOf("vite"), results };
}
