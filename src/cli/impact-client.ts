// How the commands use the client: which account it has, and what its errors come to.

import { createImpactClient, spec } from "../index.ts";
import type { ImpactClient, ImpactClientOptions, ImpactError } from "../index.ts";
import { createFakeImpact } from "../testing/index.ts";
import { EXIT } from "./io.ts";

/** An account of its own, so that a sandbox neither needs nor shows a real one. */
const SANDBOX = { accountSid: "IRsandbox", authToken: "sandbox", baseUrl: spec.server } as const;

/** A client for the account that the environment names, or for a fake one in memory. */
export function openClient(isSandbox: boolean, options: ImpactClientOptions = {}): ImpactClient {
  if (!isSandbox) return createImpactClient(options);
  // A sandbox is for trying things out: no wait for the quota.
  const { fetch } = createFakeImpact({ rateLimit: { limit: 1_000_000, windowMs: 3_600_000 } });
  return createImpactClient({ ...SANDBOX, fetch, ...options });
}

/** The field errors that the message does not contain already. */
export function detailsOf({ message, fields = [] }: ImpactError): string[] {
  const others = fields.filter((field) => !message.includes(field.message));
  return others.map((field) => `${field.field}: ${field.message}`);
}

/** `usage` for options or input that the client refuses. */
export function exitCodeOf({ code }: ImpactError): number {
  return code === "configuration" || code === "invalid_input" ? EXIT.usage : EXIT.failed;
}
