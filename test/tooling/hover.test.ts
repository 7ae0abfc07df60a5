import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
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

test.each([
  ["deepLink", "The exact destination URL the tracking link should redirect to after attribution."],
  ["programId", "Unique identifier for the brand program the tracking link is for."],
  ["customPath", "Custom path that follows the tracking domain"],
  ['type: "Vanity"', "The type of tracking link to generate."],
  ['type: "Regular"', "The type of tracking link to generate."],
  ["subId1", "Sub-affiliate identifier surfaced as a column in partner performance reports."],
])("an editor shows the vendor's words for %s", (name, words) => {
  expect(docsOf(name)).toContain(words);
});
