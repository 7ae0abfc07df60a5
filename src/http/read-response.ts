import type { ApiRequest } from "./request.ts";

/** In characters. Every response with a link is shorter, and other bodies are cut to this length. */
export const MAX_BODY = 65_536;

/** Bytes to read beyond that, because a credential that is cut in two could not be redacted. */
export const MARGIN = 1024;

/** A response whose body was read up to the limit. Has the parts of `Response` that openapi-fetch uses. */
export class ApiResult {
  readonly request: ApiRequest;
  readonly attempt: number;
  readonly ok: boolean;
  /** 0 for a redirect in a browser, which hides its status. */
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  /** Undefined if reading it failed. */
  readonly body: Body | undefined;
  /** The parsed body, if JSON was expected and received. */
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

/** Reads a body. Limits its size for refusals, and for 2xx that must be `json`. */
export async function readBody(
  response: Response,
  expects: ApiRequest["expects"],
  signal: AbortSignal,
): Promise<Body> {
  const limit = response.ok && expects !== "json" ? Infinity : MAX_BODY + MARGIN;
  // The `fetch` of another package may return another kind of body, or none.
  const reader = response.body?.getReader?.();
  if (reader === undefined) {
    const text = await response.text();
    return { bytes: new TextEncoder().encode(text), text, isWhole: true };
  }
  // Reads chunks itself, which is faster than `text()` and allows a limit.
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  let isWhole = false;
  // Check the signal, because an abort does not end every body.
  while (!isWhole && length <= limit && !signal.aborted) {
    const { done, value } = await reader.read();
    if (value) {
      chunks.push(value);
      length += value.byteLength;
    }
    isWhole = done;
  }
  // Not awaited: it may never resolve if the server keeps sending.
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
