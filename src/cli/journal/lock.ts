import { createHash } from "node:crypto";
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
  const address = addressFor(
    createHash("sha256").update(`${dev}:${ino}`).digest("hex").slice(0, 32),
  );
  const server =
    (await listen(address)) ?? ((await isStale(address)) ? await listen(address) : undefined);
  return server && (() => void server.close());
}

function addressFor(id: string): string {
  const name = `impact-links-${id}`;
  // Names that begin with NUL are in no file system, so none stays behind.
  if (process.platform === "linux") return `\0${name}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), name);
}

function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => resolve(server.unref()));
  });
}

/** Whether the socket file was left behind by a process that has ended. It is then removed. */
function isStale(address: string): Promise<boolean> {
  if (!address.startsWith("/")) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = createConnection(address, () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", () => {
      unlinkSync(address);
      resolve(true);
    });
  });
}
