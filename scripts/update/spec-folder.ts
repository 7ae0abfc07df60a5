/**
 * Reads and writes spec/. `openapi.json` is the document that everything is generated from, `source.json` says where
 * it came from. A single document is stored as the vendor published it. For several documents, `openapi.json` is the
 * bundle, `source.json` is a list, and `documents/` has each document unchanged, so that they can be bundled again.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenApi } from "../openapi/types.ts";
import type { Part } from "./parts.ts";

interface Source {
  page: string;
  title: string;
  version: string;
  sha256: string;
  date: string;
  file?: string;
}

export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export const sha256Of = (text: string): string => createHash("sha256").update(text).digest("hex");

export function readSpec(root: string): { document: OpenApi; parts: Part[] } {
  const folder = join(root, "spec");
  const json = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));
  // Both files are written below.
  const sources = [json("source.json") as Source | Source[]].flat();
  const parts = sources.map(({ page, date, file = "openapi.json" }) => ({
    page,
    date,
    document: json(file) as OpenApi,
  }));
  return { document: json("openapi.json") as OpenApi, parts };
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
      ?.join("-") ?? "document";
  for (let count = 1; ; count++) {
    const file = `documents/${name}${count === 1 ? "" : `-${count}`}.json`;
    if (!taken.includes(file)) return file;
  }
}
