/** Measures one `create` beside a fetch by hand and plain openapi-fetch: npm run bench */
import { cpus } from "node:os";
import { start, startServer } from "./children.ts";
import { median } from "./statistics.ts";
import { printTable } from "./table.ts";
import { compareOverHttp, measure, ROUNDS, takeTurns, type Ways } from "./turns.ts";

const ways = (...rest: string[]): Ways => ({
  raw: ["raw", ...rest],
  control: ["raw", ...rest],
  "openapi-fetch": ["openapi-fetch", ...rest],
  client: ["client", ...rest],
});

/** Bytes that one call allocates. */
async function allocations(args: readonly string[]) {
  // A young generation that holds a whole slice: nothing is collected while it is counted.
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

console.log(
  `Node ${process.version}, ${cpus()[0]?.model}, ${cpus().length} cores, ${ROUNDS} rounds`,
);

console.log("\n### One call on a fake fetch\n");
const calls = await takeTurns(ways(), { warm: 15_000, count: 1000, concurrency: 1, slices: 12 });
const bytes: number[] = [];
for (const args of Object.values(ways())) bytes.push(await allocations(args));
printTable(
  ["way", "µs", "÷ raw", "CPU ÷ raw", "KiB", "÷ raw"],
  calls.map(({ way, us, usRatio, cpuRatio }, index) => [
    way,
    us.toFixed(1),
    usRatio.toFixed(2),
    cpuRatio.toFixed(2),
    ((bytes[index] ?? NaN) / 1024).toFixed(1),
    ((bytes[index] ?? NaN) / (bytes[0] ?? NaN)).toFixed(2),
  ]),
);

const { baseUrl, server } = await startServer("http");
await compareOverHttp(ways(baseUrl), { warm: 5000, count: 1000, slices: 8 });
server.disconnect();
