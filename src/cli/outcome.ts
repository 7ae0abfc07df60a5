/** The columns that `bulk` adds to each row. */
export const RESULT_COLUMNS = ["trackingUrl", "status", "errorCode", "error"] as const;

export const STATUSES = ["created", "reused", "failed", "unknown"] as const;

export type Status = (typeof STATUSES)[number];

/** The result of a row: the values of these columns. */
export interface Outcome {
  readonly status: Status;
  readonly trackingUrl?: string;
  readonly errorCode?: string;
  readonly error?: string;
  /** The link before ids were appended to it. */
  readonly base?: string;
}
