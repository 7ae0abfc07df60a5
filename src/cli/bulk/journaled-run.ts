import { readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { EXIT, UsageError } from "../io.ts";
import { openJournal, replaceJournal } from "../journal/journal.ts";
import { readOutcomes } from "../output/read-output.ts";
import { openWriter } from "../output/writer.ts";
import { count, createTally } from "../progress/tally.ts";
import { reportComplete } from "./report.ts";
import { runRows, type Run } from "./run.ts";
import { expectSameTask, taskOf } from "./task.ts";

/** A run that writes a file: it resumes an unfinished one, and does nothing if the file is complete already. */
export async function runWithJournal(run: Omit<Run, "writer" | "journal">): Promise<number> {
  const { table, options, io } = run;
  const { out, retry, isSilent } = options;
  const path = `${targetOf(out)}.journal`;
  const journal = await openJournal(path);
  const isNew = journal.task === undefined;
  /** A run that does not start leaves no journal behind. */
  let isKept = !isNew || journal.finished !== undefined;
  try {
    const task = taskOf(run);
    const hasOutput = !!statSync(out, { throwIfNoEntry: false })?.size;
    if (!isNew || hasOutput) expectSameTask(journal, task, path, out);
    if (isNew && hasOutput) {
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
      journal.close();
      return await runWithJournal(run);
    }
    const writer = openWriter(out, io);
    if (isNew) {
      isKept = false;
      journal.begin(task);
    }
    await journal.sync();
    isKept = true;
    writer.clear();
    const code = await runRows({ ...run, writer, journal });
    if (code === EXIT.done || code === EXIT.incomplete) journal.finish(task);
    return code;
  } finally {
    if (!isKept) journal.remove();
    journal.close();
  }
}

/** The file that a path leads to, whether it exists or not: two names of one output are one output. */
function targetOf(path: string): string {
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
