import { isImpactError, type CreateTrackingLinkParams } from "../../index.ts";
import { isFilled, type ColumnMap } from "../input/columns.ts";
import type { TableRow } from "../input/table.ts";
import type { Records } from "../journal/records.ts";
import type { Outcome } from "../outcome.ts";
import type { BulkOptions } from "./options.ts";
import { createRequestCache, requestOf } from "./request.ts";
import type { Reusable } from "./reuse.ts";

/** A row to send. */
export interface Unsent {
  readonly row: TableRow;
  readonly params: CreateTrackingLinkParams;
  /** Equal for rows that request the same link. Empty for invalid parameters, which the client will refuse. */
  readonly key: string;
  readonly isVanity: boolean;
}

/** The outcome of a row that is not sent. */
export interface Known {
  /** Undefined for a row without any text. */
  readonly outcome: Outcome | undefined;
  /** Whether to record it. False if the journal contains it, or if the row itself determines it. */
  readonly isNew: boolean;
}

const EMPTY: Known = { outcome: undefined, isNew: false };

const INTERRUPTED: Outcome = {
  status: "unknown",
  errorCode: "connection",
  error: "The run was stopped while the request was in flight: a link may have been made",
};

const EQUAL_IN_DOUBT: Outcome = {
  status: "unknown",
  errorCode: "connection",
  error: "A request for the same link got no response: the link may have been made",
};

/** Decides whether to send each row, based on the records of earlier runs. */
export class Resume {
  readonly #earlier: Records | undefined;
  readonly #columns: ColumnMap;
  readonly #options: Pick<BulkOptions, "appendIds" | "retry">;
  readonly #reusable: Reusable;
  readonly #links = createRequestCache<string>();
  /** Keys of requests that may have created a link, in this run or an earlier one. */
  readonly #keysInDoubt: Set<string>;

  constructor(
    earlier: Records | undefined,
    columns: ColumnMap,
    options: Pick<BulkOptions, "appendIds" | "retry">,
    reusable: Reusable,
  ) {
    this.#earlier = earlier;
    this.#columns = columns;
    this.#options = options;
    this.#reusable = reusable;
    this.#keysInDoubt = new Set([...(earlier?.keysInDoubt() ?? []), ...reusable.keysInDoubt]);
  }

  /** Records that a request of this run may have created a link. */
  noteDoubt({ key }: Unsent): void {
    this.#keysInDoubt.add(key);
  }

  /** Whether a request for the row's link may have created it. */
  mayHaveLink({ key }: Unsent): boolean {
    return this.#keysInDoubt.has(key);
  }

  /** Call it once for each row, in order. */
  decide(row: TableRow): Known | Unsent {
    if (row.problem === undefined && !isFilled(row.cells)) return EMPTY;
    const earlier = this.#earlier?.outcomeOf(row.index);
    const hasOpenRequest = this.#earlier?.hasOpenRequest(row.index) ?? false;
    const kept = earlier && !this.#isToBeSent(earlier, hasOpenRequest) ? earlier : undefined;
    const problem = problemOf(row) ?? this.#columns.problemIn(row.cells);
    if (problem !== undefined) {
      if (kept !== undefined) return { outcome: kept, isNew: false };
      const outcome = { status: "failed", errorCode: "invalid_input", error: problem } as const;
      return { outcome, isNew: row.problem === undefined };
    }
    const { appendIds, retry } = this.#options;
    const params = this.#columns.readParams(row.cells);
    const request = requestOf(params, appendIds);
    if (isImpactError(request)) {
      if (kept !== undefined) return { outcome: kept, isNew: false };
      return { row, params, key: "", isVanity: false };
    }
    const { key, isVanity, extend } = request;
    if (kept !== undefined) {
      const link = this.#baseOf(kept);
      if (link !== undefined) this.#links.set(key, link);
      return { outcome: kept, isNew: false };
    }
    const link = this.#links.get(key) ?? this.#baseOf(this.#earlier?.vanityLink(key));
    if (link !== undefined) {
      const base = appendIds ? { base: link } : {};
      return { outcome: { status: "reused", trackingUrl: extend(link), ...base }, isNew: true };
    }
    const reused = this.#reusable.linkOf(params);
    if (reused !== undefined) {
      return { outcome: { status: "reused", trackingUrl: reused }, isNew: true };
    }
    if (hasOpenRequest) this.#keysInDoubt.add(key);
    if (isVanity && this.#keysInDoubt.has(key) && !retry.has("unknown")) {
      return { outcome: hasOpenRequest ? INTERRUPTED : EQUAL_IN_DOUBT, isNew: true };
    }
    return { row, params, key, isVanity };
  }

  /** Returns the link before ids were appended to it. */
  #baseOf(outcome: Outcome | undefined): string | undefined {
    return outcome?.base ?? (this.#options.appendIds ? undefined : outcome?.trackingUrl);
  }

  #isToBeSent({ status }: Outcome, hasOpenRequest: boolean): boolean {
    // An earlier run may have sent it again, and stopped before the response.
    return this.#options.retry.has(status) || (status === "failed" && hasOpenRequest);
  }
}

/** Describes why a row cannot be read: its line, the problem, and the text that its cells do not contain. */
function problemOf({ line, problem, text }: TableRow): string | undefined {
  if (problem === undefined) return undefined;
  return [`line ${line}`, problem, ...(text === undefined ? [] : [text])].join(": ");
}
