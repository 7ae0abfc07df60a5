import type { ImpactEvent } from "../../index.ts";
import { STATUSES, type Outcome, type Status } from "../outcome.ts";

/** The counts of a run. */
export interface Tally {
  readonly total: number;
  /** Rows that earlier runs have finished. */
  before: number;
  readonly counts: Record<Status, number>;
  readonly codes: Map<string, number>;
  /** Since when the speed is measured: the start, or the end of the last wait for the quota. */
  since: { readonly time: number; readonly done: number };
  /** When the present wait ends. */
  waitingUntil: Date | undefined;
}

export function createTally(total: number): Tally {
  return {
    total,
    before: 0,
    counts: { created: 0, reused: 0, failed: 0, unknown: 0 },
    codes: new Map(),
    since: { time: Date.now(), done: 0 },
    waitingUntil: undefined,
  };
}

export function count({ counts, codes }: Tally, { status, errorCode }: Outcome): void {
  counts[status]++;
  if (errorCode !== undefined) codes.set(errorCode, (codes.get(errorCode) ?? 0) + 1);
}

/** Keeps when a wait for the quota begins and ends. */
export function observe(tally: Tally, event: ImpactEvent): void {
  if (event.type === "wait" && event.cause !== "backoff") tally.waitingUntil = event.until;
  if (event.type !== "request" || tally.waitingUntil === undefined) return;
  tally.waitingUntil = undefined;
  tally.since = { time: event.time, done: doneNow(tally) };
}

export function doneOf({ counts }: Tally): number {
  return counts.created + counts.reused + counts.failed + counts.unknown;
}

/** Rows that this run has finished. */
export function doneNow(tally: Tally): number {
  return doneOf(tally) - tally.before;
}

export function hasFailures({ counts }: Tally): boolean {
  return counts.failed + counts.unknown > 0;
}

export const formatCount = (value: number): string => value.toLocaleString("en-US");

/** The rows by status, and the failures by code. */
export function summarize({ counts, codes, total }: Tally): string {
  const parts = STATUSES.filter((status) => counts[status] > 0).map(
    (status) => `${formatCount(counts[status])} ${status}`,
  );
  const rows = total === 1 ? "row" : "rows";
  const lines = [...codes]
    .sort(([, a], [, b]) => b - a)
    .map(([code, rowsOfIt]) => `  ${code}: ${formatCount(rowsOfIt)}\n`);
  return `${formatCount(total)} ${rows}: ${parts.join(", ") || "nothing to do"}\n${lines.join("")}`;
}
