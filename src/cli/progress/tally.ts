import type { ImpactEvent } from "../../index.ts";
import type { Outcome, Status } from "../outcome.ts";

export type Tally = ReturnType<typeof createTally>;

/** Creates the counts of a run. */
export function createTally(total: number) {
  return {
    total,
    /** Rows that were finished before this run. */
    before: 0,
    counts: { created: 0, reused: 0, failed: 0, unknown: 0 } satisfies Record<Status, number>,
    /** Rows without any text. */
    empty: 0,
    /** Rows with a link to the program's own page, in a file with deep links. */
    withoutDeepLink: 0,
    codes: new Map<string, number>(),
    /** Start of the speed measurement: the start of the run, or the end of the last wait for the quota. */
    since: { time: Date.now(), done: 0 },
    /** End of the present wait. */
    waitingUntil: undefined as Date | undefined,
  };
}

/** Counts a row. A row without text has no outcome. */
export function count(tally: Tally, outcome: Outcome | undefined, lacksDeepLink = false): void {
  if (outcome === undefined) {
    tally.empty++;
    return;
  }
  const { counts, codes } = tally;
  const { status, errorCode } = outcome;
  counts[status]++;
  if (lacksDeepLink && (status === "created" || status === "reused")) tally.withoutDeepLink++;
  if (errorCode !== undefined) codes.set(errorCode, (codes.get(errorCode) ?? 0) + 1);
}

/** Records when a wait for the quota begins and ends. */
export function observe(tally: Tally, event: ImpactEvent): void {
  if (event.type === "wait" && event.cause !== "backoff") tally.waitingUntil = event.until;
  if (event.type !== "request" || tally.waitingUntil === undefined) return;
  tally.waitingUntil = undefined;
  tally.since = { time: event.time, done: doneNow(tally) };
}

export function doneOf({ counts, empty }: Tally): number {
  return counts.created + counts.reused + counts.failed + counts.unknown + empty;
}

/** Returns the number of rows that this run has finished. */
export function doneNow(tally: Tally): number {
  return doneOf(tally) - tally.before;
}

export const formatCount = (value: number): string => value.toLocaleString("en-US");

export const formatRows = (rows: number): string =>
  `${formatCount(rows)} ${rows === 1 ? "row" : "rows"}`;

/** Formats the rows by status, and the failures by code. */
export function summarize({ counts, empty, withoutDeepLink, codes, total }: Tally): string {
  const parts = { ...counts, "without text": empty };
  const byStatus = Object.entries(parts)
    .flatMap(([name, rows]) => (rows > 0 ? [`${formatCount(rows)} ${name}`] : []))
    .join(", ");
  const byCode = [...codes].sort(([, a], [, b]) => b - a);
  const lines = byCode.map(([code, rows]) => `  ${code}: ${formatCount(rows)}\n`).join("");
  return `${formatRows(total)}: ${byStatus || "nothing to do"}\n${lines}${noteHomeLinks(withoutDeepLink)}`;
}

/** Formats a line about links without a deep link, which may be a mistake. Empty if there are none. */
export function noteHomeLinks(rows: number): string {
  if (rows === 0) return "";
  return `  without a deep link: ${formatCount(rows)} (they lead to the program's own page)\n`;
}
