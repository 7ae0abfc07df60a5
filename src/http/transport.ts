import { isImpactError } from "../errors.ts";
import { eventBase } from "../events.ts";
import type { Settings } from "../options.ts";
import type { QuotaView } from "../quota.ts";
import { wrongOption } from "../validate.ts";
import { attemptError } from "./attempt-error.ts";
import { classifyResponse } from "./classify-response.ts";
import { ownConnection } from "./deno.ts";
import { ApiResult, readBody } from "./read-response.ts";
import type { ApiRequest, Transport } from "./request.ts";

/** Makes one attempt: sends it, reads the answer to its end, and rejects unless it is what was expected. */
export function createTransport(settings: Settings, quota: QuotaView): Transport {
  const { redact, beforeSend } = settings;
  return async (request, attempt, signal, progress) => {
    const { fetch = globalThis.fetch } = settings;
    if (typeof fetch !== "function") throw wrongOption("fetch", "given", "none, nor a global one");
    try {
      if (beforeSend) {
        await beforeSend({ type: "request", ...eventBase(request, attempt) });
        signal.throwIfAborted();
      }
      progress.isSent = true;
      const response = await fetch(request.url, initOf(request, settings, signal));
      if (response?.headers === undefined) throw new TypeError("`fetch` gave no Response");
      progress.response = response;
      quota.observe(response.headers);
      const body = await readBody(response, request.expects, signal);
      return classifyResponse(new ApiResult(request, attempt, response, body), redact);
    } catch (thrown) {
      if (isImpactError(thrown) && progress.isSent) throw thrown;
      throw attemptError(request, attempt, progress, thrown, redact);
    }
  };
}

function initOf(request: ApiRequest, settings: Settings, signal: AbortSignal): RequestInit {
  const { method, headers, body } = request;
  const own = settings.headers();
  return {
    method,
    headers: headers ? mergeHeaders(headers, own) : own,
    // A redirect could take the request, and the credentials with it, to another server.
    redirect: "manual",
    signal,
    ...(body && { body }),
    ...ownConnection(request, settings.retryRules),
  };
}

/** The call's own headers win, except for those that name the account and the version. */
function mergeHeaders(given: Headers, own: Record<string, string>): Record<string, string> {
  const headers = new Headers(own);
  given.forEach((value, name) => {
    if (name !== "authorization" && name !== "ir-version") headers.set(name, value);
  });
  return Object.fromEntries(headers);
}
