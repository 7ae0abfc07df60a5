import { createImpactClient } from "impact-partner-client";

const impact = createImpactClient();
const params = (sku: string) => ({ programId: "1000", subId1: sku });
for await (const result of impact.trackingLinks.createMany(["boots"], { params })) {
  if (result.ok) console.log(result.link.url);
}
