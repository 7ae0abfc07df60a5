import { EXIT, say, show, UsageError, why, type Io } from "../io.ts";
import { doneOf, formatCount, summarize, type Tally } from "../progress/tally.ts";
import type { Run, RunParts } from "./run.ts";

/** Says what a complete run came to. Returns its exit code. */
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
 * Says why a run has stopped, and each link that only this process knows. Returns its exit code, or throws the
 * {@link UsageError} that has stopped it.
 */
export async function reportStopped(
  { io, journal }: Run,
  { drain, recorder, output, tally }: RunParts,
): Promise<number> {
  const reason = drain.failure ?? drain.refusal;
  const unwritten = output.unwritten();
  for (const line of recorder.unrecorded) await say(io, `made but not recorded, ${line}`);
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
