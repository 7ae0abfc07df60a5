import { createImpactClient, spec, type ImpactClient, type ImpactClientOptions } from "../index.ts";
import { createFakeImpact } from "../testing/index.ts";

/** Its own account, so that a sandbox never depends on, or speaks of, a real one. */
const SANDBOX = { accountSid: "IRsandbox", authToken: "sandbox", baseUrl: spec.server } as const;

type Fetch = typeof globalThis.fetch;

/** A client for the account that the environment names, or for a fake one in memory. */
export function openClient(
  isSandbox: boolean,
  more: (fetch: Fetch) => ImpactClientOptions = () => ({}),
): ImpactClient {
  if (!isSandbox) return createImpactClient(more(globalThis.fetch));
  // A run in memory is for trying things out, not for waiting.
  const { fetch } = createFakeImpact({ rateLimit: { limit: 1_000_000, windowMs: 3_600_000 } });
  return createImpactClient({ ...SANDBOX, fetch, ...more(fetch) });
}
