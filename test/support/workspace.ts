import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** What a project needs for `npm run spec:update`. */
export const PARTS: readonly string[] = [
  "spec",
  "generated",
  "api",
  "src",
  "tsconfig.json",
  "package.json",
];

/** Every file that an update may replace, and its text. */
export function filesOf(folder: string): Record<string, string> {
  const names = PARTS.slice(0, 4).flatMap((part) =>
    readdirSync(join(folder, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name))),
  );
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** An empty folder outside of the project; it ends with the test. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "impact-partner-client-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of parts of the project, inside of it, so that its tools and packages are found from there. */
export function copyOfProject(parts: readonly string[]): string {
  mkdirSync(join(root, ".tmp"), { recursive: true });
  const folder = mkdtempSync(join(root, ".tmp/copy-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  return folder;
}

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** The arguments for Node to run a script of scripts/, from any folder. */
export function scriptArgs(name: string): string[] {
  return ["--import", import.meta.resolve("tsx"), join(root, "scripts", `${name}.ts`)];
}

export function runScript(
  name: string,
  args: readonly string[],
  options?: { cwd?: string; env?: Record<string, string> },
): Promise<Result> {
  return runProgram(process.execPath, [...scriptArgs(name), ...args], options);
}

/** Runs a program to its end. */
export function runProgram(
  file: string,
  args: readonly string[],
  { cwd = root, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Result> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}
