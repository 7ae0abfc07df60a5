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
  /** Entries that the journal lacks: links that somebody has written into rows, or all rows if the journal was removed. */
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
 * The outcome of a row whose link in the output is not the one in the journal: somebody has written it, or a loss of power
 * took the record. Throws {@link OtherOutputError} for a text that is no link.
 */
function writtenLink(
  recorded: Outcome | undefined,
  found: Outcome | undefined,
  out: string,
): Outcome | undefined {
  const text = found?.trackingUrl?.trim() ?? "";
  if (text === "" || plainUrl(text) === plainUrl(recorded?.trackingUrl)) return undefined;
  // The API gives some links without a scheme.
  const link = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  if (!/^https?:\/\/[^\s/]+\.[^\s/]+\/\S+$/i.test(link))
    throw changed(out, `"${plain(text)}" is no link`);
  return { status: "created", trackingUrl: link };
}

function changed(out: string, what: string): OtherOutputError {
  return new OtherOutputError(`${out} was changed: ${what}; move it away`);
}

/** Without the quotes that CSV may have against formulas. */
const plainUrl = (url = ""): string => url.replaceAll("'", "");
