import { once } from "node:events";
import { closeSync, fstatSync, openSync, statSync, unlinkSync } from "node:fs";
import { createConnection, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError, why } from "../io.ts";

/** Opens the file for this process alone. Throws {@link UsageError} if another process has it. */
export async function openLocked(path: string): Promise<{ fd: number; unlock: () => void }> {
  const output = path.replace(/\.journal$/, "");
  for (;;) {
    let fd: number;
    try {
      fd = openSync(path, "a+", 0o600);
    } catch (error) {
      throw new UsageError(`Cannot write ${output}: ${why(error)}`);
    }
    const unlock = await lock(fd);
    if (unlock === undefined) {
      closeSync(fd);
      throw new UsageError(`Another process is writing ${output}`);
    }
    // The process that had the lock may have removed or replaced the file since it was opened here.
    if (statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino) return { fd, unlock };
    closeSync(fd);
    unlock();
  }
}

/**
 * Locks an open file. Returns the function that unlocks it, or undefined if another process has the lock.
 *
 * The lock is a local socket that is named after the file. The system removes it however the process ends, `kill -9`
 * included, where a lock file would stay behind.
 */
async function lock(file: number): Promise<(() => void) | undefined> {
  const { dev, ino } = fstatSync(file);
  const address = addressFor(`impact-links-${dev}-${ino}`);
  let server = await listen(address);
  if (server === undefined && (await isStale(address))) server = await listen(address);
  return server && (() => void server.close());
}

function addressFor(name: string): string {
  // Names that begin with NUL are in no file system, so none stays behind.
  if (process.platform === "linux") return `\0${name}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), name);
}

async function listen(address: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  try {
    await once(server.listen(address), "listening");
    return server.unref();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return undefined;
    throw error;
  }
}

/** Whether the socket file was left behind by a process that has ended. It is then removed. */
async function isStale(address: string): Promise<boolean> {
  if (!address.startsWith("/")) return false;
  const socket = createConnection(address);
  try {
    await once(socket, "connect");
    socket.destroy();
    return false;
  } catch {
    unlinkSync(address);
    return true;
  }
}
