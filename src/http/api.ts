import createClient, { type Client } from "openapi-fetch";
import type { paths } from "../../generated/openapi.ts";
import { onAbort } from "../abort.ts";
import { createIds } from "../events.ts";
import { badInput } from "../validate.ts";
import type { Answer, Fetch } from "./timeout.ts";
import { createPathWriter } from "./path.ts";

/** The low-level client: every operation of the document, typed by it, sent through the layers. */
export type Api = Client<paths>;

/** Real requests and responses, so that middleware works. */
export function createApi(
  { baseUrl, timeout, maxRetries }: { baseUrl: string; timeout: number; maxRetries: number },
  send: Fetch<Response & Answer>,
): Api {
  const { origin } = new URL(baseUrl);
  const nextId = createIds();
  const ends = new WeakMap<Request, () => void>();
  return createClient<paths>({
    baseUrl,
    pathSerializer: (template, params) => createPathWriter(template)(params),
    // A Request that follows a signal by itself listens to it until it is collected, long after the call has ended.
    // This one does until its call ends, unless a middleware has put another, which follows it, in its place.
    Request: class extends Request {
      constructor(input: RequestInfo | URL, { signal, ...init }: RequestInit = {}) {
        const controller = new AbortController();
        super(input, { ...init, signal: controller.signal });
        const abort = (): void => controller.abort(signal?.reason);
        if (signal?.aborted) abort();
        else if (signal) ends.set(this, onAbort(signal, abort));
      }
      // What a middleware makes is a plain Request.
      static override [Symbol.hasInstance](value: unknown): boolean {
        return value instanceof globalThis.Request;
      }
    },
    fetch: async (request) => {
      const { method, url, headers, signal } = request;
      try {
        refuseOther(origin, url);
        const body = request.body ? await request.arrayBuffer() : undefined;
        const call = { id: nextId(), method, url, headers, body, signal, timeout, maxRetries };
        return await send(call, 1);
      } finally {
        ends.get(request)?.();
      }
    },
  });
}

/** The credentials are for one server. A call can name another, and a middleware can. */
function refuseOther(origin: string, url: string): void {
  const other = new URL(url).origin;
  if (other === origin) return;
  const expected = `a request to ${origin}, where the credentials belong`;
  throw badInput("configuration", "baseUrl", expected, `one to ${other}`);
}
