/**
 * http/ sends requests: openapi-fetch in front (api.ts), one stack of layers behind it (layers.ts), and the meaning of
 * an answer (classify-response.ts). It knows nothing of links.
 */
import createClient, {
  createQuerySerializer,
  mergeHeaders,
  type Client,
  type HeadersOptions,
} from "openapi-fetch";
import type { paths } from "../../generated/openapi.ts";
import { onAbort } from "../abort.ts";
import { isImpactError } from "../errors.ts";
import { createIds } from "../events.ts";
import { readRequestOptions, type RequestOptions, type Settings } from "../options.ts";
import { fillPath } from "../url.ts";
import { badInput } from "../validate.ts";
import { statusTextOf } from "./api-error.ts";
import type { Redact } from "./credentials.ts";
import { isFetchBody, saysType, writeBody } from "./raw-body.ts";
import type { RawClient } from "./raw-client.ts";
import { rememberOrigin, toImpactError, type RawResult } from "./raw-error.ts";
import type { ApiResult } from "./read-response.ts";
import { redactErrors } from "./redact-errors.ts";
import type { ApiRequest, Send } from "./request.ts";

export { createQuerySerializer, type Client };

/** The options of one call. */
export interface CallOptions extends Pick<ApiRequest, "timeout" | "maxRetries"> {
  readonly signal?: AbortSignal;
  readonly index?: number;
  /** Header parameters of the operation. */
  readonly header?: Readonly<Record<string, string>> | undefined;
}

interface LightInit {
  readonly method: string;
  /** openapi-fetch hands on what it does not know. */
  readonly call: CallOptions;
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
  function LightRequest(url: string, { method, call }: LightInit): ApiRequest {
    const { signal, timeout, maxRetries, index, header } = call;
    const headers = header && new Headers(header);
    const id = nextId();
    return { id, method, url, headers, signal, timeout, maxRetries, index, expects: "json" };
  }
  return createClient<paths>({
    baseUrl,
    pathSerializer: fillPath,
    Request: LightRequest as unknown as typeof Request,
    fetch: (request) =>
      send(request as unknown as ApiRequest, 1) as Promise<unknown> as Promise<Response>,
  });
}

/** The result of the layers, which {@link createApi} gives as the response. */
export function apiResultOf(response: Response): ApiResult {
  return response as unknown as ApiResult;
}

/** The options of one raw call that are read here. */
interface RawInit extends RequestOptions {
  readonly parseAs?: string;
  readonly fetch?: (request: Request) => Promise<Response>;
  readonly params?: { readonly header?: Record<string, string> };
  readonly headers?: HeadersOptions;
  readonly body?: unknown;
  readonly bodySerializer?: unknown;
}

/** openapi-fetch for everybody: every operation, with real requests and responses so that middleware works. */
export function createRaw<Paths extends {}>(settings: Settings, send: Send): RawClient<Paths> {
  const { baseUrl } = settings;
  const client = createClient<Paths>({
    baseUrl,
    pathSerializer: fillPath,
    bodySerializer: writeBody,
  });
  const fetchWith = createRawFetch(settings, send);
  type Call = (path: string, init?: RawInit) => Promise<RawResult>;
  // The client's own types need the paths. Each call is passed through as it is.
  const calls = client as unknown as Record<string, Call>;
  for (const [method, call] of Object.entries(calls)) {
    // The others are `request`, `use` and `eject`.
    if (method !== method.toUpperCase()) continue;
    // A `fetch` and a signal of the call's own: a middleware may send another request than the one that knows them, and
    // a `Request` listens to its signal until it is garbage-collected.
    calls[method] = async (path, init = {}) => {
      const controller = new AbortController();
      const { signal } = init;
      if (signal?.aborted) controller.abort(signal.reason);
      const stopListening = onAbort(signal, () => controller.abort(signal?.reason));
      try {
        const { fetch = fetchWith(init) } = init;
        const result = await call(path, {
          ...withTypeOfBody(init),
          fetch,
          signal: controller.signal,
        });
        const error = settings.throwOnError ? toImpactError(result) : undefined;
        if (error !== undefined) throw error;
        return result;
      } finally {
        stopListening();
      }
    };
  }
  const request = (method: string, path: string, init?: RawInit): Promise<unknown> =>
    calls[method.toUpperCase()]!(path, init);
  // Its types accept fewer bodies than openapi-fetch's.
  return Object.assign(client, { request }) as object as RawClient<Paths>;
}

/** Leaves the Content-Type to `fetch`, unless the call has one. openapi-fetch would say JSON. */
function withTypeOfBody(init: RawInit): RawInit {
  const { body, bodySerializer, headers, params } = init;
  if (bodySerializer || !isFetchBody(body)) return init;
  const given = mergeHeaders(headers, params?.header);
  // Only `fetch` knows the boundary of a FormData.
  if (given.has("Content-Type") && !(body instanceof FormData)) return init;
  if (!saysType(body)) {
    const expected = "a Content-Type in `headers` for a body that does not say its own";
    throw badInput("invalid_input", "headers", expected, "none");
  }
  return { ...init, headers: { ...Object.fromEntries(given), "Content-Type": null } };
}

/** Makes the `fetch` of a call: it sends through the layers, and gives a refusal as a `Response`. */
function createRawFetch(settings: Settings, send: Send) {
  const { origin } = new URL(settings.baseUrl);
  const nextId = createIds();
  return ({ parseAs = "json", timeout, maxRetries }: RawInit) =>
    async (request: Request): Promise<Response> => {
      const { method, url, headers, signal } = request;
      const options = redactErrors(settings.redact, () => {
        refuseOther(origin, url);
        return readRequestOptions({ signal, timeout, maxRetries }, settings);
      });
      const isJson = parseAs === "json" && /json/i.test(headers.get("accept") ?? "json");
      const expects = isJson ? "json-or-nothing" : "anything";
      const body = request.body ? await request.arrayBuffer() : undefined;
      const call = { id: nextId(), method, url, headers, body, expects, ...options } as const;
      return send(call, 1).then((result) => toResponse(result, settings.redact), toRefusal);
    };
}

/** The credentials are for one server. A call or a middleware can name another one. */
function refuseOther(origin: string, url: string): void {
  const other = new URL(url).origin;
  if (other === origin) return;
  const expected = `a request to ${origin}, where the credentials belong`;
  throw badInput("configuration", "baseUrl", expected, `one to ${other}`);
}

function toResponse(result: ApiResult, redact: Redact): Response {
  const { status, statusText, headers, body } = result;
  const init = { status, statusText: asciiOf(statusText), headers };
  const bytes = body && body.bytes.byteLength > 0 ? body.bytes : null;
  return rememberOrigin(new Response(bytes, init), { result, redact });
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
  return rememberOrigin(response, error);
}

/** Servers send reason phrases that no `Response` can be made with. */
function asciiOf(statusText: string): string {
  return /^[\t\x20-\x7e]*$/.test(statusText) ? statusText : "";
}
