import { statSync } from "node:fs";
import { EXIT, UsageError } from "../io.ts";
import { openJournal } from "../journal/journal.ts";
import { targetOf } from "../output/target.ts";
import { openWriter, type RowWriter } from "../output/writer.ts";
import { readEarlierOutput } from "./earlier-output.ts";
import { reportComplete } from "./report.ts";
import type { Reusable } from "./reuse.ts";
import { runRows, type Job } from "./run.ts";
import { expectSameTask, taskOf } from "./task.ts";

/** Runs with a file as output. Resumes an unfinished run, and does nothing if the output is already complete. */
export async function runWithJournal(job: Job, reusable: Reusable): Promise<number> {
  const { table, options, io } = job;
  const { out, isSilent } = options;
  const journal = await openJournal(targetOf(out));
  const { hasBegun, isFinished } = journal.earlier;
  let writer: RowWriter | undefined;
  try {
    const task = taskOf(job);
    if (hasBegun) expectSameTask(journal, task, out);
    const hasOutput = !!statSync(out, { throwIfNoEntry: false })?.size;
    const found = hasOutput ? await readEarlierOutput(job, journal) : undefined;
    const mustBeComplete = isFinished || !hasBegun;
    if (found !== undefined && mustBeComplete) {
      if (found.rows < table.count) {
        throw new UsageError(`${out} exists, and is not the output of ${table.name}; move it away`);
      }
      if (!found.isToBeRetried) {
        if (hasBegun) journal.record(found.entries);
        const note = "already complete; nothing was sent\n";
        return await reportComplete(io, found.tally, isSilent, note);
      }
    }
    const entries = found?.entries ?? [];
    writer = openWriter(out, io, () => journal.checkOwned());
    if (hasBegun) await journal.resume(entries);
    else await journal.begin(task, entries);
    await journal.sync();
    writer.clear();
    const code = await runRows({ ...job, reusable, writer, journal });
    if (code === EXIT.done || code === EXIT.incomplete) journal.finish();
    return code;
  } finally {
    writer?.close();
    journal.removeUnused();
    await journal.close();
  }
}
