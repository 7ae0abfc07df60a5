import type { Quota } from "../index.ts";
import { WINDOW } from "../tracking-links/many/quota-limiter.ts";
import type { Outcome } from "./journal.ts";
import { say, type Io } from "./io.ts";

/** What a run has come to. */
export interface Tally {
  readonly total: number;
  /** Rows finished in earlier runs. */
  before: number;
  readonly counts: Record<Outcome["status"], number>;
  readonly codes: Map<string, number>;
  /** Answers that counted against the quota, in this run. */
  calls: number;
  /** Milliseconds that were waited for the quota, in waits that are over. */
  waited: number;
  /** Until when the run waits for the quota. */
  waitingUntil: Date | undefined;
}

export function createTally(total: number): Tally {
  const counts = { created: 0, reused: 0, failed: 0, unknown: 0 };
  return {
    total,
    before: 0,
    counts,
    codes: new Map(),
    calls: 0,
    waited: 0,
    waitingUntil: undefined,
  };
}

export function count({ counts, codes }: Tally, { status, errorCode }: Outcome): void {
  counts[status]++;
  if (errorCode !== undefined) codes.set(errorCode, (codes.get(errorCode) ?? 0) + 1);
}

export function doneOf({ counts }: Tally): number {
  return counts.created + counts.reused + counts.failed + counts.unknown;
}

/** What is known at one moment. */
export interface Moment {
  readonly now: number;
  /** When this run began to send. */
  readonly startedAt: number;
  readonly quota: Quota | undefined;
  readonly reserve: number;
}

/**
 * When the run will be done: as fast as it went until now, and no faster than the quota allows. Undefined while
 * too little is known.
 */
export function estimate(
  tally: Tally,
  { now, startedAt, quota, reserve }: Moment,
): Date | undefined {
  const done = doneOf(tally) - tally.before;
  const left = tally.total - doneOf(tally);
  if (done <= 0 || left <= 0) return undefined;
  const calls = Math.ceil((left * tally.calls) / done);
  const isWaiting = tally.waitingUntil !== undefined;
  const from = Math.max(now, tally.waitingUntil?.getTime() ?? 0);
  // While it waits nothing is answered, and the wait is no part of how fast it goes.
  const worked = isWaiting ? (quota?.observedAt.getTime() ?? now) : now;
  const pace = tally.calls > 0 ? Math.max(0, worked - startedAt - tally.waited) / tally.calls : 0;
  const { limit, remaining, resetAt } = quota ?? {};
  if (limit === undefined || remaining === undefined || resetAt === undefined) {
    return new Date(from + calls * pace);
  }
  const window = Math.max(1, limit - reserve);
  const first = resetAt.getTime() > now ? Math.max(0, remaining - reserve) : window;
  const later = calls - first;
  if (later <= 0) return new Date(from + calls * pace);
  const full = Math.ceil(later / window) - 1;
  return new Date(
    Math.max(from, resetAt.getTime()) +
      full * WINDOW +
      (later - full * window) * Math.min(pace, WINDOW / window),
  );
}

const number = (value: number): string => value.toLocaleString("en-US");

/** "14:05", and the day if it is another one. */
export function clock(time: Date, now: number): string {
  const pad = (value: number): string => String(value).padStart(2, "0");
  const text = `${pad(time.getHours())}:${pad(time.getMinutes())}`;
  if (time.toDateString() === new Date(now).toDateString()) return text;
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())} ${text}`;
}

/** The parts of a line of progress, the most important first. */
export function describe(tally: Tally, moment: Moment): string[] {
  const { counts, total, waitingUntil } = tally;
  const { quota, now } = moment;
  const eta = estimate(tally, moment);
  const of = quota?.limit === undefined ? "" : `/${number(quota.limit)}`;
  return [
    `${number(doneOf(tally))}/${number(total)}`,
    waitingUntil && `waiting for the quota until ${clock(waitingUntil, now)}`,
    counts.failed > 0 && `${number(counts.failed)} failed`,
    counts.unknown > 0 && `${number(counts.unknown)} unknown`,
    eta && `done by ${clock(eta, now)}`,
    counts.reused > 0 && `${number(counts.reused)} reused`,
    quota?.remaining !== undefined && `quota ${number(quota.remaining)}${of}`,
  ].filter((part): part is string => typeof part === "string");
}

/** Why nothing moves is told on a narrow terminal, too. */
function shorter(part: string): string[] {
  const [, time] = /^waiting .* until (.*)$/.exec(part) ?? [];
  return time === undefined ? [part] : [part, `waiting until ${time}`, `wait ${time}`];
}

/** As many parts as fit, after a bar if there is room for one. */
export function barLine(tally: Tally, moment: Moment, width: number, isColoured: boolean): string {
  const [first = "", ...others] = describe(tally, moment);
  let text = first;
  for (const part of others) {
    const fitting = shorter(part).find((each) => text.length + each.length + 3 <= width);
    if (fitting !== undefined) text += ` · ${fitting}`;
  }
  const room = Math.min(30, width - text.length - 1);
  if (room < 10) return text.slice(0, width);
  const share = tally.total === 0 ? 1 : doneOf(tally) / tally.total;
  const full = Math.floor(share * room);
  const bar = `${"█".repeat(full)}${"░".repeat(room - full)}`;
  return `${isColoured ? `\u001b[36m${bar}\u001b[39m` : bar} ${text}`;
}

/** Rows by what became of them, and failures by their codes. */
export function summarize(tally: Tally): string {
  const { counts, codes, total } = tally;
  const parts = (["created", "reused", "failed", "unknown"] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `${number(counts[status])} ${status}`);
  const rows = total === 1 ? "row" : "rows";
  const lines = [...codes]
    .sort(([, a], [, b]) => b - a)
    .map(([code, rowsOfIt]) => `  ${code}: ${number(rowsOfIt)}\n`);
  return `${number(total)} ${rows}: ${parts.join(", ") || "nothing to do"}\n${lines.join("")}`;
}

export interface Progress {
  start(): void;
  /** Something of note has happened: off a terminal, a line says so now. */
  note(): void;
  stop(): void;
}

const REDRAW = 100;
const LINE_EVERY = 30_000;

/** A bar on a terminal; elsewhere a line now and then. */
export function createProgress(io: Io, tally: Tally, moment: () => Moment): Progress {
  const { stderr, env } = io;
  const isTerminal = stderr.isTTY === true && env["TERM"] !== "dumb";
  const isColoured = isTerminal && !env["NO_COLOR"];
  let timer: NodeJS.Timeout | undefined;
  let said = "";
  const draw = (): void => {
    const line = barLine(tally, moment(), (stderr.columns || 80) - 1, isColoured);
    if (line !== said) void say(io, `\r${line}\u001b[K`);
    said = line;
  };
  const tell = (): void => {
    const line = describe(tally, moment()).join(" · ");
    if (line !== said) void say(io, `impact-links: ${line}\n`);
    said = line;
  };
  return {
    start() {
      timer = setInterval(isTerminal ? draw : tell, isTerminal ? REDRAW : LINE_EVERY);
    },
    note: () => (isTerminal ? draw() : tell()),
    stop() {
      clearInterval(timer);
      if (isTerminal && said !== "") void say(io, "\r\u001b[K");
    },
  };
}
