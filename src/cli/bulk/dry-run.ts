import { isImpactError } from "../../index.ts";
import { EXIT, plain, write } from "../io.ts";
import { createRequestCache, requestOf } from "./request.ts";
import type { Job } from "./run.ts";

/** The vendor's documented quota: https://integrations.impact.com/partner-api-reference/readme/rate-limits */
const QUOTA = 1000;

/** `--dry-run`: names each row that a run would refuse, and counts the calls it would make. Sends nothing. */
export async function dryRun({ table, columns, options, io }: Job): Promise<number> {
  const { appendIds, quotaReserve } = options;
  const seen = createRequestCache<true>();
  const counts = { calls: 0, vanity: 0, invalid: 0 };
  for await (const { line, cells, problem = columns.problemIn(cells) } of table.rows()) {
    const request = problem ?? requestOf(columns.readParams(cells), appendIds);
    if (typeof request === "string" || isImpactError(request)) {
      counts.invalid++;
      const text = typeof request === "string" ? request : request.message;
      await write(io.stdout, `line ${line}: ${plain(text)}\n`);
    } else if (!seen.get(request.key)) {
      seen.set(request.key, true);
      counts.calls++;
      if (request.isVanity) counts.vanity++;
    }
  }
  const reserved = quotaReserve > 0 ? `, ${quotaReserve} of them reserved` : "";
  await write(
    io.stdout,
    `rows: ${table.count}\ninvalid rows: ${counts.invalid}\ncalls needed: ${counts.calls}\n` +
      `vanity links needed: ${counts.vanity}\n` +
      `time at ${QUOTA} calls an hour${reserved}: ${duration(counts.calls, QUOTA - quotaReserve)}\n`,
  );
  return counts.invalid > 0 ? EXIT.usage : EXIT.done;
}

function duration(calls: number, perHour: number): string {
  if (perHour <= 0) return "never done";
  // The first hour needs no wait.
  const hours = Math.max(0, Math.ceil(calls / perHour) - 1);
  return hours === 0 ? "less than an hour" : `${hours} h`;
}
