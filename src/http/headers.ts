import { kindOf, show, wrongOption } from "../validate.ts";
import { isBrowserPage } from "../browser.ts";
import { version } from "../version.ts";

/**
 * The options of the client determine the first four. `fetch` controls the others, and some runtimes throw if a caller
 * sets them.
 */
const OWN =
  /^(accept|authorization|host|ir-version|connection|content-length|expect|keep-alive|transfer-encoding|upgrade)$/i;

/** Reads and checks the caller's own headers. */
export function readHeaders(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isPlainObject(value)) {
    throw wrongOption("headers", "an object of strings", kindOf(value));
  }
  for (const [name, content] of Object.entries(value)) {
    // Do not show the value: it may be a secret.
    if (typeof content !== "string" || !isHeader(name, content)) {
      throw wrongOption(
        "headers",
        "an object of valid header names and values",
        `a wrong ${JSON.stringify(name)}`,
      );
    }
    if (OWN.test(name)) {
      throw wrongOption("headers", "free of headers that the client sets itself", show(name));
    }
  }
  return { ...value };
}

function isPlainObject(value: unknown): value is Record<string, string> {
  if (value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isHeader(name: string, value: string): boolean {
  try {
    // Pass a record, as to fetch: some runtimes lose a name such as "__proto__".
    return new Headers({ [name]: value }).has(name);
  } catch {
    return false;
  }
}

/** Returns a User-Agent header, unless the caller has set one. Browsers do not allow pages to set it. */
export function userAgent(
  apiVersion: string,
  extra: Record<string, string>,
): Record<string, string> {
  const given = Object.keys(extra).some((name) => name.toLowerCase() === "user-agent");
  if (given || isBrowserPage()) return {};
  return { "User-Agent": `impact-partner-client/${version} (IR-Version ${apiVersion})` };
}
