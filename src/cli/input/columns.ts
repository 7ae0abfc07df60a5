import type { ParameterFacts } from "../../../generated/operations.ts";
import type { CreateTrackingLinkParams } from "../../index.ts";
import { nearest } from "../../suggest.ts";
import { plain, UsageError } from "../io.ts";
import { FACTS, fromText, PARAMETER_NAMES } from "../parameters.ts";

/** Maps columns to parameters. */
export interface Mapping {
  /** Parameters for rows without a value of their own. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Names of columns, by parameter. */
  readonly map: ReadonlyMap<string, string>;
  /** Columns to pass through even if they are named like a parameter. */
  readonly passThrough: readonly string[];
}

export type ColumnMap = ReturnType<typeof mapColumns>;

/** Finds the columns that contain parameters. Throws {@link UsageError} if one is missing, ambiguous or misspelt. */
export function mapColumns(columns: readonly string[], mapping: Mapping) {
  const { defaults } = mapping;
  const used = findParameters(columns, mapping);
  refuseMisspelt(columns, used, mapping);
  if (defaults["programId"] === undefined && !used.has("programId")) {
    throw new UsageError(
      "Expected a column programId, or --program for all rows, or --map programId=<column>",
    );
  }
  const parameters = [...used].map(([key, position]) => ({ key, position, facts: FACTS.get(key) }));
  return {
    /** Positions of columns, by parameter. */
    used,
    defaults,
    /** Whether a row lacks a deep link in a file with deep links. Its link leads to the program's own page. */
    lacksDeepLink(cells: readonly unknown[]): boolean {
      if (!used.has("deepLink")) return false;
      const names = ["deepLink", "customPath", "adId"];
      if (names.some((name) => defaults[name] !== undefined)) return false;
      return !isFilled(names.map((name) => cells[used.get(name) ?? -1]));
    },
    /** Returns why a row must not be sent even if its values are valid. */
    problemIn(cells: readonly unknown[]): string | undefined {
      const wrong = parameters.find(({ position }) => isShortened(cells[position]));
      if (wrong === undefined) return undefined;
      const number = String(cells[wrong.position]);
      return `Expected \`${wrong.key}\` to be written out, got ${number}: a spreadsheet has shortened it; format the column as text`;
    },
    /** Returns the parameters of a row. Ignores empty cells. Does not validate the others. */
    readParams(cells: readonly unknown[]): CreateTrackingLinkParams {
      const params: Record<string, unknown> = { ...defaults };
      for (const { key, position, facts } of parameters) {
        const value = read(cells[position], facts);
        if (value !== undefined) params[key] = value;
      }
      // Unchecked: `createMany` validates them.
      return params as unknown as CreateTrackingLinkParams;
    },
  };
}

/** Whether a row contains any text. Spreadsheets often write empty rows at the end. */
export function isFilled(cells: readonly unknown[]): boolean {
  return cells.some((cell) =>
    typeof cell === "string" ? trim(cell) !== "" : cell !== undefined && cell !== null,
  );
}

function findParameters(
  columns: readonly string[],
  { map, passThrough }: Mapping,
): ReadonlyMap<string, number> {
  const names = columns.map((column) => column.trim());
  const used = new Map<string, number>();
  for (const column of passThrough) positionOf(column, names, "--pass-through");
  for (const [key, column] of map) used.set(key, positionOf(column, names, `--map ${key}`));
  const taken = new Set([...map.values(), ...passThrough]);
  names.forEach((name, position) => {
    const key = PARAMETER_NAMES.get(name);
    if (key === undefined || taken.has(name) || map.has(key)) return;
    const other = used.get(key);
    if (other !== undefined) {
      throw new UsageError(`Columns "${names[other]}" and "${name}" are the same parameter`);
    }
    used.set(key, position);
  });
  return used;
}

function positionOf(column: string, names: readonly string[], option: string): number {
  const position = names.indexOf(column);
  if (position >= 0 && names.lastIndexOf(column) === position) return position;
  const shown = `"${plain(column)}"`;
  if (position >= 0) throw new UsageError(`${option}: more than one column is called ${shown}`);
  const near = nearest(column, names);
  const known = near === undefined ? `columns: ${listOf(names)}` : `did you mean "${plain(near)}"?`;
  throw new UsageError(`${option}: there is no column ${shown}; ${known}`);
}

const SHOWN = 20;

/** Lists the names of columns for a message. */
export function listOf(names: readonly string[]): string {
  const more = names.length > SHOWN ? ", …" : "";
  return `${names
    .slice(0, SHOWN)
    .map((name) => plain(name.slice(0, 80)))
    .join(", ")}${more}`;
}

/** Throws for a column that looks like a misspelt parameter, unless that parameter has a column. */
function refuseMisspelt(
  columns: readonly string[],
  used: ReadonlyMap<string, number>,
  { passThrough }: Mapping,
): void {
  const free = [...PARAMETER_NAMES].filter(([, key]) => !used.has(key)).map(([name]) => name);
  const positions = new Set(used.values());
  for (const [position, column] of columns.entries()) {
    const name = column.trim();
    if (positions.has(position) || passThrough.includes(name) || PARAMETER_NAMES.has(name))
      continue;
    const near = nearest(name, free);
    if (near === undefined || isCompound(name, near)) continue;
    throw new UsageError(
      `Column "${plain(name)}" is not a parameter; did you mean "${near}"? ` +
        `If so, add ${asOption("map", `${near}=${name}`)}; if not, add ${asOption("pass-through", name)}`,
    );
  }
}

/** Whether a name is the other one with more words before it: `aw_deep_link` and `deepLink`. */
function isCompound(name: string, other: string): boolean {
  const plainName = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const words = name.split(/[^a-zA-Z0-9]+/);
  return words.some(
    (_, first) => first > 0 && plainName(words.slice(first).join("")) === plainName(other),
  );
}

/** Formats an option as it is typed in a shell. */
export function asOption(name: string, value: string): string {
  const text = plain(value);
  return `--${name} ${/^[\w./=:-]+$/.test(text) ? text : `"${text.replace(/["\\$`]/g, "\\$&")}"`}`;
}

/** Spreadsheets turn a long id into "1.23E+05". */
const isShortened = (cell: unknown): boolean =>
  typeof cell === "string" && /^\s*\d([.,]\d+)?E\+\d+\s*$/.test(cell);

/** Trims spaces and invisible characters, which copied text may contain. */
function trim(text: string): string {
  const trimmed = text.trim();
  return /^\p{Cf}|\p{Cf}$/u.test(trimmed)
    ? trimmed.replace(/^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu, "")
    : trimmed;
}

function read(cell: unknown, facts: ParameterFacts | undefined): unknown {
  if (cell === undefined || cell === null || facts === undefined) return undefined;
  if (typeof cell === "string") {
    const text = trim(cell);
    return text === "" ? undefined : fromText(text, facts);
  }
  // JSON may have a number where the parameter is a string.
  return facts.type === "string" && Number.isSafeInteger(cell) ? `${cell as number}` : cell;
}
