import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test, vi } from "vitest";
import { PATH, type Json } from "../support/documents.ts";
import { readSpec, writeSpec } from "../../scripts/update/spec-folder.ts";
import { spec } from "../../src/index.ts";
import { version } from "../../src/version.ts";
import type * as Package from "../../src/index.ts";
import { serve } from "../support/server.ts";
import {
  copyOfProject,
  filesOf,
  PARTS,
  root,
  runProgram,
  runScript,
  scriptArgs,
  type Result,
} from "../support/workspace.ts";

// The bump, rehearsed: the real command in a copy of the project, with next versions of the vendor's document.

// Whatever the version in spec/, and whatever other documents lie beside it.
const own = readSpec(root).parts.find(({ document }) => PATH in (document["paths"] as object));
const present: Json = own?.document;
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

function update(folder: string, ...args: string[]): Promise<Result> {
  return runScript("spec-update", ["--root", folder, ...args], { cwd: folder });
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
  const sources = [JSON.parse(read("source.json"))].flat();
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

test("writes a new optional parameter as additive, with no change in src/", async () => {
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

    Requests: unchanged

    Semver
      patch: 0.1.0 → 0.1.1 (in 0.x, an addition is a patch)

    CHANGELOG entry
      ## 0.1.1

      - \`POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query rehearsedId\`: parameter added (\`rehearsedId\`).

    Written: spec/, generated/, api/ and src/http/retry-rules.ts.
    Next: set the version in package.json and src/version.ts, add the entry to CHANGELOG.md, run npm run docs, npm run check and npm test.
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
    // That of the web page, not of the file.
    page: own?.page,
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

test("refuses breaking changes unless allowed, and shows the lines that no longer compile", async () => {
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
      const { TrackingURL, ...others } = schema.properties;
      schema.properties = { TrackingLink: TrackingURL, ...others };
      schema.required = (schema.required as string[] | undefined)?.map((name) =>
        name === "TrackingURL" ? "TrackingLink" : name,
      );
    }),
  );
  const result = await update(folder, file);
  expect(result.stderr).toBe(
    "\nBreaking, so nothing was written. To write it anyway, pass --allow-breaking.\n",
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

    Requests: unknown, since src/ does not compile

    Semver
      minor: 0.1.0 → 0.2.0 (in 0.x, a breaking change is a minor)

    CHANGELOG entry
      ## 0.2.0

      - **Breaking**: \`POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query CustomPath\`: parameter removed (\`CustomPath\`).
      - **Breaking**: \`POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query Type\`: enum narrowed (was \`<all>\`, is \`"Regular"\`).
      - **Breaking**: \`POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks 200.TrackingURL\`: property renamed (was \`TrackingURL\`, is \`TrackingLink\`).

    MIGRATING entry
      ## 0.2.0

      The compiler names the lines of these.

      - \`POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query CustomPath\`: parameter removed (\`CustomPath\`). Leave it out.
      - \`POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks query Type\`: enum narrowed (was \`<all>\`, is \`"Regular"\`). Send one of the values that are left.
      - \`POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks 200.TrackingURL\`: property renamed (was \`TrackingURL\`, is \`TrackingLink\`). Use the new name.
    "
  `);
  const named = namedLines(result);
  expect(named).toContainEqual(
    expect.stringMatching(/^src\/tracking-links\/params\.ts: customPath\b/),
  );
  expect(named).toContainEqual(
    expect.stringMatching(/^src\/tracking-links\/create\.ts: TrackingURL\b/),
  );
  expect(result.stdout).toContain("\nPublic types\n  unknown, since src/ does not compile\n");
  expect(result.code).toBe(3);
  expect(filesOf(folder)).toEqual(before);

  const allowed = await update(folder, file, "--allow-breaking");
  expect(allowed.code).toBe(0);
  expect(allowed.stdout).toContain(
    "Written: spec/, generated/ and src/http/retry-rules.ts.\n" +
      "Next: fix the compile errors above, set the version in package.json and src/version.ts, add the entries to " +
      "CHANGELOG.md and MIGRATING.md, run npm run types:report, npm run docs, npm run check and npm test.\n",
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

test("adds a `never` row for a new operation, and deletes the row of a removed one", async () => {
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

    Retry rules: src/http/retry-rules.ts
      new row: "POST /Mediapartners/{AccountSID}/Rehearsals": "never"

    Public types …

    src/ against the new types …

    Requests: unchanged

    Semver
      patch: 0.1.0 → 0.1.1 (in 0.x, an addition is a patch)

    CHANGELOG entry
      ## 0.1.1

      - \`GET /Mediapartners/{AccountSID}/Rehearsals\`: operation added (\`listRehearsals\`).
      - \`POST /Mediapartners/{AccountSID}/Rehearsals\`: operation added (\`createRehearsal\`).

    Written: spec/, generated/, api/ and src/http/retry-rules.ts.
    Next: set the version in package.json and src/version.ts, add the entry to CHANGELOG.md, run npm run docs, npm run check and npm test.
    "
  `);
  expect(result.code).toBe(0);
  const table = readFileSync(join(root, "src/http/retry-rules.ts"), "utf8");
  expect(readFileSync(join(folder, "src/http/retry-rules.ts"), "utf8")).toBe(
    table.replace(
      /(?<=regularLinks,\n)};\n/,
      '  "POST /Mediapartners/{AccountSID}/Rehearsals": "never",\n};\n',
    ),
  );

  const back = await update(folder, source(folder, JSON.stringify(present)), "--allow-breaking");
  expect(back.stdout).toContain(
    'Retry rules: src/http/retry-rules.ts\n  deleted row: "POST /Mediapartners/{AccountSID}/Rehearsals": "never"\n',
  );
  expect(back.stdout).toContain("src/ against the new types\n  compiles\n");
  expect(readFileSync(join(folder, "src/http/retry-rules.ts"), "utf8")).toBe(table);
});

test("reports a new version as a wire change, and writes nothing in a dry run", async () => {
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

Requests
  create({"programId":"1000"}) and 4 more
    - ir-version: ${VERSION}
    - user-agent: impact-partner-client/${version} (IR-Version ${VERSION})
    + ir-version: ${NEXT}
    + user-agent: impact-partner-client/${version} (IR-Version ${NEXT})

Semver
  minor: 0.1.0 → 0.2.0 (requests send a new version of the API)

CHANGELOG entry
  ## 0.2.0

  - Every request sends \`IR-Version: ${NEXT}\` instead of ${VERSION}.

Dry run: nothing was written.
`);
  expect([dry.code, dry.stderr]).toEqual([0, ""]);
  expect(filesOf(folder)).toEqual(before);
});

test("converts versions that are numbers to strings, with a warning", async () => {
  const folder = project();
  const text = next((document) => {
    document["info"].version = Number(NEXT);
    document["openapi"] = 3.1;
  });
  const { code, stdout } = await update(folder, source(folder, text), "--dry-run");
  expect(stdout).toContain(
    "next.json: #/openapi: Expected a string, got a number; it is converted.\n",
  );
  expect(stdout).toContain(
    "next.json: #/info/version: Expected a string, got a number; it is converted.\n",
  );
  expect(stdout).toContain(`IR-Version: version sent\n    was ${VERSION}\n    is  ${NEXT}\n`);
  expect(code).toBe(0);
});

test("reports a new description as a change of the documentation", async () => {
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

Requests: unchanged

Semver
  patch: 0.1.0 → 0.1.1 (documentation only)

CHANGELOG entry
  ## 0.1.1

  - The vendor's documentation changed in one place.

Dry run: nothing was written.
`);
});

test("stores the document of the vendor's next page unchanged, and sends its version", async () => {
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
    `was ${operation(present)["operationId"]}\n    is  makeLink`,
  ],
  [
    "no name",
    (document) => delete operation(document)["operationId"],
    `was ${operation(present)["operationId"]}`,
  ],
])("finds the operation that src/ needs by its path if it has %s", async (_, change, words) => {
  const folder = project();
  const result = await update(folder, source(folder, next(change)));
  expect(result).toMatchObject({ code: 0, stderr: "" });
  expect(withoutTypes(result)).toContain(
    `Changes: 1 docs\n\ndocs\n  POST ${PATH}: operationId\n    ${words}\n`,
  );
  expect(result.stdout).toContain("\nsrc/ against the new types\n  compiles\n");
  expect(filesOf(folder)["generated/openapi.ts"]).toBe(
    readFileSync(join(root, "generated/openapi.ts"), "utf8"),
  );
});

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
    `Expected the operation "createTrackingLink", which src/ needs, got neither that operationId nor POST ${PATH}. If the vendor renamed it, change FACADE_OPERATIONS in scripts/openapi/document.ts.`,
  ],
  [
    "one operationId twice",
    (document) =>
      (document["paths"]["/x"] = { get: { operationId: "createTrackingLink", responses: {} } }),
    `operationId "createTrackingLink" is used twice: by POST ${PATH} of ${present["info"].title} (next.json) and by GET /x of ${present["info"].title} (next.json).`,
  ],
])("refuses %s, and writes nothing", async (_, change, message) => {
  const folder = copyOfProject(["spec"]);
  const before = readFileSync(join(folder, "spec/openapi.json"), "utf8");
  const result = await update(folder, source(folder, next(change)));
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr).toContain(`${message}\nNothing was written.\n`);
  expect(readFileSync(join(folder, "spec/openapi.json"), "utf8")).toBe(before);
});

test("downloads the recorded pages if there is no source", async () => {
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
    'spec/source.json: Expected the URL of a page, got "x.json". Pass the sources as arguments.\nNothing was written.\n',
  );
});

const OTHER_WORDS = next((document) => (operation(document)["summary"] = "Other words"));

test("names the error of a disk that takes no more without a stack", async () => {
  const folder = project();
  const before = filesOf(folder);
  const file = source(folder, OTHER_WORDS);
  const node = [process.execPath, ...scriptArgs("spec-update"), "--root", folder, file].join(" ");
  // No file may have more than 8 KB.
  const result = await runProgram("bash", ["-c", `ulimit -f 8; ${node}`]);
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr).toMatch(/^Failed: EFBIG: .*\.\nNothing was written\.\n$/);
  expect(existsSync(join(folder, ".tmp/spec-update"))).toBe(false);
  expect(filesOf(folder)).toEqual(before);
});

test("writes nothing if nobody can read the report", async () => {
  const folder = project();
  const before = filesOf(folder);
  const file = source(folder, OTHER_WORDS);
  const node = [process.execPath, ...scriptArgs("spec-update"), "--root", folder, file].join(" ");
  expect(await runProgram("bash", ["-c", `${node} > /dev/full`])).toEqual({
    code: 1,
    stdout: "",
    stderr: "Failed: ENOSPC: no space left on device, write.\nNothing was written.\n",
  });
  expect(existsSync(join(folder, ".tmp/spec-update"))).toBe(false);
  expect(filesOf(folder)).toEqual(before);
});

const NO_SPACE = "ENOSPC: no space left on device";

test.each<[string, string[], string]>([
  [
    "undoes an update that fails while it is written",
    [".tmp/spec-update/generated"],
    `Failed: ${NO_SPACE}.\nNothing was written.\n`,
  ],
  [
    "says how to undo an update that it cannot undo",
    [".tmp/spec-update/generated", ".tmp/spec-update/old/spec"],
    `Failed while writing: ${NO_SPACE}. To undo: git restore spec generated api src/http/retry-rules.ts\n`,
  ],
])("%s", async (_, sources, stderr) => {
  const folder = project();
  const before = filesOf(folder);
  const file = source(folder, OTHER_WORDS);
  const failing = sources.map((each) => join(folder, each));
  const full = `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const rename = fs.renameSync;
    fs.renameSync = (from, to) => {
      if (!${JSON.stringify(failing)}.includes(from)) return rename(from, to);
      throw Object.assign(new Error("${NO_SPACE}"), { syscall: "rename" });
    };
    syncBuiltinESMExports();`;
  const preload = ["--import", `data:text/javascript,${encodeURIComponent(full)}`];
  const args = [...preload, ...scriptArgs("spec-update"), "--root", folder, file];
  expect(await runProgram(process.execPath, args)).toMatchObject({ code: 1, stderr });
  expect(existsSync(join(folder, ".tmp/spec-update"))).toBe(false);
  if (sources.length === 1) expect(filesOf(folder)).toEqual(before);
});

test.each([
  ["SIGINT", { code: 130, stderr: "Stopped. Nothing was written.\n" }],
  ["SIGKILL", { code: null, stderr: "" }],
] as const)("writes nothing when %s stops it before it is done", async (signal, result) => {
  const folder = project();
  const before = filesOf(folder);
  const args = [...scriptArgs("spec-update"), "--root", folder, nextPage(folder)];
  const child = spawn(process.execPath, args);
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  await vi.waitFor(
    () => expect(existsSync(join(folder, ".tmp/spec-update/generated"))).toBe(true),
    { timeout: 120_000, interval: 10 },
  );
  child.kill(signal);
  const code = await new Promise((resolve) => child.on("exit", resolve));
  expect({ code, stderr }).toEqual(result);
  expect(filesOf(folder)).toEqual(before);
});
