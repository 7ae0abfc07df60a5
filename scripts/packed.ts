/** Installs the tools in compat/, and the package as users get it: from a tarball, in an empty project. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("..", import.meta.url));
export const compat: string = join(root, "compat");

const npm = (cwd: string, ...args: string[]): string =>
  execFileSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel", "error"], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });

/** Runs `npm ci` in compat/, unless this package-lock.json is already installed. */
export function installTools(): void {
  const lock = readFileSync(join(compat, "package-lock.json"));
  const wanted = `${createHash("sha256").update(lock).digest("hex")} ${process.platform} ${process.arch}`;
  const mark = join(compat, "node_modules/.installed");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  console.log("Installing compat/package-lock.json: about 2 GB, once …");
  npm(compat, "ci");
  writeFileSync(mark, wanted);
}

/** @returns a temporary folder with the package installed; deleted when this process exits */
export function installPackage(): string {
  const folder = mkdtempSync(join(tmpdir(), "impact-compat-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const [packed] = JSON.parse(
    npm(root, "pack", "--json", "--silent", "--pack-destination", folder),
  ) as { filename: string; files: unknown[] }[];
  if (packed === undefined) throw new Error("Expected npm pack to name one package, got none");
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  npm(folder, "install", join(folder, packed.filename));
  console.log(`${packed.filename}, ${packed.files.length} files, installed in an empty project\n`);
  return folder;
}

/** @param rows the heading first; the last cell of a shorter row is a remark, which does not widen its column */
export function printTable(rows: readonly (readonly string[])[]): void {
  const [heading = [], ...others] = rows;
  const whole = rows.filter((row) => row.length === heading.length);
  const widths = heading.map((_, column) =>
    Math.max(...whole.map((row) => row[column]?.length ?? 0)),
  );
  const ruler = widths.map((width) => "-".repeat(width));
  for (const row of [heading, ruler, ...others]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  }
}
