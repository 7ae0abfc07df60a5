import { isImpactError } from "../../index.ts";
import type { ColumnMap } from "../input/columns.ts";
import type { TableRow } from "../input/table.ts";
import type { Journal } from "../journal/journal.ts";
import type { Outcome } from "../outcome.ts";
import type { BulkOptions } from "./options.ts";
import { createRequestCache, requestOf, type RowRequest } from "./request.ts";

/** The outcome of a row that is not sent. */
interface Known {
  readonly outcome: Outcome;
  /** Whether it has to be recorded: neither the journal nor the row itself shows it. */
  readonly isNew: boolean;
}

const INTERRUPTED: Outcome = {
  status: "unknown",
  errorCode: "connection",
  error: "The run was stopped while the request was in flight: a link may have been made",
};

/** Decides for each row whether it is sent, by what earlier runs have recorded. */
export function createResume(
  journal: Journal | undefined,
  columns: ColumnMap,
  { appendIds, retry }: Pick<BulkOptions, "appendIds" | "retry">,
) {
  const links = createRequestCache<string>();
  /** Keys of Vanity requests that may have made a link. */
  const unknown = new Set<string>();
  /** Rows that may have a link already, and are sent again. */
  const resent = new Set<number>();

  /** Keeps what an earlier outcome says of equal requests. */
  const learn = ({ key, isVanity }: RowRequest, outcome: Outcome): void => {
    const link = outcome.base ?? (appendIds ? undefined : outcome.trackingUrl);
    if (link !== undefined) links.set(key, link);
    if (isVanity && outcome.status === "unknown") unknown.add(key);
  };

  const outcomeOf = (row: TableRow): Known | undefined => {
    const error = problemOf(row) ?? columns.problemIn(row.cells);
    if (error !== undefined) {
      const outcome = { status: "failed", errorCode: "invalid_input", error } as const;
      return { outcome, isNew: row.problem === undefined };
    }
    if (journal?.task === undefined) return undefined;
    const checked = requestOf(columns.readParams(row.cells), appendIds);
    const request = isImpactError(checked) ? undefined : checked;
    const earlier = journal.takeOutcome(row.index);
    // A retry may have been in flight after the outcome was recorded.
    const wasInFlight = journal.wasInFlight(row.index);
    if (earlier !== undefined && !wasInFlight && !retry.has(earlier.status)) {
      if (request !== undefined) learn(request, earlier);
      return { outcome: earlier, isNew: false };
    }
    if (request === undefined) return undefined;
    const { key, isVanity, extend } = request;
    const link = links.get(key);
    if (link !== undefined) {
      const base = appendIds ? { base: link } : {};
      return { outcome: { status: "reused", trackingUrl: extend(link), ...base }, isNew: true };
    }
    const isUnknown = wasInFlight || earlier?.status === "unknown" || unknown.has(key);
    if (isVanity && isUnknown && !retry.has("unknown")) {
      unknown.add(key);
      return { outcome: INTERRUPTED, isNew: true };
    }
    if (isUnknown) resent.add(row.index);
    return undefined;
  };
  return {
    /** Call it once for each row, in order. Undefined if the row has to be sent. */
    outcomeOf,
    /** Whether an earlier run may have made the row's link. */
    mayHaveLink: (index: number): boolean => resent.has(index),
  };
}

/** Why a row cannot be read, with its line and with any text that its cells do not hold. */
function problemOf({ line, problem, text }: TableRow): string | undefined {
  if (problem === undefined) return undefined;
  return [`line ${line}`, problem, ...(text === undefined ? [] : [text])].join(": ");
}
