import { UNRULY } from "../characters.ts";
import type { FieldError, ImpactErrorCode, Outcome } from "../errors.ts";
import { textOf } from "./xml.ts";

/** What kind of failure an answer is, and whether a link can exist all the same. */
export interface Kind {
  code: ImpactErrorCode;
  outcome: Outcome;
}

/** What the server says of a refusal, in its own words. */
export interface Words {
  reason?: string | undefined;
  fields?: FieldError[] | undefined;
}

const REJECTED: Readonly<Record<number, ImpactErrorCode>> = {
  401: "unauthorized",
  404: "not_found",
  429: "rate_limited",
};

/**
 * A 403 has at least four causes, and only the text tells them apart. A row stands here with its evidence;
 * what no row knows is `forbidden`.
 */
const FORBIDDEN: readonly { code: ImpactErrorCode; says: readonly RegExp[]; not: RegExp }[] = [
  // "exceeding that limit returns a 403 Forbidden", "when the 5,000 vanity link limit is reached": the v14
  // document. The text of the answer itself is not published. A path can be too long as well, and calls too many.
  {
    code: "vanity_limit_reached",
    says: [/vanity/i, /\b(limit|maximum|exceed(s|ed|ing)?|5[,. ]?000)\b/i],
    not: /\b(characters?|length|long|rate)\b/i,
  },
  // "when a referenced resource (e.g., `MediaPartnerPropertyId`) does not exist": the v14 document. The v16
  // document has an example that says so of a property id. A token's scope can name resources as well.
  {
    code: "unknown_reference",
    says: [
      /(property|resource|\bad|program|campaign)(id)?\b.{0,100}\b(does not exist|doesn['’]t exist|not found)\b/is,
    ],
    not: /\b(token|scope|permissions?)\b/i,
  },
];

/** What an answer outside 2xx means. `outcome` is `unknown` wherever the request may have been carried out. */
export function classify(status: number, reason: string | undefined): Kind {
  if (status >= 500) return { code: "server_error", outcome: "unknown" };
  if (status >= 400) return { code: refusalCode(status, reason), outcome: "rejected" };
  // 307 and 308 say "send it there instead". Any other redirect may follow a request that was carried out.
  const elsewhere = status === 307 || status === 308;
  return { code: "unexpected_response", outcome: elsewhere ? "rejected" : "unknown" };
}

function refusalCode(status: number, reason = ""): ImpactErrorCode {
  if (status !== 403) return REJECTED[status] ?? "invalid_request";
  const row = FORBIDDEN.find(
    ({ says, not }) => says.every((pattern) => pattern.test(reason)) && !not.test(reason),
  );
  return row?.code ?? "forbidden";
}

/**
 * The server's words, from any of its shapes: `{Status, Message, Errors}` (JSON or XML),
 * `{timestamp, status, error, message}`, a problem with `title` and `detail`, an HTML page's title, or text.
 */
export function wordsOf(body: unknown): Words {
  if (typeof body === "string") return { reason: words(isMarkup(body) ? headingOf(body) : body) };
  if (typeof body !== "object" || body === null) return {};
  const { Message, message, title, detail, error, Errors, errors } = body as Record<
    string,
    unknown
  >;
  const fields = fieldsOf(Errors ?? errors);
  const problem = [words(title), words(detail)].filter(Boolean).join(": ");
  const reason =
    words(Message) ??
    words(message) ??
    (problem || (fields?.[0]?.message ?? words(error) ?? wordsOfObject(error)));
  return { reason, fields };
}

function wordsOfObject(value: unknown): string | undefined {
  return typeof value === "object" && value !== null
    ? words((value as Record<string, unknown>)["message"])
    : undefined;
}

function fieldsOf(errors: unknown): FieldError[] | undefined {
  if (!Array.isArray(errors)) return undefined;
  const fields = errors.flatMap((error: unknown) => {
    const { Field, field, Message, message } = Object(error) as Record<string, unknown>;
    const name = words(Field) ?? words(field) ?? "";
    const said = words(Message) ?? words(message) ?? words(error) ?? "";
    return name || said ? [{ field: name, message: said }] : [];
  });
  return fields.length > 0 ? fields : undefined;
}

function isMarkup(body: string): boolean {
  return /^\s*</.test(body);
}

/** What a proxy's page says of itself. */
function headingOf(page: string): string | undefined {
  for (const name of ["title", "TITLE", "Title", "h1", "H1"]) {
    const heading = textOf(page, name);
    if (heading) return heading;
  }
  return undefined;
}

/** Longer words are no reason but a page. */
const LONGEST_REASON = 500;

/** One line of ordinary characters, or undefined if there is nothing in it. */
function words(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const line = value.slice(0, LONGEST_REASON).replace(UNRULY, " ").trim();
  return line === "" ? undefined : line;
}
