import { operations } from "../generated/operations.ts";
import type { ImpactError } from "./errors.ts";
import type { Call } from "./fetch.ts";

/**
 * Whether an operation may be carried out twice.
 *
 * - `"always"`, `"never"`.
 * - `when`: only if each of these query parameters has one of these values; undefined stands for absent.
 */
type Rule =
  "always" | "never" | { readonly when: Readonly<Record<string, readonly (string | undefined)[]>> };

type Operations = typeof operations;
type Unsafe = {
  [Id in keyof Operations]: Operations[Id]["method"] extends "GET" ? never : Id;
}[keyof Operations];

/**
 * One row for every operation that is not a GET: without it this file does not compile. `"never"` is the row
 * to begin with.
 */
const rules: Readonly<Record<Unsafe, Rule>> = {
  // A second Regular link costs nothing. A second Vanity link takes another of the account's 5,000, or finds
  // its path taken. A CustomPath may make a link a vanity link even without Type.
  createTrackingLink: { when: { Type: [undefined, "Regular"], CustomPath: [undefined] } },
};

type Requested = Readonly<Pick<Call, "method" | "url">>;

/** May this call be sent once more after this failure, given what it does when repeated and what is known of it? */
export function mayRepeat(call: Requested, error: ImpactError): boolean {
  if (error.outcome === "not_sent") return true;
  if (error.outcome === "rejected") return error.code === "rate_limited";
  // What was understood, or leads elsewhere, would be the same once more.
  const { code, status = 0, body } = error;
  if (code === "unexpected_response" && (status >= 300 || typeof body === "object")) return false;
  return isHarmless(call);
}

function isHarmless({ method, url }: Requested): boolean {
  if (method === "GET" || method === "HEAD") return true;
  const { pathname, searchParams } = new URL(url);
  const rule = ruleFor(method, pathname);
  if (typeof rule === "string") return rule === "always";
  return Object.entries(rule.when).every(([name, allowed]) => {
    const given = searchParams.getAll(name);
    return given.length === 0
      ? allowed.includes(undefined)
      : given.every((value) => allowed.includes(value));
  });
}

/** The row of the operation that a request is for. The API may be served below a path of its own. */
function ruleFor(method: string, pathname: string): Rule {
  for (const id of Object.keys(rules) as Unsafe[]) {
    const operation = operations[id];
    const path = operation.path.replace(/\{[^{}]+\}/g, "[^/]+");
    if (operation.method === method && new RegExp(`${path}$`).test(pathname)) return rules[id];
  }
  return "never";
}
