import { kindOf, show, wrongOption } from "../validate.ts";
import { isBrowserPage } from "../browser.ts";
import { version } from "../version.ts";

/** The client sets the first four by its options. No fetch lets its caller decide the others, and some fail for them. */
const OWN =
  /^(accept|authorization|host|ir-version|connection|content-length|expect|keep-alive|transfer-encoding|upgrade)$/i;

/** The caller's own headers, checked. */
export function readHeaders(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isPlainObject(value)) {
    throw wrongOption("headers", "an object of strings", kindOf(value));
  }
  for (const [name, content] of Object.entries(value)) {
    // No value is shown: it may be a secret of its own.
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
    // As a record, as fetch is given them: some runtimes lose a name such as "__proto__".
    return new Headers({ [name]: value }).has(name);
  } catch {
    return false;
  }
}

/** The caller's own wins. Browsers do not let a page name one. */
export function userAgent(
  apiVersion: string,
  extra: Record<string, string>,
): Record<string, string> {
  const given = Object.keys(extra).some((name) => name.toLowerCase() === "user-agent");
  if (given || isBrowserPage()) return {};
  return { "User-Agent": `impact-partner-client/${version} (IR-Version ${apiVersion})` };
}
