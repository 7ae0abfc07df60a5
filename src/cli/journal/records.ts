import { readSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { UsageError } from "../io.ts";
import { STATUSES, type Outcome, type Status } from "../outcome.ts";

/** Everything that determines the output of a run. A resumed run must have an equal task. */
export type Task = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/**
 * A line after the first one, which is the task. `sent` opens a request of a row, and `back` closes one. `row` closes
 * all of them, unless its status is `unknown`. The state of a row is its last outcome and whether a request is open:
 *
 * | outcome         | open | meaning                             | the next run                             |
 * | --------------- | ---- | ----------------------------------- | ---------------------------------------- |
 * | none            | no   | no request has made a link          | sends it ¹                               |
 * | none            | yes  | a request may have made a link      | sends it ¹; Vanity: `unknown` ²          |
 * | created, reused | any  | the link is known                   | keeps it ³                               |
 * | failed          | no   | no request has made a link          | keeps it; with --retry-failed sends it ¹ |
 * | failed          | yes  | a stopped retry may have made one   | sends it ¹; Vanity: `unknown` ²          |
 * | unknown         | any  | a request may have made a link      | keeps it; with --retry-unknown sends it ¹|
 *
 * ¹ If an equal row has a link, the row is `reused` instead.
 * ² Unless --retry-unknown is given. A Vanity row is also `unknown` while a request of an equal row is open or
 * `unknown`.
 * ³ A user may write a link into the output. It then replaces the outcome of the row.
 */
export type Entry =
  /** A request is about to be sent. Equal requests have equal keys. */
  | { readonly sent: number; readonly key: string; readonly isVanity?: true }
  /** One request of the row has certainly made no link: it was rejected or not sent. */
  | { readonly back: number }
  | ({ readonly row: number } & Outcome)
  /** Whether the output is complete. `false` is written before a run empties it. */
  | { readonly finished: boolean };

/** The open requests of a row. Each may have made a link. */
interface Doubt {
  count: number;
  /** Undefined if no request of the row itself is open: its outcome is that of an equal row. */
  key: string | undefined;
  isVanity: boolean;
}

/** Reads a journal. Keeps only the offset of each outcome and the rows in doubt in memory. */
export class Records {
  task: Task | undefined;
  /** If false, ignore the rows: the process was stopped while it rebuilt the journal from a complete output. */
  hasBegun = false;
  /** Whether the output is complete. */
  isFinished = false;
  /** Length in bytes of the complete lines. */
  size = 0;
  readonly #file: number;
  readonly #path: string;
  /** Offset of the last outcome of each row, plus 1; 0 if there is none. */
  #offsets = new Float64Array(1024);
  readonly #doubts = new Map<number, Doubt>();
  /** The row with the link of each Vanity request, by key. An account has at most a few thousand. */
  readonly #vanityRows = new Map<string, number>();
  #lines = 0;
  #block: { readonly bytes: Buffer; readonly start: number } | undefined;

  constructor(file: number, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Reads the lines added since the last call. Throws {@link UsageError} for a line of another format. */
  async readNew(): Promise<void> {
    this.#block = undefined;
    for (;;) {
      const line = this.#lineAt(this.size);
      if (line === undefined) return;
      this.#read(line);
      this.size += line.length + 1;
      // Let timers touch the lock, and handle signals.
      if (this.#lines % LINES_IN_A_TURN === 0) await nextTurn();
    }
  }

  outcomeOf(row: number): Outcome | undefined {
    const offset = this.#offsets[row];
    if (!offset) return undefined;
    const line = this.#lineAt(offset - 1);
    return line && (JSON.parse(line.toString()) as Outcome);
  }

  /** Returns the outcome of the Vanity request with this key, if it has a link. */
  vanityLink(key: string): Outcome | undefined {
    const row = this.#vanityRows.get(key);
    return row === undefined ? undefined : this.outcomeOf(row);
  }

  /** Whether a request of the row may have made a link that is in no outcome. */
  hasOpenRequest(row: number): boolean {
    return this.#doubts.has(row);
  }

  /** Returns the keys of all requests that may have made a link which is in no outcome. */
  keysInDoubt(): Set<string> {
    return new Set([...this.#doubts.values()].flatMap(({ key }) => key ?? []));
  }

  #read(line: Buffer): void {
    const value = parse(line);
    this.#lines++;
    if (this.#lines === 1 && isObject(value)) this.task = value as Task;
    else if (isEntry(value)) this.#follow(value);
    else throw new UsageError(`${this.#path} is damaged in line ${this.#lines}`);
  }

  #follow(entry: Entry): void {
    if ("finished" in entry) {
      this.hasBegun = true;
      this.isFinished = entry.finished;
      return;
    }
    if ("sent" in entry) this.#doubt(entry.sent, entry.key, entry.isVanity);
    else if ("back" in entry) {
      const doubt = this.#doubts.get(entry.back);
      if (doubt && --doubt.count === 0) this.#doubts.delete(entry.back);
    } else {
      this.#noteOffset(entry.row);
      if (entry.status !== "unknown") this.#settle(entry);
      else if (!this.#doubts.has(entry.row)) this.#doubt(entry.row);
    }
  }

  #doubt(row: number, key?: string, isVanity = false): void {
    const doubt = this.#doubts.get(row) ?? { count: 0, key, isVanity };
    doubt.count++;
    doubt.key ??= key;
    doubt.isVanity ||= isVanity;
    this.#doubts.set(row, doubt);
  }

  #settle({ row, status, base }: Outcome & { readonly row: number }): void {
    const { key, isVanity } = this.#doubts.get(row) ?? {};
    // With --append-ids, a link that a user has written has the ids of this row: an equal row cannot reuse it.
    const isOfThisRow =
      status !== "failed" && this.task?.["--append-ids"] === true && base === undefined;
    if (isVanity && isOfThisRow) return;
    if (key !== undefined && isVanity && status !== "failed") this.#vanityRows.set(key, row);
    this.#doubts.delete(row);
  }

  #noteOffset(row: number): void {
    if (row >= this.#offsets.length) {
      const larger = new Float64Array(2 * row);
      larger.set(this.#offsets);
      this.#offsets = larger;
    }
    this.#offsets[row] = this.size + 1;
  }

  /** Returns the line at an offset, without its line break. Undefined if the line is incomplete. */
  #lineAt(start: number): Buffer | undefined {
    for (let length = BLOCK; ; length *= 2) {
      const { bytes, start: from } = this.#blockAt(start, length);
      const end = bytes.indexOf(LINE_END, start - from);
      if (end >= 0) return bytes.subarray(start - from, end);
      if (from === start && bytes.length < length) return undefined;
      this.#block = undefined;
    }
  }

  /** Returns a block of the file that contains the byte at `start`: the last one read, or a new one from there. */
  #blockAt(start: number, length: number) {
    const last = this.#block;
    if (last && start >= last.start && start < last.start + last.bytes.length) return last;
    const bytes = Buffer.allocUnsafe(length);
    let read = 0;
    for (let more = 1; more > 0 && read < length; read += more) {
      more = readSync(this.#file, bytes, read, length - read, start + read);
    }
    return (this.#block = { bytes: bytes.subarray(0, read), start });
  }
}

const LINES_IN_A_TURN = 10_000;
const MOST_ROWS = 2 ** 28;
const BLOCK = 65_536;
const LINE_END = 10;

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEntry(value: unknown): value is Entry {
  if (!isObject(value)) return false;
  const { sent, key, back, row, status, finished } = value;
  if (typeof finished === "boolean") return true;
  const isOutcome =
    STATUSES.includes(status as Status) && TEXTS.every((name) => isText(value[name]));
  const index = typeof key === "string" ? sent : isOutcome ? row : back;
  return Number.isInteger(index) && (index as number) >= 0 && (index as number) < MOST_ROWS;
}

const TEXTS = ["trackingUrl", "errorCode", "error", "base"];
const isText = (value: unknown): boolean => value === undefined || typeof value === "string";
