/** What is needed to try the package as its users get it: the tools of compat/, and the tarball, installed. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const compat = join(root, "compat");

/**
 * @param {string} cwd
 * @param {string[]} args
 */
const npm = (cwd, ...args) =>
  execFileSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel", "error"], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });

/** Installs what compat/package-lock.json names, unless that is what is there. */
export function installTools() {
  const lock = readFileSync(join(compat, "package-lock.json"));
  const due = `${createHash("sha256").update(lock).digest("hex")} ${process.platform} ${process.arch}`;
  const mark = join(compat, "node_modules/.installed");
  if (existsSync(mark) && readFileSync(mark, "utf8") === due) return;
  console.log("Installing compat/package-lock.json: about 1 GB, once …");
  npm(compat, "ci");
  writeFileSync(mark, due);
}

/** @returns {string} a new folder in which the tarball is installed as by a user; it ends with this process */
export function installPackage() {
  const folder = mkdtempSync(join(tmpdir(), "impact-compat-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const [packed] = JSON.parse(
    npm(root, "pack", "--json", "--silent", "--pack-destination", folder),
  );
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  npm(folder, "install", join(folder, packed.filename));
  console.log(`${packed.filename}, ${packed.files.length} files, installed in an empty project\n`);
  return folder;
}

/** @param {readonly (readonly string[])[]} rows the heading first; one that is shorter ends with a remark */
export function printTable(rows) {
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
