import * as fc from "fast-check";
import { beforeEach, expect, test, vi } from "vitest";
import {
  barLine,
  clock,
  createProgress,
  describe as partsOf,
  estimate,
  type Moment,
} from "../src/cli/progress/progress.ts";
import {
  count,
  createTally,
  doneOf,
  observe,
  summarize,
  type Tally,
} from "../src/cli/progress/tally.ts";
import type { Io } from "../src/cli/io.ts";
import type { Status } from "../src/cli/outcome.ts";

const NOW = new Date(2026, 10, 22, 12, 0, 0).getTime();
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

type Parts = Partial<Omit<Tally, "counts" | "codes">> & { counts?: Partial<Tally["counts"]> };

/** Of a run that began so many milliseconds ago. */
const tallyOf = ({ total = 100, counts, ...rest }: Parts = {}, ran = 0): Tally => {
  const tally = createTally(total);
  tally.since = { time: NOW - ran, done: 0 };
  Object.assign(tally.counts, counts);
  return Object.assign(tally, rest);
};

type Seen = Partial<{ limit: number; remaining: number; resetIn: number }>;

const momentOf = (seen?: Seen, reserve = 0): Moment => ({
  now: NOW,
  reserve,
  quota: seen && {
    limit: seen.limit,
    remaining: seen.remaining,
    resetAt: seen.resetIn === undefined ? undefined : new Date(NOW + seen.resetIn),
    observedAt: new Date(NOW),
  },
});

/** Milliseconds from now. */
const left = (tally: Tally, moment: Moment): number | undefined => {
  const date = estimate(tally, moment);
  return date && date.getTime() - NOW;
};

test("there is no estimate before the first row is done, or after the last one", () => {
  expect(left(tallyOf({}, SECOND), momentOf())).toBe(undefined);
  expect(left(tallyOf({ before: 50, counts: { created: 50 } }, SECOND), momentOf())).toBe(
    undefined,
  );
  expect(left(tallyOf({ counts: { created: 100 } }, SECOND), momentOf())).toBe(undefined);
  expect(left(tallyOf({ total: 0 }), momentOf())).toBe(undefined);
});

test.each<[string, Parts, Moment, number | undefined]>([
  ["assumes the present speed", { counts: { created: 50 } }, momentOf(), 10 * SECOND],
  [
    "does not count rows of earlier runs as done in this one",
    { before: 40, counts: { created: 50 } },
    momentOf(),
    50 * SECOND,
  ],
  [
    "measures the speed since the last wait for the quota",
    { counts: { created: 50 }, since: { time: NOW - SECOND, done: 40 } },
    momentOf(),
    5 * SECOND,
  ],
  [
    "does not wait for a quota that is enough",
    { counts: { created: 50 } },
    momentOf({ limit: 1000, remaining: 950, resetIn: 30 * MINUTE }),
    10 * SECOND,
  ],
  [
    "is undefined if the quota may not be enough",
    { total: 1500, counts: { created: 1000 } },
    momentOf({ limit: 1000, remaining: 499, resetIn: 30 * MINUTE }),
    undefined,
  ],
  [
    "leaves the reserve of the quota to others",
    { total: 2000, counts: { created: 1500 } },
    momentOf({ limit: 1000, remaining: 500, resetIn: 30 * MINUTE }, 1),
    undefined,
  ],
  [
    "is undefined while the run waits",
    { total: 200, counts: { created: 100 }, waitingUntil: new Date(NOW + 5 * MINUTE) },
    momentOf(),
    undefined,
  ],
])("an estimate %s", (_, parts, moment, expected) => {
  expect(left(tallyOf(parts, 10 * SECOND), moment)).toBe(expected);
});

test("an estimate is a time that is not before now, whatever was counted", () => {
  const number = (max: number) => fc.integer({ min: 0, max });
  fc.assert(
    fc.property(
      fc.record({
        created: number(1000),
        failed: number(1000),
        before: number(500),
        more: number(100_000),
        ran: number(HOUR),
        reserve: number(1500),
        wait: fc.option(number(HOUR), { nil: undefined }),
        limit: fc.option(number(1000), { nil: undefined }),
        remaining: fc.option(number(1000), { nil: undefined }),
        resetIn: fc.option(fc.integer({ min: -HOUR, max: HOUR }), { nil: undefined }),
      }),
      ({ created, failed, before, more, ran, reserve, wait, ...quota }) => {
        const parts = {
          total: created + failed + more,
          before: Math.min(before, created),
          counts: { created, failed },
          waitingUntil: wait === undefined ? undefined : new Date(NOW + wait),
        };
        const seen = Object.fromEntries(
          Object.entries(quota).filter(([, value]) => value !== undefined),
        ) as Seen;
        const date = estimate(tallyOf(parts, ran), momentOf(seen, reserve));
        if (date === undefined) return;
        expect(date.getTime()).not.toBeNaN();
        expect(date.getTime()).toBeGreaterThanOrEqual(NOW);
      },
    ),
    { numRuns: 1000 },
  );
});

test("a request ends the wait, and the speed is measured from then on", () => {
  const tally = tallyOf({ before: 3, counts: { created: 50 } }, HOUR);
  const until = new Date(NOW);
  observe(tally, { type: "wait", cause: "quota", time: NOW - MINUTE, delay: MINUTE, until });
  expect(tally.waitingUntil).toBe(until);
  const about = { id: "1", attempt: 1, method: "POST", url: "https://api.example/" };
  observe(tally, { type: "request", time: NOW, ...about });
  observe(tally, { type: "request", time: NOW + SECOND, ...about });
  expect(tally).toMatchObject({ waitingUntil: undefined, since: { time: NOW, done: 47 } });
});

test("a time of another day is told with its day", () => {
  expect(clock(new Date(2026, 10, 22, 9, 5), NOW)).toBe("09:05");
  expect(clock(new Date(2026, 10, 22, 23, 59, 59), NOW)).toBe("23:59");
  expect(clock(new Date(2026, 10, 23, 0, 0), NOW)).toBe("2026-11-23 00:00");
  expect(clock(new Date(2027, 0, 2, 9, 5), NOW)).toBe("2027-01-02 09:05");
});

test("a line of progress begins with the rows that are done, and leaves out what is not there", () => {
  expect(partsOf(tallyOf(), momentOf())).toEqual(["0/100"]);
  expect(partsOf(tallyOf({ total: 0 }), momentOf())).toEqual(["0/0"]);
});

test("a line of progress names all there is, the most important first", () => {
  const tally = tallyOf({
    total: 12_000,
    counts: { created: 1000, reused: 2000, failed: 12, unknown: 1 },
    waitingUntil: new Date(NOW + 30 * MINUTE),
  });
  const seen = { limit: 1000, remaining: 0, resetIn: 30 * MINUTE };
  expect(partsOf(tally, momentOf(seen))).toEqual([
    "3,013/12,000",
    "waiting for the quota until 12:30",
    "12 failed",
    "1 unknown",
    "2,000 reused",
    "quota 0/1,000",
  ]);
});

test("a line of progress tells what is left of a quota of which no limit is known", () => {
  expect(partsOf(tallyOf(), momentOf({ remaining: 1234 }))).toEqual(["0/100", "quota 1,234"]);
  expect(partsOf(tallyOf(), momentOf({ limit: 1234 }))).toEqual(["0/100"]);
});

const halfDone = tallyOf({ counts: { created: 48, failed: 2 } }, 100 * MINUTE);
const noWait = momentOf({ limit: 1000, remaining: 950, resetIn: HOUR });

test.each([
  [100, "███████████████░░░░░░░░░░░░░░░ 50/100 · 2 failed · done by 13:40 · quota 950/1,000"],
  [60, "█████░░░░░ 50/100 · 2 failed · done by 13:40 · quota 950/1,000"],
  [40, "███░░░ 50/100 · 2 failed · done by 13:40"],
  [30, "██████░░░░░░ 50/100 · 2 failed"],
  [20, "50/100 · 2 failed"],
  [10, "50/100"],
  [4, "50/1"],
])("a line on a terminal of %i characters has as much as there is room for", (width, line) => {
  const plain = barLine(halfDone, noWait, width, false);
  expect(plain.length).toBeLessThanOrEqual(width);
  if (width !== 60) expect(plain).toBe(line);
  else expect(plain).toMatch(/^(?:[█░]+ )?50\/100 · 2 failed · done by 13:40 · quota 950\/1,000$/);
});

test("a line on a terminal is coloured in the bar alone", () => {
  expect(barLine(halfDone, noWait, 30, true)).toBe(
    "\u001b[36m██████░░░░░░\u001b[39m 50/100 · 2 failed",
  );
});

test("a line on a terminal is full when all is done, or there is nothing to do", () => {
  const done = tallyOf({ counts: { created: 100 } });
  expect(barLine(done, momentOf(), 20, false)).toBe("████████████ 100/100");
  expect(barLine(tallyOf({ total: 0 }), momentOf(), 20, false)).toBe("████████████████ 0/0");
});

// The wait is why nothing moves: who does not see it takes the run for stuck.
test.each([120, 60, 40, 30])(
  "a line on a terminal of %i characters says that the run waits, and until when",
  (width) => {
    const waiting = tallyOf({
      total: 10_000,
      counts: { created: 1000, failed: 2 },
      waitingUntil: new Date(NOW + 30 * MINUTE),
    });
    const quota = { limit: 1000, remaining: 0, resetIn: 30 * MINUTE };
    const line = barLine(waiting, momentOf(quota), width - 1, false);
    expect(line).toMatch(/wait.*12:30/);
    expect(line.length).toBeLessThan(width);
  },
);

test("a line on a terminal never is longer than the terminal is wide, whatever it says", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 0, max: 2_000_000 }),
      fc.integer({ min: 0, max: 2_000_000 }),
      fc.boolean(),
      (width, created, more, waits) => {
        const some = tallyOf({
          total: created + more,
          counts: { created },
          waitingUntil: waits ? new Date(NOW + 30 * HOUR) : undefined,
        });
        const quota = { limit: 1000, remaining: 7, resetIn: HOUR };
        const plain = barLine(some, momentOf(quota), width, false);
        expect(plain.length).toBeLessThanOrEqual(width);
        // oxlint-disable-next-line no-control-regex
        const coloured = barLine(some, momentOf(quota), width, true);
        expect(coloured.replaceAll("\u001b[36m", "").replaceAll("\u001b[39m", "")).toBe(plain);
      },
    ),
  );
});

test("a summary names what became of the rows, and the codes of failures, the most frequent first", () => {
  const tally = createTally(12_345);
  const rows: [times: number, ...outcome: [Status, string?]][] = [
    [12_000, "created"],
    [300, "reused"],
    [3, "failed", "not_found"],
    [41, "failed", "invalid_input"],
    [1, "unknown", "connection"],
  ];
  for (const [times, status, errorCode] of rows) {
    for (let row = 0; row < times; row++) {
      count(tally, errorCode === undefined ? { status } : { status, errorCode });
    }
  }
  expect(doneOf(tally)).toBe(12_345);
  expect(summarize(tally)).toBe(
    "12,345 rows: 12,000 created, 300 reused, 44 failed, 1 unknown\n" +
      "  invalid_input: 41\n  not_found: 3\n  connection: 1\n",
  );
});

test("a summary of one row, and of none", () => {
  expect(summarize(tallyOf({ total: 1, counts: { created: 1 } }))).toBe("1 row: 1 created\n");
  expect(summarize(createTally(0))).toBe("0 rows: nothing to do\n");
});

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
function watch(stderr: { isTTY?: boolean; columns?: number }, env: Record<string, string> = {}) {
  const trace: string[] = [];
  const tally = tallyOf();
  const io: Io = {
    stdin: (async function* () {})(),
    stdout: { write: (_, done) => done(new Error("Nothing of this belongs on stdout")) },
    stderr: {
      ...stderr,
      write: (text, done) => {
        trace.push(`${Date.now() - NOW} ${text}`);
        done();
      },
    },
    env,
    signal: new AbortController().signal,
  };
  const moment = () => ({ now: Date.now(), quota: undefined, reserve: 0 });
  return { progress: createProgress(io, tally, moment), tally, trace };
}

test("progress on a terminal redraws one line, in which something always moves, and takes it away", () => {
  const { progress, tally, trace } = watch({ isTTY: true, columns: 21 });
  progress.start();
  vi.advanceTimersByTime(250);
  tally.counts.created++;
  vi.advanceTimersByTime(250);
  progress.stop();
  vi.advanceTimersByTime(1000);
  const bar = "\u001b[36m░░░░░░░░░░\u001b[39m";
  expect(trace).toEqual([
    `100 \r⠙ ${bar} 0/100\u001b[K`,
    `200 \r⠹ ${bar} 0/100\u001b[K`,
    `300 \r⠸ ${bar} 1/100\u001b[K`,
    `400 \r⠼ ${bar} 1/100\u001b[K`,
    `500 \r⠴ ${bar} 1/100\u001b[K`,
    "500 \r\u001b[K",
  ]);
});

test("progress on a terminal with NO_COLOR has no colour", () => {
  const { progress, trace } = watch({ isTTY: true, columns: 21 }, { NO_COLOR: "1" });
  progress.start();
  vi.advanceTimersByTime(100);
  expect(trace).toEqual(["100 \r⠙ ░░░░░░░░░░ 0/100\u001b[K"]);
  progress.stop();
});

test.each([undefined, 0])(
  "progress on a terminal of a width that is not known (%j) takes 80",
  (columns) => {
    const { progress, trace } = watch(
      columns === undefined ? { isTTY: true } : { isTTY: true, columns },
      { NO_COLOR: "1" },
    );
    progress.start();
    vi.advanceTimersByTime(100);
    expect(trace).toEqual([`100 \r⠙ ${"░".repeat(30)} 0/100\u001b[K`]);
    progress.stop();
  },
);

test("progress on a terminal that was not yet drawn on leaves nothing", () => {
  const { progress, trace } = watch({ isTTY: true, columns: 21 });
  progress.start();
  vi.advanceTimersByTime(99);
  progress.stop();
  expect(trace).toEqual([]);
});

test.each<[string, { isTTY?: boolean }, Record<string, string>]>([
  ["in a file or a pipe", {}, {}],
  ["on a dumb terminal", { isTTY: true }, { TERM: "dumb" }],
])("progress %s is a line now and then, if there is news", (_, stderr, env) => {
  const { progress, tally, trace } = watch(stderr, env);
  progress.start();
  vi.advanceTimersByTime(29_999);
  tally.counts.failed = 7;
  vi.advanceTimersByTime(1);
  vi.advanceTimersByTime(60_000);
  tally.waitingUntil = new Date(NOW + 30 * MINUTE);
  progress.note();
  progress.note();
  progress.stop();
  vi.advanceTimersByTime(60_000);
  expect(trace).toEqual([
    "30000 impact-links: 7/100 · 7 failed · done by 12:07\n",
    "60000 impact-links: 7/100 · 7 failed · done by 12:14\n",
    "90000 impact-links: 7/100 · 7 failed · done by 12:21\n",
    "90000 impact-links: 7/100 · waiting for the quota until 12:30 · 7 failed\n",
  ]);
});

test("progress off a terminal says little: an hour of waiting takes one line", () => {
  const { progress, tally, trace } = watch({});
  tally.waitingUntil = new Date(NOW + HOUR);
  progress.start();
  progress.note();
  vi.advanceTimersByTime(HOUR);
  progress.stop();
  expect(trace).toEqual(["0 impact-links: 0/100 · waiting for the quota until 13:00\n"]);
});
