import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../src/cli/main.ts";
import { serve } from "./support/server.ts";
import { emptyFolder } from "./support/workspace.ts";

async function spec(args: string[], stdin = "") {
  let stdout = "";
  let stderr = "";
  const code = await run(["spec", ...args], {
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    stdout: { write: (text, done) => done(void (stdout += text)) },
    stderr: { write: (text, done) => done(void (stderr += text)) },
    env: {},
    signal: new AbortController().signal,
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

test.each([
  ["# nothing", "No OpenAPI document in -"],
  ['```json\n{"openapi":\n```', "No OpenAPI document in -"],
  ["<!doctype html><p>", "No OpenAPI document in -; it is HTML: add .md to the page's address"],
])("spec refuses %j", async (text, message) => {
  expect(await spec(["-"], text)).toEqual(refused(message));
});

test("spec refuses a source that cannot be read", async () => {
  const { baseUrl } = await serve({ status: 404 });
  expect(await spec([`${baseUrl}/x.md`])).toEqual(
    refused(`Cannot read ${baseUrl}/x.md: status 404`),
  );
  expect(await spec(["http://docs.example/x.md"])).toEqual(
    refused(
      "Cannot read http://docs.example/x.md: expected an https address (http only for localhost)",
    ),
  );
  expect(await spec([])).toEqual(refused("Expected a page: a file, an address, or - for stdin"));
  expect((await spec(["/none.md"])).stderr).toContain("Cannot read /none.md: ENOENT");
});
