import { onAbort } from "../abort.ts";
import type {
  CreateManyResult,
  CreateTrackingLinkParams,
  ImpactError,
  ImpactEvent,
} from "../index.ts";
import { readTrackingUrl } from "../tracking-links/link.ts";
import { openClient } from "./account.ts";
import type { ColumnMap } from "./columns.ts";
import { detailsOf } from "./failure.ts";
import { createHistory, type HistoryOptions } from "./resume.ts";
import { EXIT, say, why, type Io } from "./io.ts";
import type { Journal, Outcome } from "./journal.ts";
import type { RowWriter } from "./output.ts";
import { count, createProgress, createTally, doneOf, summarize } from "./progress.ts";
import { rowFormat } from "./rows.ts";
import type { Table, TableRow } from "./table.ts";

export interface BulkOptions extends HistoryOptions {
  readonly out: string;
  readonly program: string | undefined;
  readonly concurrency: number;
  readonly quotaReserve: number;
  readonly passThrough: boolean;
  readonly isSilent: boolean;
  readonly isSandbox: boolean;
}

export interface Run {
  readonly table: Table;
  readonly columns: ColumnMap;
  readonly options: BulkOptions;
  readonly io: Io;
  readonly writer: RowWriter;
  /** Absent where there is no file to go on with. */
  readonly journal: Journal | undefined;
}

/** Rows that may be finished while one before them is not. */
const AHEAD = 1000;

/** Milliseconds that requests under way have to end in when a run is stopped. */
const GRACE = 10_000;

const FLUSH_EVERY = 200;
const SYNC_EVERY = 1000;

/** Makes a link for each row that has none, and writes all rows in order. Gives the exit code. */
export async function runRows(run: Run): Promise<number> {
  const { table, columns, options, io, writer, journal } = run;
  const format = rowFormat(options.out, table.format, table.columns);
  const tally = createTally(table.count);
  const history = createHistory(journal, columns, options);
  const stop = new AbortController();
  /** By the index that createMany gives them. */
  const fed = new Map<number, { row: TableRow; isVanity: boolean }>();
  const underWay = new Set<number>();
  /** Finished, while one before them is not. */
  const held = new Map<number, string>();
  let taken = 0;
  let written = 0;
  let hasUnsyncedMarks = false;
  let startedAt = Date.now();
  let waitingSince: number | undefined;
  let wakeFeed = (): void => {};
  let unread: { readonly error: unknown } | undefined;
  let broken: { readonly error: unknown } | undefined;
  let refused: ImpactError | undefined;
  /** Rows that could not be recorded: their links are shown, since nothing else knows of them. */
  const unrecorded: string[] = [];

  const breakOff = (error: unknown): void => {
    broken ??= { error };
    drain();
  };
  const isStopping = (): boolean => broken !== undefined || io.signal.aborted;
  const record = (...entries: Parameters<Journal["record"]>): boolean => {
    try {
      journal?.record(...entries);
      return true;
    } catch (error) {
      breakOff(error);
      return false;
    }
  };

  const client = openClient(options.isSandbox, (fetch) => ({
    onEvent,
    async fetch(...request) {
      // What must not be sent twice is on the disk before it is sent.
      if (hasUnsyncedMarks) {
        hasUnsyncedMarks = false;
        await journal?.sync().catch(breakOff);
      }
      if (broken !== undefined) throw broken.error;
      return fetch(...request);
    },
  }));
  function onEvent(event: ImpactEvent): void {
    if (event.type === "wait") {
      tally.waitingUntil = event.until;
      waitingSince ??= event.time;
      // Rows that have just finished are counted first.
      if (event.cause === "quota") setTimeout(() => tally.waitingUntil && progress?.note(), 50);
      return;
    }
    const { index = -1, type } = event;
    const item = fed.get(index);
    if (type === "request") {
      if (waitingSince !== undefined) tally.waited += event.time - waitingSince;
      waitingSince = undefined;
      tally.waitingUntil = undefined;
      underWay.add(index);
      if (!item?.isVanity) return;
      hasUnsyncedMarks = record({ sent: item.row.index });
    } else if (type === "response") {
      underWay.delete(index);
      if (!event.aborted) tally.calls++;
      const isBack = event.error !== undefined && event.error.outcome !== "unknown";
      if (item?.isVanity && isBack) record({ back: item.row.index });
    }
  }
  const progress = options.isSilent
    ? undefined
    : createProgress(io, tally, () => {
        const { quota } = client;
        return { now: Date.now(), startedAt, quota, reserve: options.quotaReserve };
      });

  /** Writes a row as soon as all before it are. */
  const deliver = ({ index, cells }: TableRow, outcome: Outcome): void => {
    count(tally, outcome);
    held.set(index, format.row(cells, outcome));
    for (let text = held.get(written); text !== undefined; text = held.get(written)) {
      writer.add(text);
      held.delete(written++);
    }
    wakeFeed();
  };
  let finished: { row: TableRow; outcome: Outcome }[] = [];
  /** Those that have finished in one turn of the event loop are recorded by one write. */
  const finish = (row: TableRow, outcome: Outcome): void => {
    if (finished.push({ row, outcome }) === 1) setImmediate(commit);
  };
  const commit = (): void => {
    const rows = finished;
    finished = [];
    const isRecorded = record(...rows.map(({ row, outcome }) => ({ row: row.index, ...outcome })));
    for (const { row, outcome } of rows) {
      // What is not in the journal is not in the output either: the next run may come to something else.
      if (isRecorded) deliver(row, outcome);
      else if (outcome.trackingUrl !== undefined) {
        unrecorded.push(`line ${row.line}: ${outcome.trackingUrl}`);
      }
    }
  };
  const flush = (): Promise<void> => writer.flush().catch(breakOff);

  async function* feed(): AsyncGenerator<CreateTrackingLinkParams, void, undefined> {
    try {
      for await (const row of table.rows()) {
        if (writer.isFull) await flush();
        while (row.index - written >= AHEAD && !isStopping()) {
          await new Promise<void>((resolve) => (wakeFeed = resolve));
        }
        if (isStopping()) return;
        const known = history.outcomeOf(row);
        if (known !== undefined) {
          if (known.isOld) tally.before++;
          if (known.isOld || row.problem !== undefined) deliver(row, known.outcome);
          else finish(row, known.outcome);
          continue;
        }
        const params = columns.readParams(row.cells);
        fed.set(taken++, { row, isVanity: params.type === "Vanity" });
        yield params;
      }
    } catch (error) {
      // createMany gives a copy of it, which is no UsageError.
      unread = { error };
      throw error;
    }
  }

  const timers = [
    setInterval(() => void flush(), FLUSH_EVERY),
    setInterval(() => void journal?.sync().catch(breakOff), SYNC_EVERY),
  ];
  let deadline: number | undefined;
  /** Takes no more rows, and lets those under way end: their links are not to be lost. */
  function drain(): void {
    wakeFeed();
    if (deadline !== undefined) return;
    deadline = Date.now() + GRACE;
    const end = (): void => {
      if (underWay.size === 0 || Date.now() > (deadline ?? 0)) stop.abort(new Error("stopped"));
    };
    timers.push(setInterval(end, 100));
  }
  const forget = onAbort(io.signal, drain);

  try {
    writer.add(format.head);
    progress?.start();
    startedAt = Date.now();
    const { concurrency, appendIds, quotaReserve } = options;
    const { signal } = stop;
    const many = { concurrency, appendIds, quotaReserve, signal, ordered: false };
    for await (const result of client.trackingLinks.createMany(feed(), many)) {
      const item = fed.get(result.index);
      fed.delete(result.index);
      if (item === undefined) throw unread === undefined ? reasonOf(result) : unread.error;
      if (!result.ok && result.error.code === "unauthorized") refused ??= result.error;
      else {
        const outcome = outcomeOf(result, appendIds, io.env["IMPACT_ACCOUNT_SID"]);
        // That it is refused now says nothing of the earlier try.
        const isOpen = outcome.status === "failed" && history.isOpen(item.row.index);
        finish(item.row, isOpen ? { ...outcome, status: "unknown" } : outcome);
      }
      if (writer.isFull) await flush();
    }
  } catch (error) {
    if (!isStopping()) throw error;
  } finally {
    forget();
    commit();
    await flush();
    // Last: what cannot be written begins a drain, whose timer would keep the process alive.
    timers.forEach(clearInterval);
    progress?.stop();
  }

  const note = (text: string): Promise<void> => say(io, `impact-links: ${text}\n`);
  if (written === table.count && broken === undefined) {
    writer.sync();
    if (!options.isSilent) await say(io, `impact-links: ${summarize(tally)}`);
    return tally.counts.failed + tally.counts.unknown > 0 ? EXIT.incomplete : EXIT.done;
  }
  for (const line of unrecorded) await note(`made but not recorded, ${line}`);
  if (broken !== undefined) await note(why(broken.error));
  else if (refused !== undefined) await note(refused.message);
  if (journal === undefined && (held.size > 0 || writer.unwritten !== "")) {
    await say(io, `impact-links: not written:\n${writer.unwritten}${[...held.values()].join("")}`);
  }
  const more = journal === undefined ? "" : "; the same command goes on from there";
  await note(`stopped with ${doneOf(tally)} of ${table.count} rows done${more}`);
  return io.signal.aborted ? EXIT.interrupted : EXIT.failed;
}

function outcomeOf(
  result: CreateManyResult,
  appendIds: boolean,
  accountSid: string | undefined,
): Outcome {
  if (result.ok) {
    const { link, reused } = result;
    const base = appendIds ? readTrackingUrl(link.raw["TrackingURL"]) : undefined;
    const status = reused ? "reused" : "created";
    return { status, trackingUrl: link.url, ...(base !== undefined && { base }) };
  }
  const { outcome, code, message } = result.error;
  const words = [message, ...detailsOf(result.error)].join("; ");
  // Messages name the request, and its path names the account; tables are passed on.
  const error = accountSid ? words.replaceAll(accountSid, "[account]") : words;
  return { status: outcome === "unknown" ? "unknown" : "failed", errorCode: code, error };
}

/** Why the rows could not be read on. */
function reasonOf(result: CreateManyResult): unknown {
  return result.ok ? new Error("A result belongs to no row") : (result.error.cause ?? result.error);
}
