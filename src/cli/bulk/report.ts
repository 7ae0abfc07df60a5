import { EXIT, say, show, UsageError, why, type Io } from "../io.ts";
import { doneOf, formatCount, summarize, type Tally } from "../progress/tally.ts";
import type { Run, RunParts } from "./run.ts";

/** Prints the summary of a complete run. Returns its exit code. */
export async function reportComplete(
  io: Io,
  tally: Tally,
  isSilent: boolean,
  note = "",
): Promise<number> {
  if (!isSilent) await show(io.stderr, `impact-links: ${note}${summarize(tally)}`);
  return tally.counts.failed + tally.counts.unknown > 0 ? EXIT.incomplete : EXIT.done;
}

/**
 * Prints why a run has stopped, and each link that was not saved. Returns its exit code, or rethrows the {@link
 * UsageError} that stopped it.
 */
export async function reportStopped(
  { io, journal }: Run,
  { drain, recorder, output, tally }: RunParts,
): Promise<number> {
  const reason = drain.failure ?? drain.refusal;
  const unwritten = output.unwritten();
  for (const line of recorder.unrecorded) await say(io, `created but not recorded, ${line}`);
  if (reason !== undefined && !(reason instanceof UsageError)) await say(io, why(reason));
  if (journal === undefined && unwritten !== "") {
    await show(io.stderr, `impact-links: not written:\n${unwritten}`);
  }
  if (reason instanceof UsageError) throw reason;
  const more = journal === undefined ? "" : "; run the same command again to resume";
  await say(
    io,
    `stopped with ${formatCount(doneOf(tally))} of ${formatCount(tally.total)} rows done${more}`,
  );
  return io.signal.aborted ? EXIT.interrupted : EXIT.failed;
}
