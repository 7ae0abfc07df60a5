import { isImpactError } from "../../index.ts";
import { isFilled } from "../input/columns.ts";
import { EXIT, plain, write } from "../io.ts";
import { formatCount, noteHomeLinks } from "../progress/tally.ts";
import { createRequestCache, requestOf } from "./request.ts";
import type { Reusable } from "./reuse.ts";
import type { Job } from "./run.ts";

/** The vendor's documented quota: https://integrations.impact.com/partner-api-reference/readme/rate-limits */
const QUOTA = 1000;

/** `--dry-run`: lists invalid rows and counts the calls of a run. Sends nothing. */
export async function dryRun(job: Job, reusable: Reusable): Promise<number> {
  const { table, columns, options, io } = job;
  const { appendIds, quotaReserve, reuse } = options;
  const seen = createRequestCache<true>();
  const counts = { calls: 0, vanity: 0, invalid: 0, empty: 0, reused: 0, home: 0 };
  for await (const row of table.rows()) {
    const { line, cells, problem = columns.problemIn(cells) } = row;
    if (row.problem === undefined && !isFilled(cells)) {
      counts.empty++;
      continue;
    }
    const params = columns.readParams(cells);
    const request = problem ?? requestOf(params, appendIds);
    if (typeof request === "string" || isImpactError(request)) {
      counts.invalid++;
      const text = typeof request === "string" ? request : request.message;
      await write(io.stdout, `line ${line}: ${plain(text)}\n`);
      continue;
    }
    if (columns.lacksDeepLink(cells)) counts.home++;
    if (reusable.linkOf(params) !== undefined) {
      counts.reused++;
    } else if (!seen.get(request.key)) {
      seen.set(request.key, true);
      counts.calls++;
      if (request.isVanity) counts.vanity++;
    }
  }
  const reserved = quotaReserve > 0 ? `, ${formatCount(quotaReserve)} of them reserved` : "";
  const lines: [name: string, rows: number][] = [["rows", table.count]];
  if (counts.empty > 0) lines.push(["rows without text", counts.empty]);
  lines.push(["invalid rows", counts.invalid]);
  if (reuse.length > 0) lines.push(["rows whose link is reused", counts.reused]);
  lines.push(["calls needed", counts.calls], ["vanity links needed", counts.vanity]);
  const texts = lines.map(([name, rows]) => `${name}: ${formatCount(rows)}\n`);
  const time = duration(counts.calls, QUOTA - quotaReserve);
  await write(
    io.stdout,
    `${texts.join("")}time at ${formatCount(QUOTA)} calls an hour${reserved}: ${time}\n` +
      noteHomeLinks(counts.home).trimStart(),
  );
  return counts.invalid > 0 ? EXIT.usage : EXIT.done;
}

function duration(calls: number, perHour: number): string {
  if (perHour <= 0) return "never done";
  // The first hour needs no wait.
  const hours = Math.max(0, Math.ceil(calls / perHour) - 1);
  return hours === 0 ? "less than an hour" : `${hours} h`;
}
