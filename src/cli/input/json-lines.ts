import { kindOf } from "../../validate.ts";
import { addColumn, LONGEST_ROW } from "./limits.ts";
import type { ReadRows } from "./table.ts";

/** Reads one JSON object per line: https://jsonlines.org */
export const readJsonLines: ReadRows = async function* (file, names) {
  const positions = new Map(names.map((name, position) => [name, position]));
  let index = 0;
  let line = file.firstLine - 1;
  for await (const text of linesOf(file.read())) {
    line++;
    const cells: unknown[] = [];
    if (text === undefined) {
      const problem = `Expected a line of at most ${LONGEST_ROW} characters, got a longer one`;
      yield { index: index++, line, cells, problem };
      continue;
    }
    if (text.trim() === "") continue;
    const value = parse(text);
    if (typeof value === "string") {
      yield { index: index++, line, cells, problem: value, text: text.trim() };
      continue;
    }
    for (const [name, cell] of Object.entries(value)) {
      const position = positions.get(name) ?? addColumn(names, name);
      positions.set(name, position);
      cells[position] = cell;
    }
    yield { index: index++, line, cells };
  }
};

/** Yields the lines; undefined in place of one that is too long. */
async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string | undefined, void> {
  let rest: string | undefined = "";
  const join = (text: string): string | undefined =>
    rest === undefined || rest.length + text.length > LONGEST_ROW ? undefined : rest + text;
  for await (const text of texts) {
    const [first = "", ...lines] = text.split("\n");
    rest = join(first);
    for (const line of lines) {
      yield rest;
      rest = line;
    }
  }
  yield rest;
}

/** Deeper values could overflow the stack of `JSON.stringify`. */
const MOST_LEVELS = 100;

function isDeep(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeep(each, levels - 1));
}

/** Whether `JSON.parse` changes a number, such as a long id. */
function isChanged(literal: string): boolean {
  if (/^-?\d{1,15}$/.test(literal)) return false;
  return digitsOf(literal) !== digitsOf(String(Number(literal)));
}

/** Normalizes a number to its significant digits and an exponent. */
function digitsOf(literal: string): string {
  const [, whole = "", fraction = "", exponent = "0"] =
    /^-?(\d+)\.?(\d*)(?:e(.*))?$/i.exec(literal) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  if (kept === "") return "0";
  return `${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}

/** Returns the object of a line, or why it cannot be read. */
function parse(text: string): object | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "Expected a JSON object, got text that is not JSON";
  }
  const numbers = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, "").match(/-?\d[\d.eE+-]*/g) ?? [];
  const lost = numbers.find(isChanged);
  if (lost !== undefined) return `Expected a number this long as a string, "${lost}", got ${lost}`;
  if (isDeep(value, MOST_LEVELS))
    return `Expected at most ${MOST_LEVELS} levels of nesting, got more`;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  return `Expected a JSON object, got ${kindOf(value)}`;
}
