import { kindOf } from "../../validate.ts";
import type { Columns, ReadRows, TableRow } from "./table.ts";

/** One JSON object a line: https://jsonlines.org */
export const readJsonLines: ReadRows = async function* (file, columns, done) {
  let index = 0;
  let line = 0;
  for await (const text of linesOf(file.read(done))) {
    line++;
    if (text.trim() === "") continue;
    yield { index: index++, line, ...cellsOf(text, columns) };
  }
};

async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const text of texts) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  yield rest;
}

function cellsOf(text: string, columns: Columns): Omit<TableRow, "index" | "line"> {
  const unusable = (problem: string) => ({ cells: [], problem, text: text.trim() });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unusable("Expected a JSON object, got text that is not JSON");
  }
  // It would be written as another number.
  const numbers = text.replace(/"(?:[^"\\]|\\.)*"/g, "").match(/-?\d[\d.eE+-]*/g) ?? [];
  const lost = numbers.find((each) => /^-?\d+$/.test(each) && !Number.isSafeInteger(Number(each)));
  if (lost !== undefined) {
    return unusable(`Expected a number this long as a string, "${lost}", got ${lost}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return unusable(`Expected a JSON object, got ${kindOf(value)}`);
  }
  const cells: unknown[] = [];
  for (const [name, cell] of Object.entries(value)) cells[columns.positionOf(name)] = cell;
  return { cells };
}
