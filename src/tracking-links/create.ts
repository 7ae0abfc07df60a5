/**
 * tracking-links/ creates links. `create` validates the parameters (params.ts), sends them through http/ and reads the
 * link. many/ contains `createMany`. link.ts parses and extends links without a call.
 */
import type { operations, paths } from "../../generated/openapi.ts";
import { createTrackingLink } from "../../generated/operations.ts";
import { apiResultOf, type CallOptions, type Client } from "../http/api.ts";
import { saysError, unexpectedResponse } from "../http/classify-response.ts";
import type { Redact } from "../http/credentials.ts";
import { redactErrors } from "../http/redact-errors.ts";
import type { Settings } from "../options.ts";
import { readTrackingUrl } from "./link.ts";
import { checkParams } from "./params.ts";
import { writeQuery } from "./write-query.ts";
import type { CreateTrackingLinkParams, LinkRequest, TrackingLinkType } from "./params.ts";

/** A link that the API created. */
export interface TrackingLink {
  /** The link to publish, as the API returned it. `https://` is added if the scheme is missing. */
  readonly url: string;
  /** The type that was requested. */
  readonly type: TrackingLinkType;
  /** The program of the link. */
  readonly programId: string;
  /** The API's parsed JSON response, with credentials redacted. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** The two steps of `create`. `createMany` compares requests between them. */
export interface LinkCreator {
  /** Throws `invalid_input` for the first invalid parameter. */
  readonly check: (params: CreateTrackingLinkParams) => LinkRequest;
  readonly send: (request: LinkRequest, call: CallOptions) => Promise<TrackingLink>;
}

export function createLinkCreator(
  api: Client<paths>,
  { accountSid, redact }: Settings,
): LinkCreator {
  return {
    check: (params) => redactErrors(redact, () => checkParams(params, redact)),
    async send({ programId, type, path, query, header }, call) {
      const params: unknown = { path: { AccountSID: accountSid, ...path }, query };
      const { data, response } = await api.POST(createTrackingLink.path, {
        // `checkParams` has validated them by the same document that the types are generated from.
        params: params as Operation["parameters"],
        querySerializer: () => writeQuery(query),
        call: header ? { ...call, header } : call,
      });
      const link = readLink(data, redact);
      if (typeof link === "string") throw unexpectedResponse(apiResultOf(response), link, redact);
      return { url: link.url, type, programId, raw: link.raw };
    },
  };
}

type Operation = operations["createTrackingLink"];
type LinkBody = Operation["responses"]["200"]["content"]["application/json"];

/** Returns the link in a response, or why there is none. Never guesses a link. */
function readLink(
  data: LinkBody | undefined,
  redact: Redact,
): Pick<TrackingLink, "url" | "raw"> | string {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    return "JSON that is not an object";
  }
  const { TrackingURL } = data;
  if (saysError(data)) return "Status ERROR";
  if (TrackingURL === undefined) return "no TrackingURL";
  const raw = redact(data);
  // A link that contains credentials must not be published.
  const url = raw.TrackingURL === TrackingURL ? readTrackingUrl(TrackingURL) : undefined;
  return url === undefined ? "a TrackingURL that is not a link" : { url, raw };
}
