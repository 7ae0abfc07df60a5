import { UsageError } from "../io.ts";
import { RESULT_COLUMNS } from "../outcome.ts";

export type ResultColumns = Readonly<Record<(typeof RESULT_COLUMNS)[number], string>>;

/**
 * Returns the names of the columns that `bulk` adds. If the input has a column of that name, in upper or lower case,
 * adds a prefix: `linkStatus` beside `Status`. Throws {@link UsageError} if the input is itself an output.
 */
export function resultColumns(columns: readonly string[]): ResultColumns {
  if (RESULT_COLUMNS.every((name) => columns.includes(name))) {
    throw new UsageError(
      "The input is an output of bulk. Correct the original input instead, and add --reuse to keep the links",
    );
  }
  const taken = new Set(columns.map((column) => column.trim().toLowerCase()));
  const nameOf = (name: string): string => {
    if (!taken.has(name.toLowerCase())) return name;
    const other = prefixed(name);
    if (name !== "trackingUrl" && !taken.has(other.toLowerCase())) return other;
    throw new UsageError(`Column "${name}" would be overwritten by a result; give it another name`);
  };
  return named(nameOf);
}

/** Reads the names from a journal, which keeps them in this order. */
export function asResultColumns(names: unknown): ResultColumns | undefined {
  if (!Array.isArray(names) || names.length !== RESULT_COLUMNS.length) return undefined;
  return named((name) => String(names[(RESULT_COLUMNS as readonly string[]).indexOf(name)]));
}

/** Finds the names of these columns in an output. They come after the columns of its input. */
export function findResultColumns(columns: readonly string[]): ResultColumns {
  const nameOf = (name: string): string => {
    const other = prefixed(name);
    return columns.lastIndexOf(other) > columns.lastIndexOf(name) ? other : name;
  };
  return { ...named(nameOf), trackingUrl: "trackingUrl" };
}

const prefixed = (name: string): string => `link${name.charAt(0).toUpperCase()}${name.slice(1)}`;

const named = (nameOf: (name: string) => string): ResultColumns => ({
  trackingUrl: nameOf("trackingUrl"),
  status: nameOf("status"),
  errorCode: nameOf("errorCode"),
  error: nameOf("error"),
});
