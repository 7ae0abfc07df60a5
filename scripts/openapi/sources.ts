/** Reads OpenAPI documents from a file, a URL or standard input. */
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { basename, resolve as resolvePath } from "node:path";
import { parse as parseYaml } from "yaml";
import { Refusal } from "./document.ts";
import { documentsInPage, isOpenApi, parse } from "./read-page.ts";
import type { OpenApi } from "./types.ts";

/** Bytes. The vendor's documents are far smaller. */
const MAX_SIZE = 20 * 1024 * 1024;

export interface SourceText {
  /** Recorded as the source: the address where it was published if the text names it, else the file name. */
  address: string;
  /** Its path, if the source is a file. */
  file: string | undefined;
  text: string;
}

export async function readSource(
  source: string,
  { stdin, timeout }: { stdin: AsyncIterable<Uint8Array | string>; timeout: number },
): Promise<SourceText> {
  if (source === "-") {
    const text = await readAll(stdin, source);
    return { address: ownAddress(text) ?? "-", file: undefined, text };
  }
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(source)) {
    return { address: source, file: undefined, text: await download(source, timeout) };
  }
  const file = resolvePath(source);
  const bytes = readFile(file, source);
  if (bytes.byteLength > MAX_SIZE) throw tooLong(source);
  const text = bytes.toString("utf8");
  return { address: ownAddress(text) ?? basename(file), file, text };
}

/**
 * Reads the documents in a text. Detects the format by the content, because a URL may have no extension.
 *
 * @param source for messages: the file or URL that the maintainer gave
 * @returns at least one
 */
export function documentsIn(source: string, given: string): OpenApi[] {
  const text = given.replace(/^\uFEFF/, "");
  if (text.trim() === "") throw unexpected(source, "nothing");
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) {
    throw unexpected(source, /^\s*<\?xml/i.test(text) ? "XML" : "an HTML page");
  }
  const whole = parse(text);
  if (isOpenApi(whole)) return [whole];
  const documents = documentsInPage(text, source);
  if (documents.length > 0) return documents;
  if (whole !== undefined) throw unexpected(source, "a document without `openapi`");
  if (/^\s*[{[]/.test(text))
    throw unexpected(source, `broken JSON: ${syntaxErrorOf(JSON.parse, text)}`);
  if (/^(openapi|swagger)[ \t]*:/m.test(text)) {
    throw unexpected(source, `broken YAML: ${syntaxErrorOf(parseYaml, text)}`);
  }
  throw unexpected(source, "a text without such a code fence");
}

function unexpected(source: string, got: string): Refusal {
  return new Refusal(
    `${source}: Expected an OpenAPI document, as JSON, YAML or in the code fence of a docs page, got ${got}.`,
  );
}

/** @returns one line */
function syntaxErrorOf(read: (text: string) => unknown, text: string): string {
  try {
    read(text);
    return "not an object";
  } catch (error) {
    const [line = ""] = (error as Error).message.split("\n");
    return line.replace(/[:.]$/, "");
  }
}

/** The vendor's pages end with instructions for questions, which name the address of the page. */
function ownAddress(text: string): string | undefined {
  return /^GET (https:\/\/[^\s?]+)\?ask=/m.exec(text)?.[1];
}

function readFile(file: string, source: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "none" : code === "EISDIR" ? "a folder" : String(code);
    throw new Refusal(`${source}: Expected a file, got ${why}.`, { cause: error });
  }
}

/**
 * Follows redirects itself, because each target must be https too.
 *
 * @param timeout milliseconds, redirects included
 */
async function download(source: string, timeout: number): Promise<string> {
  const signal = AbortSignal.timeout(timeout);
  let url = parseUrl(source, source);
  try {
    for (let hops = 0; hops < 10; hops++) {
      const response = await fetch(url, {
        redirect: "manual",
        signal,
        headers: { Accept: "text/markdown, application/json, application/yaml, */*;q=0.1" },
      });
      const location = response.headers.get("location");
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.body?.cancel();
        url = parseUrl(new URL(location, url).href, source);
        continue;
      }
      return await readResponse(response, source);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const { name, message, cause } = error as Error;
    if (name === "TimeoutError") {
      throw new Refusal(`${source}: Expected an answer within ${timeout} ms, got none.`);
    }
    const why = cause instanceof Error ? cause.message : message;
    throw new Refusal(`${source}: Expected an answer, got none: ${why}.`, { cause: error });
  }
  throw new Refusal(`${source}: Expected a document, got more than 10 redirects.`);
}

function parseUrl(text: string, source: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url?.hostname ?? "");
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLocal)) return url;
  const where = text === source ? "" : `a redirect to `;
  throw new Refusal(
    `${source}: Expected an https address (http only for localhost), got ${where}${text}.`,
  );
}

async function readResponse(response: Response, source: string): Promise<string> {
  const { status, headers, body } = response;
  const type = (headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  let got: string | undefined;
  if (status !== 200) got = `status ${status}`;
  else if (type === "text/html") got = "an HTML page";
  else if (!/^$|^text\/|json|yaml|markdown|^application\/octet-stream$/.test(type)) got = type;
  if (got !== undefined || body === null) {
    await body?.cancel();
    throw unexpected(source, got ?? "nothing");
  }
  return readAll(Readable.fromWeb(body as NodeReadableStream), source);
}

async function readAll(
  stream: AsyncIterable<Uint8Array | string>,
  source: string,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    length += bytes.byteLength;
    if (length > MAX_SIZE) throw tooLong(source);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function tooLong(source: string): Refusal {
  return new Refusal(`${source}: Expected at most 20 MB, got more.`);
}
