import { renameSync } from "node:fs";
import { say, UsageError } from "../io.ts";
import type { Journal } from "../journal/journal.ts";
import type { Entry, Records } from "../journal/records.ts";
import type { Outcome } from "../outcome.ts";
import { readOutcomes } from "../output/read-output.ts";
import { targetOf } from "../output/target.ts";
import { count, createTally } from "../progress/tally.ts";
import { keyOf } from "./request.ts";
import type { Job } from "./run.ts";

/**
 * Compares the output of an earlier run with its journal. Moves an unfinished output away if another program has changed
 * its rows, because the run writes it again; returns undefined then.
 */
export async function readEarlierOutput(job: Job, journal: Journal) {
  const { options, io } = job;
  const { earlier } = journal;
  try {
    return await compareOutput(job, earlier);
  } catch (error) {
    const isUnfinished = earlier.hasBegun && !earlier.isFinished;
    // With --retry-*, the run might create again a link that somebody has written into the file.
    if (!isUnfinished || options.retry.size > 0 || !(error instanceof UsageError)) throw error;
    journal.checkOwned();
    const target = targetOf(options.out);
    const aside = `${target}.${Date.now()}`;
    renameSync(target, aside);
    await say(io, `${options.out} was changed by another program; moved it to ${aside}`);
    return undefined;
  }
}

async function compareOutput({ table, columns, options, io }: Job, earlier: Records) {
  const tally = createTally(table.count);
  /** Entries that the journal lacks: links that somebody has written into rows, or all rows if the journal was removed. */
  const entries: Entry[] = [];
  let rows = 0;
  let isToBeRetried = false;
  const outcomes = readOutcomes(options.out, table, io.signal);
  for await (const { row, outcome: found } of outcomes) {
    rows++;
    const recorded = earlier.hasBegun ? earlier.outcomeOf(row.index) : undefined;
    const isNew = found && (!earlier.hasBegun || isCorrected(recorded, found));
    const outcome = isNew ? found : (recorded ?? found);
    if (isNew) {
      const key =
        found.status === "unknown" ? keyOf(columns.readParams(row.cells), options.appendIds) : "";
      if (key !== "") entries.push({ sent: row.index, key });
      entries.push({ row: row.index, ...found });
    }
    count(tally, outcome);
    isToBeRetried ||= outcome !== undefined && options.retry.has(outcome.status);
  }
  return { tally, entries, rows, isToBeRetried };
}

/** Whether the output has a link that the journal lacks: somebody has written it, or a loss of power took the record. */
function isCorrected(recorded: Outcome | undefined, found: Outcome): boolean {
  const { status, trackingUrl = "" } = found;
  if ((status !== "created" && status !== "reused") || !/^https?:\/\/./.test(trackingUrl))
    return false;
  return plainUrl(recorded?.trackingUrl) !== plainUrl(trackingUrl);
}

/** Without the quotes that CSV may have against formulas. */
const plainUrl = (url = ""): string => url.replaceAll("'", "");
