/**
 * The command behind `npm run spec:update`. It prepares everything in a staging folder, where it also compiles src/,
 * and writes to the project at the very end.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve as resolvePath } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { diff } from "../diff/diff.ts";
import { generate } from "../generator.ts";
import { bundleDocuments } from "../openapi/bundle.ts";
import { facadeOperationsOf, Refusal } from "../openapi/document.ts";
import { findUnsendable } from "../openapi/facade.ts";
import type { OpenApi } from "../openapi/types.ts";
import { typesDiff, typesReport, writeTypes } from "../types-report.ts";
import { writeFolder } from "../written-folder.ts";
import { changedTypes } from "./generated-types.ts";
import { dropDuplicates, mergeParts, type Part } from "./parts.ts";
import { uniqueIds } from "./operation-ids.ts";
import { readPart } from "./read-part.ts";
import { updateRetryRules } from "./retry-rows.ts";
import { report } from "./report.ts";
import { jsonText, readSpec, sha256Of, writeSpec } from "./spec-folder.ts";
import { wireDiff } from "./wire-diff.ts";

interface Io {
  stdin: AsyncIterable<Uint8Array | string>;
  out: (text: string) => void;
  err: (text: string) => void;
}

interface Options {
  sources: string[];
  root: string;
  dryRun: boolean;
  allowBreaking: boolean;
  help: boolean;
}

const USAGE = `Usage: npm run spec:update -- [<file | url | ->…] [--dry-run] [--allow-breaking]

Reads OpenAPI documents (JSON, YAML, or docs pages with code fences), reports what changes, and replaces
spec/ and generated/. Without a source it downloads the pages in spec/source.json.

  --dry-run         report changes, write nothing
  --allow-breaking  write despite breaking changes
  --root <folder>   the project (default: this one)

Exit codes: 0 success or no changes, 1 refused or failed, 2 wrong usage, 3 breaking and not allowed.`;

/** @returns exit code */
export async function update(args: readonly string[], io: Io): Promise<number> {
  const options = readArguments(args);
  if (typeof options === "string") {
    io.err(`${options}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    io.out(USAGE);
    return 0;
  }
  try {
    return await run(options, io);
  } catch (error) {
    if (error instanceof HalfWritten) io.err(error.message);
    else if (error instanceof Refusal) io.err(`${error.message}\nNothing was written.`);
    else if (isSystemError(error)) io.err(`Failed: ${error.message}.\nNothing was written.`);
    else throw error;
    return 1;
  } finally {
    rmSync(stagingOf(options.root), { recursive: true, force: true });
  }
}

/** Inside the project, so that the compiler finds its packages. Git ignores it. */
const stagingOf = (root: string): string => join(root, ".tmp/spec-update");

/** Such as a full disk, which needs no stack. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}

/** @returns a message if the arguments are wrong */
function readArguments(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        root: { type: "string" },
        "dry-run": { type: "boolean" },
        "allow-breaking": { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    const names = positionals.map((each) => (/^-$|:\/\//.test(each) ? each : resolvePath(each)));
    const twice = positionals.find((_, index) => names.indexOf(names[index] ?? "") !== index);
    if (twice !== undefined) return `Expected each source once, got ${twice} twice.`;
    return {
      sources: positionals,
      root: resolvePath(values.root ?? fileURLToPath(new URL("../..", import.meta.url))),
      dryRun: values["dry-run"] ?? false,
      allowBreaking: values["allow-breaking"] ?? false,
      help: values.help ?? false,
    };
  } catch (error) {
    return (error as Error).message;
  }
}

async function run({ sources, root, dryRun, allowBreaking }: Options, io: Io): Promise<number> {
  const old = readSpec(root);

  const given = sources.length > 0 ? sources : recordedPages(old.parts);
  const read: { source: string; part: Part; warnings: string[] }[] = [];
  for (const source of given) read.push({ source, ...(await readPart(source, io)) });

  const { parts: single, warnings: duplicates } = dropDuplicates(read);
  const { parts, warnings: moved } = mergeParts(old.parts, single);
  const { documents, warnings: renamed } = uniqueIds(parts);
  const { document, warnings: merged } = bundleDocuments(documents);
  facadeOperationsOf(document);
  const warnings = [
    ...read.flatMap((each) => each.warnings),
    ...duplicates,
    ...moved,
    ...renamed,
    ...merged,
  ];

  const rows = diff(old.document, document);
  const accepted = findUnsendable(old.document);
  const unsendable = findUnsendable(document).filter((each) => !accepted.includes(each));
  if (isDeepStrictEqual([document, parts], [old.document, old.parts])) {
    if (warnings.length > 0)
      io.out(`Warnings\n${warnings.map((each) => `  ${each}`).join("\n")}\n`);
    io.out("Nothing changed.");
    return 0;
  }

  const staging = stage(root, document, parts);
  const text = readFileSync(join(staging, "spec/openapi.json"), "utf8");
  const files = await generate(document, sha256Of(text));
  writeFolder(join(staging, "generated"), files);
  const table = join(staging, "src/http/retry-rules.ts");
  const retryRules = await updateRetryRules(readFileSync(table, "utf8"), document);
  writeFileSync(table, retryRules.text);

  const compile = await compileErrors(staging);
  const types = compile.length === 0 ? await typesReport(staging) : undefined;
  const requests = types ? await wireDiff(root, staging) : { unknown: "src/ does not compile" };
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    version: string;
  };
  io.out(
    report({
      rows,
      warnings,
      unsendable,
      retryRules,
      types: types ? typesDiff(root, types) : ["unknown, since src/ does not compile"],
      generated: changedTypes(join(root, "generated"), join(staging, "generated")),
      compile,
      requests,
      version,
    }),
  );

  const breaking = rows.filter((row) => row.class === "breaking").length;
  if (breaking > 0 && !allowBreaking) {
    io.err("\nBreaking, so nothing was written. To write it anyway, pass --allow-breaking.");
    return 3;
  }
  if (unsendable.length > 0 && !allowBreaking) {
    io.err(
      "\n`create` cannot send all of it, so nothing was written. To write it anyway, pass --allow-breaking.",
    );
    return 3;
  }
  if (!types && !allowBreaking) {
    io.err(
      "\nsrc/ does not compile, so nothing was written. To write it anyway, pass --allow-breaking.",
    );
    return 1;
  }
  if (dryRun) {
    io.out("\nDry run: nothing was written.");
    return 0;
  }
  if (types) writeTypes(staging, types);
  writeProject(root, staging, types !== undefined);
  io.out(`\nWritten: spec/, generated/${types ? ", api/" : ""} and src/http/retry-rules.ts.`);
  const entries =
    breaking > 0 ? "the entries to CHANGELOG.md and MIGRATING.md" : "the entry to CHANGELOG.md";
  io.out(
    `Next: ${types ? "" : "fix the compile errors above, "}set the version in package.json and src/version.ts, add ${entries}, ` +
      `run ${types ? "" : "npm run types:report, "}npm run docs, npm run check and npm test.`,
  );
  return 0;
}

function recordedPages(parts: readonly Part[]): string[] {
  return parts.map(({ page }) => {
    if (URL.canParse(page)) return page;
    throw new Refusal(
      `spec/source.json: Expected the URL of a page, got "${page}". Pass the sources as arguments.`,
    );
  });
}

class HalfWritten extends Error {}

/** Replaces the files of the project by those in the staging folder. */
function writeProject(root: string, staging: string, hasTypes: boolean): void {
  const names = ["spec", "generated", ...(hasTypes ? ["api"] : []), "src/http/retry-rules.ts"];
  try {
    for (const name of names) {
      rmSync(join(root, name), { recursive: true, force: true });
      cpSync(join(staging, name), join(root, name), { recursive: true });
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new HalfWritten(
      `Failed while writing: ${error.message}. To undo: git restore ${names.join(" ")}`,
      { cause: error },
    );
  }
}

/** Copies the files that the compiler reads, and writes the new spec/ next to them. */
function stage(root: string, document: OpenApi, parts: readonly Part[]): string {
  const staging = stagingOf(root);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  cpSync(join(root, "src"), join(staging, "src"), { recursive: true });
  const config = {
    extends: relative(staging, join(root, "tsconfig.json")),
    include: ["src", "generated"],
  };
  writeFileSync(join(staging, "tsconfig.json"), jsonText(config));
  cpSync(join(root, "package.json"), join(staging, "package.json"));
  writeSpec(staging, document, parts);
  return staging;
}

/** @returns lines such as `src/params.ts(1,2): error …` */
function compileErrors(folder: string): Promise<string[]> {
  const tsc = fileURLToPath(new URL("bin/tsc", import.meta.resolve("typescript/package.json")));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [tsc, "-p", "."], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    child.on("error", reject);
    child.on("close", () => resolve(output.split("\n").filter((line) => line.trim() !== "")));
  });
}
