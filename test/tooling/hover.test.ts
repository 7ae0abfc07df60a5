import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { facadeOperationsOf, parametersOf } from "../../scripts/openapi/document.ts";
import { readSpec } from "../../scripts/update/spec-folder.ts";
import { root } from "../support/workspace.ts";

const source = `import { createImpactClient } from "../src/index.ts";
const links = createImpactClient().trackingLinks;
links.create({ programId: "1", deepLink: "https://shop.example/", type: "Vanity", customPath: "x" });
links.create({ programId: "1", type: "Regular", subId1: "x" });
interface Row { id: string; page: string }
const rows: Row[] = [];
for await (const result of links.createMany(rows, {
  params: (row) => ({ programId: row.id, deepLink: row.page }),
})) {
  if (result.ok) console.log(result.link, result.reused);
  else console.log(result.error);
}
links.createMany([{ programId: "2", subId2: "x" }]);
`;
const file = join(root, "test/call.ts");
const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path)).config,
  ts.sys,
  root,
);
const service = ts.createLanguageService({
  getCompilationSettings: () => options,
  getScriptFileNames: () => [file],
  getScriptVersion: () => "1",
  getScriptSnapshot: (path) => {
    const content = path === file ? source : ts.sys.readFile(path);
    return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
  },
  getCurrentDirectory: () => root,
  getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
  fileExists: (path) => path === file || ts.sys.fileExists(path),
  readFile: (path) => (path === file ? source : ts.sys.readFile(path)),
});

/** What an editor shows for the last name in a text that is once in the source. */
function hoverOf(text: string): { type: string; docs: string; tags: string[] } {
  const at = source.indexOf(text) + text.search(/\w+\W*$/);
  const info = service.getQuickInfoAtPosition(file, at);
  return {
    type: ts.displayPartsToString(info?.displayParts),
    docs: ts.displayPartsToString(info?.documentation),
    tags: (info?.tags ?? []).map(
      ({ name, text: words }) => `@${name} ${ts.displayPartsToString(words)}`,
    ),
  };
}

const { document } = readSpec(root);
const [createTrackingLink] = facadeOperationsOf(document);
const parameters = createTrackingLink ? parametersOf(document, createTrackingLink) : [];

test.each([
  ["deepLink", "DeepLink"],
  ["{ programId", "ProgramId"],
  ["customPath", "CustomPath"],
  ['"https://shop.example/", type', "Type"],
  ['"1", type', "Type"],
  ["subId1", "subId1"],
  ["row.id, deepLink", "DeepLink"],
  ["[{ programId", "ProgramId"],
  ["subId2", "subId2"],
])("an editor shows the vendor's words for %s", (text, name) => {
  const { description = "" } = parameters.find((each) => each.name === name) ?? {};
  const words = /\w[\w ]+/.exec(description)?.[0] ?? "none";
  expect(hoverOf(text).docs).toContain(words);
});

test("an editor shows our note before the vendor's words, where these contradict themselves", () => {
  const { docs } = hoverOf("customPath");
  expect(docs).toMatch(
    /^Makes a Vanity link\. Omit it with `type: "Vanity"` to get a random path\.\n\n\*\*impact\.com:\*\* \w/,
  );
});

test.each(['"https://shop.example/", type', '"1", type'])(
  "an editor shows for %s which link is made without it",
  (name) => {
    const { docs, tags } = hoverOf(name);
    expect(docs).toMatch(
      /^Set `"Vanity"` for a Vanity link with a random path\. `customPath` implies it, and cannot be combined with `"Regular"`\.\n\n\*\*impact\.com:\*\* \w/,
    );
    expect(tags).toEqual(["@default Vanity with `customPath`, else Regular"]);
  },
);

test.each([
  ["of links.createMany", "Creates a link for each input"],
  ["  params", "Converts an input to the parameters of a link."],
  ["result.ok", "True if there is a `link`, false if there is an `error`."],
  ["result.link", "The link, as `create` resolves to it."],
  ["result.reused", "Whether the link was created for an earlier input."],
  ["result.error", "Why there is no link."],
])("an editor explains %s", (name, words) => {
  expect(hoverOf(name).docs).toContain(words);
});

test("an editor shows the types of a right call without a word on mistakes", () => {
  expect(hoverOf("of links.createMany").type).toBe(`(method) TrackingLinks.createMany<Row, {
    programId: string;
    deepLink: string;
}>(inputs: Inputs<Row>, options: CreateManyFromOptions<Row, {
    programId: string;
    deepLink: string;
}>): AsyncGenerator<CreateManyResult<Row>, void, undefined> (+1 overload)`);
  expect(hoverOf("  params").type).toMatch(
    /params: \(input: Row, index: number\) => CreateTrackingLinkParams$/,
  );
  expect(hoverOf("}\nlinks.createMany").type).toMatch(
    />\(inputs: Inputs<CreateTrackingLinkParams>\)/,
  );
});
