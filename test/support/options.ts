import { inspect } from "node:util";
import { beforeEach, expect, vi } from "vitest";
import {
  createImpactClient,
  type ImpactClientOptions,
  type ImpactError,
  isImpactError,
} from "../../src/index.ts";

const UNSET = ["IMPACT_ACCOUNT_SID", "IMPACT_AUTH_TOKEN", "IMPACT_BASE_URL"];

/** Unsets the variables that a client reads, and undoes after each test what it stubbed. */
export function useEmptyEnvironment(): void {
  beforeEach(() => {
    for (const name of UNSET) vi.stubEnv(name, undefined);
  });
}

/** What a JavaScript caller can give, whatever the types say. */
export function refusal(options: unknown): ImpactError {
  try {
    createImpactClient(options as ImpactClientOptions);
  } catch (error) {
    if (isImpactError(error)) return error;
    throw error;
  }
  return expect.unreachable("nothing was refused");
}

export function shown(error: ImpactError): string {
  return [
    String(error),
    error.stack,
    JSON.stringify(error),
    inspect(error, { depth: Infinity, showHidden: true }),
  ].join("\n");
}

/** What goes out for one link. */
export async function sentWith(
  options: ImpactClientOptions,
): Promise<{ url: string; headers: Record<string, string> }> {
  const sent: { url: string; headers: Record<string, string> }[] = [];
  const impact = createImpactClient({
    ...options,
    fetch: (input, init) => {
      const { url, headers } = new Request(input, init);
      sent.push({ url, headers: Object.fromEntries(headers) });
      return Promise.resolve(Response.json({ TrackingURL: "https://example.sjv.io/x" }));
    },
  });
  await impact.trackingLinks.create({ programId: "1" });
  const [request, ...more] = sent;
  expect(more).toEqual([]);
  return request ?? { url: "nothing was sent", headers: {} };
}
