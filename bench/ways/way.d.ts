import type { CreateTrackingLinkParams } from "../../dist/index.js";
import type { operations } from "../../generated/openapi.ts";

type Query = NonNullable<operations["createTrackingLink"]["parameters"]["query"]>;

/** One link to be made, under the names of the API and of the client. */
export interface Input {
  readonly programId: string;
  readonly query: Query & Record<string, string>;
  readonly params: CreateTrackingLinkParams;
}

/** Makes something that makes links. */
export type Way = (options: {
  accountSid: string;
  authToken: string;
  baseUrl: string;
  fetch: typeof fetch;
}) => (input: Input) => Promise<unknown>;
