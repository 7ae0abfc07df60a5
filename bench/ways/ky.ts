/** ky with its default retries, which exclude POST, and a timeout: no types from the OpenAPI document. */
import ky from "ky";
import type { WayOptions, Way } from "./way.ts";

export function createWay({ accountSid, authToken, baseUrl, fetch }: WayOptions): Way {
  const client = ky.create({
    prefixUrl: `${baseUrl}/Mediapartners/${encodeURIComponent(accountSid)}/Programs`,
    headers: {
      Authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
      Accept: "application/json",
    },
    timeout: 30_000,
    fetch,
  });
  return ({ programId, query }) =>
    client.post(`${encodeURIComponent(programId)}/TrackingLinks`, { searchParams: query }).json();
}
