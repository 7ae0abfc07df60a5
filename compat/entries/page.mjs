// Bundled for a page. Runs first without `dangerouslyAllowBrowser`, then with it.
import * as library from "impact-partner-client";
import * as testing from "impact-partner-client/testing";
import { runGuard, runScenarios } from "./scenarios.mjs";

globalThis.runInPage = async (baseUrl) => ({
  ...(await runGuard(library, baseUrl)),
  ...(await runScenarios(library, { baseUrl, dangerouslyAllowBrowser: true }, { testing })),
});
