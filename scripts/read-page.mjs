import { parse as parseYaml } from "yaml";
import { Refusal } from "./document.mjs";

/**
 * The vendor publishes no OpenAPI file: each page of its docs carries the document as JSON in a code
 * fence, or a document for each operation in a fence of its own. Reading it by script keeps spec/ equal to
 * what was published.
 *
 * @param {string} markdown
 * @param {string} [source] what the maintainer called it
 * @returns {Record<string, any>[]} every OpenAPI document in the page
 */
export function documentsInPage(markdown, source = "The page") {
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

/**
 * @param {string} markdown
 * @returns {Record<string, any>} the one OpenAPI document in the page
 */
export function documentInPage(markdown) {
  const [document, ...others] = documentsInPage(markdown);
  if (document === undefined || others.length > 0) {
    const found = document === undefined ? 0 : 1 + others.length;
    throw new Refusal(
      `Expected one code fence that holds an OpenAPI document as JSON, found ${found}.`,
    );
  }
  return document;
}

/**
 * JSON or YAML; undefined if it is neither.
 *
 * @param {string} text
 * @returns {unknown}
 */
export function parse(text) {
  try {
    return /** @type {unknown} */ (JSON.parse(text));
  } catch {
    // Most texts are YAML of a sort: only what says that it is a document is worth reading as such.
    if (!/^["']?(openapi|swagger)["']?[ \t]*:/m.test(text)) return undefined;
  }
  try {
    // Through JSON, so that what YAML shares by an alias is there twice, and nothing but JSON is left.
    return JSON.parse(JSON.stringify(parseYaml(text, { merge: true })));
  } catch {
    return undefined;
  }
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
export function isOpenApi(value) {
  return typeof value === "object" && value !== null && ("openapi" in value || "swagger" in value);
}
