/**
 * Compiles the packed types with the compilers and settings that users have. In compat/types/, consumer.mts uses every
 * public name, accepted.mts has typical calls, and mistakes.mts has calls that must not compile. Also compiles the
 * types of a bundle of 26 documents, and measures how much work a call is for the compiler.
 *
 *     npm run test:types
 *
 * Exit code 1 if anything does not compile, if a public name is not used, or if a call costs more instantiations than
 * its limit. For comparison, a call of openapi-fetch costs 13,921, and one of octokit 97,356.
 */
import { execFile } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pMap from "p-map";
import { syntheticDocuments } from "../test/support/documents.ts";
import { bundleDocuments } from "./openapi/bundle.ts";
import { generate } from "./generator.ts";
import { compat, installPackage, installTools, printTable, root } from "./packed.ts";
import { readSpec } from "./update/spec-folder.ts";

const COMPILERS = ["5.4", "5.9", "6.0", "7.0"];
const MOST_INSTANTIATIONS = [
  { call: "create", file: "one-call.mts", most: 200 },
  { call: "createMany", file: "one-many.mts", most: 1_500 },
];

installTools();
const folder = installPackage();
cpSync(join(compat, "types"), folder, { recursive: true });
cpSync(join(folder, "consumer.mts"), join(folder, "consumer.cts"));
writeFileSync(join(folder, "empty.mts"), "export {};\n");
const { document } = bundleDocuments([readSpec(root).document, ...syntheticDocuments(25)]);
for (const [name, text] of await generate(document, "")) writeFileSync(join(folder, name), text);

interface Setting {
  format: "ESM" | "CommonJS";
  resolution: string;
  lib: string;
  exact: boolean;
  strict: boolean;
}
const usual = { resolution: "bundler", lib: "DOM", exact: false, strict: true };
const libs = ["DOM", "@types/node"];
const settings: Setting[] = [
  ...["bundler", "nodenext"].flatMap((resolution) =>
    libs.flatMap((lib) =>
      [false, true].map((exact) => ({ ...usual, format: "ESM" as const, resolution, lib, exact })),
    ),
  ),
  { ...usual, format: "ESM", strict: false },
  ...["node10", "node16", "nodenext", "bundler"].map((resolution) => ({
    ...usual,
    format: "CommonJS" as const,
    resolution,
    lib: "@types/node",
  })),
];

/** Whether a compiler supports a combination: `bundler` with CommonJS since 6.0, `node10` until 6.0. */
function isSupported(compiler: string, { format, resolution }: Setting): boolean {
  if (format === "ESM") return true;
  if (resolution === "node10") return Number(compiler) < 7;
  return resolution !== "bundler" || Number(compiler) >= 6;
}

function moduleOf({ format, resolution }: Setting): string {
  if (resolution === "node16") return "Node16";
  if (resolution === "nodenext") return "NodeNext";
  return format === "ESM" ? "ESNext" : "CommonJS";
}

function filesOf({ format, strict }: Setting): string[] {
  if (format === "CommonJS") return ["consumer.cts"];
  if (!strict) return ["accepted.mts"];
  const bundle = ["openapi.ts", "operations.ts", "params.ts"];
  return ["accepted.mts", "consumer.mts", "mistakes.mts", "mixed.mts", ...bundle];
}

function compile(
  compiler: string,
  setting: Setting,
  files: string[],
  flags: string[] = [],
): Promise<{ errors: number; said: string }> {
  const { resolution, lib, exact, strict } = setting;
  const config = join(folder, `tsconfig.${compiler}.json`);
  const compilerOptions = {
    target: "ES2022",
    module: moduleOf(setting),
    moduleResolution: resolution,
    ...(resolution === "node10" && compiler === "6.0" && { ignoreDeprecations: "6.0" }),
    lib: lib === "DOM" ? ["ES2022", "DOM"] : ["ES2022"],
    types: lib === "DOM" ? [] : ["node"],
    typeRoots: [join(compat, "node_modules/@types")],
    strict,
    exactOptionalPropertyTypes: exact,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  const tsc = join(compat, "node_modules", `typescript-${compiler}`, "bin/tsc");
  const args = [tsc, "-p", config, "--pretty", "false", ...flags];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (error, stdout, stderr) => {
      const errors = stdout.match(/error TS\d+/g)?.length ?? 0;
      resolve({ errors: error === null ? 0 : Math.max(errors, 1), said: stdout + stderr });
    });
  });
}

const wrong: string[] = [];

const versions = COMPILERS.map((compiler) => {
  const path = join(compat, "node_modules", `typescript-${compiler}`, "package.json");
  return String(JSON.parse(readFileSync(path, "utf8")).version);
});
const rows = [
  ["format", "moduleResolution", "lib", "strict", "exactOptionalPropertyTypes", ...versions],
];
for (const setting of settings) {
  const check = async (compiler: string) => {
    if (!isSupported(compiler, setting)) return "-";
    const files = filesOf(setting);
    const { errors, said } = await compile(compiler, setting, files);
    if (errors > 0) wrong.push(`TypeScript ${compiler}, ${JSON.stringify(setting)}:\n${said}`);
    return errors > 0 ? `${errors} errors` : "ok";
  };
  const { format, resolution, lib, exact, strict } = setting;
  const cells = await pMap(COMPILERS, check, { concurrency: 2 });
  rows.push([format, resolution, lib, strict ? "on" : "off", exact ? "on" : "off", ...cells]);
}
printTable(rows);

const consumer = readFileSync(join(folder, "consumer.mts"), "utf8");
for (const entry of ["index", "testing"]) {
  const types = join(folder, `node_modules/impact-partner-client/dist/${entry}.d.ts`);
  const [, list] = /^export \{ (.*) \};$/m.exec(readFileSync(types, "utf8")) ?? [];
  if (list === undefined) throw new Error(`Expected one list of exports in ${types}, got none`);
  const names = list.split(", ").map((name) => name.replace("type ", ""));
  const unused = names.filter(
    (name) => (consumer.match(RegExp(`\\b${name}\\b`, "g")) ?? []).length < 2,
  );
  if (unused.length > 0) {
    wrong.push(
      `Expected compat/types/consumer.mts to use all of ${entry}, got no ${unused.join(", ")}`,
    );
  }
}

/** Skips the check of library types. Those of openapi-fetch cost 160,000 instantiations per program, not per call. */
async function instantiations(file: string) {
  const flags = ["--extendedDiagnostics", "--skipLibCheck"];
  const { errors, said } = await compile("5.9", { ...usual, format: "ESM" }, [file], flags);
  if (errors > 0) wrong.push(`${file}:\n${said}`);
  return Number(/^Instantiations:\s*(\d+)/m.exec(said)?.[1] ?? NaN);
}
const empty = await instantiations("empty.mts");
console.log();
for (const { call, file, most } of MOST_INSTANTIATIONS) {
  const cost = (await instantiations(file)) - empty;
  console.log(`One call of ${call}: ${cost} instantiations over an empty file`);
  if (!(cost <= most)) {
    wrong.push(`Expected at most ${most} instantiations for ${call}, got ${cost}`);
  }
}

for (const line of wrong) console.error(`\nFAILED  ${line}`);
if (wrong.length > 0) process.exitCode = 1;
