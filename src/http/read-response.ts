import type { ApiRequest } from "./request.ts";

/** Characters. No answer with a link is longer, and no more is kept of any other one. */
export const MAX_BODY = 65_536;

/** Bytes read beyond that: a credential that is cut in two could not be found. */
export const MARGIN = 1024;

/** A response that was read, to its end or to its limit: as much of a `Response` as openapi-fetch looks at. */
export class ApiResult {
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
  value: unknown;

  constructor(request: ApiRequest, attempt: number, response: Response, body?: Body) {
    this.request = request;
    this.attempt = attempt;
    this.ok = response.ok;
    this.status = response.status;
    this.statusText = response.statusText;
    this.headers = response.headers;
    this.body = body;
  }

  async text(): Promise<string> {
    return this.body?.text ?? "";
  }

  async json(): Promise<unknown> {
    return this.value;
  }
}

export interface Body {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly text: string;
  /** False if it was cut at the limit. */
  readonly isWhole: boolean;
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
  // By hand: faster than `text()`, and bounded.
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  let isWhole = false;
  // A body does not always end with its signal.
  while (!isWhole && length <= limit && !signal.aborted) {
    const { done, value } = await reader.read();
    if (value) {
      chunks.push(value);
      length += value.byteLength;
    }
    isWhole = done;
  }
  // Not awaited: a server that sends forever may never let go.
  if (!isWhole) reader.cancel().catch(() => {});
  const bytes = join(chunks, length);
  const isText = !response.ok || expects !== "anything";
  return { bytes, text: isText ? UTF8.decode(bytes) : "", isWhole };
}

function join(chunks: readonly Uint8Array<ArrayBuffer>[], length: number): Uint8Array<ArrayBuffer> {
  const [first] = chunks;
  if (first && chunks.length === 1) return first;
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, end);
    end += chunk.byteLength;
  }
  return bytes;
}
