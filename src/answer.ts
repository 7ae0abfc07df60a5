import type { Redact } from "./credentials.ts";
import { ImpactError } from "./errors.ts";
import { nameOf, requestOf, type Answer, type Call } from "./fetch.ts";
import { readRetryAfter } from "./quota.ts";
import { classify, wordsOf, type Kind } from "./refusal.ts";
import { readXmlEnvelope } from "./xml.ts";

/** No answer of a call that makes a link is longer; what is, is cut. */
const LONGEST_BODY = 65_536;

/** An answer with its body parsed. */
export interface ParsedAnswer extends Answer {
  /** Parsed if it was JSON or the API's XML, else its text; as the server sent it, echoes included. */
  readonly body: unknown;
  readonly call: Call;
  readonly attempt: number;
}

/**
 * Reads an answer to its end and says what is wrong with it, if anything is. A 2xx must hold JSON: half a
 * JSON, HTML or XML leaves open what the server did.
 */
export async function readAnswer(
  response: Response,
  call: Call,
  attempt: number,
  redact: Redact,
): Promise<ParsedAnswer> {
  const { ok, status, headers } = response;
  const reading = readText(response);
  // The status of a refusal says enough, though its words be lost.
  const content = await (ok ? reading : reading.catch(() => ""));
  const json = parseJson(content);
  const body = json === undefined ? (readXmlEnvelope(content) ?? content) : json.value;
  const answer: ParsedAnswer = {
    ok,
    status,
    headers,
    text: () => Promise.resolve(content),
    body,
    call,
    attempt,
  };
  if (!ok) return { ...answer, error: refusal(answer, redact) };
  if (json !== undefined) return answer;
  return { ...answer, error: unexpected(answer, "a body that is no JSON", redact) };
}

/** A 2xx that is not what was asked for. What was asked for may have been done all the same. */
export function unexpected(answer: ParsedAnswer, what: string, redact: Redact): ImpactError {
  const kind = { code: "unexpected_response", outcome: "unknown" } as const;
  return errorOf(answer, kind, `answered ${answer.status} with ${what}`, redact);
}

function refusal(answer: ParsedAnswer, redact: Redact): ImpactError {
  const { status, headers, call, body } = answer;
  const { reason } = wordsOf(body);
  const what = reason === undefined ? " and gave no reason" : `: ${redact(reason)}`;
  const message =
    status < 400
      ? `answered ${status || "without a status"}, a redirect to ${redirectTarget(headers, call.url)}, which is never followed`
      : `answered ${status}${what}`;
  return errorOf(answer, classify(status, reason), message, redact);
}

/** The error keeps what is known of the answer, cleared of credentials and cookies. */
function errorOf(
  { status, headers, body, call, attempt }: ParsedAnswer,
  kind: Kind,
  message: string,
  redact: Redact,
): ImpactError {
  const request = requestOf(call, attempt, redact);
  const kept = new Headers();
  headers.forEach((value, name) => {
    if (name !== "set-cookie") kept.append(name, redact(value));
  });
  return new ImpactError(`${nameOf(request)} ${message}`, {
    ...kind,
    ...redact(wordsOf(body)),
    // A browser hides the status of a redirect that it does not follow.
    status: status === 0 ? undefined : status,
    body: body === "" ? undefined : redact(body),
    headers: kept,
    retryAfter: readRetryAfter(headers, status, Date.now()),
    ...request,
  });
}

function redirectTarget(headers: Headers, base: string): string {
  const location = headers.get("location");
  if (location === null || !URL.canParse(location, base)) return "an address that it does not name";
  const { origin, protocol } = new URL(location, base);
  // What has no origin of its own ("javascript:", "mailto:") is named by its scheme.
  return origin === "null" ? `${protocol}…` : origin;
}

function parseJson(content: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(content) };
  } catch {
    return undefined;
  }
}

/** The body as text, of which no more than {@link LONGEST_BODY} bytes are read. */
async function readText(response: Response): Promise<string> {
  const { body, headers } = response;
  const declared = headers.has("content-encoding")
    ? NaN
    : Number(headers.get("content-length") ?? NaN);
  if (!body || declared <= LONGEST_BODY) return response.text();
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let content = "";
  for (let length = 0; length < LONGEST_BODY;) {
    const { done, value } = await reader.read();
    if (done) return content + decoder.decode();
    length += value.byteLength;
    content += decoder.decode(value, { stream: true });
  }
  // Not waited for: a server that sends for ever may never let go.
  reader.cancel().catch(() => {});
  return content.slice(0, LONGEST_BODY);
}
