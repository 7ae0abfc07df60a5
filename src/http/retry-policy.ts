import { createTrackingLink } from "../../generated/operations.ts";
import type { ImpactError } from "../errors.ts";
import type { Call } from "./timeout.ts";

/**
 * Whether an operation may be carried out twice.
 *
 * - `"always"`, `"never"`.
 * - `when`: only if each of these query parameters has one of these values; undefined stands for absent.
 */
export type Rule =
  "always" | "never" | { readonly when: Readonly<Record<string, readonly (string | undefined)[]>> };

/** By method and path, `POST /Things/{Id}`: an operation that is not here, and no GET, is never repeated. */
export type Rules = Readonly<Record<string, Rule>>;

/**
 * A second Regular link costs nothing. A second Vanity link takes another of the account's 5,000, or finds its
 * path taken. A CustomPath may make a link a vanity link even without Type.
 */
export const regularLinks: Rule = {
  when: { Type: [undefined, "Regular"], CustomPath: [undefined] },
};

/** What the facade needs to know. */
export const linkRules: Rules = {
  [`${createTrackingLink.method} ${createTrackingLink.path}`]: regularLinks,
};

type Requested = Readonly<Pick<Call, "method" | "url">>;

/** May this call be sent once more after this failure, given what it does when repeated and what is known of it? */
export function mayRepeat(call: Requested, error: ImpactError, rules: Rules): boolean {
  if (error.outcome === "not_sent") return error.code === "connection";
  if (error.outcome === "rejected") return error.code === "rate_limited";
  // What was understood, or leads elsewhere, would be the same once more.
  const { code, status = 0, body } = error;
  if (code === "unexpected_response" && (status >= 300 || typeof body === "object")) return false;
  return isHarmless(call, rules);
}

function isHarmless({ method, url }: Requested, rules: Rules): boolean {
  if (method === "GET" || method === "HEAD") return true;
  const { pathname, searchParams } = new URL(url);
  // A path may be that of two operations, `/Things/{Id}` and `/Things/Export`: both must allow it.
  const found = Object.keys(rules).filter((key) => isOf(key, method, pathname));
  return found.length > 0 && found.every((key) => allows(rules[key], searchParams));
}

function allows(rule: Rule | undefined, query: URLSearchParams): boolean {
  if (rule === undefined || typeof rule === "string") return rule === "always";
  return Object.entries(rule.when).every(([name, allowed]) => {
    const given = query.getAll(name);
    return given.length === 0
      ? allowed.includes(undefined)
      : given.every((value) => allowed.includes(value));
  });
}

/** Is a request for this operation? The API may be served below a path of its own. */
function isOf(key: string, method: string, pathname: string): boolean {
  const [verb = "", path = ""] = key.split(" ");
  if (verb !== method) return false;
  const literals = path
    .split(/\{[^{}]+\}/)
    .map((text) => text.replace(/[$()*+.?[\\\]^|]/g, "\\$&"));
  return new RegExp(`${literals.join("[^/]+")}$`).test(pathname);
}
