/**
 * Reads OpenAPI documents out of the vendor's docs pages. The vendor publishes no OpenAPI file: each page has the
 * document as JSON in a code fence, or one code fence with a document for each operation.
 */
import { parse as parseYaml } from "yaml";
import { codeBlocks } from "../../src/cli/code-blocks.ts";
import { isTooDeep, MAX_DEPTH } from "../../src/cli/depth.ts";
import { isObject, Refusal } from "./document.ts";
import type { OpenApi } from "./types.ts";

/** @param source for messages: the file or URL that the maintainer gave */
export function documentsInPage(markdown: string, source = "The page"): OpenApi[] {
  return codeBlocks(markdown).flatMap(({ line, text }) => {
    const { value, problem } = parse(text);
    if (isOpenApi(value)) return [value];
    if (problem === undefined || !/^\s*(\{\s*"openapi"|openapi)\s*:/.test(text)) return [];
    throw new Refusal(
      `${source}: Expected an OpenAPI document in the code fence at line ${line}, got ${problem}.`,
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

/** The value of a text, or the problem with it. */
type Parsed = { value: unknown; problem?: never } | { value?: never; problem: string };

/** Parses JSON, or YAML with a keyword of OpenAPI. The keyword is required, because almost any text is valid YAML. */
export function parse(text: string): Parsed {
  const json = attempt("JSON", () => JSON.parse(text) as unknown);
  if (json.problem === undefined || !/^["']?(openapi|swagger)["']?[ \t]*:/m.test(text)) return json;
  const yaml = parseAsYaml(text);
  return yaml.problem !== undefined && /^\s*[{[]/.test(text) ? json : yaml;
}

/** Parses YAML, which includes JSON. */
export function parseAsYaml(text: string): Parsed {
  return attempt("YAML", () => {
    // Through JSON, because YAML aliases share one object and YAML has values that JSON does not.
    const json = JSON.stringify(parseYaml(text, { merge: true, logLevel: "error" }));
    return JSON.parse(json ?? "null") as unknown;
  });
}

const TOO_DEEP = `more than ${MAX_DEPTH} levels`;

function attempt(format: string, read: () => unknown): Parsed {
  try {
    const value = read();
    return isTooDeep(value) ? { problem: TOO_DEEP } : { value };
  } catch (error) {
    const [line = ""] = (error as Error).message.split("\n");
    // The YAML parser recurses into each level.
    if (line.startsWith("Maximum call stack")) return { problem: TOO_DEEP };
    return { problem: `broken ${format}: ${line.replace(/[:.]$/, "")}` };
  }
}

export function isOpenApi(value: unknown): value is OpenApi {
  return isObject(value) && ("openapi" in value || "swagger" in value);
}
