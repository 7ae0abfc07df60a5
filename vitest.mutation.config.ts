import { defineConfig, type ViteUserConfig } from "vitest/config";

// The tests that need neither a build nor a socket, so that thousands of runs take minutes.
const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: "test/support/restore.ts",
    testTimeout: 30_000, // instrumented code is slower
    exclude: [
      "test/{bulk,recipes,tooling}/**",
      "test/{bulk*,cli,spec-command}.test.ts",
      "test/http/{abort,secrets,sockets}.test.ts",
    ],
  },
});

export default config;
