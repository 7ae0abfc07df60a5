/** Compares the requests that two versions of the project send. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { diffArrays } from "diff";
import type { WireCall } from "./wire-calls.ts";

/** The lines that differ in each call (none if all are equal), or the reason why they are unknown. */
export type WireDiff = { lines: string[] } | { unknown: string };

/**
 * @param before the folder of the present version
 * @param after the folder of the next version
 */
export async function wireDiff(before: string, after: string): Promise<WireDiff> {
  const [old, next] = await Promise.all([requestsOf(before), requestsOf(after)]);
  if (typeof old === "string") return { unknown: `the present src/ does not run: ${old}` };
  if (typeof next === "string") return { unknown: `the next src/ does not run: ${next}` };
  const calls = new Map<string, string[]>();
  for (const [index, { call, lines }] of old.entries()) {
    const changes = diffArrays(lines, next[index]?.lines ?? []).flatMap((part) =>
      part.added || part.removed
        ? part.value.map((line) => `  ${part.added ? "+" : "-"} ${line}`)
        : [],
    );
    if (changes.length === 0) continue;
    const key = changes.join("\n");
    calls.set(key, [...(calls.get(key) ?? []), call]);
  }
  const lines = [...calls].flatMap(([changes, [first = "", ...others]]) => [
    others.length > 0 ? `${first} and ${others.length} more` : first,
    ...changes.split("\n"),
  ]);
  return { lines };
}

/** @returns a message if src/ does not run */
function requestsOf(folder: string): Promise<WireCall[] | string> {
  const script = fileURLToPath(new URL("wire-calls.ts", import.meta.url));
  const args = ["--import", import.meta.resolve("tsx"), script, folder];
  // Leaves out the settings of the maintainer's own client.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("IMPACT_")),
  );
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) return resolve(JSON.parse(stdout) as WireCall[]);
      const reason = /^\w*Error\b.*/m.exec(stderr)?.[0] ?? stderr.trim().split("\n").at(-1);
      resolve(reason || error.message);
    });
  });
}
