// Measures `createMany` and `impact-links bulk`. Each figure except the heap growth is the median of several rounds.
// Each run has its own process, and the ways take turns.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Figures } from "./bulk-child.ts";
import { compiled, startServer } from "./children.ts";
import type { CommandResults, ManyResults } from "./results.ts";
import { median } from "./statistics.ts";
import { ROUNDS } from "./turns.ts";

const child = fileURLToPath(compiled("bulk-child"));
const command = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const LINKS = 100_000;

function run(way: string, count: number, env: NodeJS.ProcessEnv = process.env): Figures {
  const args = ["--expose-gc", child, way, String(count)];
  return JSON.parse(execFileSync(process.execPath, args, { env, encoding: "utf8" }));
}

/** Measures ways to create many links on a fake fetch, 10 in flight. */
export function measureMany(): ManyResults {
  const figures = ["loops", "p-map", "createMany", "createMany, reuse"].map(
    (way): { way: string; rounds: Figures[] } => ({ way, rounds: [] }),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const { way, rounds } of figures) rounds.push(run(way, LINKS));
  }
  return {
    ways: figures.map(({ way, rounds }) => ({
      way,
      us: median(rounds.map(({ us }) => us)),
      rss: median(rounds.map(({ rss }) => rss)),
    })),
    growth: run("growth", 1_000_000).growth,
  };
}

/** Measures `createMany` and `impact-links bulk` over loopback HTTP. */
export async function measureCommand(): Promise<CommandResults> {
  const folder = mkdtempSync(join(tmpdir(), "impact-bench-"));
  const { baseUrl, server } = await startServer("http");
  const env = {
    ...process.env,
    IMPACT_ACCOUNT_SID: "IRbench",
    IMPACT_AUTH_TOKEN: "bench-token",
    IMPACT_BASE_URL: baseUrl,
  };
  try {
    const input = join(folder, "in.csv");
    let text = "programId,deepLink,subId1,sku\n";
    for (let i = 0; i < LINKS; i++) text += `1000,https://shop.example/p/${i},n${i},sku-${i}\n`;
    writeFileSync(input, text);

    // Preloaded into the command. Writes its peak RSS on exit.
    const peakFile = join(folder, "peak");
    const writePeak = join(folder, "peak.mjs");
    writeFileSync(
      writePeak,
      `import { writeFileSync } from "node:fs";
process.on("exit", () => writeFileSync(${JSON.stringify(peakFile)}, String(process.resourceUsage().maxRSS)));`,
    );

    const direct: number[] = [];
    const bulk: number[] = [];
    const peaks: number[] = [];
    for (let round = 0; round < Math.ceil(ROUNDS / 2); round++) {
      direct.push(run("http", LINKS, env).us);
      const args = ["bulk", input, "--out", join(folder, `out-${round}.csv`), "--silent"];
      const started = performance.now();
      const running = spawn(process.execPath, ["--import", writePeak, command, ...args], {
        env,
        stdio: "inherit",
      });
      const [code] = await once(running, "exit");
      if (code !== 0) throw new Error(`bulk ended with ${code}`);
      bulk.push(((performance.now() - started) * 1000) / LINKS);
      peaks.push(Number(readFileSync(peakFile, "utf8")) / 1024);
    }
    return { directUs: median(direct), bulkUs: median(bulk), rss: median(peaks) };
  } finally {
    server.disconnect();
    rmSync(folder, { recursive: true });
  }
}
