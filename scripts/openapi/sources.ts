/** Reads OpenAPI documents from a file, a URL or standard input. */
import { basename, resolve as resolvePath } from "node:path";
import { isAddress, readText, Unreadable } from "../../src/cli/source.ts";
import { Refusal } from "./document.ts";
import { documentsInPage, isOpenApi, parse } from "./read-page.ts";
import type { OpenApi } from "./types.ts";

export interface SourceText {
  /** Recorded as the source: the URL, else the address that the text names, else the file name. */
  address: string;
  /** Its path, if the source is a file. */
  file: string | undefined;
  text: string;
}

/** @param timeout milliseconds for a download */
export async function readSource(
  source: string,
  options: { stdin: AsyncIterable<Uint8Array | string>; timeout?: number | undefined },
): Promise<SourceText> {
  const text = await readText(source, options).catch((error: unknown) => {
    if (!(error instanceof Unreadable)) throw error;
    const { expected, got } = error;
    throw new Refusal(`${source}: Expected ${expected}, got ${got}.`, { cause: error });
  });
  if (isAddress(source)) return { address: source, file: undefined, text };
  const own = ownAddress(text);
  if (source === "-") return { address: own ?? "-", file: undefined, text };
  const file = resolvePath(source);
  return { address: own ?? basename(file), file, text };
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
  const { value, problem } = parse(text);
  if (isOpenApi(value)) return [value];
  const documents = documentsInPage(text, source);
  if (documents.length > 0) return documents;
  if (problem === undefined) throw unexpected(source, "a document without `openapi`");
  if (/^\s*[{[]/.test(text) || /^(openapi|swagger)[ \t]*:/m.test(text)) {
    throw unexpected(source, problem);
  }
  throw unexpected(source, "a text without such a code fence");
}

function unexpected(source: string, got: string): Refusal {
  return new Refusal(
    `${source}: Expected an OpenAPI document, as JSON, YAML or in the code fence of a docs page, got ${got}.`,
  );
}

/** Returns the address of the page. The vendor's pages name it at the end, in their instructions for questions. */
function ownAddress(text: string): string | undefined {
  return /^GET (https:\/\/[^\s?]+)\?ask=/m.exec(text)?.[1];
}
