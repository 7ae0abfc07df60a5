import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { problemsOf } from "../scripts/house.mjs";
import { copyOfProject, root, runProgram } from "./support/workspace.ts";

const parts = ["src", "generated", "CONTRIBUTING.md"];

test("the house is as CONTRIBUTING.md describes it", () => {
  expect(problemsOf(root)).toEqual([]);
});

test("what is wrong fails the check, and is said", async () => {
  const folder = copyOfProject(parts);
  const path = join(folder, "CONTRIBUTING.md");
  writeFileSync(path, readFileSync(path, "utf8").replace("`xml.ts`", "`html.ts`"));
  const script = join(root, "scripts/house.mjs");
  expect(await runProgram(process.execPath, [script, "--root", folder])).toEqual({
    code: 1,
    stdout: "",
    stderr:
      "src/xml.ts is not in CONTRIBUTING.md's table\n" +
      "src/html.ts is in CONTRIBUTING.md's table, and not in src/\n",
  });
});

test.each([
  [
    "an import of a file below",
    "src/sleep.ts",
    'import type { Quota } from "./client.ts";',
    [
      "src/sleep.ts imports src/client.ts, which is not above it",
      "a cycle: src/client.ts → src/connect.ts → src/options.ts → src/sleep.ts → src/client.ts",
    ],
  ],
  [
    "a file that is nobody's",
    "src/utils.ts",
    "export const one = 1;",
    ["src/utils.ts is not in CONTRIBUTING.md's table"],
  ],
  [
    "a folder that is nobody's",
    "src/utils/one.ts",
    "export const one = 1;",
    ["src/utils/one.ts is not in CONTRIBUTING.md's table"],
  ],
  [
    "the library that imports the command",
    "src/raw.ts",
    'export * from "./cli/nothing.ts";',
    ["src/raw.ts imports src/cli/nothing.ts, which is not above it"],
  ],
  [
    "the fake that imports the command",
    "src/testing/links.ts",
    'type Nothing = import("../cli/nothing.ts").Nothing;',
    ["src/testing/links.ts imports src/cli/nothing.ts, which is not above it"],
  ],
  [
    "a cycle in a folder, which has no order",
    "src/testing/window.ts",
    'import type { FakeImpact } from "./fake.ts";',
    ["a cycle: src/testing/fake.ts → src/testing/window.ts → src/testing/fake.ts"],
  ],
  [
    "a file that imports itself",
    "src/xml.ts",
    'export * from "./xml.ts";',
    ["a cycle: src/xml.ts → src/xml.ts"],
  ],
  [
    "a second importer of openapi-fetch",
    "src/client.ts",
    'import type { Client } from "openapi-fetch";',
    ["src/client.ts imports openapi-fetch, which is for src/api.ts alone"],
  ],
  [
    "a second importer in a folder, of a part of it",
    "src/cli/create.ts",
    'export const part = import("openapi-fetch/dist/index.mjs");',
    ["src/cli/create.ts imports openapi-fetch, which is for src/api.ts alone"],
  ],
  [
    "a node: module in what only ./raw imports",
    "src/replay-rules.ts",
    'import "node:fs";',
    ["src/raw.ts reaches node:fs: src/raw.ts → src/replay-rules.ts → node:fs"],
  ],
  [
    "a module of Node's by its old name, loaded late",
    "src/testing/faults.ts",
    'export const load = () => import("fs/promises");',
    [
      "src/testing/index.ts reaches fs/promises: src/testing/index.ts → src/testing/faults.ts → fs/promises",
    ],
  ],
])("refuses %s", (_, file, line, problems) => {
  const folder = copyOfProject(parts);
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  appendFileSync(join(folder, file), `\n${line}\n`);
  expect(problemsOf(folder)).toEqual(problems);
});
