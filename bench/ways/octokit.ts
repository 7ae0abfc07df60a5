/** `@octokit/request`, the base of Octokit: a URL template, no retries. */
import { request } from "@octokit/request";
import { withDeadline } from "./deadline.ts";
import type { WayOptions, Way } from "./way.ts";

const ROUTE =
  "POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks" +
  "{?Type,AdId,DeepLink,MediaPartnerPropertyId,subId1,subId2,subId3,sharedId}";

export function createWay({ accountSid, authToken, baseUrl, fetch }: WayOptions): Way {
  const client = request.defaults({
    baseUrl,
    headers: {
      authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
      accept: "application/json",
    },
    AccountSID: accountSid,
  });
  return ({ programId, query }) =>
    withDeadline(async (signal) => {
      const options = { ...query, ProgramId: programId, request: { fetch, signal } };
      const { data } = await client(ROUTE, options);
      return data;
    });
}
