import type { ApiResult } from "./read-response.ts";

/** One call of the API as plain data, so that it can be sent more than once. */
export interface ApiRequest {
  /** Shared by all events of one call. */
  readonly id: string;
  readonly method: string;
  readonly url: string;
  /** Sent besides the client's own headers. */
  readonly headers?: Headers | undefined;
  readonly body?: ArrayBuffer | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for each attempt, reading the body included. */
  readonly timeout: number;
  readonly maxRetries: number;
  /** Position of the input of `createMany` that it is for. */
  readonly index?: number | undefined;
  /** Expected content of a 2xx. Only `json` is bounded in size: no link is longer than 64 KiB. */
  readonly expects: "json" | "json-or-nothing" | "anything";
}

/**
 * Sends a request. Every layer takes one and gives one.
 *
 * Resolves to a complete 2xx with the expected content. Rejects with an `ImpactError` for every other answer or failure,
 * or with the reason of the caller's signal.
 */
export type Send = (request: ApiRequest, attempt: number) => Promise<ApiResult>;

/** How far an attempt got. */
export interface Progress {
  /** False until `fetch` is called. */
  isSent: boolean;
  /** Set as soon as an answer begins. */
  response?: Response;
}

/** The innermost {@link Send}. `signal` aborts the attempt; `progress` then shows how far it got. */
export type Transport = (
  request: ApiRequest,
  attempt: number,
  signal: AbortSignal,
  progress: Progress,
) => Promise<ApiResult>;
