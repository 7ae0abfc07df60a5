import type { ApiRequest } from "./request.ts";
import { isHarmlessTwice } from "./retry-policy.ts";
import type { RetryRules } from "./retry-rules.ts";

interface DenoGlobal {
  /** Missing in old versions. */
  readonly createHttpClient?: (options: { poolMaxIdlePerHost: number }) => object;
}

let client: object | undefined;

/**
 * Returns `fetch` options that open a new connection, for a request that must not be sent twice. Deno's `fetch` resends
 * a request if a reused connection closes before the response. Returns undefined on other runtimes.
 */
export function ownConnection(
  request: ApiRequest,
  rules?: RetryRules,
): { client: object } | undefined {
  const { Deno } = globalThis as { Deno?: DenoGlobal };
  if (Deno?.createHttpClient === undefined || isHarmlessTwice(request, rules)) return undefined;
  client ??= Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  return { client };
}
