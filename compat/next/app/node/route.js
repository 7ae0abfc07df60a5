import * as library from "impact-partner-client";
import * as testing from "impact-partner-client/testing";
import { runScenarios } from "../../scenarios.mjs";

export const dynamic = "force-dynamic";

export async function GET(request) {
  const baseUrl = new URL(request.url).searchParams.get("baseUrl");
  return Response.json(await runScenarios(library, { baseUrl }, { testing }));
}
