// What somebody bundles who makes links.
import { createImpactClient } from "impact-partner-client";

export const link = await createImpactClient().trackingLinks.create({ programId: "1000" });
