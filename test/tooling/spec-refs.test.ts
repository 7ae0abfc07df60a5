import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resolveExternalRefs } from "../../scripts/openapi/external-refs.ts";
import type { Json } from "../support/documents.ts";
import { serve } from "../support/server.ts";

// The files that a document refers to: those in its own folder are bundled, and nothing else is read.

const ANSWER = "#/paths/~1a/get/responses/200/content/application~1json/schema";

const withSchema = (schema: Json, more: Json = {}): Json => ({
  openapi: "3.1.0",
  info: { title: "A", version: "16" },
  paths: {
    "/a": {
      get: {
        responses: { 200: { description: "OK", content: { "application/json": { schema } } } },
      },
    },
  },
  ...more,
});
const withRef = ($ref: string): Json => withSchema({ $ref });

const outer = mkdtempSync(join(tmpdir(), "impact-partner-client-"));
const folder = join(outer, "docs");
afterAll(() => rmSync(outer, { recursive: true, force: true }));
beforeAll(() => {
  mkdirSync(join(folder, "sub"), { recursive: true });
  writeFileSync(join(outer, "secret.json"), '{ "description": "secret" }');
  writeFileSync(join(folder, "user.yaml"), "User:\n  type: object\n");
  writeFileSync(
    join(folder, "sub/nested.json"),
    '{ "properties": { "a": { "$ref": "../../secret.json" } } }',
  );
  writeFileSync(join(folder, "sub/inner.json"), '{ "items": { "$ref": "../user.yaml#/User" } }');
  writeFileSync(
    join(folder, "sub/extension.json"),
    '{ "x-a": [{ "b": { "$ref": "../../secret.json" } }] }',
  );
  const lines = [..."bcdefghi"].map((name, index) => {
    const aliases = Array.from({ length: 9 }, () => `*${"abcdefgh"[index]}`);
    return `${name}: &${name} [${aliases.join(", ")}]`;
  });
  writeFileSync(join(folder, "bomb.yaml"), ["a: &a [x]", ...lines].join("\n"));
  writeFileSync(join(folder, "deep.json"), "[".repeat(20_000) + "]".repeat(20_000));
  writeFileSync(join(folder, "latin1.json"), '{ "description": "é" }', "latin1");
  symlinkSync(join(outer, "secret.json"), join(folder, "link.json"));
  symlinkSync(outer, join(folder, "up"));
  symlinkSync("/dev/zero", join(folder, "endless.json"));
});

const resolve = (document: Json): Promise<Json> =>
  resolveExternalRefs("a.json", document, join(folder, "a.json"));

test("bundles files in the document's folder, and the files that these refer to", async () => {
  const whole = await resolve(withRef("./user.yaml#/User"));
  expect(whole["components"]).toEqual({ schemas: { User: { type: "object" } } });
  expect(JSON.stringify(whole)).not.toContain("user.yaml");
  expect((await resolve(withRef("sub/inner.json")))["components"]).toEqual({
    schemas: { inner: { items: { $ref: "#/components/schemas/User" } }, User: { type: "object" } },
  });
});

const WHERE = "Expected a reference to a file in the document's folder, got";

test.each([
  ["an absolute path", "/etc/passwd"],
  ["the folder above", "../secret.json"],
  ["a way back to the folder above", "sub/../../secret.json"],
  ["a symbolic link to a file elsewhere", "./link.json"],
  ["a symbolic link to a folder elsewhere", "up/secret.json"],
  ["a symbolic link to an endless file", "./endless.json"],
  ["a file elsewhere that is not there", "../none.json#/A"],
  ["a path with backslashes", "..\\sub/secret.json"],
  ["a file URL", "file:///etc/passwd"],
  ["a file URL with one slash", "FILE:/etc/passwd"],
  ["a data URL", "data:application/json,{}"],
  ["another host", "https://x.example/user.json"],
  ["another host, in the document's scheme", "//x.example/user.json"],
  ["a private address", "http://169.254.169.254/latest"],
])("refuses %s, under any key", async (_, reference) => {
  const refused = (place: string) => `a.json: ${place}: ${WHERE} ${reference}.`;
  await expect(resolve(withRef(reference))).rejects.toThrow(refused(ANSWER));
  const extension = { "x-a": [{ b: { $ref: reference } }] };
  await expect(resolve(withSchema({}, extension))).rejects.toThrow(refused("#/x-a/0/b"));
  await expect(resolve(withSchema(extension))).rejects.toThrow(refused(`${ANSWER}/x-a/0/b`));
  const example = { examples: { a: { externalValue: reference } } };
  await expect(resolve(withSchema({}, { components: example }))).rejects.toThrow(
    refused("#/components/examples/a"),
  );
  await expect(
    resolve(withSchema({ discriminator: { mapping: { a: reference } } })),
  ).rejects.toThrow(refused(`${ANSWER}/discriminator/mapping/a`));
});

test.each([
  [
    "a percent-encoded path",
    "%2e%2e/secret.json",
    `${ANSWER}: Can't resolve $ref: expected a file, got none.`,
  ],
  ["a folder", "./sub", `${ANSWER}: ${WHERE} ./sub, which is none.`],
  [
    "a file that refers to another one elsewhere",
    "sub/nested.json",
    `sub/nested.json: ${WHERE} ../../secret.json.`,
  ],
  [
    "such a file under an extension",
    "sub/extension.json",
    `sub/extension.json: ${WHERE} ../../secret.json.`,
  ],
  [
    "a bomb of aliases",
    "bomb.yaml",
    `${ANSWER}: Can't resolve $ref: bomb.yaml is broken YAML: Excessive alias count indicates a resource exhaustion attack.`,
  ],
  [
    "20,000 levels",
    "deep.json",
    `${ANSWER}: Can't resolve $ref: deep.json is more than 90 levels.`,
  ],
  [
    "another encoding",
    "latin1.json",
    `${ANSWER}: Can't resolve $ref: expected text in UTF-8, got other bytes.`,
  ],
])("refuses %s", async (_, reference, message) => {
  await expect(resolve(withRef(reference))).rejects.toThrow(`a.json: ${message}`);
});

test("refuses a reference that Redocly does not follow", async () => {
  const extension = { "x-a": [{ b: { $ref: "user.yaml" } }] };
  await expect(resolve(withSchema({}, extension))).rejects.toThrow(
    "a.json: #/x-a/0/b: Expected no reference out of the document here, got user.yaml.",
  );
});

test("follows no reference of a document that is no file, and none over the network", async () => {
  await expect(resolveExternalRefs("-", withRef("./user.yaml"), undefined)).rejects.toThrow(
    `-: ${ANSWER}: Expected no reference out of the document, got ./user.yaml. ` +
      "Such references are read from files, never over the network: save both files, and pass the path.",
  );
  const { baseUrl, requests } = await serve({ body: "{}" });
  await expect(resolve(withRef(`${baseUrl}/user.json`))).rejects.toThrow(`${baseUrl}/user.json.`);
  expect(requests).toEqual([]);
});
