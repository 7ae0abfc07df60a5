/**
 * Whether the registry knows of an advisory against what the package needs at run time.
 *
 *     npm run audit
 *
 * Exit code 0: it knows of none. 1: it does. 2: it gave no answer, as offline, or where a mirror has no advisories.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** @typedef {{ kind: "none" | "advisories" | "no answer", lines: string[] }} Audit */

/**
 * @param {string} root
 * @returns {Audit}
 */
export function audit(root) {
  const args = ["audit", "--omit=dev", "--json", "--fetch-retries=0"];
  const { stdout, stderr } = spawnSync("npm", args, { cwd: root, encoding: "utf8" });
  /** @type {{ vulnerabilities?: Record<string, { severity: string, via: (string | { url: string })[] }>, message?: string, error?: { summary?: string } }} */
  const answer = parsed(stdout);
  if (answer.vulnerabilities === undefined) {
    const why = answer.message ?? answer.error?.summary ?? stderr.trim().split("\n")[0];
    return { kind: "no answer", lines: [`The registry gave no answer about advisories: ${why}`] };
  }
  const lines = Object.entries(answer.vulnerabilities).map(([name, { severity, via }]) => {
    const reasons = via.map((each) => (typeof each === "string" ? each : each.url));
    return `${name} (${severity}): ${reasons.join(", ")}`;
  });
  if (lines.length > 0) return { kind: "advisories", lines };
  return {
    kind: "none",
    lines: ["The registry knows of no advisory against a runtime dependency."],
  };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { kind, lines } = audit(fileURLToPath(new URL("..", import.meta.url)));
  (kind === "none" ? console.log : console.error)(lines.join("\n"));
  process.exitCode = { none: 0, advisories: 1, "no answer": 2 }[kind];
}
