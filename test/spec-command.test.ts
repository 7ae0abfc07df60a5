import { ftruncateSync, openSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codeBlocks } from "../src/cli/code-blocks.ts";
import { run } from "../src/cli/main.ts";
import { serve } from "./support/server.ts";
import { emptyFolder, root, runProgram } from "./support/workspace.ts";

async function spec(args: string[], stdin = "", signal = new AbortController().signal) {
  let stdout = "";
  let stderr = "";
  const code = await run(["spec", ...args], {
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    stdout: { write: (text, done) => done(void (stdout += text)) },
    stderr: { write: (text, done) => done(void (stderr += text)) },
    env: {},
    signal,
  });
  return { code, stdout, stderr };
}

const document = {
  openapi: "3.1.0",
  info: { title: "A", version: "1" },
  paths: { "/A": { get: {} } },
};
const page = `# A\r\n\r\n\`\`\`json\r\n${JSON.stringify(document)}\r\n\`\`\`\r\n`;
const refused = (message: string) => ({
  code: 2,
  stdout: "",
  stderr: `impact-links: ${message}\nSee impact-links spec --help.\n`,
});

test.each([
  ["a page", page],
  ["a document", `\ufeff${JSON.stringify(document)}`],
])("spec prints the document of %s from a file, stdin or an address", async (_, text) => {
  const file = join(emptyFolder(), "a.md");
  writeFileSync(file, text);
  const { baseUrl, requests } = await serve({
    body: text,
    headers: { "Content-Type": "text/markdown" },
  });
  const printed = { code: 0, stderr: "", stdout: `${JSON.stringify(document, null, 2)}\n` };
  expect(await spec([file])).toEqual(printed);
  expect(await spec(["-"], text)).toEqual(printed);
  expect(await spec([`${baseUrl}/a.md`])).toEqual(printed);
  expect(requests.map(({ target, headers }) => [target, headers.authorization])).toEqual([
    ["/a.md", undefined],
  ]);
});

test("spec joins the documents of a page, unless they contradict each other", async () => {
  const other = {
    ...document,
    paths: { "/A": { post: {} }, "/B": {} },
    components: { schemas: { X: {} } },
  };
  const both = `${page}\n\`\`\`json\n${JSON.stringify(other)}\n\`\`\`\n`;
  const { stdout } = await spec(["-"], both);
  expect(JSON.parse(stdout)).toEqual({
    ...document,
    paths: { "/A": { get: {}, post: {} }, "/B": {} },
    components: { schemas: { X: {} } },
  });
  const contradicting = { ...document, paths: { "/A": { get: { summary: "another" } } } };
  expect(await spec(["-"], `${page}\n\`\`\`\n${JSON.stringify(contradicting)}\n\`\`\`\n`)).toEqual(
    refused("The page has two documents that differ in /A: get"),
  );
});

test("spec joins the webhooks of a page's documents, and keeps odd names", async () => {
  const text = (more: string): string => `{"openapi":"3.1.0","paths":{"/A":{}},${more}}`;
  const blocks = [
    text('"webhooks":{"a":{"post":{}}},"components":{"schemas":{"__proto__":{"type":"string"}}}'),
    text('"webhooks":{"b":{"post":{}}},"components":{"schemas":{"A":{}}}'),
  ].map((each) => `\`\`\`json\n${each}\n\`\`\`\n`);
  const { stdout, code } = await spec(["-"], blocks.join("\n"));
  expect([code, stdout.replace(/\s+/g, "")]).toEqual([
    0,
    text(
      '"webhooks":{"a":{"post":{}},"b":{"post":{}}},' +
        '"components":{"schemas":{"__proto__":{"type":"string"},"A":{}}}',
    ),
  ]);
});

test("finds code blocks as CommonMark does", () => {
  const text =
    "```js\na\n```\n  ~~~~\n  ~~~\n```\n~~~~~\n```not a block```\n\r\n```\r\nb\r\n```x\r\n";
  expect(codeBlocks(text)).toEqual([
    { line: 1, text: "a\n" },
    { line: 4, text: "  ~~~\n```\n" },
    { line: 10, text: "b\n```x\n\n" },
  ]);
  // In linear time: this took a minute as a regular expression.
  const unclosed = Array.from({ length: 2000 }, (_, index) => "`".repeat(2003 - index));
  expect(codeBlocks(unclosed.join("\n"))).toHaveLength(1);
});

const twice = (text: string): string => `\`\`\`\n${text}\n\`\`\`\n\n\`\`\`\n${text}\n\`\`\`\n`;

test.each([
  ["words", "# nothing", "No OpenAPI document in -"],
  [
    "a broken document",
    '# A\n\n```json\n{"openapi":\n```',
    "Expected JSON in - from line 3, got: Unexpected end of JSON input",
  ],
  [
    "HTML",
    "<!doctype html><p>",
    "No OpenAPI document in -; it is HTML: add .md to the page's address",
  ],
  [
    "YAML",
    "openapi: 3.1.0\npaths: {}\n",
    "No OpenAPI document in -; it is YAML, which openapi-typescript reads itself",
  ],
  ["a list", "[]", "No OpenAPI document in -"],
  [
    "two documents without paths",
    twice('{"openapi":"3.1.0","paths":null}'),
    "Expected paths to be an object in each document of the page",
  ],
  [
    "two documents with a list as a path",
    twice('{"openapi":"3.1.0","paths":{"/A":[]}}'),
    "Expected /A to be an object in each document of the page",
  ],
  [
    "20,000 levels",
    `{"openapi":"3.1.0","x-a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
    "Expected at most 90 levels in -, got more",
  ],
  ["a NUL", "{}\0", "Cannot read -: expected text in UTF-8, got other bytes"],
])("spec refuses %s", async (_, text, message) => {
  expect(await spec(["-"], text)).toEqual(refused(message));
});

test("spec refuses a source that cannot be read", async () => {
  const { baseUrl } = await serve({ status: 404 });
  expect(await spec([`${baseUrl}/x.md`])).toEqual(
    refused(`Cannot read ${baseUrl}/x.md: expected a document, got status 404`),
  );
  expect(await spec(["http://docs.example/x.md"])).toEqual(
    refused(
      "Cannot read http://docs.example/x.md: expected an https address (http only for localhost), got http://docs.example/x.md",
    ),
  );
  expect(await spec([])).toEqual(refused("Expected a page: a file, an address, or - for stdin"));
});

const cli = join(root, "dist/cli.js");
const printed = `${JSON.stringify(document, null, 2)}\n`;

test.each<[string, (file: string) => void, string]>([
  ["no file", () => {}, "expected a file, got none"],
  [
    "bytes that are no text",
    (file) => writeFileSync(file, "é", "latin1"),
    "expected text in UTF-8, got other bytes",
  ],
  [
    "a file of 3 GB",
    (file) => ftruncateSync(openSync(file, "w"), 3 * 2 ** 30),
    "expected at most 5 MB, got more",
  ],
  ["a folder", (file) => symlinkSync(".", file), "expected a file, got a folder"],
  ["an endless file", (file) => symlinkSync("/dev/zero", file), "expected at most 5 MB, got more"],
  [
    "a link to itself",
    (file) => symlinkSync("page.md", file),
    "expected a file, got ELOOP: too many symbolic links encountered, open 'page.md'",
  ],
])("the command refuses %s in one line", async (_, make, message) => {
  const folder = emptyFolder();
  make(join(folder, "page.md"));
  expect(await runProgram(process.execPath, [cli, "spec", "page.md"], { cwd: folder })).toEqual(
    refused(`Cannot read page.md: ${message}`),
  );
});

test("the command reads UTF-16, as PowerShell redirects it", async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, "page.md"), `\ufeff${page}`, "utf16le");
  const result = await runProgram(process.execPath, [cli, "spec", "page.md"], { cwd: folder });
  expect(result).toEqual({ code: 0, stderr: "", stdout: printed });
});

test("the command says that the document could not be printed", async () => {
  const file = join(emptyFolder(), "page.md");
  writeFileSync(file, page);
  const line = `node ${cli} spec ${file}`;
  const failed = (why: string) => ({
    code: 1,
    stdout: "",
    stderr: `impact-links: the document could not be printed: ${why}\n`,
  });
  expect(await runProgram("bash", ["-c", `${line} > /dev/full`])).toEqual(
    failed("ENOSPC: no space left on device, write"),
  );
  const gone = `set -o pipefail; ${line} | (exec <&-; sleep 1)`;
  expect(await runProgram("bash", ["-c", gone])).toEqual(failed("write EPIPE"));
});

test("spec stops a download when it is interrupted", async () => {
  const controller = new AbortController();
  const { baseUrl } = await serve(() => controller.abort());
  expect(await spec([`${baseUrl}/a.md`], "", controller.signal)).toEqual({
    code: 130,
    stdout: "",
    stderr: "impact-links: interrupted\n",
  });
});
