import type { CreateTrackingLinkParams } from "impact-partner-client";
import type { operations } from "../../generated/openapi.ts";

type Query = NonNullable<operations["createTrackingLink"]["parameters"]["query"]>;

/** One link to create, with the parameter names of the API (`query`) and of the client (`params`). */
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

/** Creates one link. */
export type Way = (input: Input) => Promise<unknown>;
