import { readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { EXIT, UsageError } from "../io.ts";
import { openJournal, replaceJournal } from "../journal/journal.ts";
import { readOutcomes } from "../output/read-output.ts";
import { openWriter } from "../output/writer.ts";
import { count, createTally } from "../progress/tally.ts";
import { reportComplete } from "./report.ts";
import { runRows, type Job } from "./run.ts";
import { expectSameTask, taskOf } from "./task.ts";

/** A run that writes a file: it resumes an unfinished one, and does nothing if the file is complete already. */
export async function runWithJournal(job: Job): Promise<number> {
  const { table, options, io } = job;
  const { out, retry, isSilent } = options;
  const path = `${targetOf(out)}.journal`;
  let journal = await openJournal(path);
  /** A run that does not start leaves no journal behind. */
  let isKept = (journal.task ?? journal.finished) !== undefined;
  try {
    const task = taskOf(job);
    const hasOutput = !!statSync(out, { throwIfNoEntry: false })?.size;
    if (journal.task !== undefined || hasOutput) expectSameTask(journal, task, out);
    if (journal.task === undefined && hasOutput) {
      const outcomes = await readOutcomes(out, table).catch(() => undefined);
      if (outcomes === undefined) {
        throw new UsageError(`${out} exists, and is not the output of ${table.name}; move it away`);
      }
      if (!outcomes.some(({ status }) => retry.has(status))) {
        const tally = createTally(outcomes.length);
        for (const outcome of outcomes) count(tally, outcome);
        return await reportComplete(io, tally, isSilent, "already complete; nothing was sent\n");
      }
      // The run will empty the output, so the journal has to hold all of it first.
      replaceJournal(path, task, outcomes);
      isKept = true;
      const replaced = await openJournal(path);
      journal.close();
      journal = replaced;
    }
    const writer = openWriter(out, io);
    if (journal.task === undefined) {
      isKept = false;
      journal.begin(task);
    }
    await journal.sync();
    isKept = true;
    writer.clear();
    const code = await runRows({ ...job, writer, journal });
    if (code === EXIT.done || code === EXIT.incomplete) journal.finish(task);
    return code;
  } finally {
    if (!isKept) journal.remove();
    journal.close();
  }
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
