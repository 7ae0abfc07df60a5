import type { ImpactError } from "../errors.ts";
import { retryRules, type RetryRules } from "./retry-rules.ts";

/** Whether to retry a request after this failure. False if a duplicate could do harm. */
export function isRetryable(error: ImpactError, table: RetryRules = retryRules): boolean {
  if (error.outcome === "not_sent") return error.code === "connection" || error.code === "timeout";
  if (error.outcome === "rejected") return error.code === "rate_limited";
  // A parsed body or a redirect would come back identical; do not retry.
  const { code, status = 0, body } = error;
  if (code === "unexpected_response" && (status >= 300 || typeof body === "object")) return false;
  return isHarmlessTwice(error, table);
}

/** Whether a request may be carried out twice. */
export function isHarmlessTwice(
  { method, url }: Pick<ImpactError, "method" | "url">,
  table: RetryRules = retryRules,
): boolean {
  if (method === undefined || url === undefined) return false;
  const { pathname, searchParams } = new URL(url);
  // Two operations can share a path, `/Things/{Id}` and `/Things/Export`: both rules must allow it.
  const found = Object.entries(table).filter(([operation]) => matches(operation, method, pathname));
  if (found.length === 0) return method === "GET" || method === "HEAD";
  return found.every(([, rule]) => allows(rule, searchParams));
}

/** Returns the table with a caller's rules, which take precedence. */
export function withRules(own: RetryRules): RetryRules {
  const keys = new Set(Object.keys(own).map(keyOf));
  const others = Object.entries(retryRules).filter(([operation]) => !keys.has(keyOf(operation)));
  return { ...Object.fromEntries(others), ...own };
}

/** Removes the names of path parameters from an operation. */
const keyOf = (operation: string): string => operation.replace(/\{[^{}]*\}/g, "{}");

function allows(rule: RetryRules[string], query: URLSearchParams): boolean {
  return typeof rule === "function" ? rule(query) : rule === "always";
}

/** Whether a request is for this operation. The base URL may have a path of its own. */
function matches(operation: string, method: string, pathname: string): boolean {
  const [verb = "", path = ""] = operation.split(" ");
  const pattern = path.replaceAll(".", "\\.").replace(/\{[^{}]+\}/g, "[^/]+");
  return verb === method && new RegExp(`${pattern}$`).test(pathname);
}
