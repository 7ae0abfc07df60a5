/** Builds and serves the Next.js application of compat/next/. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Results } from "../../compat/scenarios.mjs";
import { compat } from "../packed.ts";
import {
  baseUrl,
  folder,
  inTime,
  installed,
  run,
  verdictOf,
  versionOf,
  type Attempt,
} from "./project.ts";

/** Milliseconds. A build takes half a minute on an idle machine. */
const BUILD_TIMEOUT = 600_000;

export async function next(bundler: "webpack" | "turbopack"): Promise<Attempt> {
  const command = installed("next/dist/bin/next");
  // Next.js does not load itself or React from outside the project's root.
  mkdirSync(join(compat, ".tmp"), { recursive: true });
  const project = mkdtempSync(join(compat, ".tmp/next-"));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    // Otherwise Next.js queries npm for packages that it considers missing in the lockfile.
    NEXT_IGNORE_INCORRECT_LOCKFILE: "1",
  };
  try {
    cpSync(join(compat, "next"), project, { recursive: true });
    cpSync(join(compat, "scenarios.mjs"), join(project, "scenarios.mjs"));
    cpSync(join(folder, "node_modules"), join(project, "node_modules"), { recursive: true });
    const build = [command, "build", `--${bundler}`];
    await run(process.execPath, build, { cwd: project, env, timeout: BUILD_TIMEOUT });
    const server = spawn(process.execPath, [command, "start", "--port", "0"], {
      cwd: project,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const end = once(server, "exit");
    try {
      const address = await inTime(addressOf(server.stdout));
      server.stdout.resume();
      return { version: versionOf("next"), results: await inTime(scenariosOf(address)) };
    } finally {
      server.kill("SIGKILL");
      await end;
    }
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

/** Reads the address that `next start` prints. */
async function addressOf(stdout: Readable): Promise<string> {
  let said = "";
  // Next.js keeps writing, so the stream has to stay open.
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    // The space after it: a chunk can end within the port.
    const [, address] = /(http:\/\/localhost:\d+)\s/.exec(said) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error(`Expected an address, got ${said}`);
}

async function scenariosOf(address: string): Promise<Results> {
  const resultsOf = async (path: string): Promise<Results> => {
    const response = await fetch(`${address}${path}?baseUrl=${baseUrl}`);
    if (!response.ok) throw new Error(`Expected a 200 of ${path}, got ${response.status}`);
    return (await response.json()) as Results;
  };
  const page = await (await fetch(`${address}/page`)).text();
  if (!page.includes("/c/1/2/3?subId1=a")) throw new Error(`Expected a link, got ${page}`);
  const edge = await resultsOf("/edge");
  const results = await resultsOf("/node");
  return { ...results, edge: verdictOf(edge), require: verdictOf(await resultsOf("/api/require")) };
}
