import { eventBase } from "../events.ts";
import type { Settings } from "../options.ts";
import type { QuotaView } from "../quota.ts";
import { wrongOption } from "../validate.ts";
import { attemptError } from "./attempt-error.ts";
import { classifyResponse } from "./classify-response.ts";
import { ownConnection } from "./deno.ts";
import { ApiResult, readBody } from "./read-response.ts";
import type { ApiRequest, Transport } from "./request.ts";

/** Creates the transport: it sends a request once, reads the body, and rejects an unexpected response. */
export function createTransport(settings: Settings, quota: QuotaView): Transport {
  const { redact, beforeSend } = settings;
  return async (request, attempt, signal, progress) => {
    const { fetch = globalThis.fetch } = settings;
    if (typeof fetch !== "function") {
      throw wrongOption("fetch", "given", "none, and there is no global one");
    }
    let result: ApiResult;
    try {
      if (beforeSend) {
        await beforeSend({ type: "request", ...eventBase(request, attempt) });
        signal.throwIfAborted();
      }
      progress.isSent = true;
      const response = await fetch(request.url, initOf(request, settings, signal));
      if (response?.headers === undefined) throw new TypeError("`fetch` returned no Response");
      progress.response = response;
      quota.observe(response.headers);
      const body = await readBody(response, request.expects, signal);
      result = new ApiResult(request, attempt, response, body);
    } catch (thrown) {
      throw attemptError(request, attempt, progress, thrown, redact);
    }
    return classifyResponse(result, redact);
  };
}

function initOf(request: ApiRequest, settings: Settings, signal: AbortSignal): RequestInit {
  const { method, headers, body } = request;
  const own = settings.headers();
  return {
    method,
    headers: headers ? mergeHeaders(headers, own) : own,
    // A redirect could send the request with its credentials to another server.
    redirect: "manual",
    signal,
    ...(body && { body }),
    ...ownConnection(request, settings.retryRules),
  };
}

/** Merges headers. The call's own override the client's, except for authorization and version. */
function mergeHeaders(given: Headers, own: Record<string, string>): Record<string, string> {
  const headers = new Headers(own);
  given.forEach((value, name) => {
    if (name !== "authorization" && name !== "ir-version") headers.set(name, value);
  });
  return Object.fromEntries(headers);
}
