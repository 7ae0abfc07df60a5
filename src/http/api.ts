/**
 * http/ sends requests: openapi-fetch in front (api.ts), one stack of layers behind it (layers.ts), and the meaning of
 * an answer (classify-response.ts). It knows nothing of links.
 */
import createClient, { type Client } from "openapi-fetch";
import type { paths } from "../../generated/openapi.ts";
import { isImpactError } from "../errors.ts";
import { createIds } from "../events.ts";
import { readRequestOptions, type Settings } from "../options.ts";
import { fillPath } from "../url.ts";
import { badInput } from "../validate.ts";
import { statusTextOf } from "./api-error.ts";
import { createFollowingRequests } from "./following-request.ts";
import type { ApiResult } from "./read-response.ts";
import { redactErrors } from "./redact-errors.ts";
import type { ApiRequest, Send } from "./request.ts";

export type { Client };

/** The options of one call, which openapi-fetch hands on to the request. */
export interface CallOptions extends Pick<ApiRequest, "timeout" | "maxRetries"> {
  readonly signal?: AbortSignal;
  readonly index?: number;
}

/**
 * openapi-fetch for the facade. It rejects with an `ImpactError` for every answer that is no 2xx with JSON.
 *
 * The casts: openapi-fetch looks at little of a request and a response, and a real `Request` costs as much as the rest of
 * a call.
 */
export function createApi({ baseUrl }: Settings, send: Send): Client<paths> {
  const nextId = createIds();
  // A constructor, as `Request` is one: `new` gives the object that it returns.
  function LightRequest(url: string, init: CallOptions & { method: string }): ApiRequest {
    const { method, signal, timeout, maxRetries, index } = init;
    return { id: nextId(), method, url, signal, timeout, maxRetries, index, expects: "json" };
  }
  return createClient<paths>({
    baseUrl,
    pathSerializer: fillPath,
    Request: LightRequest as unknown as typeof Request,
    fetch: (request) =>
      send(request as unknown as ApiRequest, 1).then(
        (result) => lightResponse(result) as unknown as Response,
      ),
  });
}

/** As much of a `Response` as openapi-fetch looks at. */
function lightResponse(result: ApiResult) {
  const { ok, status, headers, body } = result;
  const text = async (): Promise<string> => body?.text ?? "";
  return {
    ok,
    status,
    headers,
    result,
    text,
    json: async () => JSON.parse(await text()) as unknown,
  };
}

/** The result of the layers behind a response of {@link createApi}. */
export function resultOf(response: Response): ApiResult {
  return (response as unknown as ReturnType<typeof lightResponse>).result;
}

/** What openapi-fetch puts on a request besides: the options of the call. */
type RawRequest = Request & { parseAs?: string; timeout?: number; maxRetries?: number };

/** openapi-fetch for everybody: every operation, with real requests and responses so that middleware works. */
export function createRaw<Paths extends {}>(settings: Settings, send: Send): Client<Paths> {
  const { baseUrl, redact } = settings;
  const { origin } = new URL(baseUrl);
  const nextId = createIds();
  const { FollowingRequest, stop } = createFollowingRequests();
  const client = createClient<Paths>({
    baseUrl,
    pathSerializer: fillPath,
    Request: FollowingRequest,
    async fetch(request: RawRequest) {
      const { method, url, headers, parseAs, signal, timeout, maxRetries } = request;
      try {
        const options = redactErrors(redact, () => {
          refuseOther(origin, url);
          return readRequestOptions({ signal, timeout, maxRetries }, settings);
        });
        const isJson = parseAs === "json" && /json/i.test(headers.get("accept") ?? "json");
        const expects = isJson ? "json-or-nothing" : "anything";
        const body = request.body ? await request.arrayBuffer() : undefined;
        const call = { id: nextId(), method, url, headers, body, expects, ...options } as const;
        return toResponse(await send(call, 1));
      } catch (error) {
        return toRefusal(error);
      } finally {
        stop(request);
      }
    },
  });
  // openapi-fetch tells `fetch` everything of a call but this.
  client.use({
    onRequest: ({ request, options: { parseAs } }) => void Object.assign(request, { parseAs }),
  });
  return client;
}

/** The credentials are for one server. A call or a middleware can name another one. */
function refuseOther(origin: string, url: string): void {
  const other = new URL(url).origin;
  if (other === origin) return;
  const expected = `a request to ${origin}, where the credentials belong`;
  throw badInput("configuration", "baseUrl", expected, `one to ${other}`);
}

function toResponse({ status, statusText, headers, body }: ApiResult): Response {
  const init = { status, statusText: asciiOf(statusText), headers };
  return new Response(body && body.bytes.byteLength > 0 ? body.bytes : null, init);
}

/** openapi-fetch gives a refusal as `error`. Rethrows every failure that is no refusal, or that no `Response` can show. */
function toRefusal(error: unknown): Response {
  if (!isImpactError(error)) throw error;
  const { code, status = 0, body, headers, message } = error;
  const isAnswer = code !== "connection" && code !== "timeout";
  if (!isAnswer || status < 300 || status === 304 || status > 599) throw error;
  // openapi-fetch takes a refusal without a body for a success without data.
  const text =
    typeof body === "string" ? body : body === undefined ? message : JSON.stringify(body);
  const statusText = asciiOf(statusTextOf(error));
  const response = new Response(text, { status, statusText, ...(headers && { headers }) });
  response.headers.delete("content-length");
  return response;
}

/** Servers send reason phrases that no `Response` can be made with. */
function asciiOf(statusText: string): string {
  return /^[\t\x20-\x7e]*$/.test(statusText) ? statusText : "";
}
