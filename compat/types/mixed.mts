/** A program with both builds of the package. Values of one build must have the types that the other expects. */
import * as esm from "impact-partner-client";
import * as esmTesting from "impact-partner-client/testing";
import type * as Cjs from "impact-partner-client" with { "resolution-mode": "require" };
import type * as CjsTesting from "impact-partner-client/testing" with {
  "resolution-mode": "require",
};

declare const cjs: typeof Cjs;
declare const cjsTesting: typeof CjsTesting;

const own = cjs.createImpactClient({ fetch: esmTesting.createFakeImpact().fetch });
const other = esm.createImpactClient({ fetch: cjsTesting.createFakeImpact().fetch });
const links: [esm.TrackingLinks, Cjs.TrackingLinks] = [own.trackingLinks, other.trackingLinks];

const path = "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";
const params = { path: { AccountSID: own.accountSid, ProgramId: "1000" } };

export async function errors(): Promise<(esm.ImpactError | undefined)[]> {
  const made = await Promise.all(links.map(({ create }) => create({ programId: "1000" })));
  console.log(made.map((link: Cjs.TrackingLink) => link.url));
  return [
    cjs.toImpactError(await own.raw.POST(path, { params })),
    esm.toImpactError(await own.raw.POST(path, { params })),
  ];
}

// @ts-expect-error the types of CommonJS resolve, so this is not `any`
const found: string = cjs.createImpactClient;
void found;
