// Measures the size of bundles with size-limit.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { SizeResults } from "./results.ts";

export function measureSize(): SizeResults {
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const output = execFileSync("npm", ["exec", "size-limit", "--", "--json"], {
    cwd,
    encoding: "utf8",
  });
  const sizes = JSON.parse(output) as SizeResults;
  return sizes.map(({ name, size }) => ({ name, size }));
}
