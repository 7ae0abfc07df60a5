import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { mkdtemp, open, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TornError, UsageError, why } from "../io.ts";
import { expectTable } from "./format.ts";

const CHUNK = 65_536;

export interface TextOptions {
  /** The bytes of the path `-`. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  /** Once it aborts, every read throws its reason. */
  readonly signal?: AbortSignal | undefined;
  /** A label that `TextDecoder` knows. A byte order mark overrides it. Default UTF-8. */
  readonly encoding?: string | undefined;
  /** Lines to skip at the beginning. */
  readonly skipLines?: number | undefined;
}

export type TextFile = Awaited<ReturnType<typeof openText>>;

/** Opens a file, or `stdin` for `-`. Copies a pipe to a temporary file, because a pipe can be read only once. */
export async function openText(path: string, options: TextOptions = {}) {
  const { stdin, signal, skipLines = 0 } = options;
  const name = path === "-" ? "stdin" : path;
  const handle = await openBytes(path, stdin).catch((error: unknown) => {
    throw new UsageError(`Cannot read ${name}: ${why(error)}`);
  });
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(SIGNATURE), 0, SIGNATURE, 0);
    const start = buffer.subarray(0, bytesRead);
    if (skipLines === 0) expectTable(start, name);
    const { encoding, wantsBom } = encodingOf(start, options.encoding);
    const readBytes = await chunksOf(handle, name, signal);
    if (encoding !== "utf-8" && !hasByteOrderMark(start)) await expectNotUtf8(readBytes(), name);
    let sha256 = "";
    let end = "";
    async function* readAll(): AsyncGenerator<string, undefined> {
      const hash = createHash("sha256");
      const decoder = new TextDecoder(encoding, { fatal: true });
      for await (const bytes of readBytes()) {
        hash.update(bytes);
        let text: string;
        try {
          text = decoder.decode(bytes, { stream: bytes.length > 0 });
        } catch {
          const where = encoding === "utf-8" ? ` at line ${await lineOfInvalid(handle)}` : "";
          const Kind = bytes.length === 0 ? TornError : UsageError;
          throw new Kind(
            `Expected text in ${encoding.toUpperCase()}, got other bytes in ${name}${where}. ` +
              'In Excel, save it as "CSV UTF-8"; or name its encoding: --encoding windows-1252 (Western), windows-1251 (Cyrillic), shift_jis (Japanese).',
          );
        }
        expectEncoding(text, encoding, name);
        if (text !== "") end = text.slice(-1);
        yield text;
      }
      const sum = hash.digest("hex");
      sha256 ||= sum;
      if (sum !== sha256) throw changed(name);
    }
    const read =
      skipLines === 0 ? readAll : (): AsyncGenerator<string> => skip(readAll(), skipLines);
    const head = await readHead(read());
    return {
      /** Its name in messages. */
      name,
      /** Its beginning, without a byte order mark. */
      head,
      /** Whether an output needs a byte order mark. Without one, Excel may assume another encoding. */
      wantsBom,
      /** The number of its first line after the skipped ones. */
      firstLine: skipLines + 1,
      /** Reads all text in chunks. Throws {@link UsageError} if the file has changed since it was first read. */
      read,
      /** Whether its last line ends with a line break. Call it after reading to the end. */
      isLastLineEnded: () => end === "\n",
      /** Returns the hash of its bytes. Call it after reading to the end. */
      sha256: () => sha256,
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openBytes(path: string, stdin?: AsyncIterable<Uint8Array>): Promise<FileHandle> {
  if (path === "-" && stdin) return spool(stdin);
  const handle = await open(path, "r");
  const stat = await handle.stat();
  if (stat.isFile()) return handle;
  if (!stat.isDirectory()) return spool(handle.createReadStream());
  await handle.close();
  throw new Error("it is a folder");
}

/** Copies bytes to a temporary file. It disappears when it is closed, where the system allows that. */
async function spool(bytes: AsyncIterable<Uint8Array>): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), "impact-links-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => {});
  try {
    const handle = await open(join(folder, "input"), "wx+", 0o600);
    // Remove it now, so that no file remains however the process ends.
    await remove();
    for await (const chunk of bytes) await handle.writeFile(chunk);
    return handle;
  } finally {
    await remove();
  }
}

/** Returns a function that reads a file in chunks. The last chunk is empty. */
async function chunksOf(
  handle: FileHandle,
  name: string,
  signal?: AbortSignal,
): Promise<() => AsyncGenerator<Buffer>> {
  const { mtimeMs, size } = await handle.stat();
  return async function* () {
    const buffer = Buffer.alloc(CHUNK);
    for (let position = 0; ;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK, position);
      signal?.throwIfAborted();
      // While a file is rewritten, a row may be half old and half new.
      const now = await handle.stat();
      if (now.mtimeMs !== mtimeMs || now.size !== size) {
        throw changed(name);
      }
      yield buffer.subarray(0, bytesRead);
      if (bytesRead === 0) return;
      position += bytesRead;
    }
  };
}

/** Skips lines at the beginning of a text. */
async function* skip(texts: AsyncIterable<string>, lines: number): AsyncGenerator<string> {
  let remaining = lines;
  let rest = "";
  for await (const text of texts) {
    rest += text;
    for (let end = LINE_END.exec(rest); remaining > 0 && end !== null; end = LINE_END.exec(rest)) {
      rest = rest.slice(end.index + end[0].length);
      remaining--;
    }
    if (remaining > 0 || rest === "") continue;
    yield rest;
    rest = "";
  }
}

/** Does not match a CR at the end, which may be half of a CRLF. */
const LINE_END = /\r\n|\n|\r(?!$)/;

const hasByteOrderMark = (start: Uint8Array): boolean =>
  /^(\xff\xfe|\xfe\xff|\xef\xbb\xbf)/.test(Buffer.from(start).toString("latin1"));

/** Throws {@link UsageError} for valid UTF-8 beyond ASCII, which another encoding would garble. */
async function expectNotUtf8(readBytes: AsyncGenerator<Buffer>, name: string): Promise<void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let isAscii = true;
  try {
    for await (const bytes of readBytes) {
      const text = decoder.decode(bytes, { stream: bytes.length > 0 });
      // UTF-16 of Latin letters is valid UTF-8 with NULs.
      if (text.includes("\0")) return;
      isAscii &&= !/[^\0-\x7f]/.test(text);
    }
  } catch (error) {
    if (error instanceof TypeError) return;
    throw error;
  }
  if (!isAscii) throw new UsageError(`${name} is in UTF-8; remove --encoding`);
}

/** Characters from which the format and the delimiter are detected. */
const LONGEST_HEAD = 16_384;

async function readHead(texts: AsyncIterable<string>): Promise<string> {
  let head = "";
  try {
    for await (const text of texts) {
      head += text;
      if (head.length >= LONGEST_HEAD) break;
    }
  } catch (error) {
    // Reading the whole file handles it.
    if (!(error instanceof TornError)) throw error;
  }
  return head;
}

/** Throws {@link UsageError} for characters that the windows encodings leave undefined. */
function expectEncoding(text: string, encoding: string, name: string): void {
  if (!encoding.startsWith("windows-") || !/[\x80-\x9f]/.test(text)) return;
  throw new UsageError(`${name} is not in ${encoding}; try another --encoding`);
}

/** Bytes from which a binary file or a byte order mark is recognized. */
const SIGNATURE = 64;

function encodingOf(
  [a, b, c]: Uint8Array,
  given = "utf-8",
): { encoding: string; wantsBom: boolean } {
  if (a === 0xff && b === 0xfe) return { encoding: "utf-16le", wantsBom: true };
  if (a === 0xfe && b === 0xff) return { encoding: "utf-16be", wantsBom: true };
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: "utf-8", wantsBom: true };
  const { encoding } = new TextDecoder(given);
  return { encoding, wantsBom: encoding !== "utf-8" };
}

/** Returns the number of the first line that is not valid UTF-8. `TextDecoder` does not report it. */
async function lineOfInvalid(handle: FileHandle): Promise<number> {
  let line = 1;
  // Latin-1: one character for each byte.
  const lines = handle.readLines({ encoding: "latin1", start: 0, autoClose: false });
  for await (const text of lines) {
    if (!isUtf8(Buffer.from(text, "latin1"))) break;
    line++;
  }
  return line;
}

const changed = (name: string) => new UsageError(`${name} has changed while it was read`);
