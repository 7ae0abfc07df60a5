import type { ImpactClientOptions } from "../../index.ts";
import { createDebug } from "../debug.ts";
import { openClient } from "../impact-client.ts";
import type { ColumnMap } from "../input/columns.ts";
import type { Table, TableRow } from "../input/table.ts";
import type { Io } from "../io.ts";
import type { Journal } from "../journal/journal.ts";
import type { Outcome } from "../outcome.ts";
import { rowFormat } from "../output/row-format.ts";
import type { RowWriter } from "../output/writer.ts";
import { createProgress } from "../progress/progress.ts";
import { count, createTally, observe } from "../progress/tally.ts";
import { Drain } from "./drain.ts";
import type { BulkOptions } from "./options.ts";
import { createOrderedOutput } from "./ordered-output.ts";
import { createRecorder } from "./recorder.ts";
import { reportComplete, reportStopped } from "./report.ts";
import { Resume, type Unsent } from "./resume.ts";
import type { Reusable } from "./reuse.ts";
import { settle } from "./settle.ts";

/** A parsed and validated command. */
export interface Job {
  readonly table: Table;
  readonly columns: ColumnMap;
  readonly options: BulkOptions;
  readonly io: Io;
}

export interface Run extends Job {
  readonly reusable: Reusable;
  readonly writer: RowWriter;
  /** Undefined if the output is stdout, which is not resumable. */
  readonly journal: Journal | undefined;
}

/** Sends each row that has no link yet, and writes all rows in input order. Returns the exit code. */
export async function runRows(run: Run): Promise<number> {
  const { table, options, io, writer } = run;
  const { concurrency, appendIds, quotaReserve, isSandbox, isSilent, isDebug } = options;
  const parts = compose(run);
  const { drain, output, recorder, tally, underWay } = parts;
  const client = openClient(
    isSandbox,
    watchRequests(run, parts, () => progress?.note()),
  );
  const moment = () => ({ now: Date.now(), quota: client.quota, reserve: quotaReserve });
  // The lines of `--debug` would break a bar.
  const progress = isSilent || isDebug ? undefined : createProgress(io, tally, moment);
  const params = (unsent: Unsent, index: number) => {
    underWay.set(index, unsent);
    return unsent.params;
  };
  try {
    progress?.start();
    const many = { params, concurrency, appendIds, quotaReserve, signal: drain.over };
    const rows = rowsToSend(table, parts);
    for await (const result of client.trackingLinks.createMany(rows, { ...many, ordered: false })) {
      settle(parts, run, result);
    }
  } catch (error) {
    if (!drain.begun.aborted) throw error;
  } finally {
    await recorder.close();
    await drain.endWithin(output.close());
    drain.close();
    progress?.stop();
  }
  if (output.written() < table.count || output.unwritten() !== "") return reportStopped(run, parts);
  drain.failure ??= await writer.problem();
  if (drain.failure !== undefined) return reportStopped(run, parts);
  return reportComplete(io, tally, isSilent);
}

export type RunParts = ReturnType<typeof compose>;

/** Creates and connects the parts of a run. */
function compose({ table, columns, options, io, reusable, writer, journal }: Run) {
  const format = rowFormat(options.out, table.format, table.columns);
  writer.add(format.head);
  const tally = createTally(table.count);
  const drain = new Drain(io.signal);
  const output = createOrderedOutput(writer, drain.begun, drain.fail);
  const deliver = ({ index, cells }: TableRow, outcome?: Outcome): void => {
    count(tally, outcome, columns.lacksDeepLink(cells));
    output.add(index, format.row(cells, outcome));
  };
  const recorder = createRecorder(journal, deliver, drain.fail);
  const resume = new Resume(journal?.earlier, columns, options, reusable);
  /** Rows passed to `createMany` without a result yet, by their index there. */
  const underWay = new Map<number | undefined, Unsent>();
  return { tally, drain, output, deliver, recorder, resume, underWay };
}

/** Yields the rows to send, and delivers the others. Ends when the run starts to drain. */
async function* rowsToSend(
  table: Table,
  { tally, drain, output, deliver, recorder, resume }: RunParts,
): AsyncGenerator<Unsent, void, undefined> {
  try {
    for await (const row of table.rows()) {
      await output.room(row.index);
      if (drain.begun.aborted) return;
      const known = resume.decide(row);
      if ("params" in known) yield known;
      else if (known.isNew && known.outcome) recorder.finish(row, known.outcome);
      else {
        tally.before++;
        deliver(row, known.outcome);
      }
    }
  } catch (error) {
    // The file has changed. Drain, so that the links of requests in flight are recorded.
    if (!drain.begun.aborted) drain.fail(error);
  }
}

/** Returns client options that track each request. Calls `noteWait` when the client starts to wait for the quota. */
function watchRequests(
  { options, io }: Run,
  { tally, drain, recorder, underWay }: RunParts,
  noteWait: () => void,
): ImpactClientOptions {
  const debug = options.isDebug
    ? createDebug(io, (index) => underWay.get(index)?.row.line)
    : undefined;
  return {
    async beforeSend({ index }) {
      const unsent = underWay.get(index);
      if (unsent !== undefined) await recorder.mark(unsent);
    },
    onEvent(event) {
      debug?.(event);
      observe(tally, event);
      // Delayed, so that rows that have just finished are counted.
      if (event.type === "wait" && event.cause === "quota") setTimeout(noteWait, 50).unref();
      if (event.type === "request") drain.inFlight.add(event.index);
      if (event.type !== "response") return;
      drain.inFlight.delete(event.index);
      const unsent = underWay.get(event.index);
      if (unsent !== undefined) recorder.answered(unsent, event);
    },
  };
}
