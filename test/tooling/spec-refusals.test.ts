import {
  cpSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSpec } from "../../scripts/update/spec-folder.ts";
import { PATH, type Json } from "../support/documents.ts";
import { serve } from "../support/server.ts";
import { root, runProgram, runScript, scriptArgs } from "../support/workspace.ts";

// Everything that `npm run spec:update` refuses, by real processes: one message that says what and where, exit code 1,
// and nothing written.

const own = readSpec(root).parts.find(({ document }) => PATH in (document["paths"] as object));
const text = (change: (document: Json, operation: Json) => unknown): string => {
  const document: Json = structuredClone(own?.document);
  change(document, document["paths"][PATH].post);
  return JSON.stringify(document);
};
const schema = (value: Json): string =>
  text((document) => (document["components"].schemas = { A: value }));
const deep = (open: string, close: string): string => open.repeat(20_000) + close.repeat(20_000);
const HEAD = 'openapi: 3.1.0\ninfo: { title: A, version: "16" }\npaths: {}\n';

mkdirSync(join(root, ".tmp"), { recursive: true });
const folder = mkdtempSync(join(root, ".tmp/refusals-"));
beforeAll(() => cpSync(join(root, "spec"), join(folder, "spec"), { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const specText = (): string =>
  ["openapi.json", "source.json"]
    .map((name) => readFileSync(join(folder, "spec", name), "utf8"))
    .join("");
const before = ["openapi.json", "source.json"]
  .map((name) => readFileSync(join(root, "spec", name), "utf8"))
  .join("");

async function expectRefusal(source: string, message: string): Promise<void> {
  const result = await runScript("spec-update", ["--root", folder, source], { cwd: folder });
  expect(result).toEqual({
    code: 1,
    stdout: "",
    stderr: `${source}: ${message}\nNothing was written.\n`,
  });
  expect(specText()).toBe(before);
}

const DOCUMENT =
  "Expected an OpenAPI document, as JSON, YAML or in the code fence of a docs page, got";

describe.concurrent("texts", () => {
  test.each<[string, string | Buffer, string]>([
    ["nothing", "", `${DOCUMENT} nothing.`],
    ["words", "# A page\n", `${DOCUMENT} a text without such a code fence.`],
    ["html", "<!doctype html><p>404", `${DOCUMENT} an HTML page.`],
    ["another-json", '{ "a": 1 }', `${DOCUMENT} a document without \`openapi\`.`],
    ["broken-json", '{ "openapi": ', `${DOCUMENT} broken JSON: Unexpected end of JSON input.`],
    [
      "torn-page",
      '# A\n\n```json\n{"openapi":"3.1.0","info":',
      "Expected an OpenAPI document in the code fence at line 3, got broken JSON: Unexpected end of JSON input.",
    ],
    ["binary", Buffer.from([0, 255, 254, 3]), "Expected text in UTF-8, got other bytes."],
    [
      "latin1",
      Buffer.from(
        text((document) => (document["info"].title = "Générer")),
        "latin1",
      ),
      "Expected text in UTF-8, got other bytes.",
    ],
    [
      "deep-list",
      `{"openapi":"3.1.0","x-a":${deep("[", "]")}}`,
      `${DOCUMENT} more than 90 levels.`,
    ],
    [
      "deep-object",
      `{"openapi":"3.1.0","x-a":${'{"a":'.repeat(20_000)}1${"}".repeat(20_001)}`,
      `${DOCUMENT} more than 90 levels.`,
    ],
    ["deep-yaml", `${HEAD}x-a: ${deep("[", "]")}`, `${DOCUMENT} more than 90 levels.`],
    [
      "bomb",
      `${HEAD}a: &a [x]\n${[..."bcdefgh"].map((name, index) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${"abcdefg"[index]}`).join(", ")}]`).join("\n")}`,
      `${DOCUMENT} broken YAML: Excessive alias count indicates a resource exhaustion attack.`,
    ],
    [
      "alias-in-itself",
      `${HEAD}x-a: &a { b: *a }\n`,
      `${DOCUMENT} broken YAML: Converting circular structure to JSON.`,
    ],
    [
      "two-yaml-documents",
      `${HEAD}---\n${HEAD}`,
      `${DOCUMENT} broken YAML: Source contains multiple documents; please use YAML.parseAllDocuments() at line 4, column 1.`,
    ],
    [
      "a-key-twice",
      `${HEAD}paths: {}\n`,
      `${DOCUMENT} broken YAML: Map keys must be unique at line 4, column 1.`,
    ],
    ["swagger", '{"swagger":"2.0"}', "Expected OpenAPI 3.0 or 3.1, got Swagger 2.0."],
    ["no-version", '{"openapi":null}', "Expected OpenAPI 3.0 or 3.1, got null."],
  ])("refuses %s", async (name, content, message) => {
    writeFileSync(join(folder, name), content);
    await expectRefusal(name, message);
  });
});

describe.concurrent("files", () => {
  test.each<[string, (file: string) => void, string]>([
    ["missing", () => {}, "Expected a file, got none."],
    ["a-folder", (file) => mkdirSync(file), "Expected a file, got a folder."],
    ["endless", (file) => symlinkSync("/dev/zero", file), "Expected at most 5 MB, got more."],
    [
      "unreadable",
      (file) => symlinkSync("unreadable", file),
      "Expected a file, got ELOOP: too many symbolic links encountered, open 'unreadable'.",
    ],
    [
      "of-3-GB",
      (file) => {
        writeFileSync(file, "");
        truncateSync(file, 3 * 2 ** 30);
      },
      "Expected at most 5 MB, got more.",
    ],
  ])("refuses the file %s", async (name, make, message) => {
    make(join(folder, name));
    await expectRefusal(name, message);
  });
});

const OPERATION = `#/paths/${PATH.replaceAll("/", "~1")}/post`;
const unresolved = (how: (name: string) => string): string[] =>
  ["AccountSID", "ProgramId"].map(
    (name, index) => `${OPERATION}/parameters/${index}: Can't resolve ${how(name)}`,
  );
const undefinedParameters = ["AccountSID", "ProgramId"].map(
  (name) =>
    `${OPERATION}/parameters: The operation does not define the path parameter \`{${name}}\` expected by path \`${PATH}\`.`,
);
const notA = (place: string, type: string, got: string): string[] => [
  `#/${place}: Expected type \`${type}\` (object) but got \`${got}\``,
];
const notAList = (place: string, type: string, got: string): string[] => [
  `#/${place}: Expected type \`${type}\` (array) but got \`${got}\``,
];
const CIRCLE = [
  "#/components/schemas/A: Expected $ref, allOf, oneOf, anyOf and items to end, got a circle.",
];
const A = { $ref: "#/components/schemas/A" };
const IN_A = "components/schemas/A";
const NO_REF = [`#/${IN_A}/$ref: Property \`$ref\` is not expected here.`];

describe.concurrent("documents", () => {
  test.each<[string, string, string[]]>([
    ["paths-list", text((d) => (d["paths"] = [])), notA("paths", "Paths", "array")],
    ["paths-null", text((d) => (d["paths"] = null)), notA("paths", "Paths", "null")],
    ["path-null", text((d) => (d["paths"]["/a"] = null)), notA("paths/~1a", "PathItem", "null")],
    [
      "operation-string",
      text((d) => (d["paths"]["/a"] = { get: "a" })),
      notA("paths/~1a/get", "Operation", "string"),
    ],
    ["webhooks-list", text((d) => (d["webhooks"] = [])), notA("webhooks", "WebhooksMap", "array")],
    [
      "parameters-null",
      text((_, operation) => (operation["parameters"] = null)),
      [
        ...notAList(`${OPERATION.slice(2)}/parameters`, "ParameterList", "null"),
        ...undefinedParameters,
      ],
    ],
    [
      "parameter-null",
      text((_, operation) => (operation["parameters"] = [null])),
      [...notA(`${OPERATION.slice(2)}/parameters/0`, "Parameter", "null"), ...undefinedParameters],
    ],
    [
      "responses-list",
      text((_, operation) => (operation["responses"] = [])),
      notA(`${OPERATION.slice(2)}/responses`, "Responses", "array"),
    ],
    [
      "operationId-number",
      text((_, operation) => (operation["operationId"] = 5)),
      [`${OPERATION}/operationId: Expected type \`string\` but got \`integer\`.`],
    ],
    [
      "info-missing",
      text((d) => delete d["info"]),
      ["#/: The field `info` must be present on this level."],
    ],
    ["info-null", text((d) => (d["info"] = null)), notA("info", "Info", "null")],
    [
      "title-number",
      text((d) => (d["info"].title = 5)),
      ["#/info/title: Expected type `string` but got `integer`."],
    ],
    [
      "version-object",
      text((d) => (d["info"].version = {})),
      ["#/info/version: Expected type `string` but got `object`."],
    ],
    [
      "servers-object",
      text((d) => (d["servers"] = {})),
      notAList("servers", "ServerList", "object"),
    ],
    ["tags-string", text((d) => (d["tags"] = "a")), notAList("tags", "TagList", "string")],
    [
      "components-null",
      text((d) => (d["components"] = null)),
      unresolved((name) => `#/components/parameters/${name}`),
    ],
    [
      "components-list",
      text((d) => (d["components"] = [])),
      [
        ...unresolved(() => "$ref"),
        ...undefinedParameters,
        ...notA("components", "Components", "array"),
      ],
    ],
    ["schema-number", schema(5), notA(IN_A, "Schema", "integer")],
    ["allOf-object", schema({ allOf: {} }), notAList(`${IN_A}/allOf`, "SchemaList", "object")],
    [
      "enum-object",
      schema({ enum: {} }),
      [`#/${IN_A}/enum: Expected type \`array\` but got \`object\`.`],
    ],
    ["ref-number", schema({ $ref: 5 }), NO_REF],
    ["ref-null", schema({ $ref: null }), NO_REF],
    ["ref-nothing", schema({ $ref: "#/components/schemas/B" }), [`#/${IN_A}: Can't resolve $ref`]],
    [
      "ref-prototype",
      schema({ $ref: "#/components/schemas/constructor" }),
      notA("components/schemas/constructor", "Schema", "function"),
    ],
    ["ref-itself", schema(A), CIRCLE],
    ["allOf-itself", schema({ allOf: [A] }), CIRCLE],
    ["items-itself", schema({ type: "array", items: A }), CIRCLE],
  ])("refuses %s", async (name, content, lines) => {
    writeFileSync(join(folder, `${name}.json`), content);
    await expectRefusal(
      `${name}.json`,
      `Expected a valid OpenAPI document, got:\n  ${lines.join("\n  ")}`,
    );
  });

  test("refuses a reference to a file of this machine under an extension", async () => {
    const content = text((_, operation) => (operation["x-foo"] = { $ref: "/etc/passwd" }));
    writeFileSync(join(folder, "ref-file.json"), content);
    await expectRefusal(
      "ref-file.json",
      `${OPERATION}/x-foo: Expected a reference to a file in the document's folder, got /etc/passwd.`,
    );
  });
});

test("refuses addresses without a document", async () => {
  const { baseUrl } = await serve((request, response) => {
    if (request.url === "/404") response.writeHead(404).end("{}");
    else if (request.url === "/html") response.setHeader("Content-Type", "text/html").end("<p>");
    else response.writeHead(302, { Location: "http://docs.example/" }).end();
  });
  await expectRefusal(`${baseUrl}/404`, "Expected a document, got status 404.");
  await expectRefusal(
    `${baseUrl}/html`,
    "Expected a document, got an HTML page: add .md to its address.",
  );
  await expectRefusal(
    `${baseUrl}/away`,
    "Expected an https address (http only for localhost), got a redirect to http://docs.example/.",
  );
});

const HINT = "To undo an edit: git restore spec";
const PAGE = { page: "https://x.example/a.md", date: "2026-01-01" };

describe.concurrent("spec", () => {
  test.each<[string, string, string | undefined, string]>([
    ["no-source", "source.json", undefined, "Expected a file, got "],
    ["broken-source", "source.json", "{", "Expected JSON, got "],
    ["no-sources", "source.json", "[]", "Expected at least one source, got none."],
    ["null-source", "source.json", "null", "Expected each source to be an object, got null."],
    ["number-source", "source.json", "[5]", "Expected each source to be an object, got 5."],
    [
      "no-page",
      "source.json",
      "{}",
      'Expected "page" of each source to be a string, got undefined.',
    ],
    [
      "number-date",
      "source.json",
      JSON.stringify({ ...PAGE, date: 5 }),
      'Expected "date" of each source to be a string, got 5.',
    ],
    [
      "file-elsewhere",
      "source.json",
      JSON.stringify({ ...PAGE, file: "documents/../../package.json" }),
      "Expected \"file\" of each source to be in documents/, got 'documents/../../package.json'.",
    ],
    ["no-document", "openapi.json", undefined, "Expected a file, got "],
    ["broken-document", "openapi.json", '{"openapi":', "Expected JSON, got "],
    ["another-document", "openapi.json", "{}", "Expected an OpenAPI document, got none."],
    [
      "deep-document",
      "openapi.json",
      `{"openapi":"3.1.0","x-a":${deep("[", "]")}}`,
      "Expected at most 90 levels, got more.",
    ],
    [
      "paths-list",
      "openapi.json",
      text((document) => (document["paths"] = [])),
      "Expected a valid document, got #/paths: Expected type `Paths` (object) but got `array`.",
    ],
    [
      "no-info",
      "openapi.json",
      text((document) => delete document["info"]),
      "Expected a valid document, got #/: The field `info` must be present on this level.",
    ],
  ])("refuses to start from spec/ with %s", async (name, file, content, message) => {
    const project = join(folder, name);
    cpSync(join(root, "spec"), join(project, "spec"), { recursive: true });
    if (content === undefined) rmSync(join(project, "spec", file));
    else writeFileSync(join(project, "spec", file), content);
    const result = await runScript("spec-update", ["--root", project, "none.json"]);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr.startsWith(`spec/${file}: ${message}`)).toBe(true);
    expect(result.stderr.endsWith(`. ${HINT}\nNothing was written.\n`)).toBe(true);
    expect(result.stderr.split("\n")).toHaveLength(3);
  });
});

test("says that its report could not be written", async () => {
  const page = join(folder, "unchanged.json");
  writeFileSync(
    page,
    text(() => {}),
  );
  const node = [process.execPath, ...scriptArgs("spec-update"), "--root", folder, page].join(" ");
  const failed = (why: string) => ({
    code: 1,
    stdout: "",
    stderr: `Failed: ${why}.\nNothing was written.\n`,
  });
  expect(await runProgram("bash", ["-c", `${node} > /dev/full`])).toEqual(
    failed("ENOSPC: no space left on device, write"),
  );
  const gone = `set -o pipefail; ${node} | (exec <&-; sleep 1)`;
  expect(await runProgram("bash", ["-c", gone])).toEqual(failed("write EPIPE"));
  expect(specText()).toBe(before);
});
