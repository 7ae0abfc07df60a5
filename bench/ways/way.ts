import type { CreateTrackingLinkParams } from "impact-partner-client";
import type { operations } from "../../generated/openapi.ts";

type Query = NonNullable<operations["createTrackingLink"]["parameters"]["query"]>;

/** One link to make, by the parameter names of the API and of the client. */
export interface Input {
  readonly programId: string;
  readonly query: Query & Record<string, string>;
  readonly params: CreateTrackingLinkParams;
}

export interface WayOptions {
  readonly accountSid: string;
  readonly authToken: string;
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
}

/** Makes one link. */
export type Way = (input: Input) => Promise<unknown>;
