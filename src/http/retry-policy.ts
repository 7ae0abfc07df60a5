import type { ImpactError } from "../errors.ts";
import { rules, type RetryRule, type RetryRules } from "./retry-rules.ts";

/** Whether a request may be sent again after this failure: never where a duplicate could do harm. */
export function isRetryable(error: ImpactError, table: RetryRules = rules): boolean {
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
  table: RetryRules = rules,
): boolean {
  if (method === undefined || url === undefined) return false;
  if (method === "GET" || method === "HEAD") return true;
  const { pathname, searchParams } = new URL(url);
  // Two operations can share a path, `/Things/{Id}` and `/Things/Export`: both rules must allow it.
  const found = Object.entries(table).filter(([operation]) => matches(operation, method, pathname));
  return found.length > 0 && found.every(([, rule]) => allows(rule, searchParams));
}

function allows(rule: RetryRule, query: URLSearchParams): boolean {
  return typeof rule === "function" ? rule(query) : rule === "always";
}

/** Whether a request is for this operation. The API may be served below a path of its own. */
function matches(operation: string, method: string, pathname: string): boolean {
  const [verb = "", path = ""] = operation.split(" ");
  const pattern = path.replaceAll(".", "\\.").replace(/\{[^{}]+\}/g, "[^/]+");
  return verb === method && new RegExp(`${pattern}$`).test(pathname);
}
