// A file that is compiled to `require()`: understood by TypeScript 5.8 and newer.
import { createImpactClient, type TrackingLink } from "impact-partner-client";
import { createFakeImpact } from "impact-partner-client/testing";

const { fetch } = createFakeImpact();
const link: Promise<TrackingLink> = createImpactClient({ fetch }).trackingLinks.create({
  programId: "1000",
});
// @ts-expect-error it is a promise
link.url;
