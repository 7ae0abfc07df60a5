import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { vi } from "vitest";
import { run } from "../../../src/cli/main.ts";
import { ACCOUNT, TOKEN, atEnd, newFolder, startBulk, type Ended } from "./process.ts";
import { serveLinks, type CountingServer } from "./server.ts";
import { writeInput, type Row } from "./rows.ts";
import { audit, readOr, readRows, readJournal, type Audit } from "./audit.ts";

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** A table in a folder of its own, a server, and what both come to. */
export async function setUp(
  rows: readonly Row[],
  told: Partial<CountingServer> = {},
  { input = "in.csv", out = "out.csv", flags = [] as string[] } = {},
): Promise<Story> {
  const folder = newFolder();
  const server = await serveLinks(told);
  const files = { folder, input: join(folder, input), out: join(folder, out) };
  writeInput(files.input, rows);
  const audited = audit(rows, server, files.out, flags.includes("--append-ids"));
  const journal = `${files.out}.journal`;
  const args = [files.input, "--out", files.out, "--silent", ...flags];
  return { ...files, journal, args, rows, server, audited };
}

export interface Story {
  folder: string;
  input: string;
  out: string;
  journal: string;
  args: string[];
  rows: readonly Row[];
  server: CountingServer;
  audited: Audit;
}

/** What the command names as changed, and how it is then given. */
export type Change = [what: string, args: string[], env?: Record<string, string>];

export const changesOf = ({ args, server }: Story): Change[] => [
  ["--program", [...args, "--program", "7"]],
  ["--append-ids", [...args, "--append-ids"]],
  ["--pass-through", [...args, "--pass-through", "note"]],
  ["the account", args, { IMPACT_ACCOUNT_SID: "IRother" }],
  ["the account and the server and --sandbox", [...args, "--sandbox"]],
  ["the server", args, { IMPACT_BASE_URL: server.baseUrl.replace("127.0.0.1", "localhost") }],
];

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

/** Runs it until so many rows are recorded, and kills it. */
export async function killAfter(
  { args, server, journal, audited }: Story,
  rows: number,
): Promise<void> {
  const { child, ended } = startBulk(args, server);
  await until(() => readJournal(journal).filter((line) => line.row !== undefined).length >= rows);
  child.kill("SIGKILL");
  await ended;
  await server.idle();
  audited.stopped();
}

export const filesOf = ({ out, journal }: Story): string[] => [
  readOr(out, "none"),
  readOr(journal, "none"),
];
export const statusesOf = (path: string): string[] => readRows(path).map(({ status }) => status);
export const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

export function mountTiny(options: string): string | undefined {
  const folder = newFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  atEnd(() => void execFileSync("umount", [folder]));
  return folder;
}

/** The command in this process, where a story needs very many runs. */
export async function command(
  args: readonly string[],
  { baseUrl }: CountingServer,
  env: Record<string, string> = {},
  heard: () => void = () => {},
): Promise<Ended> {
  const all: Record<string, string> = {
    IMPACT_ACCOUNT_SID: ACCOUNT,
    IMPACT_AUTH_TOKEN: TOKEN,
    IMPACT_BASE_URL: baseUrl,
    ...env,
  };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  let stdout = "";
  let stderr = "";
  const code = await run(["bulk", ...args], {
    stdin: (async function* () {})(),
    stdout: { write: (text, done) => done(void (stdout += text)) },
    stderr: { write: (text, done) => (heard(), done(void (stderr += text))) },
    env: all,
    signal: new AbortController().signal,
  });
  return { code, signal: null, stdout, stderr };
}
