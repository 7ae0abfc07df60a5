import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // `npm run test:tooling` runs these.
    exclude: ["test/tooling/**"],
    globalSetup: "test/support/build.ts",
    // By default one is left idle, of two.
    maxWorkers: "100%",
    // Files share a process, so that every module is loaded once.
    isolate: false,
    setupFiles: "test/support/restore.ts",
    // Generous: a busy machine is no failure.
    testTimeout: 30_000,
    // The type tests, test/**/*.test-d.ts, are compiled by `npm run types`, a part of `npm run check`.
    // The command runs in processes of its own, where no coverage is taken.
    coverage: {
      include: ["src/**"],
      exclude: ["src/cli/**", "src/**/index.ts"],
      thresholds: { lines: 98, branches: 98 },
    },
  },
});

export default config;
