/**
 * What `createMany` and `impact-links bulk` cost, side by side in one run: npm run bench
 *
 * Each figure is the median of some rounds, each in a process of its own, the ways taking turns; ratios are to the
 * plain loops of the same run. `npm run build` first.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./statistics.mjs";

const ROUNDS = Number(process.env["ROUNDS"] ?? 5);
const child = fileURLToPath(new URL("bulk-child.mjs", import.meta.url));
const command = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "impact-bench-"));

// The pool by itself is no part of the package.
const pool = join(folder, "create-many.mjs");
const quiet = { cwd: root, stdio: /** @type {const} */ ("ignore") };
execFileSync(
  "npx",
  ["rolldown", "src/tracking-links/many/create-many.ts", "--format", "esm", "--file", pool],
  quiet,
);

/**
 * @typedef {{ us: number, rss: number, growth: number }} Figures
 * @param {string} way
 * @param {number} count
 * @returns {Figures}
 */
const run = (way, count, env = {}) =>
  JSON.parse(
    execFileSync(process.execPath, ["--expose-gc", child, way, String(count)], {
      env: { ...process.env, POOL: pool, ...env },
      encoding: "utf8",
    }),
  );

/**
 * @param {string[]} ways
 * @param {number} count
 */
function compare(ways, count) {
  const figures = new Map(ways.map((way) => [way, /** @type {Figures[]} */ ([])]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ways) figures.get(way)?.push(run(way, count));
  }
  return new Map(
    [...figures].map(([way, each]) => [
      way,
      { us: median(each.map(({ us }) => us)), rss: median(each.map(({ rss }) => rss)) },
    ]),
  );
}

console.log(`Node ${process.version}, ${cpus()[0]?.model}, ${ROUNDS} rounds\n`);

console.log("Over a call that does nothing, µs for each of 300,000 inputs beyond plain loops");
const idle = compare(["idle loops", "idle p-map", "idle createMany"], 300_000);
const floor = idle.get("idle loops")?.us ?? NaN;
for (const [way, { us }] of idle) console.log(`  ${way.padEnd(20)} ${(us - floor).toFixed(2)}`);

console.log("\n100,000 links on a fake fetch: µs for each, peak RSS, ratio to ten plain loops");
const fake = compare(["loops", "p-map", "createMany", "createMany, reuse"], 100_000);
const base = fake.get("loops");
for (const [way, { us, rss }] of fake) {
  const ratio = (rss / (base?.rss ?? NaN)).toFixed(2);
  console.log(`  ${way.padEnd(20)} ${us.toFixed(1)} µs  ${rss.toFixed(0)} MiB  ${ratio}`);
}

const million = run("million", 1_000_000);
console.log("\n1,000,000 distinct inputs through createMany with reuse");
console.log(`  heap growth from 10 % to 100 %: ${million.growth.toFixed(1)} MB`);

console.log("\n100,000 rows over loopback HTTP");
const server = spawn(process.execPath, [child, "server", "0"], {
  stdio: ["ignore", "pipe", "inherit"],
});
const [port] = await once(server.stdout, "data");
const env = {
  IMPACT_ACCOUNT_SID: "IRbench",
  IMPACT_AUTH_TOKEN: "bench-token",
  IMPACT_BASE_URL: `http://127.0.0.1:${String(port).trim()}`,
};
try {
  const input = join(folder, "in.csv");
  let text = "programId,deepLink,subId1,sku\n";
  for (let i = 0; i < 100_000; i++) text += `1000,https://shop.example/p/${i},n${i},sku-${i}\n`;
  writeFileSync(input, text);
  /** @type {number[]} */ const direct = [];
  /** @type {number[]} */ const bulk = [];
  /** @type {number[]} */ const peaks = [];
  for (let round = 0; round < Math.ceil(ROUNDS / 2); round++) {
    direct.push(run("http", 100_000, env).us);
    const args = ["bulk", input, "--out", join(folder, `out-${round}.csv`), "--silent"];
    const started = performance.now();
    const running = spawn(process.execPath, ["--import", peak(folder), command, ...args], {
      env: { ...process.env, ...env },
      stdio: "inherit",
    });
    const [code] = await once(running, "exit");
    if (code !== 0) throw new Error(`bulk ended with ${code}`);
    bulk.push(((performance.now() - started) * 1000) / 100_000);
    peaks.push(Number(readFileSync(join(folder, "peak"), "utf8")) / 1024);
  }
  const share = (median(direct) / median(bulk)) * 100;
  console.log(`  createMany ${median(direct).toFixed(0)} µs for each`);
  console.log(
    `  bulk, start and journal included, ${median(bulk).toFixed(0)} µs: ${share.toFixed(0)} % of its throughput`,
  );
  console.log(`  bulk peak RSS ${median(peaks).toFixed(0)} MiB`);
} finally {
  server.kill();
  rmSync(folder, { recursive: true });
}

/**
 * A module that writes down the peak RSS when the process ends.
 *
 * @param {string} to
 */
function peak(to) {
  const file = join(to, "peak.mjs");
  const out = JSON.stringify(join(to, "peak"));
  writeFileSync(
    file,
    `import { writeFileSync } from "node:fs";
process.on("exit", () => writeFileSync(${out}, String(process.resourceUsage().maxRSS)));`,
  );
  return file;
}
