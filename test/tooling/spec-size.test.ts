import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { bundleDocuments } from "../../scripts/openapi/bundle.ts";
import { operationsOf } from "../../scripts/openapi/document.ts";
import { generate } from "../../scripts/generator.ts";
import type { OpenApi } from "../../scripts/openapi/types.ts";
import { validate } from "../../scripts/openapi/validate.ts";
import { uniqueIds } from "../../scripts/update/operation-ids.ts";
import { mergeParts } from "../../scripts/update/parts.ts";
import { syntheticDocuments } from "../support/documents.ts";
import { emptyFolder, root } from "../support/workspace.ts";

/** The vendor's documents for brands have some of the partners' operationIds. */
function withLink(document: OpenApi, index: number): OpenApi {
  const id = { name: "Id", in: "path", required: true, schema: { type: "string" } };
  const post = {
    operationId: "createTrackingLink",
    parameters: [id],
    responses: { 200: { description: "OK" } },
  };
  return {
    ...document,
    paths: { ...document.paths, [`/Advertisers/{Id}/Links${index}`]: { post } },
  };
}

test("validates, bundles and generates 26 documents in under 10 s, and their types compile", async () => {
  const own = JSON.parse(readFileSync(join(root, "spec/openapi.json"), "utf8")) as OpenApi;
  const documents = [own, ...syntheticDocuments(25).map(withLink)];
  const start = process.cpuUsage();
  for (const document of documents) expect((await validate(document)).errors).toEqual([]);
  const date = "2026-01-01";
  const parts = documents.map((each, index) => ({ page: `${index}.json`, date, document: each }));
  const { document } = bundleDocuments(uniqueIds(mergeParts([], parts).parts).documents);
  const files = await generate(document, "");
  const { user, system } = process.cpuUsage(start);
  // By the processor's time: a busy machine is no failure.
  expect((user + system) / 1e6).toBeLessThan(10);
  expect(operationsOf(document)).toHaveLength(operationsOf(own).length + 100);

  const folder = emptyFolder();
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  const program = ts.createProgram(
    [...files.keys()].map((name) => join(folder, name)),
    { strict: true, noEmit: true, exactOptionalPropertyTypes: true, types: [] },
  );
  expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([]);
});
