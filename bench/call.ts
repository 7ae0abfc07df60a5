// Compares one `create` call with a fetch by hand and with similar clients.

import { start, startServer } from "./children.ts";
import type { CallResults, HttpResults } from "./results.ts";
import { median } from "./statistics.ts";
import { compareOverHttp, measure, takeTurns, type Ways } from "./turns.ts";

// Two groups, because more processes in turn would evict each other's data from the CPU's caches.
const own = (...rest: string[]): Ways => ({
  raw: ["raw", ...rest],
  control: ["raw", ...rest],
  "openapi-fetch": ["openapi-fetch", ...rest],
  client: ["client", ...rest],
});
const peers = (...rest: string[]): Ways => ({
  raw: ["raw", ...rest],
  ky: ["ky", ...rest],
  octokit: ["octokit", ...rest],
  axios: ["axios", ...rest],
});

/** Returns the bytes that one call allocates. */
async function allocations(args: readonly string[]) {
  // The young generation holds a whole slice, so no garbage is collected while the slice is measured.
  const memory = ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"];
  const child = start("call-child", [...args], memory);
  await measure(child, { count: 15_000, concurrency: 1 });
  const samples: number[] = [];
  for (let i = 0; i < 5; i++) {
    samples.push((await measure(child, { count: 1200, concurrency: 1, settle: true })).bytes);
  }
  child.disconnect();
  return median(samples);
}

/** Measures one call on a fake fetch. */
export async function measureCall(): Promise<CallResults> {
  const plan = { warm: 15_000, count: 1000, concurrency: 1, slices: 16 };
  const calls = await takeTurns(own(), plan);
  calls.push(...(await takeTurns(peers(), plan)).slice(1));
  const bytes = new Map<string, number>();
  for (const [way, args] of Object.entries({ ...own(), ...peers() })) {
    bytes.set(way, await allocations(args));
  }
  return calls.map((call) => ({ ...call, bytes: bytes.get(call.way) ?? NaN }));
}

/** Measures calls over loopback HTTP. */
export async function measureHttp(): Promise<HttpResults> {
  const { baseUrl, server } = await startServer("http");
  try {
    const plan = { warm: 5000, count: 1000, slices: 8 };
    const { at10, at100 } = await compareOverHttp(own(baseUrl), plan);
    const others = await compareOverHttp(peers(baseUrl), plan);
    return {
      at10: [...at10, ...others.at10.slice(1)],
      at100: [...at100, ...others.at100.slice(1)],
    };
  } finally {
    server.disconnect();
  }
}
