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
import { readSpec, writeSpec } from "../scripts/spec-folder.mjs";
import { spec } from "../src/index.ts";
import type * as Package from "../src/index.ts";
import { serve } from "./support/server.ts";
import { copyOfProject, emptyFolder, root, runProgram, type Result } from "./support/workspace.ts";

// Compilers and processes of their own: on a busy machine each takes its time.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

// The bump, rehearsed: the real command in a copy of the project, with next versions of the vendor's document.

const PATH = "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";
const PARTS = ["spec", "generated", "api", "src", "tsconfig.json", "package.json"];
type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any

// Whatever the version in spec/, and whatever other documents lie beside it.
const own = readSpec(root).parts.find(({ document }) => PATH in (document["paths"] as object));
const present = own?.document as Json;
const VERSION = spec.version;
const NEXT = String(Number(VERSION) + 1);
const operation = (document: Json): Json => document["paths"][PATH].post;
const parameter = (document: Json, name: string): Json =>
  operation(document)["parameters"].find((each: Json) => each["name"] === name);
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

/** What is said of src/ and of the public types is as long as these are, and documents that lie beside are warned of. */
function withoutTypes({ stdout }: Result): string {
  return stdout
    .replace(/^(Public types|src\/ against the new types)\n(?: .*\n)+/gm, "$1 …\n")
    .replace(/^Warnings\n(?: .*\n)+\n/, "");
}

/** The lines that the compiler names, from the column on that it names, as an editor opens them. */
function namedLines({ stdout }: Result): string[] {
  return [...stdout.matchAll(/^ {2}(src\/[^(]+)\((\d+),(\d+)\): error/gm)].map(
    ([, name = "", line, column]) => {
      const text = readFileSync(join(root, name), "utf8").split("\n")[Number(line) - 1] ?? "";
      return `${name}: ${text.slice(Number(column) - 1)}`;
    },
  );
}

/** A copy of the project, in which the package is of one version, so that the next one is known. */
function project(): string {
  const folder = copyOfProject(PARTS);
  const file = join(folder, "package.json");
  writeFileSync(file, readFileSync(file, "utf8").replace(/"version": ".*"/, '"version": "0.1.0"'));
  return folder;
}

/** What spec/ says of the document, and where it keeps it. */
function kept(folder: string): { document: unknown; provenance: Json; text: string } {
  const read = (name: string): string => readFileSync(join(folder, "spec", name), "utf8");
  const sources = [JSON.parse(read("source.json")) as Json].flat();
  const { file = "openapi.json", ...provenance } =
    sources.find(({ title }) => title === present["info"].title) ?? {};
  const text = read(file as string);
  return { document: JSON.parse(text), provenance, text };
}

/** The vendor's next page, made of the document that is there. */
function nextPage(folder: string): string {
  const page = readFileSync(join(root, "test/fixtures/trackinglinks-v16.md"), "utf8");
  const file = join(folder, "next.md");
  const text = next((document) => (document["info"].version = NEXT));
  writeFileSync(
    file,
    page.replace(/^\{"openapi".*$/m, () => text).replace("partner-v16", `partner-v${NEXT}`),
  );
  return file;
}

function source(folder: string, text: string): string {
  const file = join(folder, "next.json");
  writeFileSync(file, text);
  return file;
}

test("an added optional parameter: additive, typed and sent, nothing to do in src/", async () => {
  const folder = project();
  const text = next((document) =>
    operation(document)["parameters"].push({
      name: "rehearsedId",
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
      POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query rehearsedId: parameter added
        is  rehearsedId

    Public types …

    src/ against the new types …

    Semver
      patch: 0.1.0 → 0.1.1 (of a 0.x, what breaks nothing is a patch)

    CHANGELOG entry
      ## 0.1.1

      - \`POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query rehearsedId\`: parameter added (\`rehearsedId\`).

    Written: spec/, generated/, api/ and src/http/retry-rules.ts.
    Next: the version in package.json and src/version.ts, the entry in CHANGELOG.md, npm run docs, npm run check, npm test.
    "
  `);
  expect(result.stdout).toMatch(
    /\nPublic types\n {2}--- api\/index\.d\.ts\n {2}\+\+\+ api\/index\.d\.ts\n(?: .*\n)* {2}\+ {2}rehearsedId\?: string \| undefined;\n/,
  );
  expect(result.stdout).toContain("\nsrc/ against the new types\n  compiles\n");
  expect(result.code).toBe(0);

  const files = filesOf(folder);
  const { document, provenance, text: file } = kept(folder);
  const sha256Of = (each = ""): string => createHash("sha256").update(each).digest("hex");
  expect(document).toEqual(JSON.parse(text));
  expect(provenance).toEqual({
    page: "next.json",
    title: present["info"].title,
    version: present["info"].version,
    sha256: sha256Of(file),
    date: new Date().toISOString().slice(0, 10),
  });
  expect(files["generated/operations.ts"]).toContain(sha256Of(files["spec/openapi.json"]));
  expect(files["api/index.d.ts"]).toContain("rehearsedId?: string | undefined;");
  const again = await update(folder, join(folder, "next.json"));
  expect([again.code, withoutTypes(again), again.stderr]).toEqual([0, "Nothing changed.\n", ""]);
});

test("a removed enum value and parameter, a renamed response field: breaking, and the compiler names the lines", async () => {
  const folder = project();
  const before = filesOf(folder);
  const file = source(
    folder,
    next((document) => {
      parameter(document, "Type")["schema"].enum = ["Regular"];
      operation(document)["parameters"] = operation(document)["parameters"].filter(
        ({ name }: Json) => name !== "CustomPath",
      );
      const { schema } = operation(document)["responses"]["200"].content["application/json"];
      const { TrackingURL, ...others } = schema.properties as Json;
      schema.properties = { TrackingLink: TrackingURL as Json, ...others };
      schema.required = (schema.required as string[] | undefined)?.map((name) =>
        name === "TrackingURL" ? "TrackingLink" : name,
      );
    }),
  );
  const result = await update(folder, file);
  expect(result.stderr).toBe(
    "\nBreaking, so nothing was written. --allow-breaking writes it all the same.\n",
  );
  const types = parameter(present, "Type")["schema"].enum as string[];
  const all = types.map((each) => JSON.stringify(each)).join(" | ");
  expect(withoutTypes(result).replaceAll(all, "<all>")).toMatchInlineSnapshot(`
    "Changes: 3 breaking

    breaking
      POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query CustomPath: parameter removed
        was CustomPath
      POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query Type: enum narrowed
        was <all>
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
      - **Breaking**: \`POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query Type\`: enum narrowed (was \`<all>\`, is \`"Regular"\`).
      - **Breaking**: \`POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks 200.TrackingURL\`: property renamed (was \`TrackingURL\`, is \`TrackingLink\`).
    "
  `);
  const named = namedLines(result);
  expect(named).toContainEqual(expect.stringMatching(/^src\/params\.ts: customPath\b/));
  expect(named).toContainEqual(expect.stringMatching(/^src\/tracking-link\.ts: TrackingURL\b/));
  expect(result.stdout).toContain("\nPublic types\n  not known, since src/ does not compile\n");
  expect(result.code).toBe(3);
  expect(filesOf(folder)).toEqual(before);

  const allowed = await update(folder, file, "--allow-breaking");
  expect(allowed.code).toBe(0);
  expect(allowed.stdout).toContain(
    "Written: spec/, generated/ and src/http/retry-rules.ts.\n" +
      "Next: the lines above that do not compile, then npm run types:report, npm run docs, npm run check, npm test.\n",
  );
  const after = filesOf(folder);
  const written = Object.keys(after).filter((name) => after[name] !== before[name]);
  expect(written.filter((name) => !name.startsWith("spec/documents/"))).toEqual([
    "spec/openapi.json",
    "spec/source.json",
    "generated/openapi.ts",
    "generated/operations.ts",
    "generated/params.ts",
  ]);
});

test("a new operation: its row is written as never, and a stale one goes", async () => {
  const folder = project();
  const added = next((document) => {
    const responses = { 200: { description: "OK" } };
    document["paths"]["/Mediapartners/{AccountSID}/Rehearsals"] = {
      parameters: [{ name: "AccountSID", in: "path", required: true, schema: { type: "string" } }],
      get: { operationId: "listRehearsals", responses },
      post: { operationId: "createRehearsal", responses },
    };
  });
  const result = await update(folder, source(folder, added));
  expect(result.stderr).toBe("");
  expect(withoutTypes(result)).toMatchInlineSnapshot(`
    "Changes: 2 additive

    additive
      GET /Mediapartners/{AccountSID}/Rehearsals: operation added
        is  listRehearsals
      POST /Mediapartners/{AccountSID}/Rehearsals: operation added
        is  createRehearsal

    Replay table: src/http/retry-rules.ts
      new row: "POST /Mediapartners/{AccountSID}/Rehearsals": "never"

    Public types …

    src/ against the new types …

    Semver
      patch: 0.1.0 → 0.1.1 (of a 0.x, what breaks nothing is a patch)

    CHANGELOG entry
      ## 0.1.1

      - \`GET /Mediapartners/{AccountSID}/Rehearsals\`: operation added (\`listRehearsals\`).
      - \`POST /Mediapartners/{AccountSID}/Rehearsals\`: operation added (\`createRehearsal\`).

    Written: spec/, generated/, api/ and src/http/retry-rules.ts.
    Next: the version in package.json and src/version.ts, the entry in CHANGELOG.md, npm run docs, npm run check, npm test.
    "
  `);
  expect(result.code).toBe(0);
  const table = readFileSync(join(root, "src/http/retry-rules.ts"), "utf8");
  expect(readFileSync(join(folder, "src/http/retry-rules.ts"), "utf8")).toBe(
    table.replace(/};\n$/, '  "POST /Mediapartners/{AccountSID}/Rehearsals": "never",\n};\n'),
  );

  const back = await update(folder, source(folder, JSON.stringify(present)), "--allow-breaking");
  expect(back.stdout).toContain(
    'Replay table: src/http/retry-rules.ts\n  row taken away: "POST /Mediapartners/{AccountSID}/Rehearsals": "never"\n',
  );
  expect(back.stdout).toContain("src/ against the new types\n  compiles\n");
  expect(readFileSync(join(folder, "src/http/retry-rules.ts"), "utf8")).toBe(table);
});

test("another version alone: wire", async () => {
  const folder = project();
  const before = filesOf(folder);
  const text = next((document) => (document["info"].version = NEXT));
  const dry = await update(folder, source(folder, text), "--dry-run");
  expect(withoutTypes(dry)).toBe(`Changes: 1 wire

wire
  IR-Version: version sent
    was ${VERSION}
    is  ${NEXT}

Public types …

src/ against the new types …

Semver
  minor: 0.1.0 → 0.2.0 (every request says another version of the API)

CHANGELOG entry
  ## 0.2.0

  - Every request says \`IR-Version: ${NEXT}\`, no longer ${VERSION}.

A dry run: nothing was written.
`);
  expect([dry.code, dry.stderr]).toEqual([0, ""]);
  expect(filesOf(folder)).toEqual(before);
});

test("versions that YAML reads as numbers are taken as texts, and warned of", async () => {
  const folder = project();
  const text = next((document) => {
    document["info"].version = Number(NEXT);
    document["openapi"] = 3.1;
  });
  const { code, stdout } = await update(folder, source(folder, text), "--dry-run");
  expect(stdout).toContain(
    "next.json: #/openapi: Expected a text, got a number; it is taken as one.\n",
  );
  expect(stdout).toContain(
    "next.json: #/info/version: Expected a text, got a number; it is taken as one.\n",
  );
  expect(stdout).toContain(`IR-Version: version sent\n    was ${VERSION}\n    is  ${NEXT}\n`);
  expect(code).toBe(0);
});

test("other words alone: docs", async () => {
  const folder = project();
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
});

test("the vendor's next page: its document is kept key for key, and its version is sent", async () => {
  const folder = project();
  const result = await update(folder, nextPage(folder));
  expect(result.stderr).toBe("");
  expect(withoutTypes(result)).toMatch(/^Changes: 1 wire\n/);
  expect(result.code).toBe(0);
  const { document, provenance } = kept(folder);
  expect(JSON.stringify(document)).toBe(next((each) => (each["info"].version = NEXT)));
  expect(provenance).toMatchObject({
    page: `https://integrations.impact.com/partner-api-reference/partner-v${NEXT}/reference/tracking-links/trackinglinks.md`,
    version: NEXT,
  });
  expect(filesOf(folder)["generated/operations.ts"]).toContain(`"version": "${NEXT}"`);

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
  expect(apiVersion).toBe(NEXT);
  expect(urls).toEqual([
    ["https://api.impact.com/Mediapartners/IR1/Programs/1/TrackingLinks", NEXT],
  ]);
});

test.each<[string, (document: Json) => void, string]>([
  [
    "another name",
    (document) => (operation(document)["operationId"] = "makeLink"),
    "was createTrackingLink\n    is  makeLink",
  ],
  ["no name", (document) => delete operation(document)["operationId"], "was createTrackingLink"],
])(
  "%s for the operation that src/ needs: breaking, and src/ finds it by its path",
  async (_, change, words) => {
    const folder = project();
    const file = source(folder, next(change));
    const result = await update(folder, file, "--allow-breaking");
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(withoutTypes(result)).toContain(
      `Changes: 1 breaking\n\nbreaking\n  POST ${PATH}: operation renamed\n    ${words}\n`,
    );
    expect(result.stdout).toContain("\nsrc/ against the new types\n  compiles\n");
    expect(filesOf(folder)["generated/openapi.ts"]).toBe(
      readFileSync(join(root, "generated/openapi.ts"), "utf8"),
    );
  },
);

test.each<[string, string[], string, number]>([
  ["an unknown option", ["--force"], "Unknown option '--force'", 2],
  ["standard input twice", ["-", "-"], "Expected each source once, got - twice.", 2],
  ["a file twice", ["a.md", "./a.md"], "Expected each source once, got ./a.md twice.", 2],
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
    "a document that has lost what src/ needs",
    (document) => (document["paths"] = {}),
    `Expected the operation "createTrackingLink", which src/ needs, got none of that name, and no POST ${PATH}. If it is another now, say so in FACADE_OPERATIONS of scripts/document.mjs.`,
  ],
  [
    "one operationId twice",
    (document) =>
      (document["paths"]["/x"] = { get: { operationId: "createTrackingLink", responses: {} } }),
    `operationId "createTrackingLink" is there twice: POST ${PATH} of ${present["info"].title} (next.json) and GET /x of ${present["info"].title} (next.json).`,
  ],
])("refuses %s, and writes nothing", async (_, change, message) => {
  const folder = copyOfProject(["spec"]);
  const before = readFileSync(join(folder, "spec/openapi.json"), "utf8");
  const result = await update(folder, source(folder, next(change)));
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr).toContain(`${message}\nNothing was written.\n`);
  expect(readFileSync(join(folder, "spec/openapi.json"), "utf8")).toBe(before);
});

test("without a source it asks the pages that are recorded", async () => {
  const folder = copyOfProject(["spec"]);
  const { document, parts } = readSpec(folder);
  const { baseUrl, requests } = await serve((request, response) => {
    const part = parts[Number(/\d+(?=\.md)/.exec(request.url ?? "")?.[0])];
    response.writeHead(200, { "Content-Type": "text/markdown" });
    response.end(`# A page\n\n\`\`\`json\n${JSON.stringify(part?.document)}\n\`\`\`\n`);
  });
  const record = (pageOf: (index: number) => string): unknown =>
    writeSpec(
      folder,
      document,
      parts.map((part, index) => ({ ...part, page: pageOf(index) })),
    );
  record((index) => `${baseUrl}/partner-v14/${index}.md`);
  const result = await update(folder);
  expect([result.code, withoutTypes(result), result.stderr]).toEqual([0, "Nothing changed.\n", ""]);
  expect(requests.map(({ target }) => target)).toEqual(
    parts.map((_, index) => `/partner-v14/${index}.md`),
  );

  record(() => "x.json");
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
    const folder = project();
    const before = filesOf(folder);
    const program = `
      const [folder, file, step] = process.argv.slice(1);
      ${KILL}
      const { update } = await import(${JSON.stringify(join(root, "scripts/update.mjs"))});
      await update(["--root", folder, file], { stdin: [], out() {}, err() {}, onStep });
      console.log("done");`;
    expect(await run(program, folder, nextPage(folder), step)).toMatchObject({
      stdout: "",
      stderr: "",
    });
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
    "src/http/retry-rules.ts",
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
    "src/http/retry-rules.ts",
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
  "src/http/retry-rules.ts": "old",
  "src/other.ts": "old",
};
const NEW = {
  "spec/a": "new",
  "spec/more/b": "new",
  "generated/a": "new",
  "api/a": "new",
  "src/http/retry-rules.ts": "new",
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
  ["put src/http/retry-rules.ts aside", NEW, true],
  ["put src/http/retry-rules.ts in place", NEW, true],
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
  "put src/http/retry-rules.ts aside",
  "put src/http/retry-rules.ts in place",
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
  const folder = project();
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
});

test("an update that can't be carried out is said so by both commands, and kept", async () => {
  const folder = copyOfProject(["spec", "generated"]);
  const decided = join(folder, ".tmp/spec-update/decided");
  mkdirSync(join(decided, "new/src"), { recursive: true });
  writeFileSync(join(decided, "new/src/http/retry-rules.ts"), "new");
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
  const folder = project();
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
  const folder = project();
  const before = filesOf(folder);
  const child = spawn(process.execPath, [
    join(root, "scripts/spec-update.mjs"),
    "--root",
    folder,
    nextPage(folder),
  ]);
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  await vi.waitFor(
    () => expect(existsSync(join(folder, ".tmp/spec-update/staging/generated"))).toBe(true),
    { timeout: 120_000, interval: 10 },
  );
  child.kill("SIGINT");
  const code = await new Promise((resolve) => child.on("exit", resolve));
  expect({ code, stderr }).toEqual({ code: 130, stderr: "Stopped. Nothing was written.\n" });
  expect(filesOf(folder)).toEqual(before);
});
