import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { isDeepStrictEqual } from "node:util";
import type { Arguments } from "./flags.ts";
import { EXIT, UsageError, why, write, type Io } from "./io.ts";

/** An OpenAPI document, as far as it is read here. */
interface Document {
  readonly openapi: string;
  readonly paths?: Readonly<Record<string, object>>;
  readonly components?: Readonly<Record<string, object>>;
}

/** `impact-links spec`: prints the OpenAPI document of one of the vendor's docs pages, for openapi-typescript. */
export async function spec(given: Arguments, io: Io): Promise<number> {
  const [source] = given.others;
  if (source === undefined)
    throw new UsageError("Expected a page: a file, an address, or - for stdin");
  const page = await readPage(source, io);
  const [first, ...others] = documentsIn(page);
  if (first === undefined) {
    const isHtml = /^\s*</.test(page);
    const hint = isHtml ? "; it is HTML: add .md to the page's address" : "";
    throw new UsageError(`No OpenAPI document in ${source}${hint}`);
  }
  const document = others.reduce<Document>(merge, first);
  await write(io.stdout, `${JSON.stringify(document, null, 2)}\n`);
  return EXIT.done;
}

async function readPage(source: string, { stdin, signal }: Io): Promise<string> {
  const isUrl = /^[a-z][a-z\d+.-]+:\/\//i.test(source);
  try {
    if (source === "-") return await readAll(stdin);
    return await (isUrl ? download(source, signal) : readFile(source, "utf8"));
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    throw new UsageError(`Cannot read ${source}: ${why(cause ?? error)}`);
  }
}

/** Milliseconds. */
const TIMEOUT = 30_000;

async function download(url: string, signal: AbortSignal): Promise<string> {
  if (!/^https:|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/i.test(url)) {
    throw new Error("expected an https address (http only for localhost)");
  }
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error("no answer within 30 s, or interrupted"));
  const timer = setTimeout(abort, TIMEOUT);
  signal.addEventListener("abort", abort);
  try {
    const headers = { Accept: "text/markdown, application/json, */*;q=0.1" };
    const response = await fetch(url, { headers, signal: controller.signal });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.text();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/** The documents in a page: the page itself, or the code fences that hold one. */
function documentsIn(page: string): Document[] {
  const fences = page
    .replaceAll("\r\n", "\n")
    .matchAll(/^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)^[ \t]*\1[`~]*[ \t]*$/gms);
  return [page, ...[...fences].map(([, , text = ""]) => text)].flatMap((text) => {
    try {
      const value: unknown = JSON.parse(text.replace(/^\ufeff/, ""));
      return isDocument(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

function isDocument(value: unknown): value is Document {
  return typeof value === "object" && value !== null && "openapi" in value;
}

/** A page may have a document for each operation. Throws {@link UsageError} if they contradict each other. */
function merge(one: Document, other: Document): Document {
  const components = { ...one.components };
  for (const [section, added] of Object.entries(other.components ?? {})) {
    components[section] = union(components[section], added, `components.${section}`);
  }
  const paths: Record<string, object> = { ...one.paths };
  for (const [path, item] of Object.entries(other.paths ?? {})) {
    paths[path] = union(paths[path], item, path);
  }
  return { ...one, paths, components };
}

function union(one: object = {}, other: object, where: string): object {
  const merged: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    if (name in merged && !isDeepStrictEqual(merged[name], value)) {
      throw new UsageError(`The page has two documents that differ in ${where}: ${name}`);
    }
    merged[name] = value;
  }
  return merged;
}
