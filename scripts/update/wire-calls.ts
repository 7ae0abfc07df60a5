/**
 * Prints the requests of a fixed set of calls as JSON, with credentials redacted. Sends none. wire-diff.ts runs it for
 * each of two versions of the project.
 *
 *     tsx scripts/update/wire-calls.ts <folder that has src/ and generated/>
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Package from "../../src/index.ts";

/** A call, and the lines of the requests that it sends. */
export interface WireCall {
  call: string;
  lines: string[];
}

/** Parameters of `create`. Another version may have different ones, and refuse these. */
const CALLS: readonly object[] = [
  { programId: "1000" },
  { programId: "1000", type: "Regular" },
  { programId: "1000", type: "Vanity", customPath: "Summer" },
  { programId: "1000", customPath: "Summer" },
  {
    programId: "1000",
    adId: "20",
    deepLink: "https://shop.example/a?b=c&d=é#f",
    mediaPartnerPropertyId: "30",
    subId1: "one",
    subId2: "two & a half",
    subId3: "three/4",
    sharedId: "five+6",
  },
];

const { createImpactClient } = (await import(
  pathToFileURL(join(process.argv[2] ?? "", "src/index.ts")).href
)) as typeof Package;

const calls: WireCall[] = [];
for (const params of CALLS) {
  const lines: string[] = [];
  const { trackingLinks } = createImpactClient({
    accountSid: "IRaccount",
    authToken: "token",
    maxRetries: 0,
    async fetch(url, init) {
      lines.push(...(await linesOf(new Request(url, init))));
      return new Response('{"TrackingURL":"https://example.sjv.io/x"}');
    },
  });
  // The imported version may have other parameters than the types here.
  await trackingLinks.create(params as never).catch((error: Error) => {
    if (lines.length === 0) lines.push(`no request: ${error.message}`);
  });
  calls.push({ call: `create(${JSON.stringify(params)})`, lines });
}
console.log(JSON.stringify(calls));

async function linesOf(request: Request): Promise<string[]> {
  const headers = [...request.headers].map(([name, value]) =>
    name === "authorization" ? `${name}: ${value.replace(/ .*/, " …")}` : `${name}: ${value}`,
  );
  const body = await request.text();
  return [`${request.method} ${request.url}`, ...headers, ...(body === "" ? [] : [body])];
}
