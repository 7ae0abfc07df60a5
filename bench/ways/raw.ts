/** `fetch` by hand: no checks, no retries, no error details. */
import { withDeadline } from "./deadline.ts";
import type { WayOptions, Way } from "./way.ts";

export function createWay({ accountSid, authToken, baseUrl, fetch }: WayOptions): Way {
  const headers = {
    Authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
    Accept: "application/json",
  };
  const prefix = `${baseUrl}/Mediapartners/${encodeURIComponent(accountSid)}/Programs/`;
  return ({ programId, query }) =>
    withDeadline(async (signal) => {
      const search = new URLSearchParams(query).toString();
      const url = `${prefix}${encodeURIComponent(programId)}/TrackingLinks?${search}`;
      const response = await fetch(url, { method: "POST", headers, signal });
      if (!response.ok) throw new Error(`${response.status}`);
      return response.json();
    });
}
