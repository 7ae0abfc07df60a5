/** The command behind `npm run spec:update`. */
import { resolve as resolvePath } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { isAddress } from "../../src/cli/source.ts";
import { diff } from "../diff/diff.ts";
import { bundleDocuments } from "../openapi/bundle.ts";
import { facadeOperationsOf, Refusal } from "../openapi/document.ts";
import { findUnsendable } from "../openapi/facade.ts";
import type { ApplyOptions, Io } from "./apply.ts";
import { dropDuplicates, mergeParts, type Part } from "./parts.ts";
import { uniqueIds } from "./operation-ids.ts";
import { readPart } from "./read-part.ts";
import { expectValid, readSpec } from "./spec-folder.ts";

interface Options extends ApplyOptions {
  sources: string[];
  help: boolean;
}

const USAGE = `Usage: npm run spec:update -- [<file | url | ->…] [--dry-run] [--allow-breaking]

Reads OpenAPI documents (JSON, YAML, or docs pages with code fences), reports what changes, and replaces
spec/, generated/, api/ and src/http/retry-rules.ts. Without a source it downloads the pages in spec/source.json.

  --dry-run         report changes, write nothing
  --allow-breaking  write despite breaking changes
  --root <folder>   the project (default: this one)

Exit codes: 0 success or no changes, 1 refused or failed, 2 wrong usage, 3 breaking and not allowed.`;

/** @returns exit code */
export async function update(args: readonly string[], io: Io): Promise<number> {
  const options = readArguments(args);
  if (typeof options === "string") {
    await io.err(`${options}\n\n${USAGE}`);
    return 2;
  }
  try {
    if (!options.help) return await run(options, io);
    await io.out(USAGE);
    return 0;
  } catch (error) {
    await io.err(`${messageOf(error)}\nNothing was written.`);
    return 1;
  }
}

/** Leaves out the stack, which would hide the message. For a bug of these scripts, adds the stack's first line. */
function messageOf(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  if (!(error instanceof Error)) return `Failed: ${String(error)}.`;
  // Such as a full disk.
  if ("syscall" in error) return `Failed: ${error.message}.`;
  const line = /\bscripts\/[^\s)]+/.exec(error.stack ?? "")?.[0];
  return `Failed: ${error.message}${line === undefined ? "" : `, in ${line}`}.`;
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

async function run(options: Options, io: Io): Promise<number> {
  const { sources, root } = options;
  const old = readSpec(root);
  await expectValid(old);

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

  if (isDeepStrictEqual([document, parts], [old.document, old.parts])) {
    const lines = warnings.map((each) => `  ${each}\n`).join("");
    await io.out(`${lines === "" ? "" : `Warnings\n${lines}\n`}Nothing changed.`);
    return 0;
  }
  const rows = diff(old.document, document);
  const accepted = findUnsendable(old.document);
  const unsendable = findUnsendable(document).filter((each) => !accepted.includes(each));
  // Imported lazily, because the compiler takes longer to load than all of the above.
  const { apply } = await import("./apply.ts");
  return apply({ document, parts, rows, warnings, unsendable }, options, io);
}

function recordedPages(parts: readonly Part[]): string[] {
  return parts.map(({ page }) => {
    if (isAddress(page)) return page;
    throw new Refusal(
      `spec/source.json: Expected the URL of a page, got "${page}". Pass the sources as arguments.`,
    );
  });
}
