import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { spec } from "../../src/index.ts";
import { version } from "../../src/version.ts";
import { emptyFolder, root, runProgram } from "../support/workspace.ts";

/** The package as npm would publish it, and what it depends on, as files: nothing is asked of a registry. */
function pack(folder: string): string[] {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: object;
  };
  const packages = [...Object.keys(dependencies), "openapi-typescript-helpers"];
  const sources = [root, ...packages.map((name) => join(root, "node_modules", name))];
  execFileSync("npm", [
    "pack",
    "--ignore-scripts",
    "--silent",
    "--pack-destination",
    folder,
    ...sources,
  ]);
  return readdirSync(folder).map((name) => join(folder, name));
}

function install(folder: string): string {
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const tarballs = pack(emptyFolder());
  execFileSync("npm", ["install", "--offline", "--no-audit", "--silent", ...tarballs], {
    cwd: folder,
  });
  return join(folder, "node_modules/impact-partner-client");
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

const USE = `
  const fake = createFakeImpact();
  const impact = createImpactClient({ accountSid: "IR1", authToken: "t", fetch: fake.fetch });
  const path = { AccountSID: "IR1", ProgramId: "1" };
  (async () => {
    const { url } = await impact.trackingLinks.create({ programId: "1", type: "Vanity", customPath: "a" });
    const { data } = await impact.raw.POST("/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks", {
      params: { path, query: { Type: "Vanity", CustomPath: "b" } },
    });
    const error = await impact.trackingLinks.create({ programId: "" }).catch((thrown) => thrown);
    const wrong = await (async () => createImpactClient({ timeout: 0 }))().catch((thrown) => thrown);
    const codes = [error, wrong].map((each) => each instanceof ImpactError && each.code);
    console.log(url, data?.TrackingURL, codes.join(" "), spec.version);
  })();
`;
const PRINTED = `https://example.sjv.io/a https://example.sjv.io/b invalid_input configuration ${spec.version}\n`;

test("the packed package works with import, require, TypeScript and as a command", async () => {
  const folder = emptyFolder();
  const installed = install(folder);
  const names = [
    ["{ createImpactClient, ImpactError, spec }", "impact-partner-client"],
    ["{ createFakeImpact }", "impact-partner-client/testing"],
  ];
  const imports = names.map(([what, from]) => `import ${what} from "${from}";\n`).join("");
  const requires = names.map(([what, from]) => `const ${what} = require("${from}");\n`).join("");
  writeFileSync(join(folder, "esm.mjs"), imports + USE);
  writeFileSync(join(folder, "cjs.cjs"), requires + USE);
  // Without it Node 20.19 and newer would load an ESM build, too.
  const flag = "--no-experimental-require-module";
  for (const file of ["esm.mjs", "cjs.cjs"]) {
    const { stdout, stderr } = await runProgram(process.execPath, [flag, file], { cwd: folder });
    expect({ file, stdout, stderr }).toEqual({ file, stdout: PRINTED, stderr: "" });
  }

  const typed = imports + USE.replace("(thrown)", "(thrown: unknown)");
  for (const file of ["typed.mts", "typed.cts"]) writeFileSync(join(folder, file), typed);
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  for (const lib of ["ES2022,DOM", "ES2022"]) {
    const args = `--noEmit --strict --skipLibCheck false --target ES2022 --module Node16 --lib ${lib}`;
    const types = `--types node --typeRoots ${join(root, "node_modules/@types")}`;
    const files = "typed.mts typed.cts";
    const compiled = await runProgram(
      process.execPath,
      [tsc, ...`${args} ${types} ${files}`.split(" ")],
      { cwd: folder },
    );
    expect({ lib, stdout: compiled.stdout }).toEqual({ lib, stdout: "" });
  }

  const command = await runProgram(
    join(folder, "node_modules/.bin/impact-links"),
    "create --program 1 --type vanity --custom-path x --sandbox".split(" "),
  );
  expect(command.stdout).toBe("https://example.sjv.io/x\n");

  const files = filesOf(installed);
  const top = [
    "CHANGELOG.md",
    "LICENSE",
    "MIGRATING.md",
    "README.md",
    "dist",
    "docs",
    "generated",
    "package.json",
    "src",
  ];
  expect(new Set(files.map((file) => file.split("/")[0]))).toEqual(new Set(top));
  for (const file of files.filter((name) => name.endsWith(".map"))) {
    const { sources } = JSON.parse(readFileSync(join(installed, file), "utf8")) as {
      sources: string[];
    };
    const missing = sources.filter((path) => !existsSync(join(installed, dirname(file), path)));
    expect({ file, missing }).toEqual({ file, missing: [] });
  }
});

test("the types of the main entry import openapi-fetch, and those of ./testing nothing", () => {
  const imports = (file: string): (string | undefined)[] => {
    const text = readFileSync(join(root, "dist", file), "utf8");
    return [...text.matchAll(/from "([^.][^"]*)"/g)].map(([, name]) => name);
  };

  for (const ts of ["ts", "cts"]) {
    expect(imports(`index.d.${ts}`)).toEqual(["openapi-fetch"]);
    expect([...imports(`testing.d.${ts}`), ...imports(`types.d.${ts}`)]).toEqual([]);
  }
});

test("the main entry imports openapi-fetch and nothing else", () => {
  const reached = new Map<string, string[]>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    const text = readFileSync(join(root, "dist", file), "utf8");
    const imports = [
      ...text.matchAll(
        /^(?:import|export)\b[^;]*?from "([^"]+)";|^import "([^"]+)";|\bimport\("([^"]+)"\)/gm,
      ),
    ];
    const names = imports.map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? "");
    reached.set(
      file,
      names.filter((name) => !name.startsWith("./")),
    );
    for (const name of names.filter((each) => each.startsWith("./"))) visit(name.slice(2));
  };
  visit("index.js");
  expect([...reached]).toEqual([["index.js", ["openapi-fetch"]]]);
});

test("the CommonJS entries are one file each, and require openapi-fetch and nothing else", () => {
  const required = (file: string): (string | undefined)[] => {
    const text = readFileSync(join(root, "dist", file), "utf8");
    return [...text.matchAll(/\b(?:require|import)\(([^)]*)\)/g)].map(([, name]) => name);
  };
  expect(required("index.cjs")).toEqual(['"openapi-fetch"']);
  expect(required("testing.cjs")).toEqual([]);
});

test("the version is the same everywhere", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    version: string;
  };
  expect(version).toBe(manifest.version);
  expect(readFileSync(join(root, "CHANGELOG.md"), "utf8")).toContain(`## ${version}`);
});
