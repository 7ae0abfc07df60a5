/**
 * Reads and writes spec/. All code is generated from `openapi.json`; `source.json` records its origin. A single
 * document is stored as the vendor published it. For several documents, `openapi.json` is the bundle, and `source.json`
 * is a list. `documents/` then has each document by itself, so that they can be bundled again.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { isTooDeep, MAX_DEPTH } from "../../src/cli/depth.ts";
import { isObject, Refusal } from "../openapi/document.ts";
import { isOpenApi } from "../openapi/read-page.ts";
import type { OpenApi } from "../openapi/types.ts";
import { structureErrors } from "../openapi/validate.ts";
import type { Part } from "./parts.ts";

interface Source {
  page: string;
  title: string;
  version: string;
  sha256: string;
  date: string;
  file?: string;
}

/** The contents of spec/. */
interface Spec {
  document: OpenApi;
  parts: Part[];
}

export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export const sha256Of = (text: string): string => createHash("sha256").update(text).digest("hex");

export function readSpec(root: string): Spec {
  const sources = [readJson(root, "source.json")].flat().map(expectSource);
  if (sources.length === 0) throw unexpected("source.json", "at least one source", "none");
  const parts = sources.map(({ page, date, file = "openapi.json" }) => ({
    page,
    date,
    document: readDocument(root, file),
  }));
  return { document: readDocument(root, "openapi.json"), parts };
}

function readDocument(root: string, name: string): OpenApi {
  const value = readJson(root, name);
  if (!isOpenApi(value)) throw unexpected(name, "an OpenAPI document", "none");
  if (isTooDeep(value)) throw unexpected(name, `at most ${MAX_DEPTH} levels`, "more");
  return value;
}

/** Throws a {@link Refusal} if a document is invalid, for example after an edit by hand. */
export async function expectValid({ document, parts }: Spec): Promise<void> {
  const others = parts.length === 1 ? [] : parts;
  const named = [
    { name: "openapi.json", document },
    ...others.map((part) => ({ name: `documents/, from ${part.page}`, document: part.document })),
  ];
  for (const each of named) {
    const [error] = await structureErrors(each.document);
    if (error !== undefined) throw unexpected(each.name, "a valid document", error);
  }
}

const HINT = "To undo an edit: git restore spec";

function unexpected(name: string, expected: string, got: string): Refusal {
  return new Refusal(`spec/${name}: Expected ${expected}, got ${got}. ${HINT}`);
}

function readJson(root: string, name: string): unknown {
  let text: string;
  try {
    text = readFileSync(join(root, "spec", name), "utf8");
  } catch (error) {
    throw unexpected(name, "a file", (error as Error).message);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw unexpected(name, "JSON", (error as Error).message);
  }
}

function expectSource(source: unknown): Source {
  const expect = (what: string, got: unknown): Refusal =>
    unexpected("source.json", what, inspect(got));
  if (!isObject(source)) throw expect("each source to be an object", source);
  const { page, date, file = "openapi.json" } = source;
  for (const [name, value] of Object.entries({ page, date, file })) {
    if (typeof value !== "string") throw expect(`"${name}" of each source to be a string`, value);
  }
  if (!/^(openapi|documents\/[^/\\]+)\.json$/.test(String(file))) {
    throw expect('"file" of each source to be in documents/', file);
  }
  // The other properties are only written, never read.
  return source as unknown as Source;
}

/** @param document the bundle */
export function writeSpec(root: string, document: OpenApi, parts: readonly Part[]): Source[] {
  const folder = join(root, "spec");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "openapi.json"), jsonText(document));
  const isOne = parts.length === 1;
  const files: string[] = [];
  const sources = parts.map((part) => {
    const text = jsonText(part.document);
    const { title, version } = part.document.info;
    const source: Source = {
      page: part.page,
      title,
      version,
      sha256: sha256Of(text),
      date: part.date,
    };
    if (isOne) return source;
    const file = freeFile(title, files);
    files.push(file);
    mkdirSync(join(folder, "documents"), { recursive: true });
    writeFileSync(join(folder, file), text);
    return { ...source, file };
  });
  writeFileSync(join(folder, "source.json"), jsonText(isOne ? sources[0] : sources));
  return sources;
}

function freeFile(title: string, taken: readonly string[]): string {
  const name =
    title
      .toLowerCase()
      .match(/[a-z0-9]+/g)
      ?.join("-")
      .slice(0, 100) ?? "document";
  for (let count = 1; ; count++) {
    const file = `documents/${name}${count === 1 ? "" : `-${count}`}.json`;
    if (!taken.includes(file)) return file;
  }
}
