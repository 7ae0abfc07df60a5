import type { ImpactError, ImpactErrorCode } from "../errors.ts";
import { apiError } from "./api-error.ts";
import type { Redact } from "./credentials.ts";
import { MAX_BODY, type ApiResult } from "./read-response.ts";
import { parseUrl } from "../url.ts";
import { explanationOf, type Explanation } from "./reason.ts";
import { readXmlEnvelope } from "./xml.ts";

/** Returns a 2xx with the expected content. Throws an `ImpactError` for every other response. */
export function classifyResponse(result: ApiResult, redact: Redact): ApiResult {
  if (!result.ok) throw refusalOf(result, redact);
  const { expects } = result.request;
  const text = result.body?.text ?? "";
  if (expects === "anything" || (expects === "json-or-nothing" && text === "")) return result;
  if (expects === "json" && (text.length > MAX_BODY || !result.body?.isWhole)) {
    throw unexpectedResponse(result, "a body of 64 KiB or more", redact);
  }
  const json = parseJson(text);
  if (json === undefined) throw unexpectedResponse(result, "a body that is not JSON", redact);
  result.value = json.value;
  return result;
}

/** Creates the error of a response that is not a 2xx. Its body may be missing. */
export function refusalOf(result: ApiResult, redact: Redact): ImpactError {
  const { status, body } = result;
  const content = contentOf(result);
  if (status < 400) {
    // 307 and 308 ask for the same request elsewhere. After any other redirect, the request may have been carried out.
    const outcome = status === 307 || status === 308 ? "rejected" : "unknown";
    const what = `answered ${status || "without a status"}, a redirect to ${redirectTarget(result)}; redirects are never followed`;
    return apiError(result, { code: "unexpected_response", outcome, what, ...content }, redact);
  }
  const { reason } = content;
  const missing = body ? " and gave no reason" : ", but its body was lost";
  const what = `answered ${status}${reason === undefined ? missing : ""}`;
  const code = refusalCode(status, reason);
  const outcome = status >= 500 ? "unknown" : "rejected";
  return apiError(result, { code, outcome, what, why: reason, ...content }, redact);
}

/** Creates the error of a 2xx with unexpected content. The server may have carried out the request. */
export function unexpectedResponse(result: ApiResult, what: string, redact: Redact): ImpactError {
  const kind = { code: "unexpected_response", outcome: "unknown" } as const;
  const message = `answered ${result.status} with ${what}`;
  return apiError(result, { ...kind, what: message, ...contentOf(result) }, redact);
}

/** Whether a 2xx contains `Status: "ERROR"`. */
export function saysError(data: unknown): boolean {
  const { Status } = Object(data) as { Status?: unknown };
  return typeof Status === "string" && /^error$/i.test(Status);
}

/** Creates the error of a 2xx that contains `Status: "ERROR"`. */
export function errorInSuccess(result: ApiResult, redact: Redact): ImpactError {
  const kind = { code: "unexpected_response", outcome: "unknown" } as const;
  const content = contentOf(result);
  const what = `answered ${result.status} with Status ERROR`;
  return apiError(result, { ...kind, what, why: content.reason, ...content }, redact);
}

function redirectTarget({ headers, request }: ApiResult): string {
  const location = headers.get("location");
  const target = location === null ? undefined : parseUrl(location, request.url);
  if (target === undefined) return "an unknown address";
  const { origin, protocol } = target;
  // "javascript:" and "mailto:" have no origin.
  return origin === "null" ? `${protocol}…` : origin;
}

/** Returns the content of a response, not yet redacted. */
function contentOf({ body }: ApiResult): Explanation & { body: unknown } {
  if (body === undefined) return { body: undefined };
  const parsed = parse(body.text);
  return { body: parsed, ...explanationOf(parsed) };
}

/** Parses JSON or the API's XML. Returns any other text unchanged. */
function parse(text: string): unknown {
  const json = text.length <= MAX_BODY ? parseJson(text) : undefined;
  return json ? json.value : (readXmlEnvelope(text) ?? text);
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Whether the program accepts no deep links at all. Otherwise the refusal concerns one domain. */
export function refusesAllDeepLinks({ code, reason = "" }: ImpactError): boolean {
  return code === "deep_link_refused" && /support deep/i.test(reason);
}

const CODES: Readonly<Record<number, ImpactErrorCode>> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  429: "rate_limited",
};

/** Characters of a reason to search: longer ones are web pages. */
const SEARCHED = 500;

interface Meaning {
  readonly status: number;
  readonly code: ImpactErrorCode;
  readonly says: readonly RegExp[];
  readonly not?: RegExp;
}

/**
 * A 400 or 403 has several causes, which only its text distinguishes. If no row matches, the code is the general one.
 */
const MEANINGS: readonly Meaning[] = [
  // "This program does not support deep linking." and "The domain 'shop.example' is not a valid deep link domain for
  // this program.": responses of the API to a publisher, April 2025. The vendor's pages do not document them.
  {
    status: 400,
    code: "deep_link_refused",
    says: [/\b(does ?n[o'’]t support|not a valid) deep[\s-]?link/i],
  },
  // "exceeding that limit returns a 403 Forbidden", "when the 5,000 vanity link limit is reached": the v14
  // document. The text of the response is not published. `not` excludes limits of path lengths and of calls.
  {
    status: 403,
    code: "vanity_limit_reached",
    says: [/vanity/i, /\b(limit|maximum|exceed(s|ed|ing)?|5[,. ]?000)\b/i],
    not: /\b(characters?|length|long|rate)\b/i,
  },
  // "when a referenced resource (e.g., `MediaPartnerPropertyId`) does not exist": the v14 document. The v16
  // document has an example with a property id. `not` excludes messages about a token's scope.
  {
    status: 403,
    code: "unknown_reference",
    says: [
      /(property|resource|\bad|program|campaign)(id)?\b.{0,100}\b(does not exist|doesn['’]t exist|not found)\b/is,
    ],
    not: /\b(token|scope|permissions?)\b/i,
  },
];

function refusalCode(status: number, reason = ""): ImpactErrorCode {
  if (status >= 500) return "server_error";
  const text = reason.slice(0, SEARCHED).replace(/\s+/g, " ");
  const meaning = MEANINGS.find(
    ({ status: of, says, not }) =>
      of === status && says.every((pattern) => pattern.test(text)) && !not?.test(text),
  );
  return meaning?.code ?? CODES[status] ?? "invalid_request";
}
