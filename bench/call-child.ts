/**
 * Creates links in slices, on request of its parent:
 *
 *     node call-child.mjs <way> [<base URL> [<module with undiciFetch>]]
 */
import { ways, type WayName } from "./ways/index.ts";
import type { Input } from "./ways/way.ts";

export interface Slice {
  readonly count: number;
  readonly concurrency: number;
  /** Collects garbage before the slice, so that `bytes` counts its allocations. */
  readonly settle?: boolean;
}

/** Averages over the calls of a slice. */
export interface Figures {
  readonly us: number;
  readonly cpu: number;
  readonly bytes: number;
}

const [, , name, baseUrl, fetchModule] = process.argv;

const inputs = Array.from({ length: 64 }, (_, i): Input => {
  const programId = String(1000 + i);
  const adId = String(700_000 + i);
  const deepLink = `https://shop.example/products/item-${i}?color=blue&size=${i}&utm_source=newsletter`;
  const mediaPartnerPropertyId = String(88_000 + i);
  const ids = {
    subId1: `campaign-${i}`,
    subId2: "newsletter",
    subId3: `user_${i * 7919}`,
    sharedId: `s${i}`,
  };
  return {
    programId,
    query: {
      Type: "Regular",
      AdId: adId,
      DeepLink: deepLink,
      MediaPartnerPropertyId: mediaPartnerPropertyId,
      ...ids,
    },
    params: { programId, type: "Regular", adId, deepLink, mediaPartnerPropertyId, ...ids },
  };
});

async function chooseFetch(): Promise<typeof fetch> {
  if (fetchModule !== undefined) return (await import(fetchModule)).undiciFetch;
  if (baseUrl !== undefined) return fetch;
  const body = '{"TrackingURL":"https://example.sjv.io/c/1234567/890123/4567?subId1=newsletter"}';
  const headers = { "Content-Type": "application/json", "Content-Length": String(body.length) };
  return async () => new Response(body, { headers });
}

const { createWay } = await ways[name as WayName](); // the parent passes only these names
const call = createWay({
  accountSid: "IRbench12345",
  authToken: "bench-token-0123456789",
  baseUrl: baseUrl ?? "http://127.0.0.1:9",
  fetch: await chooseFetch(),
});

async function run(count: number, concurrency: number) {
  let left = count;
  const loop = async () => {
    while (left-- > 0) {
      const input = inputs[left & 63];
      if (input) await call(input);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
}

process.on("message", async ({ count, concurrency, settle }: Slice) => {
  // Warms up: other processes have evicted this one's data from the CPU's caches.
  await run(Math.ceil(count / 10), concurrency);
  if (settle) globalThis.gc?.();
  const { heapUsed } = process.memoryUsage();
  const before = process.cpuUsage();
  const started = performance.now();
  await run(count, concurrency);
  const us = ((performance.now() - started) * 1000) / count;
  const { user, system } = process.cpuUsage(before);
  const bytes = (process.memoryUsage().heapUsed - heapUsed) / count;
  process.send?.({ us, cpu: (user + system) / count, bytes } satisfies Figures);
});
process.on("disconnect", () => process.exit(0));
