/** Measures what a fresh process spends until its first link, and on `impact-links --help`: npm run bench */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { compiled } from "./children.ts";
import { median } from "./statistics.ts";
import { printTable } from "./table.ts";
import { ways } from "./ways/index.ts";

const SAMPLES = Number(process.env["ROUNDS"] ?? 5) * 8;
const command = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

const program = (way: string) => `
  const start = performance.now();
  const { createWay } = await import(${JSON.stringify(compiled(`ways/${way}`))});
  const imported = performance.now();
  const call = createWay({
    accountSid: "IRbench12345",
    authToken: "bench-token-0123456789",
    baseUrl: "http://127.0.0.1:9",
    fetch: async () => new Response('{"TrackingURL":"https://example.sjv.io/c/1/2/3"}'),
  });
  await call({ programId: "1", query: { subId1: "a" }, params: { programId: "1", subId1: "a" } });
  process.stdout.write(JSON.stringify([imported - start, performance.now() - start]));
`;

function run(...args: string[]) {
  const start = performance.now();
  const output = execFileSync(process.execPath, args, { encoding: "utf8" });
  return { output, ms: performance.now() - start };
}

interface Samples {
  readonly way: string;
  readonly imports: number[];
  readonly firsts: number[];
}
const samples = Object.keys(ways).map((way): Samples => ({ way, imports: [], firsts: [] }));
const bare: number[] = [];
const help: number[] = [];
for (let sample = 0; sample < SAMPLES; sample++) {
  const first = sample % samples.length;
  for (const { way, imports, firsts } of [...samples.slice(first), ...samples.slice(0, first)]) {
    const { output } = run("--input-type=module", "-e", program(way));
    const [imported, called]: number[] = JSON.parse(output);
    imports.push(imported ?? NaN);
    firsts.push(called ?? NaN);
  }
  bare.push(run("-e", "0").ms);
  help.push(run(command, "--help").ms);
}

console.log("\n### A fresh process\n");
const columns = [
  samples.map(({ imports }) => median(imports)),
  samples.map(({ firsts }) => median(firsts)),
];
printTable(
  ["way", "import ms", "÷ raw", "import and first call ms", "÷ raw"],
  samples.map(({ way }, row) => [
    way,
    ...columns.flatMap((ms) => [
      (ms[row] ?? NaN).toFixed(1),
      ((ms[row] ?? NaN) / (ms[0] ?? NaN)).toFixed(2),
    ]),
  ]),
);
console.log(
  `\n\`impact-links --help\`: ${median(help).toFixed(0)} ms; \`node -e 0\`: ${median(bare).toFixed(0)} ms`,
);
