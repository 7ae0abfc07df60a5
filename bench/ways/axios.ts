/** axios with its `fetch` adapter: timeout, no retries. */
import axios from "axios";
import type { WayOptions, Way } from "./way.ts";

export function createWay({ accountSid, authToken, baseUrl, fetch }: WayOptions): Way {
  const client = axios.create({
    baseURL: `${baseUrl}/Mediapartners/${encodeURIComponent(accountSid)}/Programs/`,
    auth: { username: accountSid, password: authToken },
    headers: { Accept: "application/json" },
    timeout: 30_000,
    adapter: "fetch",
    env: { fetch },
  });
  return async ({ programId, query }) => {
    const path = `${encodeURIComponent(programId)}/TrackingLinks`;
    const { data } = await client.post(path, undefined, { params: query });
    return data;
  };
}
