/** One way of making a link, in a process of its own that takes turns with others: see call.mjs */
import { createServer } from "node:http";

const [, , way = "", served] = process.argv;

const body = '{"TrackingURL":"https://example.sjv.io/c/1234567/890123/4567?subId1=newsletter"}';
const headers = { "Content-Type": "application/json", "Content-Length": String(body.length) };

/** @type {import("./ways/way.d.ts").Input[]} */
const inputs = Array.from({ length: 64 }, (_, i) => {
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

if (way === "server") {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, headers).end(body);
  });
  server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
} else {
  const { default: make } = await import(`./ways/${way}.mjs`);
  const call = make({
    accountSid: "IRbench12345",
    authToken: "bench-token-0123456789",
    baseUrl: served ?? "http://127.0.0.1:9",
    fetch: served ? globalThis.fetch : async () => new Response(body, { headers }),
  });
  process.on("message", async ({ count, concurrency, settle }) => {
    let left = 0;
    const loop = async () => {
      while (left-- > 0) await call(inputs[left & 63]);
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
