/**
 * Reads OpenAPI documents out of the vendor's docs pages. The vendor publishes no OpenAPI file: each page has the
 * document as JSON in a code fence, or one code fence with a document for each operation.
 */
import { parse as parseYaml } from "yaml";
import { isObject, Refusal } from "./document.ts";
import type { OpenApi } from "./types.ts";

/** @param source for messages: the file or URL that the maintainer gave */
export function documentsInPage(markdown: string, source = "The page"): OpenApi[] {
  const page = markdown.replaceAll("\r\n", "\n");
  const fences = page.matchAll(/^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)^[ \t]*\1[`~]*[ \t]*$/gms);
  return [...fences].flatMap(({ index, 2: text = "" }) => {
    const document = parse(text);
    if (isOpenApi(document)) return [document];
    if (document !== undefined || !/^\s*(\{\s*"openapi"|openapi)\s*:/.test(text)) return [];
    const line = page.slice(0, index).split("\n").length;
    throw new Refusal(
      `${source}: Expected an OpenAPI document in the code fence at line ${line}, got broken JSON or YAML.`,
    );
  });
}

/** Reads a page that has exactly one document. */
export function documentInPage(markdown: string): OpenApi {
  const [document, ...others] = documentsInPage(markdown);
  if (document === undefined || others.length > 0) {
    const found = document === undefined ? 0 : 1 + others.length;
    throw new Refusal(
      `Expected one code fence that holds an OpenAPI document as JSON, found ${found}.`,
    );
  }
  return document;
}

/** Parses JSON or YAML. Returns undefined if the text is neither. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Almost any text is valid YAML, so look for a keyword of OpenAPI first.
    if (!/^["']?(openapi|swagger)["']?[ \t]*:/m.test(text)) return undefined;
  }
  try {
    // Through JSON, because YAML aliases share one object and YAML has values that JSON does not.
    return JSON.parse(JSON.stringify(parseYaml(text, { merge: true })));
  } catch {
    return undefined;
  }
}

export function isOpenApi(value: unknown): value is OpenApi {
  return isObject(value) && ("openapi" in value || "swagger" in value);
}
