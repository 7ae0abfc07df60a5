import { defineConfig, type Rolldown, type UserConfig } from "tsdown";

// "neutral": the library uses nothing that only one runtime has. Only the command uses node:.
const shared: UserConfig = {
  platform: "neutral",
  // Comments are left to src/ and the types, which are in the package, too: less to read at each start.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: false } },
  external: [/^node:/],
  target: "es2022",
};

/** The package holds src/, so its maps need not hold it once more. */
const lightMaps: Rolldown.Plugin = {
  name: "light-maps",
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== "asset" || !file.fileName.endsWith(".map")) continue;
      file.source = JSON.stringify({
        ...JSON.parse(String(file.source)),
        sourcesContent: undefined,
      });
    }
  },
};

// Each entry by itself, so that an import reads one file; only the command has parts that it loads when it needs them.
const builds: { entry: Record<string, string>; format: "esm" | "cjs" }[] = [
  { entry: { index: "src/index.ts" }, format: "esm" },
  { entry: { index: "src/index.ts" }, format: "cjs" },
  { entry: { testing: "src/testing/index.ts" }, format: "esm" },
  { entry: { testing: "src/testing/index.ts" }, format: "cjs" },
  { entry: { cli: "src/cli/bin.ts" }, format: "esm" },
];
const code = builds.map(({ entry, format }, index): UserConfig => ({
  ...shared,
  entry,
  format,
  clean: index === 0,
  dts: false,
  sourcemap: true,
  plugins: [lightMaps],
  outputOptions: { chunkFileNames: "cli-[name].js" },
}));

/** The same types for `require`, with the same maps. */
const typesForRequire: Rolldown.Plugin = {
  name: "types-for-require",
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk") continue;
      const source = file.code.replace(/(from "\.\/.+)\.js";/g, '$1.cjs";');
      this.emitFile({ type: "asset", fileName: file.fileName.replace(/ts$/, "cts"), source });
    }
  },
};

const types: UserConfig = {
  ...shared,
  entry: { index: "src/index.ts", testing: "src/testing/index.ts" },
  format: "esm",
  clean: false,
  dts: { emitDtsOnly: true, sourcemap: true },
  plugins: [typesForRequire],
  outputOptions: { chunkFileNames: "types.d.ts" },
};

const config: UserConfig[] = defineConfig([...code, types]);
export default config;
