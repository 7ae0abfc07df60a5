import { onAbort } from "../abort.ts";

/**
 * Makes real requests that follow the caller's signal until `stop`. A plain one listens until it is garbage-collected,
 * long after its call has ended.
 */
export function createFollowingRequests(): {
  readonly FollowingRequest: typeof Request;
  readonly stop: (request: Request) => void;
} {
  const followers = new WeakMap<Request, () => void>();
  class FollowingRequest extends Request {
    constructor(input: RequestInfo | URL, { signal, ...init }: RequestInit = {}) {
      const controller = new AbortController();
      super(input, { ...init, signal: controller.signal });
      const abort = (): void => controller.abort(signal?.reason);
      if (signal?.aborted) abort();
      else if (signal) followers.set(this, onAbort(signal, abort));
    }

    /** openapi-fetch checks by this what a middleware gives, which is a plain `Request`. */
    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof globalThis.Request;
    }
  }
  return { FollowingRequest, stop: (request) => followers.get(request)?.() };
}
