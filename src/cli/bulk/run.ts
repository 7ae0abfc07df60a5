import type { ImpactClientOptions } from "../../index.ts";
import { openClient } from "../account.ts";
import type { ColumnMap } from "../input/columns.ts";
import type { Table, TableRow } from "../input/table.ts";
import type { Io } from "../io.ts";
import type { Journal } from "../journal/journal.ts";
import type { Outcome } from "../outcome.ts";
import { rowFormat } from "../output/row-format.ts";
import type { RowWriter } from "../output/writer.ts";
import { createProgress } from "../progress/progress.ts";
import { count, createTally, observe } from "../progress/tally.ts";
import { createDrain } from "./drain.ts";
import type { BulkOptions } from "./options.ts";
import { createOrderedOutput } from "./ordered-output.ts";
import { createRecorder } from "./recorder.ts";
import { reportComplete, reportStopped } from "./report.ts";
import { createResume } from "./resume.ts";
import { createRowSource } from "./row-source.ts";
import { settle } from "./settle.ts";
import { createWriteAhead } from "./write-ahead.ts";

export interface Run {
  readonly table: Table;
  readonly columns: ColumnMap;
  readonly options: BulkOptions;
  readonly io: Io;
  readonly writer: RowWriter;
  /** Absent if the output is stdout, so that no later run can resume. */
  readonly journal: Journal | undefined;
}

/** Sends each row that has no link yet, and writes all rows in the order of the input. Returns the exit code. */
export async function runRows(run: Run): Promise<number> {
  const { table, options, io, writer } = run;
  const { concurrency, appendIds, quotaReserve, isSandbox, isSilent } = options;
  const parts = compose(run);
  const { drain, output, recorder, tally, rows } = parts;
  const client = openClient(
    isSandbox,
    watchRequests(parts, () => progress?.note()),
  );
  const moment = () => ({ now: Date.now(), quota: client.quota, reserve: quotaReserve });
  const progress = isSilent ? undefined : createProgress(io, tally, moment);
  try {
    progress?.start();
    const many = { concurrency, appendIds, quotaReserve, signal: drain.over, ordered: false };
    for await (const result of client.trackingLinks.createMany(rows.params(), many)) {
      settle(parts, run, result);
      if (writer.isFull()) await output.flush();
    }
  } catch (error) {
    if (!drain.begun.aborted) throw error;
  } finally {
    await recorder.close();
    await output.close();
    drain.close();
    progress?.stop();
  }
  if (output.written() < table.count || drain.failure()) return reportStopped(run, parts);
  writer.sync();
  return reportComplete(io, tally, isSilent);
}

export type RunParts = ReturnType<typeof compose>;

/** The parts of a run, each in a file of its own, and how they are connected. */
function compose({ table, columns, options, io, writer, journal }: Run) {
  const format = rowFormat(options.out, table.format, table.columns);
  writer.add(format.head);
  const tally = createTally(table.count);
  const drain = createDrain(io.signal);
  const output = createOrderedOutput(writer, drain.begun, drain.fail);
  const deliver = ({ index, cells }: TableRow, outcome: Outcome): void => {
    count(tally, outcome);
    output.add(index, format.row(cells, outcome));
  };
  const recorder = createRecorder(journal, deliver, drain.fail);
  const resume = createResume(journal, columns, options);
  const rows = createRowSource(table, columns, async (row) => {
    await output.room(row.index);
    if (drain.begun.aborted) return undefined;
    const known = resume.outcomeOf(row);
    if (known === undefined) return true;
    if (known.from === "earlier") tally.before++;
    if (known.from === "new") recorder.finish(row, known.outcome);
    else deliver(row, known.outcome);
    return false;
  });
  const writeAhead = createWriteAhead(journal, drain.fail);
  return { tally, drain, output, recorder, resume, rows, writeAhead };
}

/** Follows each request of the client. `noteWait` is called when it starts to wait for the quota. */
function watchRequests(
  { tally, drain, rows, writeAhead }: RunParts,
  noteWait: () => void,
): ImpactClientOptions {
  return {
    async beforeSend({ index }) {
      const pending = rows.get(index);
      if (pending?.isVanity) await writeAhead.mark(pending.row.index);
      // Also if another write has failed: a link must not be made that cannot be recorded.
      const failure = drain.failure();
      if (failure !== undefined) throw failure.error;
    },
    onEvent(event) {
      observe(tally, event);
      // Rows that have just finished are counted first.
      if (event.type === "wait" && event.cause === "quota") setTimeout(noteWait, 50).unref();
      if (event.type === "request") drain.sent(event.index);
      if (event.type !== "response") return;
      drain.answered(event.index);
      const pending = rows.get(event.index);
      if (pending?.isVanity) writeAhead.answered(pending.row.index, event);
    },
  };
}
