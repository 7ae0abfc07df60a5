import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { onTestFinished, vi } from "vitest";
import { portOf } from "./server.ts";

/** What a server saw. */
export interface Seen {
  /** Connections on which anything was sent; undici opens spare ones ahead of need. */
  connections: number;
  /** Requests of which the whole head arrived. */
  requests: number;
  /** Connections of {@link connections} that are still open. */
  open: number;
}

export interface SocketServer {
  readonly port: number;
  readonly seen: Seen;
}

/** What a server does with a connection. */
export type Connected = (socket: Socket, seen: Seen) => void;

/** A server that does with each connection as told; it ends with the test. */
export async function listen(connected: Connected): Promise<SocketServer> {
  const seen: Seen = { connections: 0, requests: 0, open: 0 };
  const server = createServer((socket) => connected(socket, seen));
  return { port: await start(server), seen };
}

/** The same behind TLS, with a certificate that nobody trusts. */
export async function listenTls(connected: Connected): Promise<SocketServer> {
  const seen: Seen = { connections: 0, requests: 0, open: 0 };
  const server = createTlsServer(selfSigned(), (socket) => {
    socket.on("error", () => {});
    connected(socket, seen);
  });
  server.on("connection", () => seen.connections++);
  server.on("tlsClientError", () => {});
  return { port: await start(server), seen };
}

/** Acts as soon as anything was sent. */
export function onFirstByte(act: (socket: Socket) => void): Connected {
  return (socket, seen) => {
    socket.once("data", () => {
      count(socket, seen);
      act(socket);
    });
  };
}

/** Counts requests, and answers each of them as told as soon as its head is there. */
export function onRequest(answer: (socket: Socket) => void): Connected {
  return (socket, seen) => {
    let head = "";
    socket.once("data", () => count(socket, seen));
    socket.on("data", (chunk: Uint8Array) => {
      head += Buffer.from(chunk).toString("latin1");
      for (let end = head.indexOf("\r\n\r\n"); end >= 0; end = head.indexOf("\r\n\r\n")) {
        head = head.slice(end + 4);
        seen.requests++;
        answer(socket);
      }
    });
  };
}

/** A port of this machine where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Counts the timers of one length that were set since and not cleared. */
export function watchTimers(ms: number): () => number {
  const set = vi.spyOn(globalThis, "setTimeout");
  const cleared = vi.spyOn(globalThis, "clearTimeout");
  return () => {
    const gone = new Set<unknown>(cleared.mock.calls.map(([timer]) => timer));
    return set.mock.results.filter(
      ({ value }, index) => set.mock.calls[index]?.[1] === ms && !gone.has(value),
    ).length;
  };
}

/**
 * What a server and the test of its client share, so that neither waits by the clock.
 * `expire` fires the client's deadline; `onHead` is called when the client has the head of a response.
 */
export const moments = { expire: (): void => {}, onHead: (): void => {} };

/** Holds the timers of one length until `moments.expire` fires them, and counts those that are pending. */
export function holdTimers(ms: number): () => number {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const held = new Map<unknown, () => void>();
  const hold = (run: () => void, after?: number, ...rest: unknown[]): unknown => {
    if (after !== ms) return set(run, after, ...rest);
    const timer = set(() => {}, 0);
    held.set(timer, run);
    return timer;
  };
  // Without `__promisify__`, which nobody uses here.
  vi.spyOn(globalThis, "setTimeout").mockImplementation(hold as typeof setTimeout);
  vi.spyOn(globalThis, "clearTimeout").mockImplementation((timer) => {
    held.delete(timer);
    clear(timer);
  });
  moments.expire = () => {
    for (const run of held.values()) run();
  };
  return () => held.size;
}

/** A fetch that tells of the head of each response. */
export const tellingOfHeads =
  (fetch: typeof globalThis.fetch): typeof globalThis.fetch =>
  async (...args) => {
    const response = await fetch(...args);
    // Not before it is returned.
    setTimeout(() => moments.onHead(), 0);
    return response;
  };

/** The head of a JSON response. */
export const head = (status: string, ...headers: string[]): string =>
  [`HTTP/1.1 ${status}`, "Content-Type: application/json", ...headers, "", ""].join("\r\n");

/** Writes a part of a response, and resets the connection when the client has its head. */
export const thenReset =
  (text: string) =>
  (socket: Socket): void => {
    moments.onHead = () => socket.resetAndDestroy();
    socket.write(text);
  };

/** Writes a part of a response, and lets the client's deadline pass when it has the head. */
export const thenStall =
  (text: string) =>
  (socket: Socket): void => {
    moments.onHead = moments.expire;
    socket.write(text);
  };

function count(socket: Socket, seen: Seen): void {
  seen.connections++;
  seen.open++;
  socket.on("close", () => seen.open--);
}

function start(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return portOf(server);
}

let pair: { key: string; cert: string } | undefined;

/** A new certificate for 127.0.0.1 that no authority has signed. */
export function selfSigned(): { key: string; cert: string } {
  pair ??= makePair();
  return pair;
}

function makePair(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), "impact-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
  try {
    const files = ["-keyout", key, "-out", cert];
    execFileSync("openssl", ["req", "-x509", ...kind, ...files, ...name], { stdio: "ignore" });
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
