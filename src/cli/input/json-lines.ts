import { kindOf } from "../../validate.ts";
import type { ReadRows } from "./table.ts";

/** One JSON object a line: https://jsonlines.org */
export const readJsonLines: ReadRows = async function* (file, names) {
  const positions = new Map(names.map((name, position) => [name, position]));
  let index = 0;
  let line = 0;
  for await (const text of linesOf(file.read())) {
    line++;
    if (text.trim() === "") continue;
    const value = parse(text);
    const cells: unknown[] = [];
    if (typeof value === "string") {
      yield { index: index++, line, cells, problem: value, text: text.trim() };
      continue;
    }
    for (const [name, cell] of Object.entries(value)) {
      const position = positions.get(name) ?? names.push(name) - 1;
      positions.set(name, position);
      cells[position] = cell;
    }
    yield { index: index++, line, cells };
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

/** The object of a line, or why there is none. */
function parse(text: string): object | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "Expected a JSON object, got text that is not JSON";
  }
  // It would be written as another number.
  const numbers = text.replace(/"(?:[^"\\]|\\.)*"/g, "").match(/-?\d[\d.eE+-]*/g) ?? [];
  const lost = numbers.find((each) => /^-?\d+$/.test(each) && !Number.isSafeInteger(Number(each)));
  if (lost !== undefined) return `Expected a number this long as a string, "${lost}", got ${lost}`;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  return `Expected a JSON object, got ${kindOf(value)}`;
}
