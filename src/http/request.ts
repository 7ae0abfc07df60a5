import type { ApiResult } from "./read-response.ts";

/** One API call as plain data, so that it can be retried. */
export interface ApiRequest {
  /** Shared by all events of one call. */
  readonly id: string;
  readonly method: string;
  readonly url: string;
  /** Sent in addition to the client's own headers. */
  readonly headers?: Headers | undefined;
  readonly body?: ArrayBuffer | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for each attempt, including reading the body. */
  readonly timeout: number;
  readonly maxRetries: number;
  /** Position of the input of `createMany`. */
  readonly index?: number | undefined;
  /** Expected content of a 2xx. Only `json` limits the size: a response with a link is shorter than 64 KiB. */
  readonly expects: "json" | "json-or-nothing" | "anything";
}

/**
 * Sends a request. Every layer wraps one `Send` in another.
 *
 * Resolves to a complete 2xx with the expected content. Rejects with an `ImpactError` for every other response or
 * failure, or with the reason of the caller's signal.
 */
export type Send = (request: ApiRequest, attempt: number) => Promise<ApiResult>;

/** How far an attempt got. */
export interface Progress {
  /** False until `fetch` is called. */
  isSent: boolean;
  /** Set as soon as a response begins. */
  response?: Response;
}

/** The innermost {@link Send}. `signal` aborts the attempt. The transport updates `progress`. */
export type Transport = (
  request: ApiRequest,
  attempt: number,
  signal: AbortSignal,
  progress: Progress,
) => Promise<ApiResult>;
