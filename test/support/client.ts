import { createImpactClient, isImpactError } from "../../src/index.ts";
import type { ImpactClientOptions, ImpactError } from "../../src/index.ts";

/** The token has characters that Basic credentials, JSON and URLs encode. */
export const account = { accountSid: "IRabc123", authToken: "t0k-en:with/ünïcode" };
export const baseUrl = "https://api.example";

/** The operation that creates a link, as `impact.raw` names it, and the ids of its path. */
export const LINKS_PATH = "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";
export const path = { AccountSID: account.accountSid, ProgramId: "1" };

export const LINK_URL = "https://example.sjv.io/c/1/2/3";
/** The body of a response that creates a link. */
export const LINK_BODY: string = JSON.stringify({ TrackingURL: LINK_URL });

export function basic({ accountSid, authToken }: typeof account = account): string {
  return `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;
}

/** A fetch that always answers the same. */
export const responding =
  (body: BodyInit | null = LINK_BODY, init?: ResponseInit) =>
  (): Promise<Response> =>
    Promise.resolve(new Response(body, init));

/** A fetch that fails as Node's does: with a TypeError whose cause has the code. */
export const failing = (code: string, syscall?: string) => (): Promise<Response> => {
  const message = syscall === undefined ? code : `${syscall} ${code}`;
  const cause = Object.assign(new Error(message), { code, ...(syscall && { syscall }) });
  return Promise.reject(new TypeError("fetch failed", { cause }));
};

/** What a call rejects with, whatever it is. */
export function rejection(call: Promise<unknown>): Promise<unknown> {
  return call.catch((thrown: unknown) => thrown);
}

/** The ImpactError that a call rejects with. */
export async function errorOf(call: Promise<unknown>): Promise<ImpactError> {
  const thrown = await rejection(call);
  if (!isImpactError(thrown)) throw new Error("no ImpactError", { cause: thrown });
  return thrown;
}

/** The ImpactError of one attempt to create a link. */
export function errorFrom(
  fetch: typeof globalThis.fetch,
  options: ImpactClientOptions = {},
): Promise<ImpactError> {
  const impact = createImpactClient({ ...account, baseUrl, fetch, maxRetries: 0, ...options });
  return errorOf(impact.trackingLinks.create({ programId: "1" }));
}

/** What a refused argument looks like as JSON. */
export function refused(
  code: "configuration" | "invalid_input",
  field: string,
  message: string,
): Record<string, unknown> {
  return {
    name: "ImpactError",
    message,
    code,
    outcome: "not_sent",
    attempts: 0,
    fields: [{ field, message }],
  };
}
