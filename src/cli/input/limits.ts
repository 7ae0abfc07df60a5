import { UsageError } from "../io.ts";

/** In characters. A longer row is a mistake, such as a quote that is never closed. */
export const LONGEST_ROW = 4_194_304;

/** The limit of Excel. */
const MOST_COLUMNS = 16_384;

/** Adds a column and returns its position. Throws {@link UsageError} if there are too many. */
export function addColumn(names: string[], name: string): number {
  if (names.length < MOST_COLUMNS) return names.push(name) - 1;
  throw new UsageError(`Expected at most ${MOST_COLUMNS} columns, got more`);
}
