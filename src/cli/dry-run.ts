import { isImpactError } from "../index.ts";
import { checkParams } from "../tracking-links/params.ts";
import { createRecent } from "../lru.ts";
import { keyOf, REMEMBERED, splitIds } from "../tracking-links/dedupe-key.ts";
import type { ColumnMap } from "./columns.ts";
import { EXIT, write, type Io } from "./io.ts";
import type { Table } from "./table.ts";

/** The vendor's documented quota: https://integrations.impact.com/partner-api-reference/readme/rate-limits */
const QUOTA = 1000;

export interface PlanOptions {
  readonly appendIds: boolean;
  readonly quotaReserve: number;
}

/** `--dry-run`: what a run would do, and which rows it would refuse. Nothing is sent. */
export async function plan(
  table: Table,
  columns: ColumnMap,
  { appendIds, quotaReserve }: PlanOptions,
  io: Io,
): Promise<number> {
  // As a run would: it forgets what it has not seen for long.
  const seen = createRecent<true>(REMEMBERED);
  let calls = 0;
  let vanity = 0;
  let invalid = 0;
  for await (const { line, cells, problem } of table.rows()) {
    const found = problem ?? columns.problemIn(cells) ?? check(cells);
    if (found === undefined) continue;
    invalid++;
    await write(io.stdout, `line ${line}: ${found}\n`);
  }
  function check(cells: readonly unknown[]): string | undefined {
    const params = columns.readParams(cells);
    try {
      checkParams(params);
      const key = keyOf(appendIds ? splitIds(params).base : params);
      if (seen.get(key)) return undefined;
      seen.set(key, true);
      calls++;
      if (params.type === "Vanity") vanity++;
      return undefined;
    } catch (error) {
      if (isImpactError(error)) return error.message;
      throw error;
    }
  }
  const perHour = QUOTA - quotaReserve;
  const hours = perHour > 0 ? Math.max(0, Math.ceil(calls / perHour) - 1) : Infinity;
  const lines = [
    `rows: ${table.count}`,
    `invalid rows: ${invalid}`,
    `calls needed: ${calls}`,
    `vanity links needed: ${vanity}`,
    `time at ${QUOTA} calls an hour${quotaReserve > 0 ? `, ${quotaReserve} of them left for others` : ""}: ${
      hours === 0 ? "less than an hour" : hours === Infinity ? "for ever" : `${hours} h`
    }`,
  ];
  await write(io.stdout, `${lines.join("\n")}\n`);
  return invalid > 0 ? EXIT.usage : EXIT.done;
}
