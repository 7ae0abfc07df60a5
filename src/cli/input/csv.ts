// Reads CSV: RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180) as spreadsheets write it, with any delimiter and line
// end, and with rows shorter or longer than the header. A bad quote fails its row only.

import { TornError, UsageError } from "../io.ts";
import { SEPARATOR_LINE } from "./format.ts";
import { addColumn, LONGEST_ROW } from "./limits.ts";
import type { ReadRows, TableRow } from "./table.ts";

/**
 * Maximum length, in characters, of a row with a bad quote. It may span lines, if it has text with quotes that are not
 * doubled.
 */
const LONGEST_BAD_ROW = 32_768;

/** A row, or the header. */
interface CsvRecord {
  readonly cells: readonly string[];
  /** Why its quotes are wrong. */
  readonly problem?: string;
  /** Position of its end, before the line break. */
  readonly end: number;
}

export function readCsv(delimiter: string): ReadRows {
  return async function* (file, names, noteHeader) {
    let text = "";
    const separatorLine = SEPARATOR_LINE.exec(file.head)?.[0] ?? "";
    let line = file.firstLine + (separatorLine === "" ? 0 : 1);
    let start = separatorLine.length;
    let hasHeader = false;
    let index = 0;
    const chunks = file.read();
    for (let isLast = false; !isLast;) {
      const chunk = await chunks.next();
      isLast = chunk.done === true;
      text += chunk.value ?? "";
      if (text.length < start && !isLast) continue;
      const reader = new RecordReader(text, delimiter, isLast);
      for (;;) {
        const record = reader.at(start, names.length);
        if (record === undefined) break;
        const { cells, problem, end } = record;
        if (cells.length > 0 && hasHeader) {
          yield { index: index++, line, ...fit(cells, names.length), ...(problem && { problem }) };
        } else if (cells.length > 0) {
          if (problem) throw badHeader(file.name, line, problem);
          // Only the first time that the file is read.
          if (names.length === 0) for (const cell of cells) addColumn(names, cell);
          noteHeader?.(line);
          hasHeader = true;
        }
        line += countLines(text, start, end) + 1;
        start = end + lengthOfBreak(text, end);
      }
      text = text.slice(start);
      start = 0;
      if (text.length > LONGEST_ROW) {
        throw new UsageError(
          `${file.name} is not valid CSV: the row at line ${line} is longer than ${LONGEST_ROW} characters; is there a quote that is never closed?`,
        );
      }
    }
  };
}

function badHeader(name: string, line: number, problem: string): UsageError {
  const Kind = problem === UNCLOSED ? TornError : UsageError;
  return new Kind(`${name} is not valid CSV: the header at line ${line} ${problem}`);
}

/**
 * Returns as many cells as there are columns, because spreadsheets omit or add empty cells at the end of a row. Reports
 * a problem if further cells contain text.
 */
function fit(
  cells: readonly string[],
  length: number,
): Pick<TableRow, "cells" | "problem" | "text"> {
  if (cells.length === length) return { cells };
  const fitted = Array.from({ length }, (_, position) => cells[position] ?? "");
  if (cells.slice(length).every((cell) => cell.trim() === "")) return { cells: fitted };
  const problem = `Expected at most ${length} cells as in the header, got ${cells.length}`;
  return { cells: fitted, problem, text: JSON.stringify(cells) };
}

const QUOTING = 'quote the whole cell and double the quotes in it: "19"" wide"';
const UNCLOSED = "opens a quote that is never closed";
const IN_CELL = `has a quote in the middle of a cell; ${QUOTING}`;
const AFTER_QUOTE = `has text after a closing quote; ${QUOTING}`;

/** Reads records from the text received so far. */
class RecordReader {
  readonly #text: string;
  readonly #delimiter: string;
  readonly #isLast: boolean;
  readonly #endOfCell: RegExp;

  constructor(text: string, delimiter: string, isLast: boolean) {
    this.#text = text;
    this.#delimiter = delimiter;
    this.#isLast = isLast;
    this.#endOfCell = new RegExp(`[${delimiter.replace(/[\\\]^-]/, "\\$&")}\r\n]|$`, "g");
  }

  /**
   * Returns the record at `start`, without cells for an empty line. Undefined at the end of the text, or if more is
   * needed.
   */
  at(start: number, width: number): CsvRecord | undefined {
    const text = this.#text;
    if (start >= text.length) return undefined;
    const lineEnd = endOfLine(text, start);
    if (!this.#isEndCertain(lineEnd)) return undefined;
    const line = text.slice(start, lineEnd);
    if (line === "") return { cells: [], end: lineEnd };
    if (!line.includes('"')) return { cells: line.split(this.#delimiter), end: lineEnd };
    const record = this.#scan(text, start);
    const isLong = text.length - start > LONGEST_ROW;
    if (record.problem === undefined || (record.problem === UNCLOSED && !isLong)) {
      if (!this.#isEndCertain(record.end)) return undefined;
    }
    return record.problem === undefined
      ? record
      : this.#badAt(start, lineEnd, width, record.problem);
  }

  /** Whether the line break at `end` is complete: a CR at the end of a chunk may be the first half of a CRLF. */
  #isEndCertain(end: number): boolean {
    return this.#isLast || end + lengthOfBreak(this.#text, end) < this.#text.length;
  }

  /**
   * Returns a record with a bad quote. It ends with its first line if another row follows that line, or if no later
   * quote closes the cell. Otherwise it includes the lines up to the closing quote.
   */
  #badAt(start: number, lineEnd: number, width: number, problem: string): CsvRecord | undefined {
    const text = this.#text.slice(start, start + LONGEST_BAD_ROW);
    const isAll = this.#isLast && start + text.length === this.#text.length;
    if (!isAll && text.length < LONGEST_BAD_ROW) return undefined;
    const lenient = this.#scan(text, 0, true);
    const isClosed = lenient.problem === undefined && (isAll || lenient.end < text.length);
    if (isClosed && !this.#isRowAt(text, lineEnd - start, width)) {
      return { cells: lenient.cells, problem, end: start + lenient.end };
    }
    const line = this.#text.slice(start, lineEnd);
    const alone = this.#scan(line, 0, true);
    return {
      cells: alone.problem === undefined ? alone.cells : line.split(this.#delimiter),
      problem: this.#scan(line, 0).problem ?? problem,
      end: lineEnd,
    };
  }

  /** Whether the next non-empty line is a row by itself: a valid one, or one with a bad quote of its own. */
  #isRowAt(text: string, lineEnd: number, width: number): boolean {
    let start = lineEnd + lengthOfBreak(text, lineEnd);
    while (lengthOfBreak(text, start) > 0) start += lengthOfBreak(text, start);
    if (start >= text.length) return false;
    const { cells, problem } = this.#scan(text, start);
    const line = text.slice(start, endOfLine(text, start));
    const count = problem === undefined ? cells.length : this.#scan(line, 0, true).cells.length;
    // A valid row may lack cells at the end.
    return count === width || (problem === undefined && count > 1 && count < width);
  }

  /**
   * Scans the record at `start`. If lenient, a quote closes a cell only before a delimiter or a line end; all other
   * quotes are text.
   */
  #scan(text: string, start: number, isLenient = false): CsvRecord {
    const cells: string[] = [];
    for (let at = start; ; at++) {
      let end: number;
      if (text[at] === '"') {
        const close = this.#closingQuote(text, at + 1, isLenient);
        if (close < 0) return { cells, problem: UNCLOSED, end: text.length };
        cells.push(text.slice(at + 1, close).replaceAll('""', '"'));
        end = close + 1;
        if (!this.#isEndOfCell(text, end)) return { cells, problem: AFTER_QUOTE, end };
      } else {
        this.#endOfCell.lastIndex = at;
        end = this.#endOfCell.exec(text)?.index ?? text.length;
        const cell = text.slice(at, end);
        cells.push(cell);
        // In tab-separated text, most programs write quotes as plain characters.
        const isBad = !isLenient && this.#delimiter !== "\t" && cell.includes('"');
        if (isBad) return { cells, problem: IN_CELL, end };
      }
      if (text[end] !== this.#delimiter) return { cells, end };
      at = end;
    }
  }

  #closingQuote(text: string, from: number, isLenient: boolean): number {
    for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at)) {
      if (text[at + 1] === '"') at += 2;
      else if (!isLenient || this.#isEndOfCell(text, at + 1)) return at;
      else at++;
    }
    return -1;
  }

  #isEndOfCell(text: string, at: number): boolean {
    return at >= text.length || text[at] === this.#delimiter || lengthOfBreak(text, at) > 0;
  }
}

const LINE_END = /[\r\n]|$/g;

function endOfLine(text: string, start: number): number {
  LINE_END.lastIndex = start;
  return LINE_END.exec(text)?.index ?? text.length;
}

/** Returns the length of the line break at a position: 1 or 2, or 0 if there is none. */
function lengthOfBreak(text: string, at: number): number {
  if (text[at] === "\n") return 1;
  if (text[at] !== "\r") return 0;
  return text[at + 1] === "\n" ? 2 : 1;
}

/** Counts the line breaks within a record. */
function countLines(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = endOfLine(text, start); at < end; at = endOfLine(text, at)) {
    at += lengthOfBreak(text, at);
    count++;
  }
  return count;
}
