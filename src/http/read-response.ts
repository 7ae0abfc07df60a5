import type { ApiRequest } from "./request.ts";

/** Characters. No answer with a link is longer, and no more is kept of any other one. */
export const MAX_BODY = 65_536;

/** Bytes read beyond that: a credential that is cut in two could not be found. */
export const MARGIN = 1024;

/** A response whose body was read, to its end or to its limit. */
export interface ApiResult {
  readonly request: ApiRequest;
  readonly attempt: number;
  readonly ok: boolean;
  /** 0 in a browser, which hides the status of a redirect that is not followed. */
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  /** Undefined if it was lost on the way. */
  readonly body: Body | undefined;
  /** The parsed body, if JSON was expected and came. */
  json?: unknown;
}

export interface Body {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly text: string;
  /** False if it was cut at the limit. */
  readonly isWhole: boolean;
}

export function resultOf(
  request: ApiRequest,
  attempt: number,
  { ok, status, statusText, headers }: Response,
  body?: Body,
): ApiResult {
  return { request, attempt, ok, status, statusText, headers, body };
}

const UTF8 = new TextDecoder();

/** Reads a body. Bounded for refusals, and for 2xx that must be `json`. */
export async function readBody(
  response: Response,
  expects: ApiRequest["expects"],
  signal: AbortSignal,
): Promise<Body> {
  const limit = response.ok && expects !== "json" ? Infinity : MAX_BODY + MARGIN;
  // A `fetch` of another package may give a body of another kind, or none.
  const reader = response.body?.getReader?.();
  if (reader === undefined) {
    const text = await response.text();
    return { bytes: new TextEncoder().encode(text), text, isWhole: true };
  }
  const { chunks, isWhole } = await readChunks(reader, limit, signal);
  const bytes = join(chunks);
  const isText = !response.ok || expects !== "anything";
  return { bytes, text: isText ? UTF8.decode(bytes) : "", isWhole };
}

/** Faster than `text()`, and bounded. */
async function readChunks(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  limit: number,
  signal: AbortSignal,
): Promise<{ chunks: Uint8Array<ArrayBuffer>[]; isWhole: boolean }> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  // A body does not always end with its signal.
  while (length <= limit && !signal.aborted) {
    const { done, value } = await reader.read();
    if (value) {
      chunks.push(value);
      length += value.byteLength;
    }
    if (done) return { chunks, isWhole: true };
  }
  // Not awaited: a server that sends forever may never let go.
  reader.cancel().catch(() => {});
  return { chunks, isWhole: false };
}

function join(chunks: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [first] = chunks;
  if (first && chunks.length === 1) return first;
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.byteLength, 0));
  let end = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, end);
    end += chunk.byteLength;
  }
  return bytes;
}
