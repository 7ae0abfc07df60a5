import type { CreateManyResult } from "../../index.ts";
import { detailsOf } from "../failure.ts";
import type { Outcome } from "../outcome.ts";
import { baseOf } from "./request.ts";
import type { Run, RunParts } from "./run.ts";

/** Records the result of a row, unless a later run has to send the row again. */
export function settle(parts: RunParts, { options, io }: Run, result: CreateManyResult): void {
  const { rows, resume, recorder, drain } = parts;
  const row = rows.take(result.index);
  if (!result.ok && result.error.code === "unauthorized") return drain.refuse(result.error);
  // Held back in `beforeSend`.
  if (!result.ok && result.error.outcome === "not_sent" && drain.failure()) return;
  const outcome = outcomeOf(result, options.appendIds, io.env["IMPACT_ACCOUNT_SID"]);
  // A refusal now says nothing of the earlier attempt.
  const isUnknown = outcome.status === "failed" && resume.mayHaveLink(row.index);
  recorder.finish(row, isUnknown ? { ...outcome, status: "unknown" } : outcome);
}

function outcomeOf(
  result: CreateManyResult,
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
