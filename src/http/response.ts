import type { Redact } from "./credentials.ts";
import { ImpactError } from "../errors.ts";
import { nameOf, requestOf, type Call } from "./timeout.ts";
import { readRetryAfter } from "../quota.ts";
import { classify, wordsOf, type Kind, type Words } from "./classify-response.ts";
import { readXmlEnvelope } from "./xml.ts";

/** No answer of a call that makes a link is longer; what is, is cut. */
const LONGEST_BODY = 65_536;

/** More is read, and thrown away: credentials that are cut in two could not be told. */
const MARGIN = 1024;

/** What came in answer to a call. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed if it was JSON or the API's XML, else its text; as the server sent it, echoes included. */
  readonly body: unknown;
  readonly call: Call;
  readonly attempt: number;
}

/** What was asked for, taken out of a 2xx, or why it is not there. */
type Take<T> = (received: Received, redact: Redact) => T | ImpactError;

/**
 * Says what is wrong with an answer, if anything is. A 2xx must hold JSON, and in it what was asked for: half a JSON,
 * HTML or XML leaves open what the server did.
 */
export function readAnswer<T>(
  { ok, status, headers }: Response,
  content: string | undefined,
  call: Call,
  attempt: number,
  redact: Redact,
  take: Take<T>,
): T | ImpactError {
  const text = content ?? "";
  const json = parseJson(text);
  const body = json === undefined ? (readXmlEnvelope(text) ?? text) : json.value;
  const received = { status, headers, body, call, attempt };
  if (!ok) return refusal(received, content !== undefined, redact);
  if (json === undefined) {
    const what = text.length < LONGEST_BODY ? "a body that is no JSON" : "a body of 64 KiB or more";
    return unexpected(received, what, redact);
  }
  return take(received, redact);
}

/** A 2xx that is not what was asked for. What was asked for may have been done all the same. */
export function unexpected(received: Received, what: string, redact: Redact): ImpactError {
  const kind = { code: "unexpected_response", outcome: "unknown" } as const;
  return errorOf(received, kind, `answered ${received.status} with ${what}`, redact);
}

function refusal(received: Received, isWhole: boolean, redact: Redact): ImpactError {
  const { status, headers, call, body } = received;
  const { reason } = wordsIn(redact(body), redact);
  const kind = classify(status, reason);
  if (status >= 400) {
    const silence = isWhole ? " and gave no reason" : ", and its words were lost";
    const words = reason === undefined ? silence : `: ${reason}`;
    return errorOf(received, kind, `answered ${status}${words}`, redact);
  }
  const target = redirectTarget(headers, call.url);
  const what = `answered ${status || "without a status"}, a redirect to ${target}, which is never followed`;
  return errorOf(received, kind, what, redact);
}

/** The error keeps what is known of the answer, cleared of credentials and cookies. */
function errorOf(
  { status, headers, body, call, attempt }: Received,
  kind: Kind,
  message: string,
  redact: Redact,
): ImpactError {
  const request = requestOf(call, attempt, redact);
  const kept = new Headers();
  headers.forEach((value, name) => {
    if (name !== "set-cookie" && redact(name) === name) kept.append(name, redact(value));
  });
  // Before anything is cut out of it or cut off: half of a token could not be told.
  const cleared = redact(body);
  return new ImpactError(`${nameOf(request)} ${redact(message)}`, {
    ...kind,
    ...wordsIn(cleared, redact),
    // A browser hides the status of a redirect that it does not follow.
    status: status === 0 ? undefined : status,
    body: cleared === "" ? undefined : cleared,
    headers: kept,
    retryAfter: readRetryAfter(headers, status, Date.now()),
    ...request,
  });
}

/** What a page spells in entities is decoded when its words are read, so they are searched once more. */
function wordsIn(cleared: unknown, redact: Redact): Words {
  return redact(wordsOf(cleared));
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

/**
 * The body as text, of which little more than {@link LONGEST_BODY} bytes are read. The status of a refusal says
 * enough, though its words be lost.
 */
export function readText(
  response: Response,
  redact: Redact,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { ok, body } = response;
  // Some fetches give a body of another kind, or none.
  const reader = body?.getReader?.();
  const reading = reader ? readStart(reader, redact, signal) : response.text();
  return ok ? reading : reading.catch(() => undefined);
}

const UTF8 = new TextDecoder();

/** By hand, which is bounded, and takes less time than `text()`. */
async function readStart(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  redact: Redact,
  signal: AbortSignal,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let whole = false;
  // Nobody waits for it any more once the attempt has ended, and not every body ends with its signal.
  while (length <= LONGEST_BODY + MARGIN && !whole && !signal.aborted) {
    const { done, value } = await reader.read();
    whole = done;
    if (value) {
      chunks.push(value);
      length += value.byteLength;
    }
  }
  const content = UTF8.decode(joined(chunks, length));
  if (whole && content.length <= LONGEST_BODY) return content;
  // Not waited for: a server that sends for ever may never let go.
  reader.cancel().catch(() => {});
  const cleared = redact(content.slice(0, LONGEST_BODY + MARGIN));
  return cleared.slice(0, Math.min(LONGEST_BODY, cleared.length - (whole ? 0 : MARGIN)));
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = chunks;
  if (first && chunks.length === 1) return first;
  const whole = new Uint8Array(length);
  let end = 0;
  for (const chunk of chunks) {
    whole.set(chunk, end);
    end += chunk.byteLength;
  }
  return whole;
}
