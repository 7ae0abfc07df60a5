import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { closedPort } from "./sockets.ts";

export const redisIsMissing: boolean = spawnSync("redis-server", ["--version"]).error !== undefined;
export const REDIS_HINT = "no redis-server on the PATH (Debian: apt-get install redis-server)";
if (redisIsMissing) console.warn(`Tests with Redis do not run: ${REDIS_HINT}`);

/** A Redis without persistence, on a free port. */
export async function startRedis(): Promise<{ url: string; stop: () => Promise<void> }> {
  const data = mkdtempSync(join(tmpdir(), "impact-partner-client-redis-"));
  const port = await closedPort();
  const flags = `--port ${port} --bind 127.0.0.1 --appendonly no --dir ${data} --save`.split(" ");
  const child = spawn("redis-server", [...flags, ""], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface(child.stdout)) {
    if (line.includes("Ready to accept connections")) break;
  }
  child.stdout.resume();
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      child.kill("SIGKILL");
      await once(child, "exit");
      rmSync(data, { recursive: true, force: true });
    },
  };
}
