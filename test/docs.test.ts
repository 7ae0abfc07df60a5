import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { root, runProgram } from "./support/workspace.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
const tests = blocks.filter((code) => code.includes('from "vitest"'));
// What needs a Redis is run by queue.test.ts.
const programs = blocks.filter((code) => !tests.includes(code) && !code.includes('from "bullmq"'));

// Inside the project, where the package finds itself by its own name, as it was built.
const folder = join(root, ".tmp/readme");

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  blocks.forEach((code, index) => {
    const kind = tests.includes(code) ? ".test.ts" : ".ts";
    writeFileSync(join(folder, `block-${index}${kind}`), code);
  });
});

/** The API for one program: a quota of its own, and no path taken. */
async function startSandbox(): Promise<string> {
  const child = spawn(process.execPath, [join(root, "dist/cli.js"), "sandbox", "--port", "0"]);
  onTestFinished(() => {
    child.kill();
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return line.toString().trim();
}

test("has its first example within 30 lines", () => {
  expect(readme.slice(0, readme.indexOf("console.log")).split("\n").length).toBeLessThan(30);
});

test("every TypeScript block compiles under the project's own strict settings", async () => {
  const config = {
    extends: "../../tsconfig.json",
    include: ["."],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  expect(await runProgram(process.execPath, [tsc, "-p", folder])).toMatchObject({
    stdout: "",
    code: 0,
  });
}, 60_000);

test.each(programs.map((code, index) => [code.split("\n", 1)[0], index, code]))(
  "the program that begins %s (%i) prints what its comments say",
  async (_, index, code) => {
    const file = join(folder, `program-${index}.mjs`);
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    writeFileSync(file, outputText);
    const env = {
      IMPACT_ACCOUNT_SID: `IRblock${index}`,
      IMPACT_AUTH_TOKEN: "readme-token",
      IMPACT_BASE_URL: await startSandbox(),
    };
    const said = [...code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(
      ([, line]) => `${line}\n`,
    );
    expect(said).not.toEqual([]);
    expect(await runProgram(process.execPath, [file], { env })).toEqual({
      code: 0,
      stdout: said.join(""),
      stderr: "",
    });
  },
);

test("the tests among the blocks pass", async () => {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const config = join(folder, "vitest.config.mjs");
  writeFileSync(config, "export default {};");
  const { stdout, code } = await runProgram(process.execPath, [
    vitest,
    "run",
    "--root",
    folder,
    "--config",
    config,
    "--reporter=json",
  ]);
  const { numPassedTests, numTotalTests } = JSON.parse(stdout) as Record<string, number>;
  expect({ code, numPassedTests, numTotalTests }).toEqual({
    code: 0,
    numPassedTests: tests.length,
    numTotalTests: tests.length,
  });
}, 60_000);
