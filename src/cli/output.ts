import { fdatasyncSync, ftruncateSync, openSync } from "node:fs";
import { UsageError, why, write, writeWhole, type Output } from "./io.ts";

/** Where rows go, in order and in blocks. */
export interface RowWriter {
  add(text: string): void;
  /** Writes what was added. Once it has failed it fails for ever, and nothing that was added is forgotten. */
  flush(): Promise<void>;
  /** What was added and is not written. */
  readonly unwritten: string;
  /** Whether it is time to flush before more is added. */
  readonly isFull: boolean;
  /** What a reader of the file finds is what was written, whatever happens to the machine. */
  sync(): void;
  /** Empties the file. */
  clear(): void;
}

const BLOCK = 32_768;

export function openFileWriter(path: string): RowWriter {
  let file: number;
  try {
    file = openSync(path, "a");
  } catch (error) {
    throw new UsageError(`Cannot write ${path}: ${why(error)}`);
  }
  const writer = createWriter(async (text) => writeWhole(file, text));
  return Object.assign(writer, {
    sync: () => fdatasyncSync(file),
    clear: () => ftruncateSync(file),
  });
}

export function openStreamWriter(stdout: Output): RowWriter {
  return Object.assign(
    createWriter((text) => write(stdout, text)),
    { sync() {}, clear() {} },
  );
}

function createWriter(
  writeText: (text: string) => Promise<void>,
): Omit<RowWriter, "sync" | "clear"> {
  let pending = "";
  let writing = "";
  let flushed = Promise.resolve();
  const flushOnce = async (): Promise<void> => {
    if (pending === "") return;
    writing = pending;
    pending = "";
    await writeText(writing);
    writing = "";
  };
  return {
    add(text) {
      pending += text;
    },
    flush() {
      flushed = flushed.then(flushOnce);
      return flushed;
    },
    get unwritten() {
      return writing + pending;
    },
    get isFull() {
      return pending.length >= BLOCK;
    },
  };
}
