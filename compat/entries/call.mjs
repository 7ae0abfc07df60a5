// One call of `create`, to bundle for the browser.
import { createImpactClient } from "impact-partner-client";

export const link = await createImpactClient().trackingLinks.create({ programId: "1000" });
