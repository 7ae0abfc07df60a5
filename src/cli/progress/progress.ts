// Reports the progress of a run on stderr: a bar on a terminal, otherwise a line every 30 seconds. tally.ts keeps the
// counts.

import type { Quota } from "../../index.ts";
import { say, show, type Io } from "../io.ts";
import { doneNow, doneOf, formatCount, type Tally } from "./tally.ts";

/** A snapshot for the report. */
export interface Moment {
  readonly now: number;
  readonly quota: Quota | undefined;
  readonly reserve: number;
}

/** Estimates when the run ends at its present speed. Undefined if the quota may not suffice, or too little is known. */
export function estimate(tally: Tally, { now, quota, reserve }: Moment): Date | undefined {
  const done = doneNow(tally) - tally.since.done;
  const remaining = tally.total - doneOf(tally);
  if (done <= 0 || remaining <= 0 || tally.waitingUntil !== undefined) return undefined;
  if (quota?.remaining !== undefined && remaining > quota.remaining - reserve) return undefined;
  return new Date(now + (remaining * Math.max(0, now - tally.since.time)) / done);
}

/** Formats a time as "14:05", with the date if it is not today. */
export function clock(time: Date, now: number): string {
  const pad = (value: number): string => String(value).padStart(2, "0");
  const text = `${pad(time.getHours())}:${pad(time.getMinutes())}`;
  if (time.toDateString() === new Date(now).toDateString()) return text;
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())} ${text}`;
}

/** Returns the parts of a progress line, most important first. */
export function describe(tally: Tally, moment: Moment): string[] {
  const { counts, total, waitingUntil } = tally;
  const { quota, now } = moment;
  const eta = estimate(tally, moment);
  const limit = quota?.limit === undefined ? "" : `/${formatCount(quota.limit)}`;
  return [
    `${formatCount(doneOf(tally))}/${formatCount(total)}`,
    waitingUntil && `waiting for the quota until ${clock(waitingUntil, now)}`,
    counts.failed > 0 && `${formatCount(counts.failed)} failed`,
    counts.unknown > 0 && `${formatCount(counts.unknown)} unknown`,
    eta && `done by ${clock(eta, now)}`,
    counts.reused > 0 && `${formatCount(counts.reused)} reused`,
    quota?.remaining !== undefined && `quota ${formatCount(quota.remaining)}${limit}`,
  ].filter((part): part is string => typeof part === "string");
}

/** Widths in characters. */
const SHORTEST_BAR = 6;
const LONGEST_BAR = 30;
/** On a narrower terminal, numbers are more important than the bar. */
const NARROW = 30;

/** Returns as many parts as fit, after a bar if there is room. */
export function barLine(tally: Tally, moment: Moment, width: number, isColoured: boolean): string {
  const [first = "", ...others] = describe(tally, moment);
  const room = width < NARROW ? width : width - SHORTEST_BAR - 1;
  let text = first;
  for (const part of others) {
    // A narrow terminal must also show why the run waits.
    const forms = [part, part.replace(/^waiting .* until/, "wait")];
    const fitting = forms.find((each) => text.length + each.length + 3 <= room);
    if (fitting !== undefined) text += ` · ${fitting}`;
  }
  const length = Math.min(LONGEST_BAR, width - text.length - 1);
  if (length < SHORTEST_BAR) return text.slice(0, width);
  const share = tally.total === 0 ? 1 : doneOf(tally) / tally.total;
  const full = Math.floor(share * length);
  const bar = `${"█".repeat(full)}${"░".repeat(length - full)}`;
  return `${isColoured ? `\u001b[36m${bar}\u001b[39m` : bar} ${text}`;
}

const REDRAW_EVERY = 100;
/** Also turns while the run waits, so that the run does not look stuck. */
const SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
/** Characters reserved for the spinner, and for the "^C" that a terminal shows, which would otherwise wrap the line. */
const MARGIN = 5;

const LINE_EVERY = 30_000;

/** Draws a bar on a terminal. Elsewhere, prints a line every 30 seconds if it has changed. */
export function createProgress(io: Io, tally: Tally, moment: () => Moment) {
  const { stderr, env } = io;
  const isTerminal = stderr.isTTY === true && env["TERM"] !== "dumb";
  const isColoured = isTerminal && !env["NO_COLOR"];
  let timer: NodeJS.Timeout | undefined;
  let last = "";
  const draw = (): void => {
    const now = moment();
    const spinner = SPINNER[Math.floor(now.now / REDRAW_EVERY) % SPINNER.length];
    const line = isTerminal
      ? `${spinner} ${barLine(tally, now, (stderr.columns || 80) - MARGIN, isColoured)}`
      : describe(tally, now).join(" · ");
    if (line !== last) void (isTerminal ? show(stderr, `\r${line}\u001b[K`) : say(io, line));
    last = line;
  };
  return {
    start: (): void => void (timer = setInterval(draw, isTerminal ? REDRAW_EVERY : LINE_EVERY)),
    /** Reports immediately. Does nothing before `start`. */
    note: (): void => {
      if (timer !== undefined) draw();
    },
    stop: (): void => {
      clearInterval(timer);
      timer = undefined;
      if (isTerminal && last !== "") void show(stderr, "\r\u001b[K");
    },
  };
}
