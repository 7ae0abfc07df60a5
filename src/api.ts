import createClient, { type Client } from "openapi-fetch";
import type { operations, paths } from "../generated/openapi.ts";
import { badInput, show } from "./expect.ts";
import type { Call, Fetch } from "./fetch.ts";

/** The low-level client: every operation of the document, typed by it, sent through the layers. */
export type Api = Client<paths>;

export type TrackingLinkBody =
  operations["createTrackingLink"]["responses"]["200"]["content"]["application/json"];

/** What a call needs besides its parameters; openapi-fetch passes on what it does not know. */
type CallOptions = Pick<Call, "signal" | "timeout" | "maxRetries" | "index" | "take">;

/**
 * For calls that read an `Answer` and nothing else. A real `Request` costs as much as all else that the
 * client does, and fetch would copy it once more.
 */
export function createApi(baseUrl: string, send: Fetch): Api {
  const nextId = ids();
  return createClient<paths>({
    baseUrl,
    pathSerializer,
    querySerializer,
    Request: Outgoing as never,
    fetch: (request) => {
      const { method, url, options } = request as unknown as Outgoing;
      // openapi-fetch reads no more of a response than an Answer has.
      return send({ id: nextId(), method, url, ...options }, 1) as Promise<Response>;
    },
  });
}

/** For calls of any kind, with real requests and responses, so that middleware works. */
export function createRawApi(
  { baseUrl, timeout, maxRetries }: { baseUrl: string; timeout: number; maxRetries: number },
  send: Fetch,
): Api {
  const nextId = ids();
  const signals = new WeakMap<Request, AbortSignal>();
  return createClient<paths>({
    baseUrl,
    pathSerializer,
    // A Request that follows a signal listens to it until it is collected, long after the call has ended.
    Request: class extends Request {
      constructor(input: RequestInfo | URL, { signal, ...init }: RequestInit = {}) {
        super(input, init);
        if (signal) signals.set(this, signal);
      }
      // What a middleware makes is a plain Request.
      static override [Symbol.hasInstance](value: unknown): boolean {
        return value instanceof globalThis.Request;
      }
    },
    fetch: async (request) => {
      const { method, url, headers } = request;
      const signal = signals.get(request) ?? request.signal;
      const body = request.body ? await request.arrayBuffer() : undefined;
      const call = { id: nextId(), method, url, headers, body, signal, timeout, maxRetries };
      return send(call, 1) as Promise<Response>;
    },
  });
}

/** Stands in for `Request`: what a call is, as openapi-fetch hands it over. */
class Outgoing {
  readonly url: string;
  readonly method: string;
  readonly options: CallOptions;

  constructor(url: string, init: { method: string } & CallOptions) {
    this.url = url;
    this.method = init.method;
    const { signal, timeout, maxRetries, index, take } = init;
    this.options = { signal, timeout, maxRetries, index, take };
  }
}

/** Each segment is encoded; one of dots would climb, encoded or not. */
function pathSerializer(path: string, params: Record<string, unknown>): string {
  return path.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    const given = params[name];
    const value = typeof given === "string" || typeof given === "number" ? String(given) : "";
    if (value !== "" && value !== "." && value !== "..") return encodeURIComponent(value);
    throw badInput("invalid_input", name, `\`${name}\` to be an id`, show(given));
  });
}

function querySerializer(query: Record<string, unknown>): string {
  let text = "";
  for (const name in query) {
    const pair = `${encodeURIComponent(name)}=${encodeURIComponent(String(query[name]))}`;
    text += text === "" ? pair : `&${pair}`;
  }
  return text;
}

/** Names for calls, so that events of one can be told from those of another, also across processes. */
function ids(): () => string {
  const client = Math.random().toString(36).slice(2, 10);
  let count = 0;
  return () => `${client}-${++count}`;
}
