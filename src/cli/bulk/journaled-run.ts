import { readlinkSync, realpathSync, renameSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { EXIT, say, UsageError } from "../io.ts";
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
  /** No run has emptied the output yet: if it exists, it alone counts. */
  const hasNotBegun = journal.earlier.isFinished === undefined;
  let writer: RowWriter | undefined;
  /** A run that does not start leaves no journal behind. */
  let keepsJournal = !hasNotBegun;
  try {
    const task = taskOf(job);
    if (!hasNotBegun) expectSameTask(journal, task, out);
    const hasOutput = !!statSync(out, { throwIfNoEntry: false })?.size;
    const found = hasOutput ? await readOutput(job, journal.earlier) : undefined;
    if (found !== undefined && journal.earlier.isFinished !== false) {
      if (found.rows < table.count) {
        throw new UsageError(`${out} exists, and is not the output of ${table.name}; move it away`);
      }
      if (!found.isToBeRetried) {
        if (!hasNotBegun) journal.record(found.entries);
        const note = "already complete; nothing was sent\n";
        return await reportComplete(io, found.tally, isSilent, note);
      }
    }
    const entries = found?.entries ?? [];
    writer = openWriter(out, io, () => journal.checkOwned());
    if (hasNotBegun) await journal.begin(task, entries);
    else await journal.goOn(entries);
    await journal.sync();
    keepsJournal = true;
    writer.clear();
    const code = await runRows({ ...job, writer, journal });
    if (code === EXIT.done || code === EXIT.incomplete) journal.finish();
    return code;
  } finally {
    if (!keepsJournal) journal.remove();
    writer?.close();
    await journal.close();
  }
}

/**
 * What an output says, beside what is recorded of its rows. An unfinished one that something else has changed is moved aside,
 * since it is written again; undefined then.
 */
async function readOutput(job: Job, earlier: Records) {
  const { options, io } = job;
  try {
    return await compareOutput(job, earlier);
  } catch (error) {
    // A link may have been written into it, and a retry would not know it.
    const isNeeded = earlier.isFinished !== false || options.retry.size > 0;
    if (isNeeded || !(error instanceof UsageError)) throw error;
    const target = targetOf(options.out);
    const aside = `${target}.${Date.now()}`;
    renameSync(target, aside);
    await say(io, `${options.out} was changed by something else; what it held is in ${aside}`);
    return undefined;
  }
}

async function compareOutput({ table, columns, options }: Job, earlier: Records) {
  const hasNotBegun = earlier.isFinished === undefined;
  const tally = createTally(table.count);
  /** What is not recorded: the links that somebody has written in, or all rows if the journal was removed. */
  const entries: Entry[] = [];
  let rows = 0;
  let isToBeRetried = false;
  const outcomes = readOutcomes(options.out, table);
  for await (const { row, outcome: found } of outcomes) {
    const recorded = hasNotBegun ? undefined : earlier.outcomeOf(row.index);
    const isNew = hasNotBegun || isCorrected(recorded, found);
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
