/** One way of making a link, in a process of its own that takes turns with others: see call.mjs */
import { createServer } from "node:http";
import createClient from "openapi-fetch";
import { createImpactClient } from "../dist/index.js";

const [, , way = "", baseUrl = "http://127.0.0.1:9"] = process.argv;
const accountSid = "IRbench12345";
const authToken = "bench-token-0123456789";
const TIMEOUT = 30_000;
const PATH = "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";

const body = '{"TrackingURL":"https://example.sjv.io/c/1234567/890123/4567?subId1=newsletter"}';
const headers = { "Content-Type": "application/json", "Content-Length": String(body.length) };
const isFake = process.argv[3] === undefined;
const fetch = isFake ? async () => new Response(body, { headers }) : globalThis.fetch;

const inputs = Array.from({ length: 64 }, (_, i) => ({
  programId: String(1000 + i),
  type: /** @type {const} */ ("Regular"),
  adId: String(700_000 + i),
  deepLink: `https://shop.example/products/item-${i}?color=blue&size=${i}&utm_source=newsletter`,
  mediaPartnerPropertyId: String(88_000 + i),
  subId1: `campaign-${i}`,
  subId2: "newsletter",
  subId3: `user_${i * 7919}`,
  sharedId: `s${i}`,
}));
const queries = inputs.map(
  ({ programId, type, adId, deepLink, mediaPartnerPropertyId, ...ids }) => ({
    programId,
    query: {
      Type: type,
      AdId: adId,
      DeepLink: deepLink,
      MediaPartnerPropertyId: mediaPartnerPropertyId,
      ...ids,
    },
  }),
);

/**
 * A deadline for those that have none of their own.
 *
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} run
 */
async function withDeadline(run) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), TIMEOUT);
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

const account = {
  Authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
  Accept: "application/json",
};

/** By hand: no checks, no retry, no reason. */
function byHand() {
  const prefix = `${baseUrl}/Mediapartners/${encodeURIComponent(accountSid)}/Programs/`;
  return (/** @type {number} */ index) =>
    withDeadline(async (signal) => {
      const { programId, query } = queries[index] ?? queries[0];
      const search = new URLSearchParams(query).toString();
      const response = await fetch(
        `${prefix}${encodeURIComponent(programId)}/TrackingLinks?${search}`,
        { method: "POST", headers: account, signal },
      );
      if (!response.ok) throw new Error(`${response.status}`);
      return response.json();
    });
}

function byOpenapiFetch() {
  /** @type {import("openapi-fetch").Client<import("../generated/openapi.ts").paths>} */
  const client = createClient({ baseUrl, fetch, headers: account });
  return (/** @type {number} */ index) =>
    withDeadline(async (signal) => {
      const { programId, query } = queries[index] ?? queries[0];
      const params = { path: { AccountSID: accountSid, ProgramId: programId }, query };
      const { data, response } = await client.POST(PATH, { params, signal });
      if (!response.ok) throw new Error(`${response.status}`);
      return data;
    });
}

function byClient() {
  const impact = createImpactClient({ accountSid, authToken, baseUrl, fetch, timeout: TIMEOUT });
  return (/** @type {number} */ index) =>
    impact.trackingLinks.create(inputs[index] ?? { programId: "" });
}

/** @type {Record<string, () => (index: number) => Promise<unknown>>} */
const ways = {
  raw: byHand,
  control: byHand,
  "openapi-fetch": byOpenapiFetch,
  client: byClient,
};

if (way === "server") {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, headers).end(body);
  });
  server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
} else {
  const call = ways[way]?.();
  if (call === undefined) throw new Error(`Expected one of ${Object.keys(ways).join(", ")}`);
  process.on("message", async ({ count, concurrency, settle }) => {
    let left = 0;
    const loop = async () => {
      while (left-- > 0) await call(left & 63);
    };
    const run = (/** @type {number} */ most) => {
      left = most;
      return Promise.all(Array.from({ length: concurrency }, loop));
    };
    // What other processes did meanwhile has emptied the caches.
    await run(Math.ceil(count / 10));
    if (settle) globalThis.gc?.();
    const { heapUsed } = process.memoryUsage();
    const before = process.cpuUsage();
    const started = performance.now();
    await run(count);
    const us = ((performance.now() - started) * 1000) / count;
    const { user, system } = process.cpuUsage(before);
    const bytes = (process.memoryUsage().heapUsed - heapUsed) / count;
    process.send?.({ us, cpu: (user + system) / count, bytes });
  });
}
process.on("disconnect", () => process.exit(0));
