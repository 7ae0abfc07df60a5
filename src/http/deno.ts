import type { ApiRequest } from "./request.ts";
import { isHarmlessTwice } from "./retry-policy.ts";
import type { RetryRules } from "./retry-rules.ts";

interface DenoGlobal {
  /** Missing in old versions. */
  readonly createHttpClient?: (options: { poolMaxIdlePerHost: number }) => object;
}

let client: object | undefined;

/**
 * Deno's `fetch` sends a request again by itself if a reused connection closes before the answer. A request that must not
 * be sent twice gets a connection of its own. Nothing elsewhere.
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
