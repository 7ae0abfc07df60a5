/**
 * Checks the work tree, lists the files of the package, and publishes it.
 *
 *     npm run release -- [--dry-run]
 *
 * Exit code 0: published, or checked with --dry-run. 1: refused, with the reasons. 2: wrong usage.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { audit } from "./audit.ts";
import {
  entryOf,
  packedProblems,
  provenanceProblems,
  tagOf,
  type Manifest,
} from "./release-rules.ts";

/** One package in the output of `npm pack --json`. */
interface Packed {
  filename: string;
  integrity: string;
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

/** Its message lists the reasons. */
class Refusal extends Error {}

function release(root: string, isDryRun: boolean): void {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  const { name, version, publishConfig = {} } = manifest;
  const unready = provenanceProblems(manifest, process.env);
  const { entry, problems } = entryOf(readFileSync(join(root, "CHANGELOG.md"), "utf8"), version);
  refuse([...gitProblems(root, version), ...problems, ...(isDryRun ? [] : unready)]);

  console.log("Checking: npm run check …");
  run(root, "npm", ["run", "check"]);
  const folder = mkdtempSync(join(tmpdir(), "impact-release-"));
  try {
    const args = ["pack", "--json", "--silent", "--pack-destination", folder];
    const [packed] = JSON.parse(run(root, "npm", args)) as Packed[];
    if (packed === undefined) throw new Error("Expected npm pack to name one package, got none");
    const files = packed.files.map(({ path }) => path);
    const read = (file: string): string => readFileSync(join(root, file), "utf8");
    const advisories = audit(root);
    refuse([
      ...packedProblems(files, manifest, read),
      ...(advisories.kind === "advisories" ? advisories.lines : []),
    ]);

    const { access = "public", provenance = false } = publishConfig;
    const tag = tagOf(manifest);
    const facts = {
      tag,
      access,
      provenance: provenance ? "yes" : "no",
      integrity: packed.integrity,
      size: `${packed.size} bytes packed, ${packed.unpackedSize} unpacked, ${files.length} files`,
    };
    console.log(`\n${name} ${version}`);
    for (const [fact, value] of Object.entries(facts)) console.log(`  ${fact.padEnd(11)} ${value}`);
    console.log("\nFiles, in bytes");
    for (const { path, size } of packed.files) console.log(`${String(size).padStart(9)}  ${path}`);
    console.log(`\nCHANGELOG.md\n${entry.replace(/^(?=.)/gm, "  ")}`);
    console.log(`\nAdvisories\n  ${advisories.lines.join("\n  ")}`);

    if (isDryRun) {
      if (unready.length > 0)
        console.log(`\nPublishing would be refused\n  ${unready.join("\n  ")}`);
      console.log("\nDry run: nothing was published.");
      return;
    }
    const options = ["--tag", tag, "--access", access, ...(provenance ? ["--provenance"] : [])];
    // Publishes the tarball that was checked, not a new one.
    run(root, "npm", ["publish", join(folder, packed.filename), ...options]);
    run(root, "git", ["tag", `v${version}`]);
    console.log(`\nPublished. Next: git push origin v${version}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function gitProblems(root: string, version: string): string[] {
  const changed = run(root, "git", ["status", "--porcelain"]).trimEnd().split("\n").filter(Boolean);
  const tags = run(root, "git", ["tag", "--list", `v${version}`]).trim();
  return [
    ...changed.map((line) => `not committed: ${line}`),
    ...(tags === "" ? [] : [`the tag ${tags} exists, so ${version} has been released`]),
  ];
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Refusal(problems.join("\n  "));
}

function run(root: string, command: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (error) throw error;
  if (status === 0) return stdout;
  const said = `${stdout}${stderr}`.trimEnd().replaceAll("\n", "\n    ");
  throw new Refusal(`${command} ${args[0]} ${args[1] ?? ""} failed:\n    ${said}`);
}

function readArguments(args: readonly string[]) {
  try {
    const options = {
      root: { type: "string" },
      "dry-run": { type: "boolean" },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    return (error as Error).message;
  }
}

const options = readArguments(process.argv.slice(2));
if (typeof options === "string") {
  console.error(`${options}\nUsage: npm run release -- [--dry-run]`);
  process.exitCode = 2;
} else {
  try {
    release(
      options.root ?? fileURLToPath(new URL("..", import.meta.url)),
      options["dry-run"] ?? false,
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(`Refused:\n  ${error.message}`);
    process.exitCode = 1;
  }
}
