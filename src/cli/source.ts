/** Reads the text of a file, an address, or stdin. */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { isCode, why } from "./io.ts";

/** Bytes. The vendor's documents are far smaller. */
const MAX_SIZE = 5 * 1024 * 1024;

/** A source that gives no text. */
export class Unreadable extends Error {
  readonly expected: string;
  readonly got: string;

  constructor(expected: string, got: string) {
    super(`expected ${expected}, got ${got}`);
    this.expected = expected;
    this.got = got;
  }
}

interface ReadOptions {
  /** The bytes of the source `-`. */
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** Milliseconds for a download, redirects included. @default 30_000 */
  readonly timeout?: number | undefined;
  /** Stops a download. */
  readonly signal?: AbortSignal | undefined;
}

export const isAddress = (source: string): boolean => /^[a-z][a-z\d+.-]+:\/\//i.test(source);

/** Throws {@link Unreadable}. */
export async function readText(source: string, options: ReadOptions): Promise<string> {
  if (source === "-") return decode(await readAll(options.stdin));
  return isAddress(source) ? decode(await download(source, options)) : readTextFile(source);
}

/** Throws {@link Unreadable}. */
export async function readTextFile(path: string): Promise<string> {
  try {
    return decode(await readAll(createReadStream(path)));
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    if (isCode(error, "ENOENT")) throw new Unreadable("a file", "none");
    throw new Unreadable("a file", isCode(error, "EISDIR") ? "a folder" : why(error));
  }
}

async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    length += bytes.byteLength;
    if (length > MAX_SIZE) throw new Unreadable("at most 5 MB", "more");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): string {
  // PowerShell 5 redirects as UTF-16.
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8";
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // Reported below.
  }
  throw new Unreadable("text in UTF-8", "other bytes");
}

async function download(
  source: string,
  { timeout = 30_000, signal }: ReadOptions,
): Promise<Uint8Array> {
  const controller = new AbortController();
  const expire = (): void =>
    controller.abort(new Unreadable(`an answer within ${timeout} ms`, "none"));
  const stop = (): void => controller.abort(new Unreadable("an answer", "an interrupt"));
  const timer = setTimeout(expire, timeout);
  signal?.addEventListener("abort", stop);
  try {
    return await readResponse(await follow(source, controller.signal));
  } catch (error) {
    if (controller.signal.aborted) throw controller.signal.reason;
    if (error instanceof Unreadable) throw error;
    throw new Unreadable("an answer", `none: ${causeOf(error)}`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** `fetch` says only that it failed; the reason is its cause. */
function causeOf(error: unknown): string {
  return why(error instanceof Error ? (error.cause ?? error) : error);
}

/** Follows redirects itself, because each target is checked. */
async function follow(source: string, signal: AbortSignal): Promise<Response> {
  const start = addressOf(source, "");
  const headers = { Accept: "text/markdown, application/json, application/yaml, */*;q=0.1" };
  let url = start;
  for (let hops = 0; hops < 10; hops++) {
    const response = await fetch(url, { redirect: "manual", signal, headers });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    url = addressOf(new URL(location, url).href, "a redirect to ");
    // A page on the web must not make this machine ask its own services.
    if (isLocal(url) && !isLocal(start)) {
      throw new Unreadable("an https address", `a redirect to ${url.href}`);
    }
  }
  throw new Unreadable("a document", "more than 10 redirects");
}

const isLocal = ({ hostname }: URL): boolean => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);

function addressOf(text: string, where: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLocal(url))) return url;
  throw new Unreadable("an https address (http only for localhost)", `${where}${text}`);
}

async function readResponse({ status, headers, body }: Response): Promise<Uint8Array> {
  const type = (headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  let got: string | undefined;
  if (status !== 200) got = `status ${status}`;
  else if (type === "text/html") got = "an HTML page: add .md to its address";
  else if (!/^$|^text\/|json|yaml|markdown|^application\/octet-stream$/.test(type)) got = type;
  if (got !== undefined || body === null) {
    await body?.cancel();
    throw new Unreadable("a document", got ?? "nothing");
  }
  try {
    return await readAll(Readable.fromWeb(body as NodeReadableStream));
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable("a whole document", `a part of it: ${causeOf(error)}`);
  }
}
