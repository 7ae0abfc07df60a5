import { defineConfig, type ViteUserConfig } from "vitest/config";

// The tests of scripts/, of the package and of docs/. Most of them run a compiler, so they take minutes.
const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/tooling/**/*.test.ts"],
    globalSetup: "test/support/build.ts",
    maxWorkers: "100%",
    // Most of the time is spent in processes of their own, so a busy machine is no failure.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});

export default config;
