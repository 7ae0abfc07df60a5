import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { bundleDocuments } from "../../scripts/openapi/bundle.ts";
import { operationsOf } from "../../scripts/openapi/document.ts";
import { generate } from "../../scripts/generator.ts";
import type { OpenApi } from "../../scripts/openapi/types.ts";
import { validate } from "../../scripts/openapi/validate.ts";
import { syntheticDocuments } from "../support/documents.ts";
import { emptyFolder, root } from "../support/workspace.ts";

test("validates, bundles and generates 26 documents in under 10 s, and their types compile", async () => {
  const own = JSON.parse(readFileSync(join(root, "spec/openapi.json"), "utf8")) as OpenApi;
  const documents = [own, ...syntheticDocuments(25)];
  const start = process.cpuUsage();
  for (const document of documents) expect((await validate(document)).errors).toEqual([]);
  const { document } = bundleDocuments(documents);
  const files = await generate(document, "");
  const { user, system } = process.cpuUsage(start);
  // By the processor's time: a busy machine is no failure.
  expect((user + system) / 1e6).toBeLessThan(10);
  expect(operationsOf(document)).toHaveLength(operationsOf(own).length + 75);

  const folder = emptyFolder();
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  const program = ts.createProgram(
    [...files.keys()].map((name) => join(folder, name)),
    { strict: true, noEmit: true, exactOptionalPropertyTypes: true, types: [] },
  );
  expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([]);
});
