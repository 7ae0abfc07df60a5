import { UsageError } from "../io.ts";
import type { Outcome } from "../outcome.ts";

/** Everything that determines the output of a run. A run that resumes must have the same. */
export type Task = Readonly<Record<string, string | number | boolean | null>>;

/** A line after the first one, which is the task, or `{ finished: task }` once the run is complete. */
export type Entry =
  /** The row's request is about to be sent. Only for requests that must not be sent twice. */
  | { readonly sent: number }
  /** The server has made no link for it, so it may be sent again. */
  | { readonly back: number }
  /** The row is finished. */
  | ({ readonly row: number } & Outcome);

/** State of the earlier runs, by their journal. */
export interface Recorded {
  /** The task of an unfinished run. */
  task?: Task;
  /** The task of a complete run. No run resumes from it. */
  finished?: Task;
  /** The last line of each finished row. Parsed when it is needed: lines take less memory. */
  readonly outcomes: Map<number, string>;
  /** Rows that were sent and whose result is not recorded. */
  readonly inFlight: Set<number>;
}

/** Throws {@link UsageError} for a line of another format. */
export function readEntries(text: string, path: string): Recorded {
  const recorded: Recorded = { outcomes: new Map(), inFlight: new Set() };
  const { outcomes, inFlight } = recorded;
  text.split("\n").forEach((line, position, { length }) => {
    // After the last line end.
    if (position === length - 1) return;
    const value = parseLine(line);
    if (position === 0 && isObject(value)) {
      if (isObject(value["finished"])) recorded.finished = value["finished"] as Task;
      else recorded.task = value as Task;
    } else if (!isEntry(value)) {
      throw new UsageError(`${path} is damaged in line ${position + 1}`);
    } else if ("sent" in value) inFlight.add(value.sent);
    else if ("back" in value) inFlight.delete(value.back);
    else {
      inFlight.delete(value.row);
      outcomes.set(value.row, line);
    }
  });
  return recorded;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEntry(value: unknown): value is Entry {
  if (!isObject(value)) return false;
  const { sent, back, row, status } = value;
  return [sent, back, typeof status === "string" ? row : undefined].some(Number.isSafeInteger);
}
