import { createImpactClient, spec, type ImpactClient, type ImpactClientOptions } from "../index.ts";
import { createFakeImpact } from "../testing/index.ts";

/** An account of its own, so that a sandbox neither needs nor shows a real one. */
const SANDBOX = { accountSid: "IRsandbox", authToken: "sandbox", baseUrl: spec.server } as const;

/** A client for the account that the environment names, or for a fake one in memory. */
export function openClient(isSandbox: boolean, options: ImpactClientOptions = {}): ImpactClient {
  if (!isSandbox) return createImpactClient(options);
  // A sandbox is for trying things out: no wait for the quota.
  const { fetch } = createFakeImpact({ rateLimit: { limit: 1_000_000, windowMs: 3_600_000 } });
  return createImpactClient({ ...SANDBOX, fetch, ...options });
}
