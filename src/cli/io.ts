/** Where a command writes, and what stops it. Data goes to stdout, everything else to stderr. */
export interface Io {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly signal: AbortSignal;
}

export const EXIT = {
  done: 0,
  /** The API refused or failed. */
  failed: 1,
  /** Wrong usage or input. */
  usage: 2,
  interrupted: 130,
} as const;

/** The command line cannot be understood. */
export class UsageError extends Error {}
