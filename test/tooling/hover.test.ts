import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { facadeOperationsOf, parametersOf } from "../../scripts/openapi/document.ts";
import { readSpec } from "../../scripts/update/spec-folder.ts";
import { root } from "../support/workspace.ts";

const source = `import { createImpactClient } from "../src/index.ts";
createImpactClient().trackingLinks.create({ programId: "1", deepLink: "https://shop.example/", type: "Vanity", customPath: "x" });
createImpactClient().trackingLinks.create({ programId: "1", type: "Regular", subId1: "x" });
`;

/** What an editor shows for a name in the call. */
function docsOf(text: string): string | undefined {
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
  const info = service.getQuickInfoAtPosition(file, source.indexOf(text));
  return ts.displayPartsToString(info?.documentation);
}

const { document } = readSpec(root);
const [createTrackingLink] = facadeOperationsOf(document);
const parameters = createTrackingLink ? parametersOf(document, createTrackingLink) : [];

test.each([
  ["deepLink", "DeepLink"],
  ["programId", "ProgramId"],
  ["customPath", "CustomPath"],
  ['type: "Vanity"', "Type"],
  ['type: "Regular"', "Type"],
  ["subId1", "subId1"],
])("an editor shows the vendor's words for %s", (text, name) => {
  const { description = "" } = parameters.find((each) => each.name === name) ?? {};
  const words = /\w[\w ]+/.exec(description)?.[0] ?? "none";
  expect(docsOf(text)).toContain(words);
});
