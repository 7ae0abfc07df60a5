import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../workspace.ts";

export const ACCOUNT = "IRx7Kq2LmAccount";
export const TOKEN = "t0k-en:of/mine+4711";
const base64 = (text: string): string => Buffer.from(text).toString("base64");
/** What must stand nowhere, in the forms in which it could be written. */
export const SECRETS: readonly string[] = [TOKEN, base64(TOKEN), base64(`${ACCOUNT}:${TOKEN}`)];

const ends: (() => void)[] = [];

/** Calls back in {@link endAll}. Tests run beside each other here, where `onTestFinished` cannot tell them apart. */
export function atEnd(end: () => void): void {
  ends.push(end);
}

/** Call it after the tests of a file. */
export function endAll(): void {
  for (const end of ends.splice(0).toReversed()) end();
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "impact-bulk-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface Start {
  baseUrl: string;
  env?: Record<string, string>;
  stdin?: string;
  /** Bash that has the command as "$@". */
  shell?: string;
}

/** The published command in a process of its own. */
export function startBulk(
  args: readonly string[],
  { baseUrl, env = {}, stdin, shell }: Start,
): Running {
  const command = [process.execPath, join(root, "dist/cli.js"), "bulk", ...args];
  const [file = "", ...rest] =
    shell === undefined ? command : ["bash", "-c", shell, "bash", ...command];
  const account = {
    IMPACT_ACCOUNT_SID: ACCOUNT,
    IMPACT_AUTH_TOKEN: TOKEN,
    IMPACT_BASE_URL: baseUrl,
  };
  const child = spawn(file, rest, {
    env: { ...process.env, ...account, ...env },
    stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  atEnd(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin?.on("error", () => {});
  child.stdin?.end(stdin);
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

export function runBulk(args: readonly string[], start: Start): Promise<Ended> {
  return startBulk(args, start).ended;
}
