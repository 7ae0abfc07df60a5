/**
 * Checks the npm registry for advisories against the runtime dependencies.
 *
 *     npm run audit
 *
 * Exit code 0: none. 1: some. 2: the registry did not respond, or it is a mirror without advisories.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { isMain } from "./is-main.ts";

export interface Audit {
  kind: "none" | "advisories" | "no answer";
  lines: string[];
}

interface NpmAudit {
  vulnerabilities?: Record<string, { severity: string; via: (string | { url: string })[] }>;
  message?: string;
  error?: { summary?: string };
}

export function audit(root: string): Audit {
  const args = ["audit", "--omit=dev", "--json", "--fetch-retries=0"];
  const { stdout, stderr } = spawnSync("npm", args, { cwd: root, encoding: "utf8" });
  const answer = parse(stdout);
  if (answer.vulnerabilities === undefined) {
    const why = answer.message ?? answer.error?.summary ?? stderr.trim().split("\n")[0];
    return { kind: "no answer", lines: [`The registry did not report on advisories: ${why}`] };
  }
  const lines = Object.entries(answer.vulnerabilities).map(([name, { severity, via }]) => {
    const reasons = via.map((each) => (typeof each === "string" ? each : each.url));
    return `${name} (${severity}): ${reasons.join(", ")}`;
  });
  if (lines.length > 0) return { kind: "advisories", lines };
  return {
    kind: "none",
    lines: ["No advisories against the runtime dependencies."],
  };
}

function parse(text: string): NpmAudit {
  try {
    return JSON.parse(text) as NpmAudit;
  } catch {
    return {};
  }
}

if (isMain(import.meta)) {
  const { kind, lines } = audit(fileURLToPath(new URL("..", import.meta.url)));
  (kind === "none" ? console.log : console.error)(lines.join("\n"));
  process.exitCode = { none: 0, advisories: 1, "no answer": 2 }[kind];
}
