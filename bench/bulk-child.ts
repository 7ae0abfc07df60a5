/** Creates many links in one way, then prints the time and memory: node --expose-gc bulk-child.mjs <way> <count> */
import { createImpactClient, type CreateTrackingLinkParams } from "impact-partner-client";
import { pMapIterable } from "p-map";

export interface Figures {
  readonly us: number;
  /** Peak RSS in MiB. */
  readonly rss: number;
  /** Heap growth from 10 % to 100 % of the inputs, in MB. */
  readonly growth: number;
}

const [, , way = "", total = ""] = process.argv;
const concurrency = 10;

function* inputs(count: number): Generator<CreateTrackingLinkParams, void, undefined> {
  for (let i = 0; i < count; i++) {
    yield { programId: "1000", deepLink: `https://shop.example/p/${i}`, subId1: `n${i}` };
  }
}

const body = '{"TrackingURL":"https://example.sjv.io/c/1/2/3"}';
const onFakeFetch = {
  accountSid: "IRbench",
  authToken: "bench-token",
  fetch: () => new Promise<Response>((resolve) => setImmediate(() => resolve(new Response(body)))),
};
// Over HTTP, the credentials and the base URL come from the environment.
const { trackingLinks } = createImpactClient(way === "http" ? {} : onFakeFetch);

async function drain(results: AsyncIterable<object>, onResult?: (seen: number) => void) {
  let seen = 0;
  for await (const result of results) {
    if ("error" in result) throw result.error;
    onResult?.(++seen);
  }
}

let growth = 0;
const ways: Readonly<Record<string, (count: number) => Promise<unknown>>> = {
  loops: (count) => {
    const items = inputs(count); // shared: each loop takes the next input
    const loop = async () => {
      for (let next = items.next(); !next.done; next = items.next()) {
        await trackingLinks.create(next.value);
      }
    };
    return Promise.all(Array.from({ length: concurrency }, loop));
  },
  "p-map": (count) =>
    drain(pMapIterable(inputs(count), (params) => trackingLinks.create(params), { concurrency })),
  createMany: (count) =>
    drain(trackingLinks.createMany(inputs(count), { concurrency, reuse: false })),
  "createMany, reuse": (count) => drain(trackingLinks.createMany(inputs(count), { concurrency })),
  http: (count) => drain(trackingLinks.createMany(inputs(count))),
  growth: (count) => {
    let early = 0;
    return drain(trackingLinks.createMany(inputs(count)), (seen) => {
      if (seen !== count / 10 && seen !== count) return;
      globalThis.gc?.();
      const { heapUsed } = process.memoryUsage();
      if (seen === count) growth = (heapUsed - early) / 1e6;
      else early = heapUsed;
    });
  },
};

const run = ways[way];
if (run === undefined) throw new Error(`Expected one of ${Object.keys(ways).join(", ")}`);
if (way !== "growth") await run(3000);
const started = performance.now();
await run(Number(total));
const us = ((performance.now() - started) * 1000) / Number(total);
const rss = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ us, rss, growth } satisfies Figures));
process.exit(0);
