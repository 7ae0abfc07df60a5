interface Output {
  write(text: string, done: (error?: Error | null) => void): unknown;
}

/** Where a command writes, and what stops it. Data goes to stdout, everything else to stderr. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly signal: AbortSignal;
}

/** Writes to the end. Rejects if the reader has gone away or the disk is full. */
export function write(output: Output, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Says what happened; where nobody hears it, nothing is lost. */
export async function say(io: Io, text: string): Promise<void> {
  await write(io.stderr, text).catch(() => {});
}

/** Prints help or a version, which may be read no further than its first line. */
export async function show({ stdout }: Io, text: string): Promise<number> {
  await write(stdout, text).catch(() => {});
  return EXIT.done;
}

export const EXIT = {
  done: 0,
  /** The API refused or failed, or what it gave could not be printed. */
  failed: 1,
  /** Wrong usage or input. */
  usage: 2,
  interrupted: 130,
} as const;

/** The command line cannot be understood. */
export class UsageError extends Error {}
