import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { documentInPage } from "../../scripts/openapi/read-page.ts";
import { writeSpec } from "../../scripts/update/spec-folder.ts";
import type * as Package from "../../src/index.ts";
import { PATH, type Json } from "../support/documents.ts";
import { copyOfProject, PARTS, root, runScript, type Result } from "../support/workspace.ts";

// Next versions that look like more than they are, with the real command in a copy of the project.

const page = readFileSync(join(root, "test/fixtures/trackinglinks-v14.md"), "utf8");

/** Whatever is in spec/ by now, it starts from the document of a page that is known. */
async function dryRun(change: (document: Json, operation: Json) => void): Promise<Result> {
  const folder = copyOfProject(PARTS);
  const document = documentInPage(page);
  writeSpec(folder, document, [{ page: "next.json", document, date: "2026-11-25" }]);
  await runScript("generate", ["--root", folder]);
  const next: Json = structuredClone(document);
  change(next, next["paths"][PATH].post);
  const file = join(folder, "next.json");
  writeFileSync(file, JSON.stringify(next));
  return runScript("spec-update", ["--root", folder, file, "--dry-run"], { cwd: folder });
}

test("an operationId, a way to sign in, a charset, a default that is gone and values as `const`s break nothing", async () => {
  const { code, stdout, stderr } = await dryRun((document, operation) => {
    operation["operationId"] = "makeLink";
    document["components"].securitySchemes.key = { type: "apiKey", in: "header", name: "X-Key" };
    document["security"] = [{ key: [] }, ...document["security"]];
    const type = operation["parameters"].find(({ name }: Json) => name === "Type");
    const oneOf = type.schema.enum.map((each: string) => ({ const: each, title: each }));
    type.schema = { type: "string", oneOf };
    const response = operation["responses"]["200"];
    response.content = { "application/json; charset=utf-8": response.content["application/json"] };
  });
  // The public types are compared with those of api/, which are of another document.
  const text = stdout.replace(/\nPublic types\n(?: .*\n)+/, "");
  expect(text.slice(text.indexOf("Changes:"), text.indexOf("\n\nSemver"))).toBe(
    `Changes: 1 additive, 2 docs

additive
  POST ${PATH}: security alternative added
    was http basic
    is  apiKey header X-Key or http basic

docs
  POST ${PATH}: operationId
    was createTrackingLink
    is  makeLink
  POST ${PATH} query Type: default no longer documented
    was Regular

src/ against the new types
  compiles

Requests: unchanged`,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("a link is Regular by default even if the document says so no longer", async () => {
  const folder = copyOfProject(["spec", "src", "tsconfig.json"]);
  const file = join(folder, "spec/openapi.json");
  const document: Json = JSON.parse(readFileSync(file, "utf8"));
  const { parameters } = document["paths"][PATH].post;
  delete parameters.find(({ name }: Json) => name === "Type").schema.default;
  writeFileSync(file, JSON.stringify(document));
  await runScript("generate", ["--root", folder]);
  const { createImpactClient } = (await import(
    pathToFileURL(join(folder, "src/index.ts")).href
  )) as typeof Package;
  const urls: unknown[] = [];
  const { trackingLinks } = createImpactClient({
    accountSid: "IR1",
    authToken: "t0ken-1234",
    fetch: (url) => {
      urls.push(url);
      return Promise.resolve(new Response('{"TrackingURL":"https://example.sjv.io/x"}'));
    },
  });
  const types: unknown[] = [];
  const inputs = [{ programId: "1" }, { programId: "1", type: "Regular" as const }];
  for await (const result of trackingLinks.createMany(inputs)) {
    types.push(result.ok && [result.link.type, result.reused]);
  }
  expect(types).toEqual([
    ["Regular", false],
    ["Regular", true],
  ]);
  expect(urls).toEqual(["https://api.impact.com/Mediapartners/IR1/Programs/1/TrackingLinks"]);
});
