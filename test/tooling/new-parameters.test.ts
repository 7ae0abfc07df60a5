import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generate } from "../../scripts/generator.ts";
import { findUnsendable } from "../../scripts/openapi/facade.ts";
import type { OpenApi } from "../../scripts/openapi/types.ts";
import { PATH, type Json } from "../support/documents.ts";
import { serve } from "../support/server.ts";
import {
  copyOfProject,
  PARTS,
  root,
  runProgram,
  runScript,
  type Result,
} from "../support/workspace.ts";

// Parameters that the vendor's document does not have yet, from the document to the wire.

function documentWith(parameters: readonly object[], changes: object = {}): OpenApi {
  const document: Json = JSON.parse(readFileSync(join(root, "spec/openapi.json"), "utf8"));
  const operation = document["paths"][PATH].post;
  operation.parameters.push(...parameters);
  Object.assign(operation, changes);
  return document;
}

const query = (name: string, schema: object, more: object = {}): object => ({
  name,
  in: "query",
  schema,
  ...more,
});
const text = { type: "string" };
const list = { type: "array", items: text };
const object = { type: "object", additionalProperties: text };
const limits = {
  type: "object",
  required: ["Days"],
  properties: { Days: { type: "integer" }, Kind: { enum: ["a", "b"] } },
};

const PARAMETERS = [
  query("Tags", list),
  query("Csv", list, { explode: false }),
  query("Piped", { type: "array", items: { type: "integer" } }, { style: "pipeDelimited" }),
  query("Spaced", list, { style: "spaceDelimited", explode: false }),
  query("Devices", { type: "array", items: { type: "string", enum: ["mobile", "desktop"] } }),
  query("Meta", object, { style: "deepObject", explode: true }),
  query("Flat", { type: "object" }),
  query("Pairs", object, { explode: false }),
  query("Limits", limits, { style: "deepObject" }),
  query("Level", { oneOf: [{ const: 1 }, { const: 2 }] }),
  query("Any", {}),
  query("Either", { type: ["integer", "string"] }),
  { name: "X-Trace", in: "header", schema: text },
];

/** A project that was generated from a document with these parameters. */
async function project(): Promise<string> {
  const folder = copyOfProject(["spec", "src", "tsconfig.json", "package.json"]);
  mkdirSync(join(folder, "generated"));
  for (const [name, content] of await generate(documentWith(PARAMETERS), "")) {
    writeFileSync(join(folder, "generated", name), content);
  }
  return folder;
}

function links(folder: string, baseUrl: string, args: readonly string[]): Promise<Result> {
  const program = ["--import", import.meta.resolve("tsx"), join(folder, "src/cli/bin.ts")];
  return runProgram(process.execPath, [...program, ...args], {
    cwd: folder,
    env: {
      IMPACT_ACCOUNT_SID: "IR1",
      IMPACT_AUTH_TOKEN: "s3cret-t0ken-of-mine",
      IMPACT_BASE_URL: baseUrl,
    },
  });
}

const BODY = { body: '{"TrackingURL":"https://example.sjv.io/c/1/2/3"}' };
const TARGET = "/Mediapartners/IR1/Programs/1/TrackingLinks";

test("lists, objects and headers are typed as what they are", async () => {
  const files = await generate(documentWith(PARAMETERS), "");
  const before = readFileSync(join(root, "generated/params.ts"), "utf8");
  const types = files.get("params.ts")?.match(/^ {2}\S+\?: .*$/gm) ?? [];
  expect(types.filter((line) => !before.includes(line))).toEqual([
    "  tags?: readonly (string)[] | undefined;",
    "  csv?: readonly (string)[] | undefined;",
    "  piped?: readonly (number)[] | undefined;",
    "  spaced?: readonly (string)[] | undefined;",
    '  devices?: readonly ("mobile" | "desktop")[] | undefined;',
    "  meta?: Readonly<Record<string, string>> | undefined;",
    "  flat?: Readonly<Record<string, string>> | undefined;",
    "  pairs?: Readonly<Record<string, string>> | undefined;",
    '  limits?: { readonly "Days": number; readonly "Kind"?: "a" | "b" | undefined; } | undefined;',
    "  level?: 1 | 2 | undefined;",
    "  any?: string | undefined;",
    "  either?: string | undefined;",
    "  xTrace?: string | undefined;",
  ]);
});

test("create sends lists, objects and headers as the document says, and refuses wrong ones", async () => {
  const folder = await project();
  const { baseUrl, requests } = await serve(BODY);
  writeFileSync(
    join(folder, "call.ts"),
    `import { createImpactClient } from "./src/index.ts";
const impact = createImpactClient({ accountSid: "IR1", authToken: "t0ken-1234", baseUrl: ${JSON.stringify(baseUrl)} });
const create = impact.trackingLinks.create;
await create({
  programId: "1", tags: ["a", "b&c"], csv: ["a,b", "c"], piped: [1, 2], spaced: ["a", "b"], devices: ["mobile"],
  meta: { z: "1", a: "x y" }, flat: { k: "v" }, pairs: { k: "v" }, limits: { Days: 3 }, level: 2, any: "x",
  xTrace: "t-1",
});
const wrong: object[] = [
  { tags: "a" }, { tags: [] }, { tags: ["a", ""] }, { tags: ["a", 1] }, { tags: [, "b"] }, { piped: [1.5] },
  { devices: ["tv"] }, { meta: [] }, { meta: {} }, { meta: { "a b": "c" } }, { meta: { a: "t0ken-1234" } },
  { flat: { subid1: "x" } }, { limits: { days: 1 } }, { limits: { Kind: "a" } }, { xTrace: "é" },
  { xTrace: "a\\r\\nb" },
];
for (const params of wrong) {
  await create({ programId: "1", ...params }).catch((error) => console.log(\`\${error.code}: \${error.message}\`));
}
const tags = ["one"];
const results = impact.trackingLinks.createMany([
  { programId: "1", tags, meta: { a: "1", b: "2" } },
  { programId: "1", tags: ["one"], meta: { b: "2", a: "1" } },
  { programId: "1", tags: ["o", "ne"] },
]);
for await (const result of results) {
  tags[0] = "changed";
  console.log(result.ok, result.ok && result.reused);
}
`,
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  expect(await runProgram(process.execPath, [tsc, "-p", "."], { cwd: folder })).toMatchObject({
    code: 0,
    stdout: "",
  });
  const run = ["--import", import.meta.resolve("tsx"), "call.ts"];
  const { stdout, stderr } = await runProgram(process.execPath, run, { cwd: folder });
  expect(stderr).toBe("");
  expect(stdout.trim().split("\n")).toEqual([
    'invalid_input: Expected `tags` to be a list that is not empty, got "a"',
    "invalid_input: Expected `tags` to be a list that is not empty, got an array",
    "invalid_input: Expected `tags[1]` to be a string that is not empty, got an empty string",
    "invalid_input: Expected `tags[1]` to be a string that is not empty, got the number 1",
    "invalid_input: Expected `tags[0]` to be a string that is not empty, got undefined",
    "invalid_input: Expected `piped[0]` to be a finite integer, got the number 1.5",
    'invalid_input: Expected `devices[0]` to be "mobile" or "desktop", got "tv"',
    "invalid_input: Expected `meta` to be an object, got an array",
    "invalid_input: Expected `meta` to have values, got an empty object",
    'invalid_input: Expected a valid name in `meta`, got "a b"',
    "invalid_input: Expected `meta` without credentials, got one that holds them",
    'invalid_input: Expected a valid name in `flat`, got "subid1"',
    "invalid_input: Expected a valid name in `limits`, got `days`; did you mean `Days`?",
    "invalid_input: Expected `limits.Days`, got none",
    'invalid_input: Expected `xTrace` to be printable ASCII, got "é"',
    'invalid_input: Expected `xTrace` to be printable ASCII, got "a\\r\\nb"',
    "true false",
    "true true",
    "true false",
  ]);
  expect(requests.map(({ target }) => target)).toEqual([
    `${TARGET}?Tags=a&Tags=b%26c&Csv=a%2Cb,c&Piped=1|2&Spaced=a%20b&Devices=mobile` +
      "&Meta[a]=x%20y&Meta[z]=1&k=v&Pairs=k,v&Limits[Days]=3&Level=2&Any=x",
    `${TARGET}?Tags=one&Meta[a]=1&Meta[b]=2`,
    `${TARGET}?Tags=o&Tags=ne`,
  ]);
  expect(requests.map(({ headers }) => headers["x-trace"])).toEqual(["t-1", undefined, undefined]);
  expect(requests[0]?.headers["authorization"]).toBe(`Basic ${btoa("IR1:t0ken-1234")}`);
});

test("the command reads lists and objects from flags and from cells", async () => {
  const folder = await project();
  const { baseUrl, requests } = await serve(BODY);
  const args = "--program 1 --tags a,b --piped 1,2 --x-trace t-1".split(" ");
  const meta = ["--meta", '{"k":"v"}'];
  expect(await links(folder, baseUrl, ["create", ...args, ...meta])).toMatchObject({ code: 0 });
  const wrong = await links(folder, baseUrl, ["create", ...args, "--meta", "k=v"]);
  expect(wrong).toEqual({
    code: 2,
    stdout: "",
    stderr:
      "impact-links: Expected --meta to be an object, got a string\n" +
      "  invalid_input: no link was made, nothing was sent\n",
  });

  const noNumber = await links(folder, baseUrl, ["create", "--program", "1", "--piped", "1,two"]);
  expect(noNumber.stderr).toBe(
    'impact-links: Expected `piped[1]` to be a finite integer, got "two"\n' +
      "  invalid_input: no link was made, nothing was sent\n",
  );

  writeFileSync(
    join(folder, "in.csv"),
    'programId,Tags,meta,X-Trace\n1,"a, b","{""k"":""v""}",t-2\n1,"[""c,d""]",,\n1,,k=v,\n',
  );
  expect(
    await links(folder, baseUrl, [
      "bulk",
      "in.csv",
      "--out",
      "out.csv",
      "--concurrency",
      "1",
      "--silent",
    ]),
  ).toMatchObject({ code: 3 });
  expect(readFileSync(join(folder, "out.csv"), "utf8")).toContain(
    "Expected `meta` to be an object, got a string",
  );
  writeFileSync(
    join(folder, "in.jsonl"),
    '{"programId":"1","tags":["x","y"],"meta":{"k":"w"}}\n{"programId":"1","tags":"x,z"}\n',
  );
  expect(
    await links(folder, baseUrl, [
      "bulk",
      "in.jsonl",
      "--out",
      "out.jsonl",
      "--concurrency",
      "1",
      "--silent",
    ]),
  ).toMatchObject({ code: 0 });
  expect(requests.map(({ target, headers }) => [target, headers["x-trace"]])).toEqual([
    [`${TARGET}?Tags=a&Tags=b&Piped=1|2&Meta[k]=v`, "t-1"],
    [`${TARGET}?Tags=a&Tags=b&Meta[k]=v`, "t-2"],
    [`${TARGET}?Tags=c%2Cd`, undefined],
    [`${TARGET}?Tags=x&Tags=y&Meta[k]=w`, undefined],
    [`${TARGET}?Tags=x&Tags=z`, undefined],
  ]);
});

const nested = { type: "object", additionalProperties: { type: "object" } };

test.each<[what: string, document: OpenApi]>([
  ["cookie Session", documentWith([{ name: "Session", in: "cookie", schema: text }])],
  ["header Host", documentWith([{ name: "Host", in: "header", schema: text }])],
  ["header X-List", documentWith([{ name: "X-List", in: "header", schema: list }])],
  ["query Deep", documentWith([query("Deep", nested)])],
  ["query Lists", documentWith([query("Lists", { type: "array", items: list })])],
  ["query Json", documentWith([query("Json", {}, { content: { "application/json": {} } })])],
  ["body", documentWith([], { requestBody: { required: true, content: {} } })],
])("create() cannot send: %s", async (what, document) => {
  expect(findUnsendable(document)).toEqual([`POST ${PATH} ${what}`]);
  const now = await generate(documentWith([]), "");
  expect((await generate(document, "")).get("params.ts")).toBe(now.get("params.ts"));
});

test("a bump is refused if create() cannot send a parameter of it", async () => {
  const folder = copyOfProject(PARTS);
  const next = documentWith([{ name: "Session", in: "cookie", schema: text }]);
  writeFileSync(join(folder, "next.json"), JSON.stringify(next));
  const args = ["--root", folder, join(folder, "next.json")];
  const { code, stdout, stderr } = await runScript("spec-update", args, { cwd: folder });
  expect(code).toBe(3);
  expect(stdout).toContain(
    `Not sent by create(), only by impact.raw\n  POST ${PATH} cookie Session\n`,
  );
  expect(stderr).toBe(
    "\n`create` cannot send all of it, so nothing was written. To write it anyway, pass --allow-breaking.\n",
  );
});
