/**
 * Prepares an update in a staging folder, and compiles src/ there. Replaces the project's files only at the end.
 */
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "../generator.ts";
import { Refusal } from "../openapi/document.ts";
import type { OpenApi } from "../openapi/types.ts";
import { typesDiff, typesReport, writeTypes } from "../types-report.ts";
import { writeFolder } from "../written-folder.ts";
import { changedTypes } from "./generated-types.ts";
import type { Part } from "./parts.ts";
import { updateRetryRules } from "./retry-rows.ts";
import { jsonText, sha256Of, writeSpec } from "./spec-folder.ts";
import { wireDiff, type WireDiff } from "./wire-diff.ts";

interface Staged {
  /** Keys of rows in the retry rules. */
  retryRules: { added: string[]; removed: string[] };
  /** Lines such as `src/params.ts(1,2): error …`. */
  compile: string[];
  /** Lines of the diff of the public types. */
  types: string[];
  /** Lines of the generated types that differ. */
  generated: string[];
  requests: WireDiff;
}

/** Inside the project, so that the compiler finds its packages. Git ignores it. */
const stagingOf = (root: string): string => join(root, ".tmp/spec-update");

/** @param document the bundle */
export async function stage(
  root: string,
  document: OpenApi,
  parts: readonly Part[],
): Promise<Staged> {
  const staging = stagingOf(root);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  // The input of the compiler.
  cpSync(join(root, "src"), join(staging, "src"), { recursive: true });
  const config = {
    extends: relative(staging, join(root, "tsconfig.json")),
    include: ["src", "generated"],
  };
  writeFileSync(join(staging, "tsconfig.json"), jsonText(config));
  cpSync(join(root, "package.json"), join(staging, "package.json"));
  writeSpec(staging, document, parts);
  const text = readFileSync(join(staging, "spec/openapi.json"), "utf8");
  writeFolder(join(staging, "generated"), await generate(document, sha256Of(text)));
  const table = join(staging, "src/http/retry-rules.ts");
  const retryRules = await updateRetryRules(readFileSync(table, "utf8"), document);
  writeFileSync(table, retryRules.text);

  const generated = changedTypes(join(root, "generated"), join(staging, "generated"));
  const compile = await compileErrors(staging);
  if (compile.length > 0) {
    const types = ["unknown, since src/ does not compile"];
    return {
      retryRules,
      compile,
      types,
      generated,
      requests: { unknown: "src/ does not compile" },
    };
  }
  const types = await typesReport(staging);
  writeTypes(staging, types);
  const requests = await wireDiff(root, staging);
  return { retryRules, compile, types: typesDiff(root, types), generated, requests };
}

function compileErrors(folder: string): Promise<string[]> {
  const tsc = fileURLToPath(new URL("bin/tsc", import.meta.resolve("typescript/package.json")));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [tsc, "-p", "."], { cwd: folder });
    let [output, errors] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const lines = output.split("\n").filter((line) => line.trim() !== "");
      if (code === 0 || lines.length > 0) return resolve(lines);
      // Such as a document so large that the compiler runs out of memory.
      const why = /^.*error.*$/im.exec(errors)?.[0] ?? `exit code ${code ?? signal}`;
      reject(new Refusal(`The TypeScript compiler failed: ${why}.`));
    });
  });
}

/** Writing failed, and some files are new and others old. */
export class HalfWritten extends Error {}

/**
 * Replaces the project's files with the staged ones. It renames them, which needs no disk space and can be undone.
 *
 * @param names of files and folders in the project
 */
export function publish(root: string, names: readonly string[]): void {
  const staging = stagingOf(root);
  const moves = names.map((name) => ({
    target: join(root, name),
    next: join(staging, name),
    old: join(staging, "old", name),
  }));
  const begun: typeof moves = [];
  try {
    for (const move of moves) {
      mkdirSync(dirname(move.old), { recursive: true });
      begun.push(move);
      if (existsSync(move.target)) renameSync(move.target, move.old);
      renameSync(move.next, move.target);
    }
  } catch (error) {
    try {
      for (const { target, next, old } of begun.toReversed()) {
        if (!existsSync(next)) renameSync(target, next);
        if (existsSync(old)) renameSync(old, target);
      }
    } catch {
      const { message } = error as Error;
      const undo = `git restore ${names.join(" ")}`;
      throw new HalfWritten(`Failed while writing: ${message}. To undo: ${undo}`, { cause: error });
    }
    throw error;
  }
}

export function removeStaging(root: string): void {
  try {
    rmSync(stagingOf(root), { recursive: true, force: true });
  } catch {
    // The next update removes it.
  }
}
