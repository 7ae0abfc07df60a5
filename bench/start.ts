// Measures how long a fresh process takes to import a way and create its first link, and to run `impact-links --help`.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { compiled } from "./children.ts";
import type { StartResults } from "./results.ts";
import { median } from "./statistics.ts";
import { ROUNDS } from "./turns.ts";
import { ways } from "./ways/index.ts";

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

export function measureStart(): StartResults {
  const samples = Object.keys(ways).map((way) => ({
    way,
    imports: [] as number[],
    firsts: [] as number[],
  }));
  const bare: number[] = [];
  const help: number[] = [];
  for (let sample = 0; sample < ROUNDS * 8; sample++) {
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
  return {
    ways: samples.map(({ way, imports, firsts }) => ({
      way,
      importMs: median(imports),
      firstCallMs: median(firsts),
    })),
    helpMs: median(help),
    bareMs: median(bare),
  };
}
