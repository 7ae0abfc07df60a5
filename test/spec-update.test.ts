import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test, vi } from "vitest";
import { update as runUpdate } from "../scripts/update.mjs";
import { isUnfinished as isStopped, recover, replace, Unfinished } from "../scripts/replace.mjs";
import type * as Package from "../src/index.ts";
import { serve } from "./support/server.ts";
import { copyOfProject, emptyFolder, root, runProgram, type Result } from "./support/workspace.ts";

// The bump, rehearsed: the real command in a copy of the project, with next versions of the vendor's document.

const PATH = "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";
const PARTS = ["spec", "generated", "api", "src", "tsconfig.json", "package.json"];
type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any

const present = JSON.parse(readFileSync(join(root, "spec/openapi.json"), "utf8")) as Json;
const operation = (document: Json): Json => document["paths"][PATH].post;
const next = (change: (document: Json) => void): string => {
  const document = structuredClone(present);
  change(document);
  return JSON.stringify(document);
};

/** Every file that an update may replace, and its text. */
function filesOf(folder: string): Record<string, string> {
  const names = PARTS.slice(0, 4).flatMap((part) =>
    readdirSync(join(folder, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name))),
  );
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

function update(folder: string, ...args: string[]): Promise<Result> {
  const script = join(root, "scripts/spec-update.mjs");
  return runProgram(process.execPath, [script, "--root", folder, ...args], { cwd: folder });
}

/** What is said of src/ and of the public types is as long as these are: it has assertions of its own. */
function withoutTypes({ stdout }: Result): string {
  return stdout.replace(/^(Public types|src\/ against the new types)\n(?: .*\n)+/gm, "$1 …\n");
}

function source(folder: string, text: string): string {
  const file = join(folder, "next.json");
  writeFileSync(file, text);
  return file;
}

test("an added optional parameter: additive, typed and sent, nothing to do in src/", async () => {
  const folder = copyOfProject(PARTS);
  const text = next((document) =>
    operation(document)["parameters"].push({
      name: "subId4",
      in: "query",
      schema: { type: "string" },
      description: "A fourth one.",
    }),
  );
  const result = await update(folder, source(folder, text));
  expect(result.stderr).toBe("");
  expect(withoutTypes(result)).toMatchInlineSnapshot(`
    "Changes: 1 additive

    additive
      POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query subId4: parameter added
        is  subId4

    Public types …

    src/ against the new types …

    Semver
      patch: 0.1.0 → 0.1.1 (of a 0.x, what breaks nothing is a patch)

    CHANGELOG entry
      ## 0.1.1

      - \`POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query subId4\`: parameter added (\`subId4\`).

    Written: spec/, generated/, api/ and src/replay-rules.ts.
    Next: the version in package.json and src/version.ts, the entry in CHANGELOG.md, npm run check, npm test.
    "
  `);
  expect(result.stdout.replaceAll(/^ {2}@@.*\n/gm, "")).toContain(`
Public types
  --- api/index.d.ts
  +++ api/index.d.ts
     sharedId?: string | undefined;
  +  subId4?: string | undefined;
   }
`);
  expect(result.stdout).toContain("\nsrc/ against the new types\n  compiles\n");
  expect(result.code).toBe(0);

  const files = filesOf(folder);
  const date = new Date().toISOString().slice(0, 10);
  const sha256 = createHash("sha256")
    .update(files["spec/openapi.json"] ?? "")
    .digest("hex");
  expect(JSON.parse(files["spec/openapi.json"] ?? "")).toEqual(JSON.parse(text));
  expect(JSON.parse(files["spec/source.json"] ?? "")).toEqual({
    page: "next.json",
    title: "Partner Tracking Links API",
    version: "14",
    sha256,
    date,
  });
  expect(files["generated/operations.ts"]).toContain(sha256);
  expect(files["api/index.d.ts"]).toContain("subId4?: string | undefined;");
  expect(await update(folder, join(folder, "next.json"))).toEqual({
    code: 0,
    stdout: "Nothing changed.\n",
    stderr: "",
  });
}, 60_000);

test("a removed enum value and parameter, a renamed response field: breaking, and the compiler names the lines", async () => {
  const folder = copyOfProject(PARTS);
  const before = filesOf(folder);
  const file = source(
    folder,
    next((document) => {
      operation(document)["parameters"][2].schema.enum = ["Regular"];
      operation(document)["parameters"].splice(3, 1);
      const { schema } = operation(document)["responses"]["200"].content["application/json"];
      schema.properties = { TrackingLink: schema.properties.TrackingURL };
    }),
  );
  const result = await update(folder, file);
  expect(result.stderr).toBe(
    "\nBreaking, so nothing was written. --allow-breaking writes it all the same.\n",
  );
  expect(withoutTypes(result)).toMatchInlineSnapshot(`
    "Changes: 3 breaking

    breaking
      POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query CustomPath: parameter removed
        was CustomPath
      POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query Type: enum narrowed
        was "Regular" | "Vanity"
        is  "Regular"
      POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks 200.TrackingURL: property renamed
        was TrackingURL
        is  TrackingLink

    Public types …

    src/ against the new types …

    Semver
      minor: 0.1.0 → 0.2.0 (of a 0.x, a breaking change is a minor)

    CHANGELOG entry
      ## 0.2.0

      - **Breaking**: \`POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query CustomPath\`: parameter removed (\`CustomPath\`).
      - **Breaking**: \`POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query Type\`: enum narrowed (was \`"Regular" | "Vanity"\`, is \`"Regular"\`).
      - **Breaking**: \`POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks 200.TrackingURL\`: property renamed (was \`TrackingURL\`, is \`TrackingLink\`).
    "
  `);
  // Line and column, as an editor opens them, are where the name stands that is gone.
  const named = [...result.stdout.matchAll(/^ {2}(src\/[^(]+)\((\d+),(\d+)\): error/gm)].map(
    ([, name = "", line, column]) => {
      const text = readFileSync(join(root, name), "utf8").split("\n")[Number(line) - 1] ?? "";
      return `${name}: ${/^\w+/.exec(text.slice(Number(column) - 1))?.[0]}`;
    },
  );
  expect(named).toContain("src/params.ts: customPath");
  expect(named).toContain("src/tracking-link.ts: TrackingURL");
  expect(result.stdout).toContain("\nPublic types\n  not known, since src/ does not compile\n");
  expect(result.code).toBe(3);
  expect(filesOf(folder)).toEqual(before);

  const allowed = await update(folder, file, "--allow-breaking");
  expect(allowed.code).toBe(0);
  expect(allowed.stdout).toContain(
    "Written: spec/, generated/, api/ and src/replay-rules.ts.\n" +
      "Next: the lines above that do not compile, then npm run types:report, npm run check, npm test.\n",
  );
  const after = filesOf(folder);
  expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual([
    "spec/openapi.json",
    "spec/source.json",
    "generated/openapi.ts",
    "generated/operations.ts",
    "generated/params.ts",
  ]);
}, 60_000);

test("a new operation: its row is written as never, and a stale one goes", async () => {
  const folder = copyOfProject(PARTS);
  const added = next((document) => {
    const responses = { 200: { description: "OK" } };
    document["paths"]["/Mediapartners/{AccountSID}/Things"] = {
      parameters: [{ name: "AccountSID", in: "path", required: true, schema: { type: "string" } }],
      get: { operationId: "listThings", responses },
      post: { operationId: "createThing", responses },
    };
  });
  const result = await update(folder, source(folder, added));
  expect(result.stderr).toBe("");
  expect(withoutTypes(result)).toMatchInlineSnapshot(`
    "Changes: 2 additive

    additive
      GET /Mediapartners/{AccountSID}/Things: operation added
        is  listThings
      POST /Mediapartners/{AccountSID}/Things: operation added
        is  createThing

    Replay table: src/replay-rules.ts
      new row: "POST /Mediapartners/{AccountSID}/Things": "never"

    Public types …

    src/ against the new types …

    Semver
      patch: 0.1.0 → 0.1.1 (of a 0.x, what breaks nothing is a patch)

    CHANGELOG entry
      ## 0.1.1

      - \`GET /Mediapartners/{AccountSID}/Things\`: operation added (\`listThings\`).
      - \`POST /Mediapartners/{AccountSID}/Things\`: operation added (\`createThing\`).

    Written: spec/, generated/, api/ and src/replay-rules.ts.
    Next: the version in package.json and src/version.ts, the entry in CHANGELOG.md, npm run check, npm test.
    "
  `);
  expect(result.code).toBe(0);
  expect(readFileSync(join(folder, "src/replay-rules.ts"), "utf8")).toContain(
    `export const rules: Readonly<Record<Unsafe, Rule>> = {
  "POST ${PATH}": regularLinks,
  "POST /Mediapartners/{AccountSID}/Things": "never",
};
`,
  );

  const back = await update(folder, source(folder, JSON.stringify(present)), "--allow-breaking");
  expect(back.stdout).toContain(
    'Replay table: src/replay-rules.ts\n  row taken away: "POST /Mediapartners/{AccountSID}/Things": "never"\n',
  );
  expect(back.stdout).toContain("src/ against the new types\n  compiles\n");
  expect(readFileSync(join(folder, "src/replay-rules.ts"), "utf8")).toBe(
    readFileSync(join(root, "src/replay-rules.ts"), "utf8"),
  );
}, 60_000);

test("another version alone: wire", async () => {
  const folder = copyOfProject(PARTS);
  const before = filesOf(folder);
  const text = next((document) => (document["info"].version = "15"));
  const dry = await update(folder, source(folder, text), "--dry-run");
  expect(withoutTypes(dry)).toMatchInlineSnapshot(`
    "Changes: 1 wire

    wire
      IR-Version: version sent
        was 14
        is  15

    Public types …

    src/ against the new types …

    Semver
      minor: 0.1.0 → 0.2.0 (every request says another version of the API)

    CHANGELOG entry
      ## 0.2.0

      - Every request says \`IR-Version: 15\`, no longer 14.

    A dry run: nothing was written.
    "
  `);
  expect([dry.code, dry.stderr]).toEqual([0, ""]);
  expect(filesOf(folder)).toEqual(before);
}, 60_000);

test("a version that YAML reads as a number is taken as a text, and warned of", async () => {
  const folder = copyOfProject(PARTS);
  const text = next((document) => (document["info"].version = 16));
  const { code, stdout } = await update(folder, source(folder, text), "--dry-run");
  expect(stdout).toContain(
    "next.json: #/info/version: Expected a text, got a number; it is taken as one.\n",
  );
  expect(stdout).toContain("IR-Version: version sent\n    was 14\n    is  16\n");
  expect(code).toBe(0);
}, 60_000);

test("other words alone: docs", async () => {
  const folder = copyOfProject(PARTS);
  const text = next((document) => (operation(document)["summary"] = "Make a tracking link"));
  const result = await update(folder, source(folder, text), "--dry-run");
  expect(result).toMatchObject({ code: 0, stderr: "" });
  expect(withoutTypes(result)).toBe(`Changes: 1 docs

docs
  POST ${PATH}: summary
    was Create a tracking link
    is  Make a tracking link

Public types …

src/ against the new types …

Semver
  patch: 0.1.0 → 0.1.1 (words alone)

CHANGELOG entry
  ## 0.1.1

  - The vendor's words changed in one place.

A dry run: nothing was written.
`);
}, 60_000);

test("the vendor's next page, in other words and inlined: wire and docs, nothing breaks", async () => {
  const folder = copyOfProject(PARTS);
  const result = await update(folder, join(root, "test/fixtures/trackinglinks-v16.md"));
  expect(result.stderr).toBe("");
  expect(withoutTypes(result)).toMatchInlineSnapshot(`
    "Changes: 1 wire, 3 docs

    wire
      IR-Version: version sent
        was 14
        is  16

    docs
      POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks path AccountSID: description
        was Unique identifier for the partner account.
        is  Your account SID.
      POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks 200: example
        is  {"TrackingURL":"https://example.sjv.io/SummerSale"}
      POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks 200.TrackingURL: description
        was The generated tracking link. The path format is \`/c/{partner-id}/{ad-id}/{program-id}\` for regular links, or \`/{CustomPa…
        is  The tracking link.

    Public types …

    src/ against the new types …

    Semver
      minor: 0.1.0 → 0.2.0 (every request says another version of the API)

    CHANGELOG entry
      ## 0.2.0

      - Every request says \`IR-Version: 16\`, no longer 14.
      - The vendor's words changed in 3 places.

    Written: spec/, generated/, api/ and src/replay-rules.ts.
    Next: the version in package.json and src/version.ts, the entry in CHANGELOG.md, npm run check, npm test.
    "
  `);
  expect(result.code).toBe(0);
  const files = filesOf(folder);
  expect(JSON.parse(files["spec/source.json"] ?? "")).toMatchObject({
    page: "https://integrations.impact.com/partner-api-reference/partner-v16/reference/tracking-links/trackinglinks.md",
    version: "16",
  });
  expect(files["generated/operations.ts"]).toContain('"version": "16"');

  const urls: unknown[] = [];
  const { createImpactClient } = (await import(
    pathToFileURL(join(folder, "src/index.ts")).href
  )) as typeof Package;
  const { apiVersion, trackingLinks } = createImpactClient({
    accountSid: "IR1",
    authToken: "t0ken-1234",
    fetch: (url, init) => {
      urls.push([url, new Headers(init?.headers).get("IR-Version")]);
      return Promise.resolve(new Response('{"TrackingURL":"https://example.sjv.io/x"}'));
    },
  });
  await trackingLinks.create({ programId: "1" });
  expect(apiVersion).toBe("16");
  expect(urls).toEqual([
    ["https://api.impact.com/Mediapartners/IR1/Programs/1/TrackingLinks", "16"],
  ]);
}, 60_000);

test.each<[string, string[], string, number]>([
  ["an unknown option", ["--force"], "Unknown option '--force'", 2],
  ["standard input twice", ["-", "-"], "Expected - once, got it twice.", 2],
  ["no file", ["none.json"], "none.json: Expected a file, got none.\nNothing was written.\n", 1],
])("refuses %s", async (_, args, message, code) => {
  const folder = copyOfProject(["spec"]);
  const result = await update(folder, ...args);
  expect(result).toMatchObject({ code, stdout: "" });
  expect(result.stderr).toContain(message);
});

test.each<[string, (document: Json) => void, string]>([
  [
    "what is no valid document",
    (document) => delete operation(document)["responses"]["200"].description,
    `Expected a valid OpenAPI document, got:
  #/paths/~1Mediapartners~1{AccountSID}~1Programs~1{ProgramId}~1TrackingLinks/post/responses/200: The field \`description\` must be present on this level.`,
  ],
  [
    "a document without what src/ needs",
    (document) => (operation(document)["operationId"] = "makeLink"),
    `Expected the operation "createTrackingLink", which src/ needs, got none of that name: POST ${PATH} is "makeLink" now.`,
  ],
  [
    "an operation that src/ needs, and that has lost its name",
    (document) => delete operation(document)["operationId"],
    `got none of that name: POST ${PATH} has no operationId.`,
  ],
  [
    "a document that has lost what src/ needs",
    (document) => (document["paths"] = {}),
    `got none of that name: POST ${PATH} is gone.`,
  ],
  [
    "one operationId twice",
    (document) =>
      (document["paths"]["/x"] = { get: { operationId: "createTrackingLink", responses: {} } }),
    `operationId "createTrackingLink" is there twice: POST ${PATH} and GET /x.`,
  ],
])("refuses %s, and writes nothing", async (_, change, message) => {
  const folder = copyOfProject(["spec"]);
  const before = readFileSync(join(folder, "spec/openapi.json"), "utf8");
  const result = await update(folder, source(folder, next(change)));
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr).toContain(`${message}\nNothing was written.\n`);
  expect(readFileSync(join(folder, "spec/openapi.json"), "utf8")).toBe(before);
});

test("without a source it asks the page that is recorded", async () => {
  const page = readFileSync(join(root, "test/fixtures/trackinglinks-v14.md"), "utf8");
  const { baseUrl, requests } = await serve({
    headers: { "Content-Type": "text/markdown" },
    body: page,
  });
  const folder = copyOfProject(["spec"]);
  const file = join(folder, "spec/source.json");
  const recorded = JSON.parse(readFileSync(file, "utf8")) as Json;
  writeFileSync(file, JSON.stringify({ ...recorded, page: `${baseUrl}/partner-v14/x.md` }));
  expect(await update(folder)).toEqual({ code: 0, stdout: "Nothing changed.\n", stderr: "" });
  expect(requests.map(({ target }) => target)).toEqual(["/partner-v14/x.md"]);

  writeFileSync(file, JSON.stringify({ ...recorded, page: "x.json" }));
  expect((await update(folder)).stderr).toBe(
    'spec/source.json: Expected the address of a page, got "x.json": give the sources.\nNothing was written.\n',
  );
});

// In a process of its own, which is killed before the step that is named.
const KILL = 'const onStep = (name) => name === step && process.kill(process.pid, "SIGKILL");';
const run = (program: string, ...args: string[]): Promise<Result> =>
  runProgram(process.execPath, ["--input-type=module", "-e", program, "--", ...args]);

test.each(["read", "bundle", "stage", "generate", "compile"])(
  "killed at the step %s, it has written nothing",
  async (step) => {
    const folder = copyOfProject(PARTS);
    const before = filesOf(folder);
    const program = `
      const [folder, file, step] = process.argv.slice(1);
      ${KILL}
      const { update } = await import(${JSON.stringify(join(root, "scripts/update.mjs"))});
      await update(["--root", folder, file], { stdin: [], out() {}, err() {}, onStep });
      console.log("done");`;
    const file = join(root, "test/fixtures/trackinglinks-v16.md");
    expect(await run(program, folder, file, step)).toMatchObject({ stdout: "", stderr: "" });
    expect(filesOf(folder)).toEqual(before);
  },
);

const replaceModule = JSON.stringify(join(root, "scripts/replace.mjs"));
const REPLACE = `
  const [folder, step] = process.argv.slice(1);
  ${KILL}
  const { replace } = await import(${replaceModule});
  replace(folder, onStep);
  console.log("done");`;
const RECOVER = `
  const { recover } = await import(${replaceModule});
  console.log(recover(process.argv[1]));`;

/** A project with an old spec/ and generated/, and an update that is ready. */
function readyProject(): string {
  const folder = emptyFolder();
  for (const part of [
    "spec/a",
    "spec/gone",
    "generated/a",
    "api/a",
    "src/replay-rules.ts",
    "src/other.ts",
  ]) {
    mkdirSync(dirname(join(folder, part)), { recursive: true });
    writeFileSync(join(folder, part), "old");
  }
  for (const part of [
    "spec/a",
    "spec/more/b",
    "generated/a",
    "api/a",
    "src/replay-rules.ts",
    "src/other.ts",
    "package.json",
  ]) {
    const file = join(folder, ".tmp/spec-update/staging", part);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "new");
  }
  return folder;
}
const OLD = {
  "spec/a": "old",
  "spec/gone": "old",
  "generated/a": "old",
  "api/a": "old",
  "src/replay-rules.ts": "old",
  "src/other.ts": "old",
};
const NEW = {
  "spec/a": "new",
  "spec/more/b": "new",
  "generated/a": "new",
  "api/a": "new",
  "src/replay-rules.ts": "new",
  "src/other.ts": "old",
};

test.each<[string, object, boolean]>([
  ["decide", OLD, false],
  ["put spec aside", NEW, true],
  ["put spec in place", NEW, true],
  ["put generated aside", NEW, true],
  ["put generated in place", NEW, true],
  ["put api aside", NEW, true],
  ["put api in place", NEW, true],
  ["put src/replay-rules.ts aside", NEW, true],
  ["put src/replay-rules.ts in place", NEW, true],
  ["tidy", NEW, true],
  ["none", NEW, false],
])(
  "killed while it replaces, at the step %s, the next run finds or makes it whole",
  async (step, files, isUnfinished) => {
    const folder = readyProject();
    expect((await run(REPLACE, folder, step)).stdout).toBe(step === "none" ? "done\n" : "");
    expect(isStopped(folder)).toBe(isUnfinished);
    expect((await run(RECOVER, folder)).stdout).toBe(`${isUnfinished}\n`);
    expect(isStopped(folder)).toBe(false);
    expect(filesOf(folder)).toEqual(files);
    expect((await run(RECOVER, folder)).stdout).toBe("false\n");
  },
);

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** What a full disk says. */
const noSpace = (): never => {
  throw Object.assign(new Error("ENOSPC: no space left on device, rename"), { syscall: "rename" });
};

test.each([
  "decide",
  "put spec aside",
  "put spec in place",
  "put generated aside",
  "put generated in place",
  "put api aside",
  "put api in place",
  "put src/replay-rules.ts aside",
  "put src/replay-rules.ts in place",
  "tidy",
])("what the system refuses while it replaces, at the step %s, is undone", (step) => {
  const folder = readyProject();
  expect(() => replace(folder, (name) => name === step && noSpace())).toThrow("ENOSPC");
  expect(filesOf(folder)).toEqual(OLD);
  expect(isStopped(folder)).toBe(false);
});

test("a rename that the system refuses is undone", () => {
  const folder = readyProject();
  rmSync(join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "src"), "a file");
  expect(() => replace(folder, () => {})).toThrow(/^(EEXIST|ENOTDIR): /);
  expect(readFileSync(join(folder, "src"), "utf8")).toBe("a file");
  expect(readFileSync(join(folder, "spec/a"), "utf8")).toBe("old");
  expect(readFileSync(join(folder, "generated/a"), "utf8")).toBe("old");
  expect(existsSync(join(folder, "spec/more"))).toBe(false);
});

test("what can be neither done nor undone is said, and done by the next run", () => {
  const folder = readyProject();
  const old = join(folder, ".tmp/spec-update/decided/old");
  const half = (): void =>
    replace(folder, (name) => {
      if (name !== "put api aside") return;
      renameSync(old, `${old}-gone`);
      noSpace();
    });
  expect(half).toThrow(
    expect.objectContaining({
      constructor: Unfinished,
      message: expect.stringMatching(
        /^spec\/ and generated\/ are half replaced: ENOSPC: .*, and then ENOENT: .*\. Mend that, then run `npm run generate`, which does the rest\.$/,
      ) as string,
    }) as Error,
  );
  expect(isStopped(folder)).toBe(true);
  renameSync(`${old}-gone`, old);
  expect(recover(folder)).toBe(true);
  expect(filesOf(folder)).toEqual(NEW);
});

test("a disk that is full ends it without a stack, and with nothing written", async () => {
  const folder = copyOfProject(PARTS);
  const before = filesOf(folder);
  const said: string[] = [];
  const file = source(
    folder,
    next((document) => (operation(document)["summary"] = "Other words")),
  );
  const io = {
    stdin: nothing(),
    out: () => {},
    err: (text: string) => said.push(text),
    onStep: (step: string) => step === "put generated in place" && noSpace(),
  };
  expect(await runUpdate(["--root", folder, file], io)).toBe(1);
  expect(said).toEqual([
    "Can't go on: ENOSPC: no space left on device, rename.\nNothing was written.",
  ]);
  expect(filesOf(folder)).toEqual(before);
  expect(readdirSync(join(folder, ".tmp/spec-update"))).toEqual([]);
}, 60_000);

test("an update that can't be carried out is said so by both commands, and kept", async () => {
  const folder = copyOfProject(["spec", "generated"]);
  const decided = join(folder, ".tmp/spec-update/decided");
  mkdirSync(join(decided, "new/src"), { recursive: true });
  writeFileSync(join(decided, "new/src/replay-rules.ts"), "new");
  writeFileSync(join(folder, "src"), "a file");
  const result = await update(folder, "none.json");
  const generate = [join(root, "scripts/generate.mjs"), "--root", folder];
  expect(result).toEqual({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(
      /^spec\/ and generated\/ are half replaced: (EEXIST|ENOTDIR): .*\. Mend that, then run `npm run generate`, which does the rest\.\n$/,
    ) as string,
  });
  expect(await runProgram(process.execPath, generate)).toEqual(result);
  expect(isStopped(folder)).toBe(true);
});

test.each(["decide", "put spec aside", "put generated in place", "tidy"])(
  "Ctrl-C while it replaces, at the step %s, waits until all is new",
  async (step) => {
    const folder = readyProject();
    const listening = REPLACE.replace("SIGKILL", "SIGINT");
    await run(`process.on("SIGINT", () => process.exit(130)); ${listening}`, folder, step);
    expect(filesOf(folder)).toEqual(NEW);
  },
);

test("what git brought back in between does not stand in the way", async () => {
  const folder = readyProject();
  await run(REPLACE, folder, "put generated in place");
  mkdirSync(join(folder, "generated"));
  writeFileSync(join(folder, "generated/a"), "old");
  expect((await run(RECOVER, folder)).stdout).toBe("true\n");
  expect(filesOf(folder)).toEqual(NEW);
});

test("npm run generate carries out what was decided; with --check it says so, and writes nothing", async () => {
  const folder = copyOfProject(PARTS);
  const before = filesOf(folder);
  for (const part of ["spec", "generated"])
    cpSync(join(folder, part), join(folder, ".tmp/spec-update/decided/new", part), {
      recursive: true,
    });
  rmSync(join(folder, "generated"), { recursive: true });
  const generate = [join(root, "scripts/generate.mjs"), "--root", folder];
  expect(await runProgram(process.execPath, [...generate, "--check"])).toEqual({
    code: 1,
    stdout: "",
    stderr: "An update of spec/ was stopped. Run `npm run generate`, which carries it out.\n",
  });
  expect(existsSync(join(folder, "generated"))).toBe(false);
  expect((await runProgram(process.execPath, generate)).stdout).toBe("generated/ is up to date.\n");
  expect(filesOf(folder)).toEqual(before);
});

test("Ctrl-C ends it, with nothing written", async () => {
  const folder = copyOfProject(PARTS);
  const before = filesOf(folder);
  const child = spawn(process.execPath, [
    join(root, "scripts/spec-update.mjs"),
    "--root",
    folder,
    join(root, "test/fixtures/trackinglinks-v16.md"),
  ]);
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  await vi.waitFor(
    () => expect(existsSync(join(folder, ".tmp/spec-update/staging/generated"))).toBe(true),
    { timeout: 20_000, interval: 10 },
  );
  child.kill("SIGINT");
  const code = await new Promise((resolve) => child.on("exit", resolve));
  expect({ code, stderr }).toEqual({ code: 130, stderr: "Stopped. Nothing was written.\n" });
  expect(filesOf(folder)).toEqual(before);
});
