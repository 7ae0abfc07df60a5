import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generate } from "../../scripts/generator.ts";
import { changedTypes } from "../../scripts/update/generated-types.ts";
import { wireDiff } from "../../scripts/update/wire-diff.ts";
import { spec } from "../../src/index.ts";
import { version } from "../../src/version.ts";
import { base, post, props, thing } from "../support/diff.ts";
import { PATH, type Json } from "../support/documents.ts";
import { copyOfProject, emptyFolder, root } from "../support/workspace.ts";

// What the report adds to its table: the types that are generated, and the requests that are sent.

async function generated(change: (document: Json) => unknown): Promise<string> {
  const document = base();
  document["paths"][PATH] = { post: { responses: {} } };
  change(document);
  const folder = emptyFolder();
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of await generate(document, "")) writeFileSync(join(folder, name), text);
  return folder;
}

const linesOf = async (change: (document: Json) => unknown): Promise<string[]> =>
  changedTypes(await generated(() => {}), await generated(change));

test.each<[string, (document: Json) => unknown]>([
  ["other words", (d) => (props(d)["Name"].description = "Another\n\n@word")],
  ["values in another order", (d) => (props(d)["State"].enum = ["OLD", "NEW"])],
  [
    "variants in another order",
    (d) => (props(d)["Kind"].oneOf = props(d)["Kind"].oneOf.toReversed()),
  ],
  [
    "parameters in another order",
    (d) => (post(d)["parameters"] = post(d)["parameters"].toReversed()),
  ],
  [
    "properties in another order",
    (d) => (thing(d)["properties"] = Object.fromEntries(Object.entries(props(d)).toReversed())),
  ],
  ["a component that is inlined", (d) => (props(d)["Pet"].oneOf[0] = d["components"].schemas.Cat)],
  ["another operationId of the facade", (d) => (d["paths"][PATH].post.operationId = "make")],
  ["a webhook", (d) => (d["webhooks"] = { made: { post: { responses: {} } } })],
])("types are the same with %s", async (_, change) => {
  expect(await linesOf(change)).toEqual([]);
});

test.each<[string, (document: Json) => unknown, string[]]>([
  ["an unused component", (d) => (d["components"].schemas.Unused = {}), ["+ Unused: unknown;"]],
  [
    "other properties that are allowed in words",
    (d) => (thing(d)["additionalProperties"] = true),
    ["+ } & {", "+ [key: string]: unknown;"],
  ],
  [
    "readOnly",
    (d) => (props(d)["Name"].readOnly = true),
    ["- Name?: string;", "+ readonly Name?: string;"],
  ],
  [
    "a parameter of the facade",
    (d) =>
      (d["paths"][PATH].post.parameters = [
        { name: "Odd", in: "query", schema: { type: "string" } },
      ]),
    ["- query?: never;", "+ query?: {", "+ Odd?: string;", "+ };", "+ odd?: string | undefined;"],
  ],
  [
    "more than a few lines",
    (d) => {
      for (let number = 1; number < 20; number++)
        props(d)[`P${number}`] = { const: "x".repeat(200) };
    },
    [
      ...Array.from(
        { length: 10 },
        (_, index) => `+ P${index + 1}?: "${"x".repeat(112)}`.slice(0, 120) + "…",
      ),
      "… 9 more",
    ],
  ],
])("types change with %s", async (_, change, lines) => {
  expect(await linesOf(change)).toEqual(lines);
});

test("requests of the same project are the same", async () => {
  expect(await wireDiff(root, root)).toEqual({ lines: [] });
});

test("reports the lines of the requests that differ, once for equal calls, without credentials", async () => {
  const folder = copyOfProject(["generated", "src", "tsconfig.json", "package.json"]);
  const file = join(folder, "generated/operations.ts");
  const text = readFileSync(file, "utf8")
    .replace(`"apiVersion": "${spec.version}"`, '"apiVersion": "99"')
    .replace('"name": "CustomPath"', '"name": "Path"');
  writeFileSync(file, text);
  const agent = `user-agent: impact-partner-client/${version} (IR-Version`;
  const headers = [
    `  - ir-version: ${spec.version}`,
    `  - ${agent} ${spec.version})`,
    "  + ir-version: 99",
    `  + ${agent} 99)`,
  ];
  const url = "https://api.impact.com/Mediapartners/IRaccount/Programs/1000/TrackingLinks";
  expect(await wireDiff(root, folder)).toEqual({
    lines: [
      'create({"programId":"1000"}) and 2 more',
      ...headers,
      'create({"programId":"1000","type":"Vanity","customPath":"Summer"})',
      `  - POST ${url}?Type=Vanity&CustomPath=Summer`,
      `  + POST ${url}?Type=Vanity&Path=Summer`,
      ...headers,
      'create({"programId":"1000","customPath":"Summer"})',
      `  - POST ${url}?CustomPath=Summer&Type=Vanity`,
      `  + POST ${url}?Path=Summer&Type=Vanity`,
      ...headers,
    ],
  });
});

test("shows a call that is refused, and no credentials", async () => {
  const folder = copyOfProject(["generated", "src", "tsconfig.json", "package.json"]);
  const file = join(folder, "src/http/credentials.ts");
  const text = readFileSync(file, "utf8").replace("`Basic ${basic}`", "`Bearer ${basic}`");
  writeFileSync(file, text);
  const table = join(folder, "generated/operations.ts");
  writeFileSync(table, readFileSync(table, "utf8").replace('"sharedId": {', '"commonId": {'));
  const { lines } = (await wireDiff(root, folder)) as { lines: string[] };
  expect(lines.slice(0, 3)).toEqual([
    'create({"programId":"1000"}) and 3 more',
    "  - authorization: Basic …",
    "  + authorization: Bearer …",
  ]);
  expect(lines.at(-1)).toMatch(/^ {2}\+ no request: Expected a known parameter, got `sharedId`/);
});

test("says so if one of the two does not run", async () => {
  const folder = copyOfProject(["generated", "src", "tsconfig.json", "package.json"]);
  writeFileSync(join(folder, "src/index.ts"), 'throw new TypeError("of no use");');
  expect(await wireDiff(root, folder)).toEqual({
    unknown: "the next src/ does not run: TypeError: of no use",
  });
  expect(await wireDiff(folder, root)).toEqual({
    unknown: "the present src/ does not run: TypeError: of no use",
  });
});
