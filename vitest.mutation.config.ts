import { defineConfig, type ViteUserConfig } from "vitest/config";

// The tests that need neither a build nor a socket, so that thousands of runs take minutes.
const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/*.test.ts"],
    exclude: ["bulk", "bulk-resume", "cli", "sockets", "secrets", "transport"].map(
      (name) => `test/${name}.test.ts`,
    ),
  },
});

export default config;
