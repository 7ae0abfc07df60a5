import { readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { EXIT, UsageError } from "../io.ts";
import { openJournal } from "../journal/journal.ts";
import type { Entry, Records } from "../journal/records.ts";
import type { Outcome } from "../outcome.ts";
import { readOutcomes } from "../output/read-output.ts";
import { openWriter, type RowWriter } from "../output/writer.ts";
import { count, createTally } from "../progress/tally.ts";
import { reportComplete } from "./report.ts";
import { keyOf } from "./request.ts";
import { runRows, type Job } from "./run.ts";
import { expectSameTask, taskOf } from "./task.ts";

/** A run that writes a file: it resumes an unfinished one, and does nothing if the file is complete already. */
export async function runWithJournal(job: Job): Promise<number> {
  const { table, options, io } = job;
  const { out, isSilent } = options;
  const journal = await openJournal(targetOf(out));
  const isFirst = journal.earlier.isFinished === undefined;
  let writer: RowWriter | undefined;
  /** A run that does not start leaves no journal behind. */
  let isKept = !isFirst;
  try {
    const task = taskOf(job);
    if (!isFirst) expectSameTask(journal, task, out);
    const hasOutput = !!statSync(out, { throwIfNoEntry: false })?.size;
    const found = hasOutput ? await readOutput(job, journal.earlier, isFirst) : undefined;
    if (found !== undefined && journal.earlier.isFinished !== false) {
      if (found.rows < table.count) {
        throw new UsageError(`${out} exists, and is not the output of ${table.name}; move it away`);
      }
      if (!found.isToBeRetried) {
        if (!isFirst) journal.record(found.entries);
        const note = "already complete; nothing was sent\n";
        return await reportComplete(io, found.tally, isSilent, note);
      }
    }
    const entries = found?.entries ?? [];
    writer = openWriter(out, io);
    if (isFirst) await journal.begin(task, entries);
    else await journal.goOn(entries);
    await journal.sync();
    isKept = true;
    writer.clear();
    const code = await runRows({ ...job, writer, journal });
    if (code === EXIT.done || code === EXIT.incomplete) journal.finish();
    return code;
  } finally {
    if (!isKept) journal.remove();
    writer?.close();
    await journal.close();
  }
}

/** What an output says, beside what is recorded of its rows. */
async function readOutput({ table, columns, options }: Job, earlier: Records, isFirst: boolean) {
  const tally = createTally(table.count);
  /** What is not recorded: the links that somebody has written in, or all rows if the journal was removed. */
  const entries: Entry[] = [];
  let rows = 0;
  let isToBeRetried = false;
  const outcomes = readOutcomes(options.out, table);
  for await (const { row, outcome: found } of outcomes) {
    const recorded = isFirst ? undefined : earlier.outcomeOf(row.index);
    const isNew = isFirst || isCorrected(recorded, found);
    const outcome = isNew ? found : (recorded ?? found);
    if (isNew) {
      const key =
        outcome.status === "unknown" ? keyOf(columns.readParams(row.cells), options.appendIds) : "";
      if (key !== "") entries.push({ sent: row.index, key });
      entries.push({ row: row.index, ...outcome });
    }
    count(tally, outcome);
    isToBeRetried ||= options.retry.has(outcome.status);
    rows++;
  }
  return { tally, entries, rows, isToBeRetried };
}

/** Whether somebody has found the link of a row, and has written it into the output. */
function isCorrected(recorded: Outcome | undefined, { status, trackingUrl }: Outcome): boolean {
  if (status !== "created" && status !== "reused") return false;
  if (recorded === undefined || recorded.trackingUrl === trackingUrl) return false;
  return trackingUrl !== undefined && /^https?:\/\/./.test(trackingUrl);
}

/** The file that a path leads to, whether it exists or not: two names of one output are one output. */
export function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    try {
      return targetOf(resolve(folder, readlinkSync(path)));
    } catch {
      return folder === path ? path : join(targetOf(folder), basename(path));
    }
  }
}
