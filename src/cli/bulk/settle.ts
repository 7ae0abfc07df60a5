import type { CreateManyResult } from "../../index.ts";
import { detailsOf } from "../failure.ts";
import type { Outcome } from "../outcome.ts";
import type { TableRow } from "../input/table.ts";
import { baseOf } from "./request.ts";
import type { Run, RunParts } from "./run.ts";

/** Records the result of a row, unless a later run has to send the row again. */
export function settle(
  { vanityRows, resume, recorder, drain }: RunParts,
  { options, io }: Run,
  result: CreateManyResult<TableRow>,
): void {
  vanityRows.delete(result.index);
  if (!result.ok && result.error.code === "unauthorized") {
    drain.refusal ??= result.error;
    return;
  }
  // Held back in `beforeSend`.
  if (!result.ok && result.error.outcome === "not_sent" && drain.failure !== undefined) return;
  const row = result.input;
  // The inputs of a run never throw.
  if (row === undefined) return;
  const outcome = outcomeOf(result, options.appendIds, io.env["IMPACT_ACCOUNT_SID"]);
  // A refusal now says nothing of the earlier attempt.
  const isUnknown = outcome.status === "failed" && resume.mayHaveLink(row.index);
  recorder.finish(row, isUnknown ? { ...outcome, status: "unknown" } : outcome);
}

function outcomeOf(
  result: CreateManyResult<unknown>,
  appendIds: boolean,
  accountSid: string | undefined,
): Outcome {
  if (result.ok) {
    const { link, reused } = result;
    const base = appendIds ? baseOf(link) : undefined;
    const status = reused ? "reused" : "created";
    return { status, trackingUrl: link.url, ...(base !== undefined && { base }) };
  }
  const { outcome, code, message } = result.error;
  const words = [message, ...detailsOf(result.error)].join("; ");
  // The message holds the request's path, which holds the account; tables are handed to others.
  const error = accountSid ? words.replaceAll(accountSid, "[account]") : words;
  return { status: outcome === "unknown" ? "unknown" : "failed", errorCode: code, error };
}
