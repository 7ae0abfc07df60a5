// Bundled for workerd.
import * as library from "impact-partner-client";
import * as testing from "impact-partner-client/testing";
import { runScenarios } from "./scenarios.mjs";

export default {
  async fetch(_request, { baseUrl }) {
    return Response.json(await runScenarios(library, { baseUrl }, { testing }));
  },
};
