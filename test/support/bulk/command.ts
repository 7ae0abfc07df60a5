import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { beforeEach, expect, vi } from "vitest";
import { run } from "../../../src/cli/main.ts";
import { serve, type RecordingServer } from "../server.ts";
import { emptyFolder } from "../workspace.ts";

export const TOKEN = "s3cret-t0ken-of-mine";
export const BASIC = Buffer.from(`IR1:${TOKEN}`).toString("base64");
export const PATH = "/Mediapartners/IR1/Programs";
export const SANDBOX = "impact-links: sandbox, nothing is sent and every link is fake\n";

export let folder = "";

/** Gives each test of a file an account and an empty folder. */
export function useAccountAndFolder(): void {
  beforeEach(() => {
    vi.stubEnv("IMPACT_ACCOUNT_SID", "IR1");
    vi.stubEnv("IMPACT_AUTH_TOKEN", TOKEN);
    vi.stubEnv("IMPACT_BASE_URL", "http://127.0.0.1:1");
    folder = emptyFolder();
  });
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Names with an extension are files of the test's folder. */
export async function bulk(line: string, stdin?: string | Uint8Array): Promise<Ran> {
  const args = line
    .split(" ")
    .filter(Boolean)
    .map((word) => (/^[a-z][\w/]*\.\w+$/.test(word) ? join(folder, word) : word));
  let stdout = "";
  let stderr = "";
  const code = await run(["bulk", ...args], {
    stdin: (async function* () {
      if (stdin !== undefined) yield Buffer.from(stdin);
    })(),
    stdout: { write: (text, done) => done(void (stdout += text)) },
    stderr: { write: (text, done) => done(void (stderr += text)) },
    env: process.env,
    signal: new AbortController().signal,
  });
  for (const name of readdirSync(folder, { withFileTypes: true })) {
    if (!name.isFile()) continue;
    const text = readFileSync(join(folder, name.name), "utf8");
    for (const secret of [TOKEN, BASIC]) expect(text).not.toContain(secret);
  }
  for (const secret of [TOKEN, BASIC]) expect(stdout + stderr).not.toContain(secret);
  return { code, stdout, stderr: stderr.replaceAll(`${folder}/`, "") };
}

export const put = (name: string, content: string | Uint8Array): void =>
  writeFileSync(join(folder, name), content);
export const text = (name: string): string => readFileSync(join(folder, name), "utf8");
export const targets = ({ requests }: RecordingServer): string[] =>
  requests.map(({ target }) => target);

/** A server that makes links, the n-th of them with the path n. */
export async function linker(): Promise<RecordingServer> {
  const server = await serve((_, response, count) => {
    answer(response, 200, { TrackingURL: `https://example.sjv.io/${count}` });
  });
  vi.stubEnv("IMPACT_BASE_URL", server.baseUrl);
  return server;
}

export async function answering(
  act: (response: ServerResponse, count: number, target: string) => void,
): Promise<RecordingServer> {
  const server = await serve((request, response, count) => act(response, count, request.url ?? ""));
  vi.stubEnv("IMPACT_BASE_URL", server.baseUrl);
  return server;
}

export function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

export const usage = (message: string): Ran => ({
  code: 2,
  stdout: "",
  stderr: `impact-links: ${message}\nSee impact-links bulk --help.\n`,
});
