/** Bare openapi-fetch: typed, and no more. */
import createClient from "openapi-fetch";
import { withDeadline } from "./deadline.mjs";

const PATH = "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";

/** @type {import("./way.d.ts").Way} */
export default function byOpenapiFetch({ accountSid, authToken, baseUrl, fetch }) {
  const headers = {
    Authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
    Accept: "application/json",
  };
  /** @type {import("openapi-fetch").Client<import("../../generated/openapi.ts").paths>} */
  const client = createClient({ baseUrl, fetch, headers });
  return ({ programId, query }) =>
    withDeadline(async (signal) => {
      const params = { path: { AccountSID: accountSid, ProgramId: programId }, query };
      const { data, response } = await client.POST(PATH, { params, signal });
      if (!response.ok) throw new Error(`${response.status}`);
      return data;
    });
}
