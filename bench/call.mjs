/**
 * What one `create` costs, beside a fetch by hand and a bare openapi-fetch: npm run bench
 *
 * Each way has a process of its own, and all take turns in short slices, so that ratios compare the same minutes. A
 * round's figure is the lower quartile of its slices, and what is shown is the median of the rounds. `control` is the
 * fetch by hand once more: its distance from 1.00 is what the noise is worth.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { median, quantile } from "./statistics.mjs";

const ROUNDS = Number(process.env["ROUNDS"] ?? 5);
const WAYS = ["raw", "control", "openapi-fetch", "client"];
const child = fileURLToPath(new URL("call-child.mjs", import.meta.url));

/** @typedef {{ us: number, cpu: number, bytes: number }} Figures */

/**
 * @param {readonly string[]} args
 * @param {readonly string[]} [execArgv]
 */
const start = ([way = "", ...rest], execArgv = []) =>
  fork(child, [way === "control" ? "raw" : way, ...rest], {
    execArgv: [...execArgv],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });

/**
 * @param {import("node:child_process").ChildProcess} kid
 * @param {{ count: number, concurrency: number, settle?: boolean }} slice
 * @returns {Promise<Figures>}
 */
async function measure(kid, slice) {
  kid.send(slice);
  const [figures] = await once(kid, "message");
  return figures;
}

/**
 * @param {string | undefined} baseUrl
 * @param {{ warm: number, count: number, concurrency: number, slices: number }} plan
 */
async function compare(baseUrl, { warm, count, concurrency, slices }) {
  const kids = WAYS.map((way) => start(baseUrl === undefined ? [way] : [way, baseUrl]));
  for (const kid of kids) await measure(kid, { count: warm, concurrency });
  /** @type {Figures[][]} a list of rounds for each way */
  const rounds = WAYS.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    /** @type {Figures[][]} */
    const seen = WAYS.map(() => []);
    for (let slice = 0; slice < slices; slice++) {
      const order = WAYS.map((_, index) => (index + slice + round) % WAYS.length);
      if (slice % 2) order.reverse();
      for (const index of order) {
        const kid = kids[index];
        if (kid) seen[index]?.push(await measure(kid, { count, concurrency }));
      }
    }
    seen.forEach((figures, index) => {
      const of = (/** @type {"us" | "cpu"} */ key) =>
        quantile(
          figures.map((each) => each[key]),
          0.25,
        );
      rounds[index]?.push({ us: of("us"), cpu: of("cpu"), bytes: 0 });
    });
  }
  for (const kid of kids) kid.kill();
  return rounds;
}

/**
 * @param {Figures[][]} rounds
 * @param {number} way
 * @param {"us" | "cpu"} figure
 */
function against(rounds, way, figure) {
  const ratios = (rounds[way] ?? []).map(
    (each, round) => each[figure] / (rounds[0]?.[round]?.[figure] ?? NaN),
  );
  return median(ratios);
}

/**
 * @param {Figures[][]} rounds
 * @param {number} way
 * @param {"us" | "cpu"} figure
 */
const typical = (rounds, way, figure) => median((rounds[way] ?? []).map((each) => each[figure]));

/** @param {readonly (string | number)[]} cells */
const row = (cells) => console.log(`| ${cells.join(" | ")} |`);

console.log(
  `Node ${process.version}, ${cpus()[0]?.model}, ${cpus().length} cores, ${ROUNDS} rounds`,
);

console.log("\n### One call on a fake fetch\n");
const fake = await compare(undefined, { warm: 15_000, count: 1000, concurrency: 1, slices: 12 });
/** @type {number[]} */
const bytes = [];
for (const way of WAYS) {
  // A young generation that holds a whole slice: nothing is collected while it is counted.
  const kid = start(
    [way],
    ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"],
  );
  await measure(kid, { count: 15_000, concurrency: 1 });
  const samples = [];
  for (let i = 0; i < 5; i++) {
    samples.push((await measure(kid, { count: 1200, concurrency: 1, settle: true })).bytes);
  }
  bytes.push(median(samples));
  kid.kill();
}
row(["way", "µs", "÷ raw", "CPU ÷ raw", "KiB", "÷ raw"]);
row(["---", "---:", "---:", "---:", "---:", "---:"]);
WAYS.forEach((way, index) => {
  row([
    way,
    typical(fake, index, "us").toFixed(1),
    against(fake, index, "us").toFixed(2),
    against(fake, index, "cpu").toFixed(2),
    ((bytes[index] ?? NaN) / 1024).toFixed(1),
    ((bytes[index] ?? NaN) / (bytes[0] ?? NaN)).toFixed(2),
  ]);
});

const server = start(["server"]);
const [address] = await once(server, "message");
for (const concurrency of [10, 100]) {
  console.log(`\n### Over loopback HTTP, ${concurrency} at once\n`);
  const plan = { warm: 5000, count: 1000, concurrency, slices: 8 };
  const net = await compare(`http://127.0.0.1:${address.port}`, plan);
  row(["way", "requests/s", "÷ raw", "CPU µs", "÷ raw"]);
  row(["---", "---:", "---:", "---:", "---:"]);
  WAYS.forEach((way, index) => {
    row([
      way,
      Math.round(1e6 / typical(net, index, "us")),
      (1 / against(net, index, "us")).toFixed(2),
      typical(net, index, "cpu").toFixed(0),
      against(net, index, "cpu").toFixed(2),
    ]);
  });
}
server.kill();
