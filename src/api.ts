import createClient, { type Client } from "openapi-fetch";
import type { paths } from "../generated/openapi.ts";
import { createIds } from "./events.ts";
import type { Answer, Fetch } from "./fetch.ts";
import { createPathWriter } from "./target.ts";

/** The low-level client: every operation of the document, typed by it, sent through the layers. */
export type Api = Client<paths>;

/** Real requests and responses, so that middleware works. */
export function createApi(
  { baseUrl, timeout, maxRetries }: { baseUrl: string; timeout: number; maxRetries: number },
  send: Fetch<Response & Answer>,
): Api {
  const nextId = createIds();
  const signals = new WeakMap<Request, AbortSignal>();
  return createClient<paths>({
    baseUrl,
    pathSerializer: (template, params) => createPathWriter(template)(params),
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
      return send({ id: nextId(), method, url, headers, body, signal, timeout, maxRetries }, 1);
    },
  });
}
