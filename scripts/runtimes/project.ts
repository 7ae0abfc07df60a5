/** The project that all runtimes use: the packed package, the entries of compat/, and a server of the API. */
import { execFile } from "node:child_process";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Results } from "../../compat/scenarios.mjs";
import { compat, installPackage, installTools } from "../packed.ts";
import { api, listen } from "./api.ts";

/** Milliseconds for all scenarios of a runtime. They take less than one second. */
export const TIMEOUT = 60_000;

/** A row of the table: the version of a runtime, and the results of its scenarios. */
export interface Attempt {
  version: string;
  results: Results;
}

/** The runtime is not installed, or does not start. */
export class Missing extends Error {}

export const run = promisify(execFile);
const require = createRequire(join(compat, "package.json"));

// On import: installs compat/ (about 2 GB, once) and the packed package, and serves the API until test-runtimes.ts ends.
installTools();
export const folder: string = installPackage();
cpSync(join(compat, "entries"), folder, { recursive: true });
cpSync(join(compat, "scenarios.mjs"), join(folder, "scenarios.mjs"));
export const baseUrl: string = await listen(api);

/** @param path in compat/node_modules */
export function installed(path: string): string {
  const file = join(compat, "node_modules", path);
  if (!existsSync(file)) throw new Missing("npm could not install it here");
  return file;
}

/** @param name of a package in compat/ */
export async function load(name: string): Promise<unknown> {
  installed(join(name, "package.json"));
  const module = (await import(pathToFileURL(require.resolve(name)).href)) as { default?: unknown };
  // A CommonJS module has its exports in `default`.
  return module.default ?? module;
}

/** @param name of a package in compat/ */
export function versionOf(name: string): string {
  const manifest = readFileSync(installed(join(name, "package.json")), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

/** A runtime that does not start counts as missing. */
export async function start<T>(begin: () => Promise<T>): Promise<T> {
  try {
    return await begin();
  } catch (error) {
    throw new Missing(`does not start: ${String(error).split("\n", 1)[0]}`);
  }
}

/** Rejects after the timeout, so that the caller can stop a runtime that hangs. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = sleep(TIMEOUT, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`Expected an end within ${TIMEOUT} ms, got none`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => {}); // the abort rejects it
    timer.abort();
  }
}

/** Merges results into one: "ok" if all are, else the failures. */
export function verdictOf(results: Results): string {
  const wrong = Object.entries(results).filter(([, result]) => result !== "ok");
  return wrong.map(([scenario, result]) => `${scenario}: ${result}`).join("; ") || "ok";
}
