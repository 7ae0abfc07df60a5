import type { ParameterFacts } from "../../generated/operations.ts";
import type { CreateTrackingLinkParams } from "../index.ts";
import { nearest } from "../suggest.ts";
import { FACTS } from "../tracking-links/params.ts";
import { fromText } from "./flags.ts";
import { plain, UsageError } from "./io.ts";

/** What `bulk` adds to each row. */
export const RESULT_COLUMNS = ["trackingUrl", "status", "errorCode", "error"] as const;

const KEYS: ReadonlyMap<string, string> = new Map(
  [...FACTS].flatMap(([key, { name }]): [string, string][] => [
    [key, key],
    [name, key],
  ]),
);

/** Which columns hold parameters. */
export interface ColumnMap {
  /** Names of the columns, by the parameters that they hold. */
  readonly used: ReadonlyMap<string, string>;
  /** The parameters in a row, not checked: a cell may be anything. What is empty is absent. */
  readParams(cells: readonly unknown[]): CreateTrackingLinkParams;
  /** Why a row must not be sent although its cells could be. */
  problemIn(cells: readonly unknown[]): string | undefined;
}

/** Throws {@link UsageError} for columns that would be lost, or that only look like parameters. */
export function mapColumns(
  columns: readonly string[],
  { program, passThrough }: { program: string | undefined; passThrough: boolean },
): ColumnMap {
  const used = new Map<string, string>();
  const keys = columns.map((column) => {
    const name = column.trim();
    const key = KEYS.get(name);
    if (key === undefined) {
      const near = nearest(name, [...KEYS.keys()]);
      if (near !== undefined && !passThrough) {
        throw new UsageError(
          `Column "${plain(name)}" is no parameter; did you mean "${near}"? (--pass-through keeps it as it is)`,
        );
      }
      if (!(RESULT_COLUMNS as readonly string[]).includes(name)) return undefined;
      throw new UsageError(
        `Column "${name}" would be overwritten by a result; give it another name`,
      );
    }
    const other = used.get(key);
    if (other !== undefined) {
      throw new UsageError(`Columns "${other}" and "${name}" are the same parameter`);
    }
    used.set(key, name);
    return key;
  });
  if (program === undefined && !used.has("programId")) {
    throw new UsageError("Expected a column programId, or --program for all rows");
  }
  return {
    used,
    problemIn(cells) {
      const position = keys.findIndex(
        (key, place) => key !== undefined && isShortened(cells[place]),
      );
      const key = keys[position];
      if (key === undefined) return undefined;
      const number = String(cells[position]);
      return `Expected \`${key}\` to be written out, got ${number}: a spreadsheet has shortened it; format the column as text`;
    },
    readParams(cells) {
      const params: Record<string, unknown> = {};
      keys.forEach((key, position) => {
        const value = key && read(cells[position], FACTS.get(key));
        if (key !== undefined && value !== undefined) params[key] = value;
      });
      // Spreadsheets leave empty rows behind; they ask for nothing.
      if (params["programId"] === undefined && program !== undefined && cells.some(isFilled)) {
        params["programId"] = program;
      }
      return params as unknown as CreateTrackingLinkParams;
    },
  };
}

const isFilled = (cell: unknown): boolean =>
  typeof cell === "string" ? cell.trim() !== "" : cell !== undefined && cell !== null;

/** "1.23E+05" is what spreadsheets make of a long id. */
const isShortened = (cell: unknown): boolean =>
  typeof cell === "string" && /^\s*\d([.,]\d+)?E\+\d+\s*$/.test(cell);

function read(cell: unknown, facts: ParameterFacts | undefined): unknown {
  if (cell === undefined || cell === null || facts === undefined) return undefined;
  if (typeof cell === "string") {
    const text = cell.trim();
    return text === "" ? undefined : fromText(text, facts);
  }
  // JSON has ids as numbers where a table has texts.
  return facts.type === "string" && Number.isSafeInteger(cell) ? `${cell as number}` : cell;
}
