import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { asJavaScript, blocks, pages, readPage, type Block } from "../support/pages.ts";
import { root, runProgram } from "../support/workspace.ts";

const vitestFiles = blocks.filter(({ code }) => code.includes('from "vitest"'));
const nodeTestFiles = blocks.filter(({ code }) => code.includes('from "node:test"'));
const tests = [...vitestFiles, ...nodeTestFiles];
const files = blocks.filter(({ name }) => name !== undefined);
const programs = blocks.filter((block) => !tests.includes(block) && !files.includes(block));

// Inside the project, where the package finds itself by its own name, as it was built.
const folder = join(root, ".tmp/docs");
const compiled = join(folder, "compiled");

function nameOf(block: Block): string {
  const { page, name } = block;
  const place = `${page.replace(/\W/g, "-")}-${blocks.indexOf(block)}`;
  return name ?? `${place}${tests.includes(block) ? ".test.ts" : ".ts"}`;
}

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(compiled, { recursive: true });
  for (const block of blocks) {
    writeFileSync(join(folder, nameOf(block)), block.code);
    // As the pages say: as they stand, under a name of JavaScript.
    if (tests.includes(block)) {
      writeFileSync(join(folder, nameOf(block).replace(/ts$/, "mjs")), block.code);
      continue;
    }
    writeFileSync(join(compiled, nameOf(block).replace(/ts$/, "js")), asJavaScript(block.code));
  }
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

/** What a program prints, by its comments. */
function outputOf(code: string): string {
  const lines = [...code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)];
  return lines.map(([, line]) => `${line}\n`).join("");
}

test("README has its first example within 30 lines", () => {
  const readme = readPage("README.md");
  expect(readme.slice(0, readme.indexOf("console.log")).split("\n").length).toBeLessThan(30);
});

test("every TypeScript block compiles under the project's own strict settings", async () => {
  const config = {
    extends: "../../tsconfig.json",
    include: ["*.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  expect(await runProgram(process.execPath, [tsc, "-p", folder])).toMatchObject({
    stdout: "",
    code: 0,
  });
});

test.each(programs.map((block) => [nameOf(block), block.code.split("\n", 1)[0], block.code]))(
  "the program %s, which begins %s, prints what its comments say",
  async (name, _, code) => {
    const env = {
      IMPACT_ACCOUNT_SID: `IR${name.replace(/\W/g, "")}`,
      IMPACT_AUTH_TOKEN: "docs-token",
      IMPACT_BASE_URL: await startSandbox(),
    };
    expect(outputOf(code)).not.toBe("");
    const file = join(compiled, name.replace(/ts$/, "js"));
    expect(await runProgram(process.execPath, [file], { env })).toEqual({
      code: 0,
      stdout: outputOf(code),
      stderr: "",
    });
  },
);

// `.ci/run` installs it before.
const node22 = join(root, "compat/node_modules/node-22/bin/node");
const onNode22 = existsSync(node22)
  ? ([
      ["Node 22 as .mjs", node22, "mjs"],
      ["Node 22 as .mts", node22, "mts"],
    ] as const)
  : [];

test.each([["this Node", process.execPath, "mjs"] as const, ...onNode22])(
  "the examples of README run on %s, as they stand, in order, on one sandbox",
  async (_, node, extension) => {
    const env = {
      IMPACT_ACCOUNT_SID: "IR1",
      IMPACT_AUTH_TOKEN: "docs-token",
      IMPACT_BASE_URL: await startSandbox(),
    };
    for (const { code, page } of programs) {
      if (page !== "README.md") continue;
      const file = join(folder, `example.${extension}`);
      writeFileSync(file, code);
      expect(await runProgram(node, [file], { env })).toEqual({
        code: 0,
        stdout: outputOf(code),
        stderr: "",
      });
    }
  },
);

test("the tests for vitest in the pages pass", async () => {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const config = join(folder, "vitest.config.mjs");
  const include = vitestFiles.map((block) => nameOf(block).replace(/ts$/, "mjs"));
  writeFileSync(config, `export default { test: { include: ${JSON.stringify(include)} } };`);
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
    numPassedTests: vitestFiles.length,
    numTotalTests: vitestFiles.length,
  });
});

test.each(nodeTestFiles.map(nameOf))("the test for node:test %s passes", async (name) => {
  const file = join(folder, name.replace(/ts$/, "mjs"));
  const args = ["--test", "--test-reporter=tap", file];
  const { stdout, code } = await runProgram(process.execPath, args);
  const counts = stdout.match(/^# (pass|fail) \d+$/gm);
  expect({ code, counts }).toEqual({ code: 0, counts: ["# pass 1", "# fail 0"] });
});

/** As GitHub names the place of a heading. */
function anchorsOf(page: string): string[] {
  const text = page.replace(/^```.*?^```$/gms, "");
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test.each(pages)("every link in %s has a target", (page) => {
  const links = [...readPage(page).matchAll(/\]\(([^)\s]+)\)|\bsrc(?:set)?="([^"]+)"/g)].map(
    ([, link, image = ""]) => link ?? image,
  );
  const dead = links
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(readPage(target)).includes(anchor);
    });
  expect(dead).toEqual([]);
});
