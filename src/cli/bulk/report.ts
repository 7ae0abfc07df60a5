import { EXIT, say, why, type Io } from "../io.ts";
import { doneOf, hasFailures, summarize, type Tally } from "../progress/tally.ts";
import type { Run, RunParts } from "./run.ts";

/** Says what a complete run came to. Returns its exit code. */
export async function reportComplete(
  io: Io,
  tally: Tally,
  isSilent: boolean,
  note = "",
): Promise<number> {
  if (!isSilent) await say(io, `impact-links: ${note}${summarize(tally)}`);
  return hasFailures(tally) ? EXIT.incomplete : EXIT.done;
}

/** Says why a run has stopped, and each link that only this process knows. Returns its exit code. */
export async function reportStopped(
  { table, io, journal }: Run,
  { drain, recorder, output, tally }: RunParts,
): Promise<number> {
  const [failure, refusal, unwritten] = [drain.failure(), drain.refusal(), output.unwritten()];
  const note = (text: string): Promise<void> => say(io, `impact-links: ${text}\n`);
  for (const line of recorder.unrecorded) await note(`made but not recorded, ${line}`);
  if (failure !== undefined) await note(why(failure.error));
  else if (refusal !== undefined) await note(refusal.message);
  if (journal === undefined && unwritten !== "") {
    await say(io, `impact-links: not written:\n${unwritten}`);
  }
  const more = journal === undefined ? "" : "; run the same command again to resume";
  await note(`stopped with ${doneOf(tally)} of ${table.count} rows done${more}`);
  return io.signal.aborted ? EXIT.interrupted : EXIT.failed;
}
