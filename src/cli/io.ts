import { fdatasync, writeSync } from "node:fs";
import { promisify } from "node:util";

export interface Output {
  write(text: string, done: (error?: Error | null) => void): unknown;
  readonly isTTY?: boolean;
  /** Characters in a line of a terminal. */
  readonly columns?: number;
}

/** The streams of a command, its environment, and the signal that interrupts it. */
export interface Io {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Resolves when everything is written. Rejects if the reader has closed the pipe or the disk is full. */
export function write(output: Output, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Writes, and ignores failures: a reader may close the pipe after the first line. */
export async function show(output: Output, text: string): Promise<number> {
  await write(output, text).catch(() => {});
  return EXIT.done;
}

/** Writes a message to stderr. Keeps its line breaks. */
export async function say({ stderr }: Io, message: string): Promise<void> {
  await show(stderr, `impact-links: ${message.split("\n").map(plain).join("\n")}\n`);
}

/** Writes the whole text synchronously. A single `writeSync` may write only a part, such as on a nearly full disk. */
export function writeWhole(file: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
  return bytes.length;
}

/** Flushes the data of a file to the disk, so that it survives a power loss. */
export const datasync = promisify(fdatasync);

/** Makes text from a file or a server safe to show. Replaces characters that control a terminal or reorder its text. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]+/gu, " ");
}

/** Formats JSON that is safe to show and parses to the same value. */
export function plainJson(value: unknown): string {
  const escape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[\p{Cc}\p{Bidi_Control}]/gu, escape);
}

/** Returns the message of an error. */
export function why(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether it is a system error with this code, such as ENOENT. */
export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;

export const EXIT = {
  done: 0,
  /** The API refused or failed, or the result could not be printed. */
  failed: 1,
  /** Wrong usage or input. */
  usage: 2,
  /** A bulk run is complete, and some rows have no link. */
  incomplete: 3,
  interrupted: 130,
} as const;

/** The command line or the input cannot be used. */
export class UsageError extends Error {}

/** A file ends in the middle of a row or a character: the process that wrote it may have been killed. */
export class TornError extends UsageError {}
