// Opens clients for the commands, and maps their errors to details and exit codes.

import { createImpactClient, spec } from "../index.ts";
import type { ImpactClient, ImpactClientOptions, ImpactError } from "../index.ts";
import { createFakeImpact } from "../testing/index.ts";
import { EXIT } from "./io.ts";

/** Fake credentials, so that a sandbox neither needs nor shows real ones. */
const SANDBOX = { accountSid: "IRsandbox", authToken: "sandbox", baseUrl: spec.server } as const;

/** Opens a client for the account in the environment, or for a fake API in memory. */
export function openClient(isSandbox: boolean, options: ImpactClientOptions = {}): ImpactClient {
  if (!isSandbox) return createImpactClient(options);
  // A quota so large that a trial run never waits.
  const { fetch } = createFakeImpact({ rateLimit: { limit: 1_000_000, windowMs: 3_600_000 } });
  return createImpactClient({ ...SANDBOX, fetch, ...options });
}

/** Returns the field errors that the message does not already contain. */
export function detailsOf({ message, fields = [] }: ImpactError): string[] {
  const others = fields.filter((field) => !message.includes(field.message));
  return others.map((field) => `${field.field}: ${field.message}`);
}

/** Returns `usage` if the client refused options or input, otherwise `failed`. */
export function exitCodeOf({ code }: ImpactError): number {
  return code === "configuration" || code === "invalid_input" ? EXIT.usage : EXIT.failed;
}
