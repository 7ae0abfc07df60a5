import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";
import type { OpenApi } from "../../scripts/openapi/types.ts";
import { PATH, type Json } from "../support/documents.ts";
import { documentInPage } from "../../scripts/openapi/read-page.ts";
import { jsonText } from "../../scripts/update/spec-folder.ts";
import { generate } from "../../scripts/generator.ts";
import { camelCase } from "../../scripts/openapi/facade.ts";
import { spec } from "../../src/index.ts";
import { copyOfProject, root, runProgram, runScript, type Result } from "../support/workspace.ts";

const page = readFileSync(join(root, "test/fixtures/trackinglinks-v14.md"), "utf8");
const specText = readFileSync(join(root, "spec/openapi.json"), "utf8");
const document = JSON.parse(specText) as OpenApi;
const names = ["openapi.ts", "operations.ts", "params.ts"];

function generateIn(folder: string, ...args: string[]): Promise<Result> {
  return runScript("generate", ["--root", folder, ...args]);
}

function readGenerated(folder: string): Record<string, string> {
  const files = readdirSync(join(folder, "generated")).sort();
  return Object.fromEntries(
    files.map((name) => [name, readFileSync(join(folder, "generated", name), "utf8")]),
  );
}

test("reads the document of the vendor's page unchanged", () => {
  const fence = /```json\n(.*)\n```/.exec(page)?.[1] ?? "";
  expect(JSON.stringify(documentInPage(page))).toBe(JSON.stringify(JSON.parse(fence)));
  // What spec/ was made of first, as its source.json said then.
  expect(
    createHash("sha256")
      .update(jsonText(documentInPage(page)))
      .digest("hex"),
  ).toBe("af216b8168497ec97512ef95d2539401307463ba30a080b2b8b6c2cc29f02748");
});

test("records the source of each document, and exports it at run time", () => {
  const read = (name: string): string => readFileSync(join(root, "spec", name), "utf8");
  const sha256Of = (text: string): string => createHash("sha256").update(text).digest("hex");
  const sources = [JSON.parse(read("source.json")) as { file?: string }].flat();
  for (const { file = "openapi.json", ...source } of sources) {
    const { info } = JSON.parse(read(file)) as { info: Record<string, string> };
    expect(source).toEqual({
      page: expect.stringMatching(/./) as string,
      title: info["title"],
      version: info["version"],
      sha256: sha256Of(read(file)),
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
    });
  }
  const { info, servers } = JSON.parse(specText) as {
    info: Record<string, string>;
    servers: { url: string }[];
  };
  expect(spec).toEqual({
    title: info["title"],
    version: info["version"]?.replace(/^v/, ""),
    sha256: sha256Of(specText),
    server: servers[0]?.url,
    generator: "openapi-typescript 7.13.0",
  });
  expect(Object.isFrozen(spec)).toBe(true);
});

test.each([
  ["no fence", "# Page\n\ntext", 0],
  ["a fence of something else", "```json\n{}\n```\n", 0],
  ["two documents", '```json\n{"openapi":"3.1.0"}\n```\n\n```\n{"openapi":"3.1.0"}\n```\n', 2],
])("refuses a page with %s", (_, markdown, count) => {
  expect(() => documentInPage(markdown)).toThrow(
    `Expected one code fence that holds an OpenAPI document as JSON, found ${count}.`,
  );
});

test("generates the committed files in any folder, time zone or language", async () => {
  const folder = copyOfProject(["spec"]);
  const env = { TZ: "Asia/Tokyo", LANG: "tr_TR.UTF-8" };
  await runScript("generate", ["--root", folder], { cwd: folder, env });
  expect(readGenerated(folder)).toEqual(readGenerated(root));
});

test("--check writes nothing, exits 1 and names each changed, missing and extra file", async () => {
  const folder = copyOfProject(["spec", "generated"]);
  expect(await generateIn(folder, "--check")).toEqual({ code: 0, stdout: "", stderr: "" });

  writeFileSync(join(folder, "generated/params.ts"), "edited");
  writeFileSync(join(folder, "generated/extra.ts"), "");
  rmSync(join(folder, "generated/openapi.ts"));
  expect(await generateIn(folder, "--check")).toEqual({
    code: 1,
    stdout: "",
    stderr:
      "changed: generated/params.ts\nmissing: generated/openapi.ts\nextra: generated/extra.ts\n" +
      "generated/ does not match spec/. Run `npm run generate`.\n",
  });
  expect(Object.keys(readGenerated(folder))).toEqual(["extra.ts", "operations.ts", "params.ts"]);

  await generateIn(folder);
  expect(readGenerated(folder)).toEqual(readGenerated(root));
});

test("--check does not create a missing folder", async () => {
  const folder = copyOfProject(["spec"]);
  expect((await generateIn(folder, "--check")).code).toBe(1);
  expect(existsSync(join(folder, "generated"))).toBe(false);
});

test.each([
  ["AccountSID", "accountSid"],
  ["MediaPartnerPropertyId", "mediaPartnerPropertyId"],
  ["subId1", "subId1"],
  ["SKU", "sku"],
  ["PageSize", "pageSize"],
  ["start_date", "startDate"],
  ["URLPath2", "urlPath2"],
])("names the parameter %s %s", (wire, name) => {
  expect(camelCase(wire)).toBe(name);
});

test("refuses two parameters that would get the same name", async () => {
  const twice = structuredClone(document);
  operationOf(twice).parameters.push({ name: "SubId1", in: "query", schema: { type: "string" } });
  await expect(generate(twice, "")).rejects.toThrow('two parameters would be named "subId1".');
});

test("generates from a document with flaws, with run-time facts for the facade only", async () => {
  const next: Json = documentInPage(page);
  next.info.version = "v16";
  delete next.servers;
  const responses = { 200: { description: "Ends a */ comment" } };
  const id = { name: "Id", in: "path", required: true, schema: { type: "string" } };
  const clash = { name: "id", in: "query", schema: { type: "string", enum: ["", "a"] } };
  next.paths["/Things/{Id}.json"] = {
    parameters: [id],
    get: { operationId: "get thing.by-id", parameters: [clash], responses },
    delete: { operationId: "delete", responses },
    put: { responses },
  };
  Object.assign(next.paths[PATH]?.["post"] ?? {}, {
    parameters: [
      ...operationOf(documentInPage(page)).parameters,
      { name: "X-Trace", in: "header", schema: { type: "string" } },
      { name: "Limit", in: "query", schema: { type: ["integer", "null"] } },
    ],
  });
  const files = await generate(next, "");

  expect(files.get("operations.ts")).not.toMatch(/thing/i);
  expect(files.get("operations.ts")).toContain('"version": "16"');
  expect(files.get("operations.ts")).toContain('"server": "https://api.impact.com"');
  expect(files.get("params.ts")).toContain("limit?: number | undefined;");
  const types = files.get("openapi.ts") ?? "";
  expect(types).toContain('"get thing.by-id": {');
  expect(types).toContain("    delete: {");
  expect(types).toContain('id?: "" | "a";');
  const { diagnostics } = ts.transpileModule(types, { reportDiagnostics: true });
  expect(diagnostics).toEqual([]);
});

test("refuses a document without an operation that src/ needs, and names it", async () => {
  const folder = copyOfProject(["spec"]);
  writeFileSync(join(folder, "spec/openapi.json"), JSON.stringify({ ...document, paths: {} }));
  expect(await generateIn(folder)).toEqual({
    code: 1,
    stdout: "",
    stderr:
      'Expected the operation "createTrackingLink", which src/ needs, got neither that operationId nor POST ' +
      `${PATH}. If the vendor renamed it, change FACADE_OPERATIONS in scripts/openapi/document.ts.\n`,
  });
});

test("types and sends a new optional parameter of create() without a change in src/", async () => {
  const folder = copyOfProject(["spec", "src", "tsconfig.json"]);
  const next = structuredClone(document);
  operationOf(next).parameters.push({
    name: "rehearsedId",
    in: "query",
    required: false,
    schema: { type: "string" },
    description: "A fourth one.",
  });
  writeFileSync(join(folder, "spec/openapi.json"), JSON.stringify(next));
  await generateIn(folder);
  expect(Object.keys(readGenerated(folder))).toEqual(names);

  mkdirSync(join(folder, "test"));
  const call = (parameter: string): string =>
    `import { createImpactClient } from "../src/index.ts";
export const create = (fetch: typeof globalThis.fetch): Promise<unknown> =>
  createImpactClient({ accountSid: "IR1", authToken: "t0ken-1234", fetch })
    .trackingLinks.create({ programId: "1", ${parameter}: "x" });
`;
  writeFileSync(join(folder, "test/call.ts"), call("rehearsedId"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const compile = (): Promise<Result> =>
    runProgram(process.execPath, [tsc, "-p", "."], { cwd: folder });
  expect(await compile()).toMatchObject({ code: 0, stdout: "" });

  const urls: string[] = [];
  const { create } = (await import(pathToFileURL(join(folder, "test/call.ts")).href)) as {
    create: (fetch: (url: string) => Promise<Response>) => Promise<unknown>;
  };
  await create((url) => {
    urls.push(url);
    return Promise.resolve(new Response('{"TrackingURL":"https://example.sjv.io/c/1/2/3"}'));
  });
  expect(urls).toEqual([
    "https://api.impact.com/Mediapartners/IR1/Programs/1/TrackingLinks?rehearsedId=x",
  ]);

  writeFileSync(join(folder, "test/call.ts"), call("rehearsedIt"));
  expect((await compile()).stdout).toContain("test/call.ts(4,45): error TS2561: Object");
});

test("compiles with new parameters of any type and a required link without a change in src/", async () => {
  const folder = copyOfProject(["spec", "src", "tsconfig.json"]);
  const next = structuredClone(document);
  const { parameters, responses } = operationOf(next);
  const query = (name: string, schema: object): object => ({ name, in: "query", schema });
  const find = (name: string): Json => parameters.find((each: Json) => each.name === name);
  find("Type")["schema"] = {
    allOf: [{ $ref: "#/components/schemas/LinkType" }],
    default: "Regular",
  };
  find("AdId")["schema"] = { type: ["string", "null"] };
  find("DeepLink")["schema"] = { oneOf: [{ type: "string", format: "uri" }, { type: "null" }] };
  parameters.push(
    query("Days", { type: "integer" }),
    query("Level", { type: ["integer", "null"], enum: [1, 2, null], default: 1 }),
    query("Short", { type: "boolean", default: false }),
    query("Tags", { type: "array", items: { type: "string" } }),
    query("1st", { type: "string" }),
    { name: "IR-Version", in: "header", required: true, schema: { type: "string" } },
  );
  Object.assign(next, {
    components: {
      ...next.components,
      schemas: {
        ...next.components?.schemas,
        LinkType: { type: ["string", "null"], enum: ["Regular", "Vanity", null] },
      },
    },
  });
  responses["200"].content["application/json"].schema["required"] = ["TrackingURL"];
  writeFileSync(join(folder, "spec/openapi.json"), JSON.stringify(next));
  await generateIn(folder);

  const before = readGenerated(root)["params.ts"] ?? "";
  const types = readGenerated(folder)["params.ts"] ?? "";
  const told = (types.match(/^ {2}\S+\?: .*$/gm) ?? []).filter(
    (line) => !before.includes(line) && !line.startsWith("  type?"),
  );
  expect(told).toEqual([
    "  days?: number | undefined;",
    "  level?: 1 | 2 | undefined;",
    "  short?: boolean | undefined;",
    "  tags?: readonly (string)[] | undefined;",
    '  "1St"?: string | undefined;',
  ]);
  expect(types).toContain('  type?: "Regular" | "Vanity" | undefined;');
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  expect(await runProgram(process.execPath, [tsc, "-p", "."], { cwd: folder })).toMatchObject({
    code: 0,
    stdout: "",
  });

  const { createImpactClient } = (await import(
    pathToFileURL(join(folder, "src/index.ts")).href
  )) as { createImpactClient: (options: object) => { trackingLinks: { create: Create } } };
  const urls: string[] = [];
  const { trackingLinks } = createImpactClient({
    accountSid: "IR1",
    authToken: "t0ken-1234",
    fetch: (url: string) => {
      urls.push(url);
      return Promise.resolve(new Response('{"TrackingURL":"https://example.sjv.io/c/1/2/3"}'));
    },
  });
  await trackingLinks.create({ programId: "1", level: 2, short: true, days: 3 });
  expect(urls).toEqual([
    "https://api.impact.com/Mediapartners/IR1/Programs/1/TrackingLinks?Level=2&Short=true&Days=3",
  ]);
  await expect(trackingLinks.create({ programId: "1", level: 3 })).rejects.toThrow(
    "Expected `level` to be 1 or 2, got the number 3",
  );
});

test("accepts a discriminator that names a schema without its path, and refuses one that names none", async () => {
  const next: Json = documentInPage(page);
  const schema = {
    oneOf: [{ $ref: "#/components/schemas/Ad" }],
    discriminator: { propertyName: "Kind", mapping: { ad: "Ad" } },
  };
  const responses = {
    200: { description: "OK", content: { "application/json": { schema } } },
  };
  const ad = { type: "object", required: ["Kind"], properties: { Kind: { type: "string" } } };
  next["components"].schemas = { Ad: ad };
  next["paths"]["/Ads"] = { get: { operationId: "listAds", responses } };
  expect((await generate(next, "")).get("openapi.ts")).toContain('Kind: "ad"');

  schema.discriminator.mapping.ad = "None";
  await expect(generate(next, "")).rejects.toThrow(
    "openapi-typescript cannot generate types: Can't resolve $ref at #/paths/~1Ads/get/responses/200/content/application~1json/schema/discriminator/mapping/ad.",
  );
});

test("keeps a property with a default optional, and types an object without properties as unknown", async () => {
  const next: Json = documentInPage(page);
  const schema = {
    type: "object",
    properties: { Page: { type: "integer", default: 1 }, Filter: { type: "object" } },
  };
  const content = { "application/json": { schema } };
  next["paths"]["/Ads"] = {
    post: {
      operationId: "createAd",
      requestBody: { content },
      responses: { 200: { description: "OK", content } },
    },
  };
  const types = (await generate(next, "")).get("openapi.ts") ?? "";
  expect(types.match(/^ +(Page|Filter)\b.*/gm)?.map((line) => line.trim())).toEqual([
    "Page?: number;",
    "Filter?: Record<string, unknown>;",
    "Page?: number;",
    "Filter?: Record<string, unknown>;",
  ]);
});

test("types a media type with a charset as calls name it, and `const`s of a `oneOf` as an enum", async () => {
  const next = structuredClone(document);
  const { parameters, responses } = operationOf(next);
  const type = parameters.find(({ name }: Json) => name === "Type");
  const [first, ...others] = type.schema.enum as string[];
  const consts = [first, ...others].map((each) => ({ const: each, title: `A ${each} link` }));
  type.schema = { ...type.schema, enum: undefined, oneOf: consts };
  const { content } = responses["200"];
  responses["200"].content = { "Application/JSON; charset=utf-8": content["application/json"] };
  const text = JSON.stringify(next);
  const files = await generate(JSON.parse(text) as OpenApi, spec.sha256);
  expect(Object.fromEntries(files)).toEqual(readGenerated(root));
});

test("keeps the name of a property that is called content", async () => {
  const properties = { content: { type: "string", maxLength: 3 } };
  const next = withParameter({ name: "Odd", schema: { type: "object", properties } });
  expect((await generate(next, "")).get("openapi.ts")).toMatch(/\bOdd\?: \{\s+content\?: string;/);
});

test("does not compile without a row in the retry rules for a new operation that is not a GET", async () => {
  const folder = copyOfProject(["spec", "src", "tsconfig.json"]);
  const next = structuredClone(document);
  const responses = { 200: { description: "OK" } };
  Object.assign(next.paths ?? {}, {
    "/Things": {
      get: { operationId: "listThings", responses },
      post: { operationId: "createThing", responses },
    },
  });
  writeFileSync(join(folder, "spec/openapi.json"), JSON.stringify(next));
  await generateIn(folder);

  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await runProgram(process.execPath, [tsc, "-p", "."], { cwd: folder });
  expect(stdout.trim().split("\n")).toEqual([
    expect.stringMatching(
      /^src\/http\/retry-rules\.ts\(\d+,7\): error TS2741: Property '"POST \/Things"' is missing/,
    ),
  ]);
});

type Create = (params: object) => Promise<unknown>;

function operationOf(from: OpenApi): Json {
  return from.paths?.[PATH]?.post;
}

/** The document with one parameter more of the operation that makes a link. */
function withParameter(parameter: object): OpenApi {
  const copy = JSON.parse(specText) as OpenApi;
  const item = copy.paths?.[PATH] as Json;
  item["post"]["parameters"].push({ in: "query", schema: { type: "string" }, ...parameter });
  return copy;
}

test("a line that begins with @word is no tag in any comment", async () => {
  const text = "First.\n\n@internal and\n  @nextpageuri are words, me@shop.example as well.";
  const files = await generate(
    withParameter({ name: "Odd", description: text, example: text }),
    "",
  );
  for (const name of ["openapi.ts", "params.ts"]) {
    const comments = files.get(name) ?? "";
    expect(comments).toMatch(/^ *\* *\\@internal and$/m);
    expect(comments).not.toMatch(/^[ *]*@(internal|nextpageuri)/m);
    expect(comments).toContain("me@shop.example");
  }
});

test("a parameter called like a member of every object gets another name, and no type that nothing has", async () => {
  const files = await generate(withParameter({ name: "constructor" }), "");
  expect(files.get("params.ts")).toContain("constructorParam?: string | undefined;");
  expect(files.get("operations.ts")).toMatch(/"constructorParam": \{\s+"name": "constructor"/);
  expect(files.get("openapi.ts")).not.toMatch(/\bconstructor\b/);
});

test("sets our note on a parameter apart from the vendor's text", async () => {
  const files = await generate(withDescription("CustomPath", "Their text.\n\n- a list\n"), "");
  expect(files.get("params.ts")).toContain(`
  /**
   * Makes a Vanity link. Omit it with \`type: "Vanity"\` to get a random path.
   *
   * **impact.com:** Their text.
   *
   * - a list
   */
  customPath?: string | undefined;
`);
});

test("gives our note alone where the vendor says nothing", async () => {
  const files = await generate(withDescription("CustomPath", ""), "");
  expect(files.get("params.ts")).toContain(
    '  /** Makes a Vanity link. Omit it with `type: "Vanity"` to get a random path. */\n  customPath?',
  );
});

test("leaves out our note on a parameter that the document no longer has", async () => {
  const next = JSON.parse(specText) as OpenApi;
  const operation = operationOf(next);
  operation.parameters = operation.parameters.filter(({ name }: Json) => name !== "CustomPath");
  const files = await generate(next, "");
  expect(files.get("params.ts")).not.toContain("customPath?");
  expect(files.get("params.ts")).not.toContain("Makes a Vanity link.");
});

/** The document with another description of a parameter. */
function withDescription(name: string, description: string): OpenApi {
  const copy = JSON.parse(specText) as OpenApi;
  const parameter = operationOf(copy).parameters.find((each: Json) => each.name === name);
  Object.assign(parameter, { description });
  return copy;
}
