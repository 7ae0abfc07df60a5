import { expect } from "vitest";
import {
  createImpactClient,
  isImpactError,
  type CreateTrackingLinkParams,
  type RequestOptions,
} from "../../src/index.ts";
import { account, baseUrl, rejection } from "./client.ts";

/** A client that must not send anything. */
export const closed = createImpactClient({
  ...account,
  baseUrl,
  fetch: () => expect.unreachable("nothing is to be sent"),
});

/** What a JavaScript caller can give, whatever the types say. */
export async function refusal(
  params: unknown,
  options?: unknown,
): Promise<Record<string, unknown>> {
  const creation = closed.trackingLinks.create(
    params as CreateTrackingLinkParams,
    options as RequestOptions | undefined,
  );
  const thrown = await rejection(creation);
  if (isImpactError(thrown)) return thrown.toJSON();
  throw thrown;
}
