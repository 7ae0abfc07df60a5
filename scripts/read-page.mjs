/**
 * The vendor publishes no OpenAPI file: each page of its docs carries the document as JSON in a code
 * fence. Reading it by script keeps spec/ equal to what was published.
 *
 * @param {string} markdown
 * @returns {Record<string, any>} the one OpenAPI document in the page
 */
export function documentInPage(markdown) {
  const fences = markdown.matchAll(/^(`{3,})[^\n`]*\n(.*?)^\1[ \t]*$/gms);
  const documents = [...fences].map(([, , text]) => parse(text ?? "")).filter(isOpenApi);
  const [document, ...others] = documents;
  if (document === undefined || others.length > 0) {
    throw new Error(
      `Expected one code fence that holds an OpenAPI document as JSON, found ${documents.length}.`,
    );
  }
  return document;
}

/** @param {string} text */
function parse(text) {
  try {
    return /** @type {unknown} */ (JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
function isOpenApi(value) {
  return typeof value === "object" && value !== null && "openapi" in value;
}
