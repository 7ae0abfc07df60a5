/**
 * What a fresh process pays before its first link, and before `impact-links --help`: npm run bench
 *
 * Each sample is a process of its own, and the ways take turns. Milliseconds, medians.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "./statistics.mjs";

const SAMPLES = Number(process.env["ROUNDS"] ?? 5) * 8;
const WAYS = ["raw", "openapi-fetch", "client"];
const command = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

/** @param {string} way */
const program = (way) => `
  const start = performance.now();
  const { default: make } = await import(${JSON.stringify(new URL(`ways/${way}.mjs`, import.meta.url))});
  const imported = performance.now();
  const call = make({
    accountSid: "IRbench12345",
    authToken: "bench-token-0123456789",
    baseUrl: "http://127.0.0.1:9",
    fetch: async () => new Response('{"TrackingURL":"https://example.sjv.io/c/1/2/3"}'),
  });
  await call({ programId: "1", query: { subId1: "a" }, params: { programId: "1", subId1: "a" } });
  process.stdout.write(JSON.stringify([imported - start, performance.now() - start]));
`;

/** @param {readonly string[]} args */
function run(args) {
  const start = performance.now();
  const output = execFileSync(process.execPath, args, { encoding: "utf8" });
  return { output, ms: performance.now() - start };
}

const imports = WAYS.map(() => /** @type {number[]} */ ([]));
const firsts = WAYS.map(() => /** @type {number[]} */ ([]));
/** @type {number[]} */ const bare = [];
/** @type {number[]} */ const help = [];
for (let sample = 0; sample < SAMPLES; sample++) {
  WAYS.forEach((_, turn) => {
    const index = (turn + sample) % WAYS.length;
    const { output } = run(["--input-type=module", "-e", program(WAYS[index] ?? "")]);
    const [imported, first] = JSON.parse(output);
    imports[index]?.push(imported);
    firsts[index]?.push(first);
  });
  bare.push(run(["-e", "0"]).ms);
  help.push(run([command, "--help"]).ms);
}

console.log("\n### A fresh process\n");
console.log("| way | import ms | ÷ raw | import and first call ms | ÷ raw |");
console.log("| --- | ---: | ---: | ---: | ---: |");
WAYS.forEach((way, index) => {
  const cells = [imports, firsts].flatMap((each) => {
    const ms = median(each[index] ?? []);
    return [ms.toFixed(1), (ms / median(each[0] ?? [])).toFixed(2)];
  });
  console.log(`| ${way} | ${cells.join(" | ")} |`);
});
console.log(
  `\n\`impact-links --help\`: ${median(help).toFixed(0)} ms; \`node -e 0\`: ${median(bare).toFixed(0)} ms`,
);
