/** The columns that `bulk` adds to each row. */
export const RESULT_COLUMNS = ["trackingUrl", "status", "errorCode", "error"] as const;

/** The result of a row: the values of these columns. */
export interface Outcome {
  readonly status: "created" | "reused" | "failed" | "unknown";
  readonly trackingUrl?: string;
  readonly errorCode?: string;
  readonly error?: string;
  /** The link before ids were appended to it. */
  readonly base?: string;
}

export type Status = Outcome["status"];

export const STATUSES: readonly Status[] = ["created", "reused", "failed", "unknown"];
