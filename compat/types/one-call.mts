import { createImpactClient } from "impact-partner-client";

const impact = createImpactClient();
const link = await impact.trackingLinks.create({ programId: "1000", subId1: "newsletter" });
console.log(link.url);
