/** Runs the tests of compat/jest/ with Jest, in a CommonJS project. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Results } from "../../compat/scenarios.mjs";
import { compat } from "../packed.ts";
import { esbuild } from "./bundle.ts";
import { baseUrl, folder, installed, run, TIMEOUT, versionOf, type Attempt } from "./project.ts";

/** A test of compat/jest/ → Jest's options for it. Babel is Jest's default. */
const TESTS = {
  "plain.test.js": () => ({ transform: {} }),
  "babel.test.js": () => ({}),
  "typed.test.ts": () => ({ transform: { "\\.ts$": [installed("ts-jest"), { tsconfig }] } }),
};

/** Options of a CommonJS project, as `tsc --init` created it for years. */
const tsconfig = {
  target: "es2022",
  module: "commonjs",
  moduleResolution: "node10",
  lib: ["es2022", "dom"],
  types: [],
  strict: true,
  esModuleInterop: true,
  skipLibCheck: false,
};

const project = join(folder, "jest");
const results = join(project, "results.json");

/** @param name of the package in compat/ */
export async function jest(name: string, test: keyof typeof TESTS): Promise<Attempt> {
  cpSync(join(compat, "jest"), project, { recursive: true });
  const { code } = await esbuild("scenarios.mjs", { format: "cjs" });
  writeFileSync(join(project, "scenarios.js"), code);
  const config = {
    rootDir: project,
    cacheDirectory: join(project, ".cache"),
    watchman: false,
    ...TESTS[test](),
  };
  const args = [installed(`${name}/bin/jest.js`), "--config", JSON.stringify(config), test];
  const plugin = installed("@babel/plugin-transform-modules-commonjs");
  const env = { ...process.env, BASE_URL: baseUrl, RESULTS: results, BABEL_PLUGIN: plugin };
  writeFileSync(results, "{}");
  await run(process.execPath, args, { cwd: project, env, timeout: TIMEOUT });
  return {
    version: versionOf(name),
    results: JSON.parse(readFileSync(results, "utf8")) as Results,
  };
}
