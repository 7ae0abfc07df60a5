import type { FieldError, ImpactErrorCode, Outcome } from "./errors.ts";
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
const FORBIDDEN: readonly { code: ImpactErrorCode; says: readonly RegExp[] }[] = [
  // "exceeding that limit returns a 403 Forbidden", "when the 5,000 vanity link limit is reached": the v14
  // document. The text of the answer itself is not published.
  {
    code: "vanity_limit_reached",
    says: [/vanity/i, /\b(limit|maximum|exceed(s|ed|ing)?|5[,. ]?000)\b/i],
  },
  // "when a referenced resource (e.g., `MediaPartnerPropertyId`) does not exist": the v14 document. The v16
  // document has an example that says so of a property id.
  {
    code: "unknown_reference",
    says: [
      /(property|resource|\bad|program|campaign)(id)?\b.{0,100}\b(does not exist|doesn['’]t exist|not found)\b/is,
    ],
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
  const row = FORBIDDEN.find(({ says }) => says.every((pattern) => pattern.test(reason)));
  return row?.code ?? "forbidden";
}

/**
 * The server's words, from any of its shapes: `{Status, Message, Errors}` (JSON or XML),
 * `{timestamp, status, error, message}`, a problem with `title` and `detail`, an HTML page's title, or text.
 */
export function wordsOf(body: unknown): Words {
  if (typeof body === "string") return { reason: wordsOfText(body) };
  if (typeof body !== "object" || body === null) return {};
  const of = (name: string): string | undefined => text((body as Record<string, unknown>)[name]);
  const fields = fieldsOf((body as Record<string, unknown>)["Errors"]);
  const title = [of("title"), of("detail")].filter(Boolean).join(": ");
  const reason = of("Message") ?? of("message") ?? (title || (fields?.[0]?.message ?? of("error")));
  return { reason, fields };
}

function fieldsOf(errors: unknown): FieldError[] | undefined {
  if (!Array.isArray(errors)) return undefined;
  const fields = errors.flatMap((error: unknown) => {
    if (typeof error !== "object" || error === null) return [];
    const { Field, Message } = error as Record<string, unknown>;
    return text(Field) || text(Message)
      ? [{ field: text(Field) ?? "", message: text(Message) ?? "" }]
      : [];
  });
  return fields.length > 0 ? fields : undefined;
}

/** Longer words are no reason but a page. */
const LONGEST_REASON = 500;

function wordsOfText(body: string): string | undefined {
  const isMarkup = /^\s*</.test(body);
  const words = isMarkup ? (textOf(body, "title") ?? textOf(body, "TITLE") ?? "") : body;
  return text(words.slice(0, LONGEST_REASON).replace(/\s+/g, " "));
}

function text(value: unknown): string | undefined {
  const trimmed = typeof value === "string" ? value.trim() : "";
  return trimmed === "" ? undefined : trimmed;
}
