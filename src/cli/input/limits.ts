import { UsageError } from "../io.ts";

/** Characters. A longer row is a mistake, such as a quote that is never closed. */
export const LONGEST_ROW = 4_194_304;

/** As many as a spreadsheet has. */
const MOST_COLUMNS = 16_384;

/** Adds a column, and gives its position. Throws {@link UsageError} if there are too many. */
export function addColumn(names: string[], name: string): number {
  if (names.length < MOST_COLUMNS) return names.push(name) - 1;
  throw new UsageError(`Expected at most ${MOST_COLUMNS} columns, got more`);
}
