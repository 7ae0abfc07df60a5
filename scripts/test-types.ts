/**
 * Compiles the packed types with the compilers and settings that users have: compat/types/consumer.mts uses every
 * public name. Also compiles the types of a bundle of 26 documents, and measures what one call costs the compiler.
 *
 *     npm run test:types
 *
 * Exit code 1 if anything does not compile, if a public name is not used, or if the call costs more than 200
 * instantiations (openapi-fetch: 13,921; octokit: 97,356).
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
const MOST_INSTANTIATIONS = 200;

installTools();
const folder = installPackage();
cpSync(join(compat, "types"), folder, { recursive: true });
writeFileSync(join(folder, "empty.mts"), "export {};\n");
const { document } = bundleDocuments([readSpec(root).document, ...syntheticDocuments(25)]);
for (const [name, text] of await generate(document, "")) writeFileSync(join(folder, name), text);

interface Setting {
  resolution: string;
  lib: string;
  exact: boolean;
}
const settings: Setting[] = ["bundler", "nodenext"].flatMap((resolution) =>
  ["DOM", "@types/node"].flatMap((lib) =>
    [false, true].map((exact) => ({ resolution, lib, exact })),
  ),
);

function compile(
  compiler: string,
  { resolution, lib, exact }: Setting,
  files: string[],
  flags: string[] = [],
): Promise<{ errors: number; said: string }> {
  const config = join(folder, `tsconfig.${compiler}.json`);
  const compilerOptions = {
    target: "ES2022",
    module: resolution === "bundler" ? "ESNext" : "NodeNext",
    moduleResolution: resolution,
    lib: lib === "DOM" ? ["ES2022", "DOM"] : ["ES2022"],
    types: lib === "DOM" ? [] : ["node"],
    typeRoots: [join(compat, "node_modules/@types")],
    strict: true,
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
const rows = [["moduleResolution", "lib", "exactOptionalPropertyTypes", ...versions]];
for (const setting of settings) {
  const check = async (compiler: string) => {
    // TypeScript before 5.8 refuses `require` of an ESM package.
    const canRequire = setting.resolution === "nodenext" && compiler !== "5.4";
    const bundle = ["openapi.ts", "operations.ts", "params.ts"];
    const files = ["consumer.mts", ...bundle, ...(canRequire ? ["required.cts"] : [])];
    const { errors, said } = await compile(compiler, setting, files);
    if (errors > 0) wrong.push(`TypeScript ${compiler}, ${JSON.stringify(setting)}:\n${said}`);
    return errors > 0 ? `${errors} errors` : "ok";
  };
  const { resolution, lib, exact } = setting;
  const cells = await pMap(COMPILERS, check, { concurrency: 2 });
  rows.push([resolution, lib, exact ? "on" : "off", ...cells]);
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

const usual: Setting = { resolution: "bundler", lib: "DOM", exact: false };
/** Skips the check of library types: openapi-fetch's cost 160,000 instantiations once per program, not per call. */
async function instantiations(file: string) {
  const flags = ["--extendedDiagnostics", "--skipLibCheck"];
  const { errors, said } = await compile("5.9", usual, [file], flags);
  if (errors > 0) wrong.push(`${file}:\n${said}`);
  return Number(/^Instantiations:\s*(\d+)/m.exec(said)?.[1] ?? NaN);
}
const empty = await instantiations("empty.mts");
const call = await instantiations("one-call.mts");
console.log(
  `\nOne call of create: ${call - empty} instantiations over an empty file (${call} − ${empty})`,
);
if (!(call - empty <= MOST_INSTANTIATIONS)) {
  wrong.push(`Expected at most ${MOST_INSTANTIATIONS} instantiations, got ${call - empty}`);
}

for (const line of wrong) console.error(`\nFAILED  ${line}`);
if (wrong.length > 0) process.exitCode = 1;
