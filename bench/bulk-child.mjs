/** One way of making many links, in one process: node --expose-gc bulk-child.mjs <way> <count> */
import { createServer } from "node:http";
import { pMapIterable } from "p-map";
import { createImpactClient } from "../dist/index.js";

const [, , way = "", countText] = process.argv;
const count = Number(countText);
const concurrency = 10;

/** @typedef {import("../dist/index.js").CreateTrackingLinkParams} Params */

/**
 * @param {number} most
 * @returns {Generator<Params, void, undefined>}
 */
function* inputs(most) {
  for (let i = 0; i < most; i++) {
    yield { programId: "1000", deepLink: `https://shop.example/p/${i}`, subId1: `n${i}` };
  }
}

const body = '{"TrackingURL":"https://example.sjv.io/c/1/2/3"}';
const account = { accountSid: "IRbench", authToken: "bench-token" };
const fake = createImpactClient({
  ...account,
  fetch: () => new Promise((resolve) => setImmediate(() => resolve(new Response(body)))),
});

/**
 * @template T
 * @param {Iterable<T>} items
 * @param {(item: T) => Promise<unknown>} call
 */
async function loops(items, call) {
  const iterator = items[Symbol.iterator]();
  const loop = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await call(next.value);
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
}

/** The pool alone, over a call that does nothing: built from src/ by bulk.mjs. */
const { createMany: pool } = await import(process.env["POOL"] ?? "../dist/index.js");
const answer = { status: 200, value: { url: "https://example.sjv.io/c/1/2/3", raw: {} } };
const operation = {
  check: (/** @type {Params} */ { programId, subId1 }) => ({
    type: "Regular",
    programId,
    path: { ProgramId: programId },
    query: `?subId1=${subId1}`,
  }),
  send: () => Promise.resolve(answer),
};
const settings = {
  timeout: 30_000,
  maxRetries: 2,
  redact: (/** @type {unknown} */ value) => value,
};
const idleCall = (/** @type {Params} */ params) => operation.send(operation.check(params));

/**
 * @param {AsyncIterable<unknown>} results
 * @param {(count: number) => void} [look]
 */
async function drain(results, look) {
  let seen = 0;
  for await (const result of results) {
    if (typeof result === "object" && result !== null && "error" in result) throw result.error;
    look?.(++seen);
  }
}

const http = process.env["IMPACT_BASE_URL"] ? createImpactClient() : fake;
let growth = 0;

/** @type {Record<string, (most: number) => Promise<unknown>>} */
const ways = {
  loops: (most) => loops(inputs(most), (params) => fake.trackingLinks.create(params)),
  "p-map": (most) =>
    drain(
      pMapIterable(inputs(most), (params) => fake.trackingLinks.create(params), { concurrency }),
    ),
  createMany: (most) =>
    drain(fake.trackingLinks.createMany(inputs(most), { concurrency, reuse: false })),
  "createMany, reuse": (most) =>
    drain(fake.trackingLinks.createMany(inputs(most), { concurrency })),
  "idle loops": (most) => loops(inputs(most), idleCall),
  "idle p-map": (most) => drain(pMapIterable(inputs(most), idleCall, { concurrency })),
  "idle createMany": (most) =>
    drain(pool(operation, settings, () => undefined, inputs(most), { concurrency, reuse: false })),
  http: (most) => drain(http.trackingLinks.createMany(inputs(most))),
  million: (most) => {
    let early = 0;
    return drain(fake.trackingLinks.createMany(inputs(most)), (seen) => {
      if (seen !== most / 10 && seen !== most) return;
      globalThis.gc?.();
      const { heapUsed } = process.memoryUsage();
      if (seen === most) growth = (heapUsed - early) / 1e6;
      else early = heapUsed;
    });
  },
};

if (way === "server") {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "Content-Type": "application/json" }).end(body);
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    console.log(typeof address === "object" ? address?.port : address);
  });
} else {
  const run = ways[way];
  if (run === undefined) throw new Error(`Expected one of ${Object.keys(ways).join(", ")}`);
  if (way !== "million") await run(3000);
  const started = performance.now();
  await run(count);
  const us = ((performance.now() - started) * 1000) / count;
  const rss = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ us, rss, growth }));
  process.exit(0);
}
