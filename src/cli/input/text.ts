import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { mkdtemp, open, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError, why } from "../io.ts";

/** A text file that can be read more than once, also if it came from a pipe. */
export interface TextFile {
  /** Its name in messages. */
  readonly name: string;
  /** Its beginning, without a byte order mark. */
  readonly head: string;
  readonly hasBom: boolean;
  /** All of it, in pieces. `done` gets the SHA-256 of its bytes. */
  read(done: (sha256: string) => void): AsyncGenerator<string, void, undefined>;
  close(): Promise<void>;
}

const CHUNK = 65_536;

/** Opens a file, or stdin for `-`. Input that can be read only once is kept in a temporary file. */
export async function openText(path: string, stdin: AsyncIterable<Uint8Array>): Promise<TextFile> {
  const name = path === "-" ? "stdin" : path;
  const handle = await openBytes(path, stdin).catch((error: unknown) => {
    throw new UsageError(`Cannot read ${name}: ${why(error)}`);
  });
  try {
    const readBytes = await pieces(handle, name);
    const start = new Uint8Array(4);
    const { bytesRead } = await handle.read(start, 0, 4, 0);
    const { encoding, hasBom } = encodingOf(start.subarray(0, bytesRead));
    const read: TextFile["read"] = (done) => decode(readBytes, encoding, name, done);
    for await (const head of read(() => {})) {
      return { name, head, hasBom, read, close: () => handle.close() };
    }
    throw new UsageError(`Cannot read ${name}`);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openBytes(path: string, stdin: AsyncIterable<Uint8Array>): Promise<FileHandle> {
  if (path === "-") return spool(stdin);
  const handle = await open(path, "r");
  const stat = await handle.stat();
  if (stat.isFile()) return handle;
  if (!stat.isDirectory()) return spool(handle.createReadStream());
  await handle.close();
  throw new Error("it is a folder");
}

/** A temporary file that is gone as soon as it is closed, where the system allows that. */
async function spool(bytes: AsyncIterable<Uint8Array>): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), "impact-links-"));
  try {
    const handle = await open(join(folder, "input"), "wx+", 0o600);
    for await (const chunk of bytes) await handle.writeFile(chunk);
    return handle;
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

/** Reads a file in pieces, as often as needed; the last piece is empty. */
async function pieces(handle: FileHandle, name: string): Promise<() => AsyncGenerator<Buffer>> {
  const { mtimeMs, size } = await handle.stat();
  return async function* () {
    const buffer = Buffer.alloc(CHUNK);
    for (let position = 0; ;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK, position);
      // A row of a file that is being rewritten may be half old and half new.
      const now = await handle.stat();
      if (now.mtimeMs !== mtimeMs || now.size !== size) {
        throw new UsageError(`${name} has changed while it was read`);
      }
      yield buffer.subarray(0, bytesRead);
      if (bytesRead === 0) return;
      position += bytesRead;
    }
  };
}

function encodingOf([a, b, c]: Uint8Array): { encoding: string; hasBom: boolean } {
  if (a === 0xff && b === 0xfe) return { encoding: "utf-16le", hasBom: true };
  if (a === 0xfe && b === 0xff) return { encoding: "utf-16be", hasBom: true };
  return { encoding: "utf-8", hasBom: a === 0xef && b === 0xbb && c === 0xbf };
}

async function* decode(
  readBytes: () => AsyncGenerator<Buffer>,
  encoding: string,
  name: string,
  done: (sha256: string) => void,
): AsyncGenerator<string, void, undefined> {
  const hash = createHash("sha256");
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const bytes of readBytes()) {
    hash.update(bytes);
    let text: string;
    try {
      text = decoder.decode(bytes, { stream: bytes.length > 0 });
    } catch {
      const where = encoding === "utf-8" ? ` at line ${await lineOfInvalid(readBytes())}` : "";
      throw new UsageError(
        `Expected text in UTF-8, got other bytes in ${name}${where}. In Excel, save it as "CSV UTF-8".`,
      );
    }
    yield text;
  }
  done(hash.digest("hex"));
}

/** The first line that is not valid UTF-8. A decoder does not report it. */
async function lineOfInvalid(bytes: AsyncIterable<Buffer>): Promise<number> {
  let line = 1;
  let rest = "";
  for await (const piece of bytes) {
    // Latin-1: one character for each byte. A CR at the end may be half of a CRLF.
    const lines = (rest + piece.toString("latin1")).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const each of lines) {
      if (!isUtf8(Buffer.from(each, "latin1"))) return line;
      line++;
    }
  }
  return line;
}
