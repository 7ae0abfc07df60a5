import type { CreateManyResult } from "../../index.ts";
import { detailsOf } from "../impact-client.ts";
import type { Outcome } from "../outcome.ts";
import { baseOf } from "./request.ts";
import type { Unsent } from "./resume.ts";
import type { Run, RunParts } from "./run.ts";

/** Records the result of a row, unless a later run must send the row again. */
export function settle(parts: RunParts, run: Run, result: CreateManyResult<Unsent>): void {
  const { underWay, recorder, drain, resume } = parts;
  underWay.delete(result.index);
  // Only inputs that throw have none, and `rowsToSend` never throws.
  if (result.input === undefined) return;
  const { row } = result.input;
  if (!result.ok && result.error.code === "unauthorized") {
    drain.refusal ??= result.error;
    return;
  }
  // `beforeSend` has rejected it.
  if (!result.ok && result.error.outcome === "not_sent" && drain.failure !== undefined) return;
  const outcome = outcomeOf(result, run);
  if (outcome.status === "unknown") resume.noteDoubt(result.input);
  if (outcome.status !== "failed" || !resume.mayHaveLink(result.input)) {
    return recorder.finish(row, outcome);
  }
  // The refusal does not tell whether the earlier request has created a link.
  const error = `${outcome.error} (an earlier request may have made a link)`;
  recorder.finish(row, { ...outcome, status: "unknown", error });
}

function outcomeOf(result: CreateManyResult<Unsent>, { options, io }: Run): Outcome {
  if (result.ok) {
    const { link, reused } = result;
    const base = options.appendIds ? baseOf(link) : undefined;
    const status = reused ? "reused" : "created";
    return { status, trackingUrl: link.url, ...(base !== undefined && { base }) };
  }
  const { outcome, code, message } = result.error;
  const words = [message, ...detailsOf(result.error)].join("; ");
  // Mask the account: the message contains the request's path with it, and people share tables.
  const account = io.env["IMPACT_ACCOUNT_SID"];
  const error = account ? words.replaceAll(account, "[account]") : words;
  return { status: outcome === "unknown" ? "unknown" : "failed", errorCode: code, error };
}
