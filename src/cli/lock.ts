import { createHash } from "node:crypto";
import { fstatSync, unlinkSync } from "node:fs";
import { createConnection, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Keeps an open file to one process. Gives what ends that, or undefined if another process has it.
 *
 * The lock is a local socket that is named after the file: the system takes it back however the process ends,
 * `kill -9` included, where a lock file would stay behind.
 */
export async function lock(file: number): Promise<(() => void) | undefined> {
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

/** Whether a socket in the file system is one that a process left behind. It is removed then. */
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
