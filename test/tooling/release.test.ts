import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { entryOf, packedProblems, provenanceProblems, tagOf } from "../../scripts/release-rules.ts";
import { report } from "../../scripts/update/report.ts";
import { portOf } from "../support/server.ts";
import { emptyFolder, root, runScript, type Result } from "../support/workspace.ts";

const manifest = {
  name: "small",
  version: "1.2.0",
  license: "MIT",
  main: "./dist/index.js",
  files: ["dist", "CHANGELOG.md"],
  dependencies: { leaf: "1.0.0" },
  publishConfig: { access: "public", provenance: true } as Record<string, unknown>,
  scripts: { check: "node check.cjs", prepack: "node build.cjs" },
};

/** A project of few files, committed. */
function project(
  files: Record<string, string> = {},
  changes: Record<string, unknown> = {},
): string {
  const folder = emptyFolder();
  const lock = {
    name: "small",
    lockfileVersion: 3,
    packages: {
      "": { name: "small", version: "1.2.0", dependencies: { leaf: "1.0.0" } },
      "node_modules/leaf": { version: "1.0.0" },
    },
  };
  const all = {
    "package.json": JSON.stringify({ ...manifest, ...changes }),
    "package-lock.json": JSON.stringify(lock),
    "README.md": "# Small\n",
    LICENSE: "MIT\n",
    "CHANGELOG.md": "# Changelog\n\n## 1.2.0\n\n- More.\n\n## 1.1.0\n\n- Less.\n",
    ".gitignore": "dist\n",
    "check.cjs": "",
    "build.cjs":
      'const fs = require("fs"); fs.mkdirSync("dist", { recursive: true });\n' +
      'fs.writeFileSync("dist/index.js", "export {};\\n");',
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  git(folder, "init", "--quiet");
  git(folder, "add", "--all");
  git(
    folder,
    "-c",
    "user.name=A",
    "-c",
    "user.email=a@b.example",
    "commit",
    "--quiet",
    "-m",
    "All",
  );
  return folder;
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd, encoding: "utf8" });
}

interface Registry {
  url: string;
  published: { name: string; "dist-tags": unknown; _attachments: unknown }[];
}

/** A registry that knows these advisories, or, without any, has no such thing. */
async function registry(advisories?: unknown): Promise<Registry> {
  const published: Registry["published"] = [];
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const isAudit = request.url === "/-/npm/v1/security/advisories/bulk";
    if (isAudit && advisories === undefined) response.writeHead(405).end();
    else if (isAudit) response.end(JSON.stringify(advisories));
    else if (request.method === "PUT") {
      published.push(JSON.parse(Buffer.concat(chunks).toString()) as Registry["published"][0]);
      response.writeHead(201).end("{}");
    } else response.writeHead(404).end("{}");
  });
  const port = await portOf(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}`, published };
}

function release(folder: string, { url }: Registry, ...args: string[]): Promise<Result> {
  const userconfig = join(emptyFolder(), "npmrc");
  writeFileSync(userconfig, `${url.replace("http:", "")}/:_authToken=none\n`);
  const env = {
    npm_config_registry: url,
    npm_config_userconfig: userconfig,
    npm_config_cache: emptyFolder(),
    GITHUB_ACTIONS: "",
    GITLAB_CI: "",
  };
  return runScript("release", ["--root", folder, ...args], { env });
}

const NOTHING = { code: 1, stdout: "" };

test("a dry run prints what would be published, and why it would be refused", async () => {
  const store = await registry();
  const folder = project();
  const packed = execFileSync("npm", ["pack", "--json", "--silent", "--dry-run"], { cwd: folder });
  const [{ integrity, size, unpackedSize, files }] = JSON.parse(packed.toString()) as [
    {
      integrity: string;
      size: number;
      unpackedSize: number;
      files: { size: number; path: string }[];
    },
  ];
  const lines = files.map((file) => `${String(file.size).padStart(9)}  ${file.path}\n`);

  expect(await release(folder, store, "--dry-run")).toEqual({
    code: 0,
    stderr: "",
    stdout: `Checking: npm run check …

small 1.2.0
  tag         latest
  access      public
  provenance  yes
  integrity   ${integrity}
  size        ${size} bytes packed, ${unpackedSize} unpacked, 5 files

Files, in bytes
${lines.join("")}
CHANGELOG.md
  - More.

Advisories
  The registry did not report on advisories: 405 Method Not Allowed - POST ${store.url}/-/npm/v1/security/advisories/bulk

Publishing would be refused
  package.json has no \`repository\`, which npm compares with the repository in the provenance
  this is not a CI with OpenID Connect, whose token signs the provenance

Dry run: nothing was published.
`,
  });
  expect(files.map(({ path }) => path)).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "dist/index.js",
    "package.json",
  ]);
  expect(store.published).toEqual([]);
  expect(git(folder, "tag")).toBe("");
});

test("publishes and tags a release", async () => {
  const store = await registry({});
  const changelog = "# Changelog\n\n## 1.3.0-beta.1\n\n- Much.\n";
  const version = "1.3.0-beta.1";
  const publishConfig = { access: "public" };
  const folder = project({ "CHANGELOG.md": changelog }, { version, publishConfig });

  const { code, stdout, stderr } = await release(folder, store);

  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("\n  tag         beta\n  access      public\n  provenance  no\n");
  expect(stdout).toContain("\n  No advisories against the runtime dependencies.\n");
  expect(stdout).toMatch(/\n\nPublished\. Next: git push origin v1\.3\.0-beta\.1\n$/);
  expect(store.published).toMatchObject([{ name: "small", "dist-tags": { beta: version } }]);
  expect(Object.keys(store.published[0]?.["_attachments"] ?? {})).toEqual([`small-${version}.tgz`]);
  expect(git(folder, "tag")).toBe(`v${version}\n`);

  expect(await release(folder, store)).toEqual({
    ...NOTHING,
    stderr: `Refused:\n  the tag v${version} exists, so ${version} has been released\n`,
  });
});

test("refuses to publish without a repository and a CI that can sign", async () => {
  const store = await registry();
  expect(await release(project(), store)).toEqual({
    ...NOTHING,
    stderr: `Refused:
  package.json has no \`repository\`, which npm compares with the repository in the provenance
  this is not a CI with OpenID Connect, whose token signs the provenance
`,
  });
  expect(store.published).toEqual([]);
});

test("refuses uncommitted files and a missing CHANGELOG entry", async () => {
  const folder = project({ "CHANGELOG.md": "# Changelog\n\n## 1.1.0\n\n- Less.\n" });
  writeFileSync(join(folder, "new.txt"), "");
  expect(await release(folder, await registry(), "--dry-run")).toEqual({
    ...NOTHING,
    stderr:
      'Refused:\n  not committed: ?? new.txt\n  CHANGELOG.md: Expected "## 1.2.0" first, got "## 1.1.0"\n',
  });
});

test("refuses a failing check, and prints its output", async () => {
  const folder = project({ "check.cjs": 'console.error("That is wrong."); process.exit(3);' });
  const { code, stderr } = await release(folder, await registry(), "--dry-run");
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Refused:\n {2}npm run check failed:\n/);
  expect(stderr).toContain("\n    That is wrong.\n");
});

test("refuses an unexpected file in the package, and an advisory", async () => {
  const files = ["dist", "test", ".env"];
  const url = "https://advisories.example/1";
  const advisory = { id: 1, url, title: "Bad", severity: "high", vulnerable_versions: "<2" };
  const folder = project({ "test/a.test.js": "", ".env": "A=1\n" }, { files });
  expect(await release(folder, await registry({ leaf: [advisory] }), "--dry-run")).toEqual({
    code: 1,
    stdout: "Checking: npm run check …\n",
    stderr: `Refused:
  .env is packed, but does not belong in the package
  test/a.test.js is packed, but does not belong in the package
  CHANGELOG.md is not packed
  leaf (high): ${url}
`,
  });
});

test("exits with 2 for an unknown option", async () => {
  expect(await release(emptyFolder(), await registry(), "--dryrun")).toEqual({
    code: 2,
    stdout: "",
    stderr: "Unknown option '--dryrun'\nUsage: npm run release -- [--dry-run]\n",
  });
});

test.each(["1.2.0", "1.2.0 (2026-11-25)", "[1.2.0] - 2026-11-25", "v1.2.0"])(
  "accepts the CHANGELOG heading ## %s for 1.2.0",
  (heading) => {
    const text = `# Changelog\n\n## ${heading}\n\n- More.\n\n## 1.1.0\n\n- Less.\n`;
    expect(entryOf(text, "1.2.0")).toEqual({ entry: "- More.", problems: [] });
  },
);

test.each([
  ["", 'Expected "## 1.2.0" first, got none'],
  ["## 1.2.0\n\n## 1.1.0\n\n- Less.\n", 'Expected text under "## 1.2.0", got none'],
  ["## 1.2.0-beta.1\n\n- More.\n", 'Expected "## 1.2.0" first, got "## 1.2.0-beta.1"'],
  ["## Unreleased\n\n## 1.2.0\n\n- More.\n", 'Expected a release first, got "unreleased" in it'],
  ["## 1.2.0 (unreleased)\n\n- More.\n", 'Expected a release first, got "unreleased" in it'],
])("refuses the CHANGELOG %j: %s", (text, problem) => {
  const { problems } = entryOf(`# Changelog\n\n${text}`, "1.2.0");
  expect(problems).toEqual([`CHANGELOG.md: ${problem}`]);
});

test("accepts the CHANGELOG entry that spec:update prints", () => {
  const row = { class: "additive", place: "POST /a", what: "new", before: undefined, after: "b" };
  const printed = report({
    rows: [row as never],
    warnings: [],
    unsendable: [],
    retryRules: { added: [], removed: [] },
    types: [],
    generated: [],
    compile: [],
    requests: { lines: [] },
    version: "1.2.0",
  });
  const [, entry = ""] = printed.split("CHANGELOG entry\n");
  expect(entryOf(`# Changelog\n\n${entry.replace(/^ {2}/gm, "")}`, "1.3.0")).toEqual({
    entry: "- `POST /a`: new (`b`).",
    problems: [],
  });
});

test("refuses files that do not belong in the package, and secrets in those that do", () => {
  const wanted =
    "package.json README.md CHANGELOG.md MIGRATING.md LICENSE dist/index.js dist/index.d.ts dist/cli.js.map " +
    "dist/index.cjs dist/index.cjs.map dist/index.d.cts " +
    "src/index.ts src/testing/fake.ts generated/a.ts docs/api/a.md docs/images/a.svg";
  const strange =
    ".npmrc .env dist/.env docs/.env.md docs/images/a.png spec/openapi.json links.csv.journal src/a.test.ts test/a.ts " +
    "src/.tmp/a.ts src/a/b/c/d.ts scripts/a.ts a.tgz";
  const { main } = manifest;
  const token = `npm_${"a".repeat(36)}`;
  const secret: Record<string, string> = {
    "docs/api/a.md": `//registry.npmjs.org/:_authToken=${token}`,
    "src/index.ts": `const token = "${token}";`,
    "generated/a.ts": "-----BEGIN EC PRIVATE KEY-----",
  };
  const manifestOf = { name: "small", version: "1.2.0", main, bin: { small: "dist/cli.js" } };
  expect(packedProblems(`${wanted} dist/cli.js`.split(" "), manifestOf, () => "")).toEqual([]);
  expect(
    packedProblems(`${wanted} ${strange}`.split(" "), manifestOf, (file) => secret[file] ?? ""),
  ).toEqual([
    ...strange.split(" ").map((file) => `${file} is packed, but does not belong in the package`),
    ...["src/index.ts", "generated/a.ts", "docs/api/a.md"].map(
      (file) => `${file} contains a secret`,
    ),
    "dist/cli.js is not packed",
  ]);
});

test("requires a repository and the token of a CI for provenance", () => {
  const publishConfig = { provenance: true };
  const complete = {
    name: "small",
    version: "1.2.0",
    publishConfig,
    repository: "https://a.example",
  };
  const github = { GITHUB_ACTIONS: "true", ACTIONS_ID_TOKEN_REQUEST_URL: "https://b.example" };
  const gitlab = { GITLAB_CI: "true", SIGSTORE_ID_TOKEN: "c" };
  expect(provenanceProblems(complete, github)).toEqual([]);
  expect(provenanceProblems(complete, gitlab)).toEqual([]);
  expect(provenanceProblems(complete, { GITHUB_ACTIONS: "true" }).length).toBe(1);
  expect(provenanceProblems({ name: "small", version: "1.2.0" }, {})).toEqual([]);
});

test.each([
  ["1.2.0", "latest"],
  ["1.2.0+build-7", "latest"],
  ["2.0.0-beta.1", "beta"],
  ["2.0.0-0", "next"],
])("publishes %s with the dist-tag %s", (version, tag) => {
  expect(tagOf({ name: "small", version })).toBe(tag);
});

test("the package itself satisfies the rules that need no CI", () => {
  const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
    string,
    unknown
  >;
  expect(own["publishConfig"]).toEqual({ access: "public", provenance: true });
  expect(
    entryOf(readFileSync(join(root, "CHANGELOG.md"), "utf8"), String(own["version"])).problems,
  ).toEqual([]);
});
