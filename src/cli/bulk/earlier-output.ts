import { renameSync } from "node:fs";
import { plain, say } from "../io.ts";
import type { Journal } from "../journal/journal.ts";
import type { Entry, Records } from "../journal/records.ts";
import type { Outcome } from "../outcome.ts";
import { OtherOutputError, readOutcomes } from "../output/read-output.ts";
import { targetOf } from "../output/target.ts";
import { count, createTally } from "../progress/tally.ts";
import { keyOf } from "./request.ts";
import type { Job } from "./run.ts";

/**
 * Compares the output of an earlier run with its journal. If another program has changed rows of an unfinished output,
 * moves it away and returns undefined, because the run writes a new one.
 */
export async function readEarlierOutput(job: Job, journal: Journal) {
  const { options, io } = job;
  const { earlier } = journal;
  try {
    return await compareOutput(job, earlier);
  } catch (error) {
    const isUnfinished = earlier.hasBegun && !earlier.isFinished;
    // With --retry-*, the run might create a second link for a row into which a user has written one.
    if (!isUnfinished || options.retry.size > 0 || !(error instanceof OtherOutputError))
      throw error;
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
  /** Entries missing from the journal: links that a user has written, or all rows if the journal was removed. */
  const entries: Entry[] = [];
  let rows = 0;
  let isToBeRetried = false;
  const outcomes = readOutcomes(options.out, table, io.signal);
  for await (const { row, outcome: found, hasOtherColumns } of outcomes) {
    rows++;
    const recorded = earlier.hasBegun ? earlier.outcomeOf(row.index) : undefined;
    const toRecord = earlier.hasBegun ? writtenLink(recorded, found, options.out) : found;
    const outcome = toRecord ?? recorded ?? found;
    if (toRecord !== undefined) {
      const isUnknown = toRecord.status === "unknown";
      const key = isUnknown ? keyOf(columns.readParams(row.cells), options.appendIds) : "";
      if (key !== "") entries.push({ sent: row.index, key });
      entries.push({ row: row.index, ...toRecord });
    }
    count(tally, outcome, columns.lacksDeepLink(row.cells));
    isToBeRetried ||= outcome !== undefined && options.retry.has(outcome.status);
    const isWritten = isToBeRetried || (earlier.hasBegun && !earlier.isFinished);
    if (hasOtherColumns && isWritten) throw changed(options.out, "a column was added");
  }
  return { tally, entries, rows, isToBeRetried };
}

/**
 * Returns the outcome of a row if its link in the output differs from the journal: a user has written it, or the record
 * was lost in a power loss. Throws {@link OtherOutputError} for text that is not a link.
 */
function writtenLink(
  recorded: Outcome | undefined,
  found: Outcome | undefined,
  out: string,
): Outcome | undefined {
  const text = found?.trackingUrl?.trim() ?? "";
  if (text === "" || plainUrl(text) === plainUrl(recorded?.trackingUrl)) return undefined;
  // The API returns some links without a scheme.
  const link = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  if (!/^https?:\/\/[^\s/]+\.[^\s/]+\/\S+$/i.test(link))
    throw changed(out, `"${plain(text)}" is not a link`);
  return { status: "created", trackingUrl: link };
}

function changed(out: string, what: string): OtherOutputError {
  return new OtherOutputError(`${out} was changed: ${what}; move it away`);
}

/** Removes the quotes that CSV output may have against formulas. */
const plainUrl = (url = ""): string => url.replaceAll("'", "");
