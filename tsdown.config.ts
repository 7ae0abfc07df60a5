import { defineConfig, type UserConfig } from "tsdown";

// "neutral" keeps the library free of anything that only one runtime has; the command alone uses node:.
const shared: UserConfig = {
  format: "esm",
  platform: "neutral",
  // Comments are left to src/ and the types, which are in the package, too: less to read at each start.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: false } },
  external: [/^node:/],
  target: "es2022",
};

const code: UserConfig = {
  ...shared,
  entry: {
    index: "src/index.ts",
    testing: "src/testing/index.ts",
    raw: "src/raw.ts",
    cli: "src/cli/bin.ts",
  },
  dts: false,
  sourcemap: true,
  // What the entries share stands in one file: an import reads two, and an ImpactError is of one class.
  outputOptions: {
    chunkFileNames: "[name].js",
    advancedChunks: {
      groups: [
        {
          name: "core",
          test: /\/(src|generated)\/(?!index\.ts|raw\.ts|api\.ts|replay-rules\.ts)[^/]+\.ts$/,
        },
        { name: "fake", test: /\/src\/testing\/(?!index\.ts)[^/]+\.ts$/ },
      ],
    },
  },
};

// The types of ./raw are apart: they alone name openapi-fetch.
const types = [
  { index: "src/index.ts", testing: "src/testing/index.ts" },
  { raw: "src/raw.ts" },
].map((entry): UserConfig => ({
  ...shared,
  entry,
  clean: false,
  dts: { emitDtsOnly: true, sourcemap: true },
  outputOptions: { chunkFileNames: "types.d.ts" },
}));

const config: UserConfig[] = defineConfig([code, ...types]);
export default config;
