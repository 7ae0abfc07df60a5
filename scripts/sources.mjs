import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { basename, resolve as resolvePath } from "node:path";
import { parse as parseYaml } from "yaml";
import { Refusal } from "./document.mjs";
import { documentsInPage, isOpenApi, parse } from "./read-page.mjs";

/** No document of the vendor is near it; what is longer is no document. */
const LONGEST = 20 * 1024 * 1024;

/**
 * @typedef {import("./document.mjs").Json} Json
 * @typedef {{ address: string, file: string | undefined, text: string }} Text
 *   `address` is what the provenance keeps: where it was published, as far as that is known
 */

/**
 * A file, a URL or standard input → its text.
 *
 * @param {string} source
 * @param {{ stdin: AsyncIterable<Uint8Array | string>, timeout: number }} io
 * @returns {Promise<Text>}
 */
export async function readSource(source, { stdin, timeout }) {
  if (source === "-") {
    const text = await readAll(stdin, source);
    return { address: ownAddress(text) ?? "-", file: undefined, text };
  }
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(source)) {
    return { address: source, file: undefined, text: await download(source, timeout) };
  }
  const file = resolvePath(source);
  const bytes = readFile(file, source);
  if (bytes.byteLength > LONGEST) throw tooLong(source);
  const text = bytes.toString("utf8");
  return { address: ownAddress(text) ?? basename(file), file, text };
}

/**
 * The documents in a text, whatever its form. The content decides: a URL may have no ending, or a wrong one.
 *
 * @param {string} source what the maintainer called it
 * @param {string} given
 * @returns {Json[]} at least one
 */
export function documentsIn(source, given) {
  const text = given.replace(/^\uFEFF/, "");
  if (text.trim() === "") throw unlike(source, "nothing");
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) {
    throw unlike(source, /^\s*<\?xml/i.test(text) ? "XML" : "an HTML page");
  }
  const whole = parse(text);
  if (isOpenApi(whole)) return [whole];
  const documents = documentsInPage(text, source);
  if (documents.length > 0) return documents;
  if (whole !== undefined) throw unlike(source, "a text that does not say `openapi`");
  if (/^\s*[{[]/.test(text)) throw unlike(source, `broken JSON: ${faultOf(JSON.parse, text)}`);
  if (/^(openapi|swagger)[ \t]*:/m.test(text)) {
    throw unlike(source, `broken YAML: ${faultOf(parseYaml, text)}`);
  }
  throw unlike(source, "a text without a code fence that holds one");
}

/**
 * @param {string} source
 * @param {string} got
 */
function unlike(source, got) {
  return new Refusal(
    `${source}: Expected an OpenAPI document, as JSON, YAML or in the code fence of a docs page, got ${got}.`,
  );
}

/**
 * @param {(text: string) => unknown} read
 * @param {string} text
 * @returns {string} one line
 */
function faultOf(read, text) {
  try {
    read(text);
    return "nothing of use";
  } catch (error) {
    const [line = ""] = /** @type {Error} */ (error).message.split("\n");
    return line.replace(/[:.]$/, "");
  }
}

/**
 * The vendor's pages end with the address at which questions about them are answered, which is their own.
 *
 * @param {string} text
 */
function ownAddress(text) {
  return /^GET (https:\/\/[^\s?]+)\?ask=/m.exec(text)?.[1];
}

/**
 * @param {string} file
 * @param {string} source
 */
function readFile(file, source) {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    const why = code === "ENOENT" ? "none" : code === "EISDIR" ? "a folder" : String(code);
    throw new Refusal(`${source}: Expected a file, got ${why}.`, { cause: error });
  }
}

/**
 * Redirects are followed by hand, so that none leads to where a source may not be.
 *
 * @param {string} source
 * @param {number} timeout milliseconds for all of it
 */
async function download(source, timeout) {
  const signal = AbortSignal.timeout(timeout);
  let url = allowed(source, source);
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
        url = allowed(new URL(location, url).href, source);
        continue;
      }
      return await readResponse(response, source);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const { name, message, cause } = /** @type {Error} */ (error);
    if (name === "TimeoutError") {
      throw new Refusal(`${source}: Expected an answer within ${timeout} ms, got none.`);
    }
    const why = cause instanceof Error ? cause.message : message;
    throw new Refusal(`${source}: Expected an answer, got none: ${why}.`, { cause: error });
  }
  throw new Refusal(`${source}: Expected a document, got more than 10 redirects.`);
}

/**
 * @param {string} text
 * @param {string} source
 */
function allowed(text, source) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url?.hostname ?? "");
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLocal)) return url;
  const where = text === source ? "" : `a redirect to `;
  throw new Refusal(
    `${source}: Expected an https address (http on this machine alone), got ${where}${text}.`,
  );
}

/**
 * @param {Response} response
 * @param {string} source
 */
async function readResponse(response, source) {
  const { status, headers, body } = response;
  const type = (headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  /** @type {string | undefined} */
  let got;
  if (status !== 200) got = `status ${status}`;
  else if (type === "text/html") got = "an HTML page";
  else if (!/^$|^text\/|json|yaml|markdown|^application\/octet-stream$/.test(type)) got = type;
  if (got !== undefined || body === null) {
    await body?.cancel();
    throw unlike(source, got ?? "nothing");
  }
  return readAll(Readable.fromWeb(/** @type {any} */ (body)), source);
}

/**
 * @param {AsyncIterable<Uint8Array | string>} stream
 * @param {string} source
 */
async function readAll(stream, source) {
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    length += bytes.byteLength;
    if (length > LONGEST) throw tooLong(source);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** @param {string} source */
function tooLong(source) {
  return new Refusal(`${source}: Expected at most 20 MB, got more.`);
}
