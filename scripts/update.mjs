import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve as resolvePath } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { bundled } from "./bundle.mjs";
import { facadeOperationsOf, Refusal } from "./document.mjs";
import { generate } from "./generator.mjs";
import { apart, nextParts, refuseDoubles } from "./parts.mjs";
import { readPart } from "./read-part.mjs";
import { recover, replace, stagingOf, Unfinished } from "./replace.mjs";
import { withRows } from "./replay-rows.mjs";
import { jsonText, readSpec, sha256Of, writeSpec } from "./spec-folder.mjs";
import { diff } from "./spec-diff.mjs";
import { report } from "./spec-report.mjs";
import { typesDiff, typesReport, writeTypes } from "./types-report.mjs";
import { writeFolder } from "./written-folder.mjs";

/**
 * @typedef {import("./document.mjs").Json} Json
 * @typedef {import("./parts.mjs").Part} Part
 * @typedef {object} Io
 * @property {AsyncIterable<Uint8Array | string>} stdin
 * @property {(text: string) => void} out
 * @property {(text: string) => void} err
 * @property {number} [timeout] milliseconds for a download; default 30_000
 * @property {(step: string) => void} [onStep] is told before each step
 */

const USAGE = `Usage: npm run spec:update -- [<file | url | ->…] [--dry-run] [--allow-breaking]

Takes OpenAPI documents (JSON, YAML, or docs pages that hold them in code fences), says what changes, and
replaces spec/ and generated/. Without a source it asks the pages that spec/source.json names.

  --dry-run         say what changes, write nothing
  --allow-breaking  write although something breaks
  --root <folder>   of the project; default: this one

Exit codes: 0 done or nothing to do, 1 refused or failed, 2 wrong usage, 3 breaking and not allowed.`;

/**
 * @param {readonly string[]} args
 * @param {Io} io
 * @returns {Promise<number>} exit code
 */
export async function update(args, io) {
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
    if (error instanceof Unfinished) io.err(error.message);
    else if (error instanceof Refusal) io.err(`${error.message}\nNothing was written.`);
    else if (isOfSystem(error)) io.err(`Can't go on: ${error.message}.\nNothing was written.`);
    else throw error;
    return 1;
  } finally {
    removeStaging(options.root);
  }
}

/**
 * A full disk, a folder that may not be written: nothing that a stack tells more of.
 *
 * @param {unknown} error
 * @returns {error is Error}
 */
function isOfSystem(error) {
  return error instanceof Error && "syscall" in error;
}

/** @param {string} root */
function removeStaging(root) {
  try {
    rmSync(stagingOf(root), { recursive: true, force: true });
  } catch {
    // Whatever is left of it is removed before the next one is made.
  }
}

/** @typedef {{ sources: string[], root: string, dryRun: boolean, allowBreaking: boolean, help: boolean }} Options */

/**
 * @param {readonly string[]} args
 * @returns {Options | string} or what is wrong
 */
function readArguments(args) {
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
      root: resolvePath(values.root ?? fileURLToPath(new URL("..", import.meta.url))),
      dryRun: values["dry-run"] ?? false,
      allowBreaking: values["allow-breaking"] ?? false,
      help: values.help ?? false,
    };
  } catch (error) {
    return /** @type {Error} */ (error).message;
  }
}

/**
 * @param {Options} options
 * @param {Io} io
 */
async function run({ sources, root, dryRun, allowBreaking }, io) {
  const { onStep = () => {} } = io;
  if (recover(root)) io.err("An update that was stopped has been carried out first.\n");
  const old = readSpec(root);

  onStep("read");
  const given = sources.length > 0 ? sources : recordedPages(old.parts);
  const read = [];
  for (const source of given) {
    read.push({ source, ...(await readPart(source, old.parts, io)) });
  }

  onStep("bundle");
  const { parts: single, warnings: doubled } = apart(read);
  const { parts, warnings: moved } = nextParts(old.parts, single);
  const { document, warnings: merged } = bundled(parts.map((part) => part.document));
  refuseDoubles(parts);
  facadeOperationsOf(document);
  const warnings = [...read.flatMap((each) => each.warnings), ...doubled, ...moved, ...merged];

  const rows = diff(old.document, document);
  if (isDeepStrictEqual([document, parts], [old.document, old.parts])) {
    if (warnings.length > 0)
      io.out(`Warnings\n${warnings.map((each) => `  ${each}`).join("\n")}\n`);
    io.out("Nothing changed.");
    return 0;
  }

  onStep("stage");
  const staging = stage(root, document, parts);
  onStep("generate");
  const text = readFileSync(join(staging, "spec/openapi.json"), "utf8");
  const files = await generate(document, sha256Of(text));
  writeFolder(join(staging, "generated"), files);
  const table = join(staging, "src/http/retry-rules.ts");
  const replay = await withRows(readFileSync(table, "utf8"), document);
  writeFileSync(table, replay.text);

  onStep("compile");
  const [compile, types] = await Promise.all([
    compileErrors(staging),
    // What does not compile has no types to speak of.
    typesReport(staging).catch((/** @type {unknown} */ error) => error),
  ]);
  const isWhole = compile.length === 0;
  if (isWhole && !(types instanceof Map)) throw types;
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  io.out(
    report({
      rows,
      warnings,
      replay,
      types:
        types instanceof Map && isWhole
          ? typesDiff(root, types)
          : ["not known, since src/ does not compile"],
      compile,
      version,
    }),
  );

  const breaking = rows.filter((row) => row.class === "breaking").length;
  if (breaking > 0 && !allowBreaking) {
    io.err("\nBreaking, so nothing was written. --allow-breaking writes it all the same.");
    return 3;
  }
  if (!isWhole && !allowBreaking) {
    io.err(
      "\nsrc/ does not compile, so nothing was written. --allow-breaking writes it all the same.",
    );
    return 1;
  }
  if (dryRun) {
    io.out("\nA dry run: nothing was written.");
    return 0;
  }
  if (types instanceof Map && isWhole) writeTypes(staging, types);
  replace(root, onStep);
  io.out(`\nWritten: spec/, generated/${isWhole ? ", api/" : ""} and src/http/retry-rules.ts.`);
  io.out(
    isWhole
      ? "Next: the version in package.json and src/version.ts, the entry in CHANGELOG.md, npm run docs, npm run check, npm test."
      : "Next: the lines above that do not compile, then npm run types:report, npm run docs, npm run check, npm test.",
  );
  return 0;
}

/** @param {readonly Part[]} parts */
function recordedPages(parts) {
  return parts.map(({ page }) => {
    if (URL.canParse(page)) return page;
    throw new Refusal(
      `spec/source.json: Expected the address of a page, got "${page}": give the sources.`,
    );
  });
}

/**
 * A copy of what the compiler reads, with the new spec/.
 *
 * @param {string} root
 * @param {Json} document
 * @param {readonly Part[]} parts
 */
function stage(root, document, parts) {
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

/**
 * @param {string} folder
 * @returns {Promise<string[]>} what the compiler says, as `src/params.ts(1,2): error …`
 */
function compileErrors(folder) {
  const tsc = fileURLToPath(new URL("bin/tsc", import.meta.resolve("typescript/package.json")));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [tsc, "-p", "."], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", () => resolve(output.split("\n").filter((line) => line.trim() !== "")));
  });
}
