import { kindOf, show, wrongOption } from "../validate.ts";
import { isBrowserPage } from "../browser.ts";
import { version } from "../version.ts";

/** Headers that the client sets itself, with the option that sets them. */
const OWN_HEADERS: ReadonlyMap<string, string> = new Map([
  ["authorization", "`accountSid` and `authToken` set it"],
  ["accept", "the client reads JSON alone"],
  ["ir-version", "`apiVersion` sets it"],
  ["host", "`baseUrl` sets it"],
]);

/** No fetch lets its caller decide these, and some fail for them. */
const FRAMING = /^(connection|content-length|expect|keep-alive|transfer-encoding|upgrade)$/;

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
    const lower = name.toLowerCase();
    const owner =
      OWN_HEADERS.get(lower) ?? (FRAMING.test(lower) ? "the runtime sets it" : undefined);
    if (owner !== undefined) throw wrongOption("headers", `free of ${show(name)} (${owner})`, "it");
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
