// Reports a run on stderr: its counts (tally.ts), a bar on a terminal, and elsewhere a line now and then.

import type { Quota } from "../../index.ts";
import { say, show, type Io } from "../io.ts";
import { doneNow, doneOf, formatCount, type Tally } from "./tally.ts";

/** A snapshot for the report. */
export interface Moment {
  readonly now: number;
  readonly quota: Quota | undefined;
  readonly reserve: number;
}

/** When the run will be done at its present speed. Undefined if the quota may not suffice, or too little is known. */
export function estimate(tally: Tally, { now, quota, reserve }: Moment): Date | undefined {
  const done = doneNow(tally) - tally.since.done;
  const left = tally.total - doneOf(tally);
  if (done <= 0 || left <= 0 || tally.waitingUntil !== undefined) return undefined;
  if (quota?.remaining !== undefined && left > quota.remaining - reserve) return undefined;
  return new Date(now + (left * Math.max(0, now - tally.since.time)) / done);
}

/** "14:05", with the date if it is not today. */
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

/** Characters. */
const SHORTEST_BAR = 6;
const LONGEST_BAR = 30;
/** Of a terminal on which the bar is less important than its numbers. */
const NARROW = 30;

/** As many parts as fit, after a bar if there is room for one. */
export function barLine(tally: Tally, moment: Moment, width: number, isColoured: boolean): string {
  const [first = "", ...others] = describe(tally, moment);
  const room = width < NARROW ? width : width - SHORTEST_BAR - 1;
  let text = first;
  for (const part of others) {
    // A narrow terminal, too, has to say why nothing moves.
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
/** It turns while the run waits, too: who sees nothing move takes the run for stuck. */
const SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
/** Characters beside the bar: the spinner, and the "^C" of a terminal, which would break the line. */
const MARGIN = 5;

const LINE_EVERY = 30_000;

/** A bar on a terminal; elsewhere a line from time to time, if it differs from the last one. */
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
    /** Says at once how it stands. Does nothing unless it was started. */
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
