// Next.js does not bundle packages for pages/: Node requires the package when the page is served.
import { runScenarios } from "../../scenarios.mjs";

const library = require("impact-partner-client");
const testing = require("impact-partner-client/testing");

export default async function handler({ query: { baseUrl } }, response) {
  response.json(await runScenarios(library, { baseUrl }, { testing }));
}
