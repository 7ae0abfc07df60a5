// Reads the conditions of a run: date, machine, load and versions.

import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import type { Setting } from "./results.ts";
import { ROUNDS } from "./turns.ts";

export function readSetting(): Setting {
  const versionOf = (name: string): string => {
    const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url);
    return JSON.parse(readFileSync(manifest, "utf8")).version;
  };
  const packages = ["openapi-fetch", "ky", "@octokit/request", "axios", "undici", "p-map"].map(
    (name) => [name, versionOf(name)],
  );
  return {
    date: new Date().toISOString().slice(0, 10),
    rounds: ROUNDS,
    system: `${process.platform} ${process.arch}, ${cpus()[0]?.model.trim()}`,
    cores: cpus().length,
    load: loadavg()[0] ?? NaN,
    versions: {
      Node: process.versions.node,
      "Node's undici": process.versions["undici"] ?? "",
      ...Object.fromEntries(packages),
    },
  };
}
