/** By hand: no checks, no retry, no reason. */
import { withDeadline } from "./deadline.mjs";

/** @type {import("./way.d.ts").Way} */
export default function byHand({ accountSid, authToken, baseUrl, fetch }) {
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
