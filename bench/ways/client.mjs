/** This package, with all that is on by default. */
import { createImpactClient } from "../../dist/index.js";

/** @type {import("./way.d.ts").Way} */
export default function byClient(options) {
  const impact = createImpactClient(options);
  return ({ params }) => impact.trackingLinks.create(params);
}
