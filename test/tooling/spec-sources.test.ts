import { writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { documentsIn, readSource } from "../../scripts/openapi/sources.ts";
import { serve } from "../support/server.ts";
import { emptyFolder } from "../support/workspace.ts";

const DOCUMENT = { openapi: "3.1.0", info: { title: "Things", version: "16" }, paths: {} };
const JSON_TEXT = JSON.stringify(DOCUMENT);
const YAML_TEXT = 'openapi: 3.1.0\ninfo:\n  title: Things\n  version: "16"\npaths: {}\n';
const PAGE = `# Things

{% code overflow="wrap" %}
\`\`\`json
{ "an": "example" }
\`\`\`
{% endcode %}

\`\`\`xml
<Things/>
\`\`\`

  \`\`\`json
  ${JSON_TEXT}
  \`\`\`

~~~yaml
${YAML_TEXT}~~~

GET https://docs.example/partner-v16/things.md?ask=<question>
`;

async function* nothing(): AsyncGenerator<Uint8Array> {}

const read = (source: string, timeout = 5000): Promise<unknown> =>
  readSource(source, { stdin: nothing(), timeout });

const refusal = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "no refusal",
    (error: Error) => error.message,
  );

test.each([
  ["JSON", JSON_TEXT, 1],
  ["JSON with a byte order mark", `\uFEFF${JSON_TEXT}`, 1],
  ["YAML", YAML_TEXT, 1],
  ["a page with documents in two of its fences", PAGE, 2],
  ["a page with Windows' line ends", PAGE.replaceAll("\n", "\r\n"), 2],
])("reads %s, whatever its file name", (_, text, count) => {
  expect(documentsIn("x", text)).toEqual(Array.from({ length: count }, () => DOCUMENT));
});

test("copies a value that a YAML alias shares", () => {
  const [document] = documentsIn("x", `${YAML_TEXT}x-a: &a { b: 1 }\nx-c: *a\n`);
  expect(document).toEqual({ ...DOCUMENT, "x-a": { b: 1 }, "x-c": { b: 1 } });
  expect(document?.["x-a"]).not.toBe(document?.["x-c"]);
});

test.each([
  ["", "nothing"],
  ["<!DOCTYPE html><html></html>", "an HTML page"],
  ['<?xml version="1.0"?><a/>', "XML"],
  ['{ "info": {} }', "a document without `openapi`"],
  ["# A page\n\nof words\n", "a text without such a code fence"],
  ["[1]", "a document without `openapi`"],
])("refuses the text %j", (text, got) => {
  expect(() => documentsIn("a.md", text)).toThrow(
    `a.md: Expected an OpenAPI document, as JSON, YAML or in the code fence of a docs page, got ${got}.`,
  );
});

test("names the line of a broken code fence", () => {
  expect(() => documentsIn("a.yaml", "openapi: 3.1.0\ninfo: {\n")).toThrow(
    /^a\.yaml: Expected an OpenAPI document, .*, got broken YAML: .+ at line \d+, column \d+\.$/,
  );
  expect(() => documentsIn("a.json", '{ "openapi": "3.1.0", ')).toThrow(
    /^a\.json: Expected an OpenAPI document, .*, got broken JSON: .+ at position 22/,
  );
  const page = `${PAGE}\n\`\`\`json\n{ "openapi": "3.1.0",\n\`\`\`\n`;
  expect(() => documentsIn("a.md", page)).toThrow(
    /^a\.md: Expected an OpenAPI document in the code fence at line 27, got broken JSON: .+ at position 22/,
  );
});

test("records the address that a file names, else its file name", async () => {
  const folder = emptyFolder();
  const [page, json] = [join(folder, "things.md"), join(folder, "things.json")];
  writeFileSync(page, PAGE);
  writeFileSync(json, JSON_TEXT);
  expect(await read(page)).toEqual({
    address: "https://docs.example/partner-v16/things.md",
    file: page,
    text: PAGE,
  });
  expect(await read(json)).toEqual({ address: "things.json", file: json, text: JSON_TEXT });
  expect(await refusal(read(join(folder, "none.md")))).toBe(
    `${join(folder, "none.md")}: Expected a file, got none.`,
  );
});

test("reads standard input to its end", async () => {
  async function* stdin(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(JSON_TEXT.slice(0, 10));
    yield Buffer.from(JSON_TEXT.slice(10));
  }
  expect(await readSource("-", { stdin: stdin(), timeout: 1 })).toEqual({
    address: "-",
    file: undefined,
    text: JSON_TEXT,
  });
});

const type = (name: string): Record<string, string> => ({ "Content-Type": name });

test.each(["text/markdown; charset=utf-8", "application/yaml", "text/plain"])(
  "reads an address that answers with %s",
  async (name) => {
    const { baseUrl, requests } = await serve({ headers: type(name), body: PAGE });
    const address = `${baseUrl}/things.md`;
    expect(await read(address)).toEqual({ address, file: undefined, text: PAGE });
    expect(requests.map(({ method, target }) => `${method} ${target}`)).toEqual(["GET /things.md"]);
  },
);

test("follows redirects to https addresses only", async () => {
  const { baseUrl } = await serve((request: IncomingMessage, response: ServerResponse) => {
    const to = { "/a": "/b", "/evil": "http://docs.example/", "/file": "file:///etc/passwd" }[
      request.url ?? ""
    ];
    if (to !== undefined) response.writeHead(302, { Location: to }).end();
    else if (request.url === "/round") response.writeHead(302, { Location: "/round" }).end();
    else response.writeHead(200, type("application/json")).end(JSON_TEXT);
  });
  expect(await read(`${baseUrl}/a`)).toMatchObject({ address: `${baseUrl}/a`, text: JSON_TEXT });
  const expected = "Expected an https address (http only for localhost), got a redirect to";
  expect(await refusal(read(`${baseUrl}/evil`))).toBe(
    `${baseUrl}/evil: ${expected} http://docs.example/.`,
  );
  expect(await refusal(read(`${baseUrl}/file`))).toBe(
    `${baseUrl}/file: ${expected} file:///etc/passwd.`,
  );
  expect(await refusal(read(`${baseUrl}/round`))).toBe(
    `${baseUrl}/round: Expected a document, got more than 10 redirects.`,
  );
  expect(await refusal(read("http://docs.example/"))).toBe(
    "http://docs.example/: Expected an https address (http only for localhost), got http://docs.example/.",
  );
});

test("lets no page on the web lead to a service of this machine", async () => {
  const { baseUrl, requests } = await serve({ body: JSON_TEXT });
  vi.stubGlobal("fetch", () =>
    Promise.resolve(new Response(null, { status: 302, headers: { Location: `${baseUrl}/a` } })),
  );
  expect(await refusal(read("https://docs.example/a.md"))).toBe(
    `https://docs.example/a.md: Expected an https address, got a redirect to ${baseUrl}/a.`,
  );
  vi.unstubAllGlobals();
  expect(requests).toEqual([]);
});

test.each([
  [404, "text/html", "status 404"],
  [503, "application/json", "status 503"],
  [204, "text/markdown", "status 204"],
  [200, "text/html; charset=utf-8", "an HTML page: add .md to its address"],
  [200, "image/png", "image/png"],
])("refuses a response %i of type %s", async (status, name, got) => {
  const body = status === 204 ? "" : "<html>";
  const { baseUrl } = await serve({ status, headers: type(name), body });
  expect(await refusal(read(baseUrl))).toBe(`${baseUrl}: Expected a document, got ${got}.`);
});

test("refuses an address that does not answer in time, or not at all, or only in part", async () => {
  const { baseUrl } = await serve((request, response) => {
    if (request.url === "/silent") return;
    response.writeHead(200, { "Content-Length": "1000" });
    response.write(JSON_TEXT, () => request.url === "/torn" && response.destroy());
  });
  for (const path of ["/silent", "/stalled"]) {
    expect(await refusal(read(`${baseUrl}${path}`, 300))).toBe(
      `${baseUrl}${path}: Expected an answer within 300 ms, got none.`,
    );
  }
  expect(await refusal(read(`${baseUrl}/torn`))).toMatch(
    /torn: Expected a whole document, got a part of it: .+\.$/,
  );
  expect(await refusal(read("http://127.0.0.1:1/"))).toMatch(
    /^http:\/\/127\.0\.0\.1:1\/: Expected an answer, got none: .+\.$/,
  );
});

test("stops reading a download after 5 MB", async () => {
  const chunk = Buffer.alloc(1024 * 1024, " ");
  let sent = 0;
  const { baseUrl } = await serve((_, response) => {
    response.writeHead(200, type("application/json"));
    const more = (): void => {
      while (!response.destroyed && sent++ < 1000) if (!response.write(chunk)) break;
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  });
  expect(await refusal(read(baseUrl))).toBe(`${baseUrl}: Expected at most 5 MB, got more.`);
  expect(sent).toBeLessThan(100);
});
