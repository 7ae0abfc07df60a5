import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { mkdtemp, open, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TornError, UsageError, why } from "../io.ts";

const CHUNK = 65_536;

export type TextFile = Awaited<ReturnType<typeof openText>>;

/**
 * Opens a file, or `stdin` for `-`. A pipe can be read only once: it is kept in a temporary file. Every reading throws the
 * reason of the signal once it aborts.
 */
export async function openText(
  path: string,
  stdin?: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
) {
  const name = path === "-" ? "stdin" : path;
  const handle = await openBytes(path, stdin).catch((error: unknown) => {
    throw new UsageError(`Cannot read ${name}: ${why(error)}`);
  });
  try {
    const { buffer: start } = await handle.read(new Uint8Array(3), 0, 3, 0);
    const { encoding, hasBom } = encodingOf(start);
    const readBytes = await pieces(handle, name, signal);
    let sha256 = "";
    async function* read(): AsyncGenerator<string, undefined> {
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
            `Expected text in UTF-8, got other bytes in ${name}${where}. In Excel, save it as "CSV UTF-8".`,
          );
        }
        yield text;
      }
      const sum = hash.digest("hex");
      sha256 ||= sum;
      if (sum !== sha256) throw changed(name);
    }
    const { value: head = "" } = await read().next();
    return {
      /** Its name in messages. */
      name,
      /** Its beginning, without a byte order mark. */
      head,
      hasBom,
      /** Reads all of it, in pieces. Throws {@link UsageError} if it has changed since it was read first. */
      read,
      /** The hash of its bytes, once it was read to its end. */
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

/** A temporary file that is gone as soon as it is closed, where the system allows that. */
async function spool(bytes: AsyncIterable<Uint8Array>): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), "impact-links-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => {});
  try {
    const handle = await open(join(folder, "input"), "wx+", 0o600);
    // At once, so that nothing is left of it however the process ends.
    await remove();
    for await (const chunk of bytes) await handle.writeFile(chunk);
    return handle;
  } finally {
    await remove();
  }
}

/** Reads a file in pieces, as often as needed; the last piece is empty. */
async function pieces(
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
      // A row of a file that is being rewritten may be half old and half new.
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

function encodingOf([a, b, c]: Uint8Array): { encoding: string; hasBom: boolean } {
  if (a === 0xff && b === 0xfe) return { encoding: "utf-16le", hasBom: true };
  if (a === 0xfe && b === 0xff) return { encoding: "utf-16be", hasBom: true };
  return { encoding: "utf-8", hasBom: a === 0xef && b === 0xbb && c === 0xbf };
}

/** The first line that is not valid UTF-8. A decoder does not report it. */
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
