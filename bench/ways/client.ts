/** This package, with its defaults. */
import { createImpactClient } from "impact-partner-client";
import type { WayOptions, Way } from "./way.ts";

export function createWay(options: WayOptions): Way {
  const impact = createImpactClient(options);
  return ({ params }) => impact.trackingLinks.create(params);
}
