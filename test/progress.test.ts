import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  barLine,
  clock,
  count,
  createProgress,
  createTally,
  describe as partsOf,
  doneOf,
  estimate,
  summarize,
  type Moment,
  type Tally,
} from "../src/cli/progress.ts";
import type { Io } from "../src/cli/io.ts";

const NOW = new Date(2026, 10, 22, 12, 0, 0).getTime();
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

type Parts = Partial<Omit<Tally, "counts" | "codes">> & { counts?: Partial<Tally["counts"]> };

const tallyOf = ({ total = 100, counts, ...rest }: Parts = {}): Tally => {
  const tally = createTally(total);
  Object.assign(tally.counts, counts);
  return Object.assign(tally, rest);
};

type Seen = Partial<{ limit: number; remaining: number; resetIn: number }>;

const momentOf = (ran: number, seen?: Seen, reserve = 0): Moment => ({
  now: NOW,
  startedAt: NOW - ran,
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

describe("an estimate", () => {
  test("is none before anything is done, and after everything is", () => {
    expect(left(tallyOf(), momentOf(SECOND))).toBe(undefined);
    expect(left(tallyOf({ before: 50, counts: { created: 50 } }), momentOf(SECOND))).toBe(
      undefined,
    );
    expect(left(tallyOf({ counts: { created: 100 } }), momentOf(SECOND))).toBe(undefined);
    expect(left(tallyOf({ total: 0 }), momentOf(0))).toBe(undefined);
  });

  test.each<[string, Parts, Moment, number]>([
    [
      "goes on as fast as until now",
      { counts: { created: 50 }, calls: 50 },
      momentOf(10 * SECOND),
      10 * SECOND,
    ],
    [
      "does not count rows of earlier runs as done in this one",
      { before: 40, counts: { created: 50 }, calls: 10 },
      momentOf(10 * SECOND),
      50 * SECOND,
    ],
    [
      "knows that many rows may need few calls",
      { counts: { created: 5, reused: 45 }, calls: 5 },
      momentOf(10 * SECOND),
      10 * SECOND,
    ],
    ["is now if nothing needs a call", { counts: { failed: 50 } }, momentOf(10 * SECOND), 0],
    [
      "does not wait for a quota that is enough",
      { counts: { created: 50 }, calls: 50 },
      momentOf(10 * SECOND, { limit: 1000, remaining: 950, resetIn: 30 * MINUTE }),
      10 * SECOND,
    ],
    [
      "waits for the next window, and does the rest then",
      { total: 1500, counts: { created: 1000 }, calls: 1000 },
      momentOf(100 * SECOND, { limit: 1000, remaining: 0, resetIn: 30 * MINUTE }),
      30 * MINUTE + 50 * SECOND,
    ],
    [
      "waits for as many windows as it takes",
      { total: 10_000, counts: { created: 1000 }, calls: 1000 },
      momentOf(100 * SECOND, { limit: 1000, remaining: 0, resetIn: 30 * MINUTE }),
      30 * MINUTE + 8 * HOUR + 100 * SECOND,
    ],
    [
      "leaves the reserve of each window to others",
      { total: 2000, counts: { created: 500 }, calls: 500 },
      momentOf(50 * SECOND, { limit: 1000, remaining: 500, resetIn: 30 * MINUTE }, 500),
      30 * MINUTE + 2 * HOUR + 50 * SECOND,
    ],
    [
      "begins a new window where the last one is over",
      { total: 200, counts: { created: 100 }, calls: 100 },
      momentOf(10 * SECOND, { limit: 1000, remaining: 0, resetIn: -1 }),
      10 * SECOND,
    ],
    [
      "waits out a pause of which no quota tells",
      {
        total: 200,
        counts: { created: 100 },
        calls: 100,
        waitingUntil: new Date(NOW + 5 * MINUTE),
      },
      momentOf(10 * SECOND),
      5 * MINUTE + 10 * SECOND,
    ],
  ])("%s", (_, parts, moment, expected) => {
    expect(left(tallyOf(parts), moment)).toBe(expected);
  });

  test("is never before the wait that goes on has ended", () => {
    const waitingUntil = new Date(NOW + 20 * MINUTE);
    const tally = tallyOf({ counts: { created: 50 }, calls: 50, waitingUntil });
    const quotas: (Seen | undefined)[] = [
      undefined,
      { limit: 1000, remaining: 950, resetIn: 30 * MINUTE },
      { limit: 1000, remaining: 0, resetIn: 10 * MINUTE },
      { limit: 1000, remaining: 10, resetIn: 10 * MINUTE },
    ];
    const tooEarly = quotas.filter(
      (seen) => (left(tally, momentOf(10 * SECOND, seen)) ?? 0) < 20 * MINUTE,
    );
    expect(tooEarly).toEqual([]);
  });

  test("does not move away while the run waits", () => {
    const at = (waited: number): number => {
      const resetAt = new Date(NOW + HOUR);
      const tally = tallyOf({
        total: 1500,
        counts: { created: 1000 },
        calls: 1000,
        waitingUntil: resetAt,
      });
      const quota = { limit: 1000, remaining: 0, resetAt, observedAt: new Date(NOW) };
      const now = NOW + waited;
      const moment = { now, startedAt: NOW - 100 * SECOND, quota, reserve: 0 };
      return (estimate(tally, moment)?.getTime() ?? 0) - NOW;
    };
    expect([0, 10 * MINUTE, 59 * MINUTE].map(at)).toEqual([
      HOUR + 50 * SECOND,
      HOUR + 50 * SECOND,
      HOUR + 50 * SECOND,
    ]);
  });

  test("is a time that is not before now, whatever was counted", () => {
    const number = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(
        fc.record({
          created: number(1000),
          failed: number(1000),
          before: number(500),
          more: number(100_000),
          calls: number(2000),
          ran: number(HOUR),
          reserve: number(1500),
          wait: fc.option(number(HOUR), { nil: undefined }),
          limit: fc.option(number(1000), { nil: undefined }),
          remaining: fc.option(number(1000), { nil: undefined }),
          resetIn: fc.option(fc.integer({ min: -HOUR, max: HOUR }), { nil: undefined }),
        }),
        ({ created, failed, before, more, calls, ran, reserve, wait, ...quota }) => {
          const tally = tallyOf({
            total: created + failed + more,
            before: Math.min(before, created),
            counts: { created, failed },
            calls,
            waitingUntil: wait === undefined ? undefined : new Date(NOW + wait),
          });
          const seen = Object.fromEntries(
            Object.entries(quota).filter(([, value]) => value !== undefined),
          ) as Seen;
          const date = estimate(tally, momentOf(ran, seen, reserve));
          if (date === undefined) return;
          expect(date.getTime()).not.toBeNaN();
          expect(date.getTime()).toBeGreaterThanOrEqual(NOW);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

test("a time of another day is told with its day", () => {
  expect(clock(new Date(2026, 10, 22, 9, 5), NOW)).toBe("09:05");
  expect(clock(new Date(2026, 10, 22, 23, 59, 59), NOW)).toBe("23:59");
  expect(clock(new Date(2026, 10, 23, 0, 0), NOW)).toBe("2026-11-23 00:00");
  expect(clock(new Date(2027, 0, 2, 9, 5), NOW)).toBe("2027-01-02 09:05");
});

describe("what is said of a run", () => {
  test("begins with the rows that are done, and leaves out what is not there", () => {
    expect(partsOf(tallyOf(), momentOf(0))).toEqual(["0/100"]);
    expect(partsOf(tallyOf({ total: 0 }), momentOf(0))).toEqual(["0/0"]);
  });

  test("names all there is, the most important first", () => {
    const tally = tallyOf({
      total: 12_000,
      counts: { created: 1000, reused: 2000, failed: 12, unknown: 1 },
      calls: 1000,
      waitingUntil: new Date(NOW + 30 * MINUTE),
    });
    const seen = { limit: 1000, remaining: 0, resetIn: 30 * MINUTE };
    expect(partsOf(tally, momentOf(100 * SECOND, seen))).toEqual([
      "3,013/12,000",
      "waiting for the quota until 12:30",
      "12 failed",
      "1 unknown",
      "done by 14:31",
      "2,000 reused",
      "quota 0/1,000",
    ]);
  });

  test("tells what is left of a quota of which no limit is known", () => {
    expect(partsOf(tallyOf(), momentOf(0, { remaining: 1234 }))).toEqual(["0/100", "quota 1,234"]);
    expect(partsOf(tallyOf(), momentOf(0, { limit: 1234 }))).toEqual(["0/100"]);
  });
});

describe("a line on a terminal", () => {
  const tally = tallyOf({ counts: { created: 48, failed: 2 }, calls: 50 });
  const moment = momentOf(100 * MINUTE, { limit: 1000, remaining: 950, resetIn: HOUR });

  test.each([
    [100, "███████████████░░░░░░░░░░░░░░░ 50/100 · 2 failed · done by 13:40 · quota 950/1,000"],
    [60, "██████░░░░░░░ 50/100 · 2 failed · done by 13:40 · quota 950/1,000"],
    [40, "50/100 · 2 failed · done by 13:40"],
    [30, "██████░░░░░░ 50/100 · 2 failed"],
    [20, "50/100 · 2 failed"],
    [10, "50/100"],
    [4, "50/1"],
  ])("of %i characters has as much as there is room for", (width, line) => {
    const plain = barLine(tally, moment, width, false);
    expect(plain.length).toBeLessThanOrEqual(width);
    if (width !== 60) expect(plain).toBe(line);
    else
      expect(plain).toMatch(/^(?:[█░]+ )?50\/100 · 2 failed · done by 13:40 · quota 950\/1,000$/);
  });

  test("is coloured in the bar alone", () => {
    expect(barLine(tally, moment, 30, true)).toBe(
      "\u001b[36m██████░░░░░░\u001b[39m 50/100 · 2 failed",
    );
  });

  test("is full when all is done, or there is nothing to do", () => {
    const done = tallyOf({ counts: { created: 100 } });
    expect(barLine(done, momentOf(0), 20, false)).toBe("████████████ 100/100");
    expect(barLine(tallyOf({ total: 0 }), momentOf(0), 20, false)).toBe("████████████████ 0/0");
  });

  // The wait is why nothing moves: who does not see it takes the run for stuck.
  test.each([120, 60, 40, 30])(
    "of %i characters says that the run waits, and until when",
    (width) => {
      const waiting = tallyOf({
        total: 10_000,
        counts: { created: 1000, failed: 2 },
        calls: 1002,
        waitingUntil: new Date(NOW + 30 * MINUTE),
      });
      const quota = { limit: 1000, remaining: 0, resetIn: 30 * MINUTE };
      const line = barLine(waiting, momentOf(MINUTE, quota), width - 1, false);
      expect(line).toMatch(/wait.*12:30/);
      expect(line.length).toBeLessThan(width);
    },
  );

  test("never is longer than the terminal is wide, whatever it says", () => {
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
            calls: created,
            waitingUntil: waits ? new Date(NOW + 30 * HOUR) : undefined,
          });
          const quota = { limit: 1000, remaining: 7, resetIn: HOUR };
          const plain = barLine(some, momentOf(HOUR, quota), width, false);
          expect(plain.length).toBeLessThanOrEqual(width);
          // oxlint-disable-next-line no-control-regex
          const coloured = barLine(some, momentOf(HOUR, quota), width, true);
          expect(coloured.replaceAll("\u001b[36m", "").replaceAll("\u001b[39m", "")).toBe(plain);
        },
      ),
    );
  });
});

describe("a summary", () => {
  test("names what became of the rows, and the codes of failures, the most frequent first", () => {
    const tally = createTally(12_345);
    const rows: [times: number, ...outcome: [Parameters<typeof count>[1]["status"], string?]][] = [
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

  test("of one row, and of none", () => {
    expect(summarize(tallyOf({ total: 1, counts: { created: 1 } }))).toBe("1 row: 1 created\n");
    expect(summarize(createTally(0))).toBe("0 rows: nothing to do\n");
  });
});

describe("progress", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
  });
  afterEach(() => {
    vi.useRealTimers();
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
    const moment = () => ({ now: Date.now(), startedAt: NOW, quota: undefined, reserve: 0 });
    return { progress: createProgress(io, tally, moment), tally, trace };
  }

  test("on a terminal redraws one line, only if it says something else, and takes it away", () => {
    const { progress, tally, trace } = watch({ isTTY: true, columns: 21 });
    progress.start();
    vi.advanceTimersByTime(250);
    tally.counts.created++;
    vi.advanceTimersByTime(250);
    progress.stop();
    vi.advanceTimersByTime(1000);
    expect(trace).toEqual([
      "100 \r\u001b[36m░░░░░░░░░░░░░░\u001b[39m 0/100\u001b[K",
      "300 \r\u001b[36m░░░░░░░░░░░░░░\u001b[39m 1/100\u001b[K",
      "500 \r\u001b[K",
    ]);
  });

  test("on a terminal with NO_COLOR has no colour", () => {
    const { progress, trace } = watch({ isTTY: true, columns: 21 }, { NO_COLOR: "1" });
    progress.start();
    vi.advanceTimersByTime(100);
    expect(trace).toEqual(["100 \r░░░░░░░░░░░░░░ 0/100\u001b[K"]);
    progress.stop();
  });

  test.each([undefined, 0])(
    "on a terminal of a width that is not known (%j) takes 80",
    (columns) => {
      const { progress, trace } = watch(
        columns === undefined ? { isTTY: true } : { isTTY: true, columns },
        { NO_COLOR: "1" },
      );
      progress.start();
      vi.advanceTimersByTime(100);
      expect(trace).toEqual([`100 \r${"░".repeat(30)} 0/100\u001b[K`]);
      progress.stop();
    },
  );

  test("on a terminal that was not yet drawn on leaves nothing", () => {
    const { progress, trace } = watch({ isTTY: true, columns: 21 });
    progress.start();
    vi.advanceTimersByTime(99);
    progress.stop();
    expect(trace).toEqual([]);
  });

  test.each<[string, { isTTY?: boolean }, Record<string, string>]>([
    ["in a file or a pipe", {}, {}],
    ["on a dumb terminal", { isTTY: true }, { TERM: "dumb" }],
  ])("%s is a line now and then, if there is news", (_, stderr, env) => {
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
      "30000 impact-links: 7/100 · 7 failed · done by 12:00\n",
      "60000 impact-links: 7/100 · 7 failed · done by 12:01\n",
      "90000 impact-links: 7/100 · waiting for the quota until 12:30 · 7 failed · done by 12:30\n",
    ]);
  });

  test("off a terminal says little: an hour of waiting takes one line", () => {
    const { progress, tally, trace } = watch({});
    tally.waitingUntil = new Date(NOW + HOUR);
    progress.start();
    progress.note();
    vi.advanceTimersByTime(HOUR);
    progress.stop();
    expect(trace).toEqual(["0 impact-links: 0/100 · waiting for the quota until 13:00\n"]);
  });
});
