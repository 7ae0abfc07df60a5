import { createTrackingLink, type ParameterFacts } from "../../../generated/operations.ts";
import type { CreateTrackingLinkParams } from "../../index.ts";
import { nearest } from "../../suggest.ts";
import type { BulkOptions } from "../bulk/options.ts";
import { fromText } from "../flags.ts";
import { plain, UsageError } from "../io.ts";
import { RESULT_COLUMNS } from "../outcome.ts";

const FACTS = new Map(Object.entries<ParameterFacts>(createTrackingLink.params));

/** Parameters by the names that a column may have: in camelCase, or as in the API. */
const KEYS = new Map(
  [...FACTS].flatMap(([key, facts]) => [key, facts.name].map((name) => [name, key] as const)),
);

export type ColumnMap = ReturnType<typeof mapColumns>;

/** The columns that hold parameters. Throws {@link UsageError} for one that would be lost, or looks misspelt. */
export function mapColumns(
  columns: readonly string[],
  { program, passThrough }: Pick<BulkOptions, "program" | "passThrough">,
) {
  const used = new Map<string, string>();
  const keys = columns.map((column) => {
    const name = column.trim();
    const key = keyOf(name, passThrough);
    if (key === undefined) return undefined;
    const other = used.get(key);
    if (other !== undefined) {
      throw new UsageError(`Columns "${other}" and "${name}" are the same parameter`);
    }
    used.set(key, name);
    return key;
  });
  const parameters = keys.flatMap((key, position) => (key ? [{ key, position }] : []));
  if (program === undefined && !used.has("programId")) {
    throw new UsageError("Expected a column programId, or --program for all rows");
  }
  return {
    /** Names of columns, by parameter. */
    used,
    /** Why a row must not be sent although its values are valid. */
    problemIn(cells: readonly unknown[]): string | undefined {
      const wrong = parameters.find(({ position }) => isShortened(cells[position]));
      if (wrong === undefined) return undefined;
      const number = String(cells[wrong.position]);
      return `Expected \`${wrong.key}\` to be written out, got ${number}: a spreadsheet has shortened it; format the column as text`;
    },
    /** The parameters of a row, not checked: a cell may hold anything. An empty cell is no parameter. */
    readParams(cells: readonly unknown[]): CreateTrackingLinkParams {
      const params: Record<string, unknown> = {};
      for (const { key, position } of parameters) {
        const value = read(cells[position], FACTS.get(key));
        if (value !== undefined) params[key] = value;
      }
      // Spreadsheets leave empty rows behind: the default program must not make links for them.
      if (program !== undefined && cells.some(isFilled)) params["programId"] ??= program;
      // Not checked: `createMany` does that.
      return params as unknown as CreateTrackingLinkParams;
    },
  };
}

/** The parameter that a column holds, if any. */
function keyOf(name: string, passThrough: boolean): string | undefined {
  const key = KEYS.get(name);
  if (key !== undefined) return key;
  const near = nearest(name, [...KEYS.keys()]);
  if (near !== undefined && !passThrough) {
    throw new UsageError(
      `Column "${plain(name)}" is not a parameter; did you mean "${near}"? (--pass-through keeps it as it is)`,
    );
  }
  if ((RESULT_COLUMNS as readonly string[]).includes(name)) {
    throw new UsageError(`Column "${name}" would be overwritten by a result; give it another name`);
  }
  return undefined;
}

const isFilled = (cell: unknown): boolean =>
  typeof cell === "string" ? cell.trim() !== "" : cell !== undefined && cell !== null;

/** Spreadsheets turn a long id into "1.23E+05". */
const isShortened = (cell: unknown): boolean =>
  typeof cell === "string" && /^\s*\d([.,]\d+)?E\+\d+\s*$/.test(cell);

function read(cell: unknown, facts: ParameterFacts | undefined): unknown {
  if (cell === undefined || cell === null || facts === undefined) return undefined;
  if (typeof cell === "string") {
    const text = cell.trim();
    return text === "" ? undefined : fromText(text, facts);
  }
  // JSON may have a number where the parameter is a string.
  return facts.type === "string" && Number.isSafeInteger(cell) ? `${cell as number}` : cell;
}
