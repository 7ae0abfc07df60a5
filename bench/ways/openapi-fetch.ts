/** Plain openapi-fetch: typed, without checks or retries. */
import createClient from "openapi-fetch";
import type { paths } from "../../generated/openapi.ts";
import { withDeadline } from "./deadline.ts";
import type { WayOptions, Way } from "./way.ts";

const PATH = "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";

export function createWay({ accountSid, authToken, baseUrl, fetch }: WayOptions): Way {
  const headers = {
    Authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
    Accept: "application/json",
  };
  const client = createClient<paths>({ baseUrl, fetch, headers });
  return ({ programId, query }) =>
    withDeadline(async (signal) => {
      const params = { path: { AccountSID: accountSid, ProgramId: programId }, query };
      const { data, response } = await client.POST(PATH, { params, signal });
      if (!response.ok) throw new Error(`${response.status}`);
      return data;
    });
}
