import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { onTestFinished } from "vitest";

/** A request as it stood on the wire. */
export interface WireRequest {
  method: string;
  /** Path and query, as they were sent. */
  target: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export interface RecordingServer {
  baseUrl: string;
  requests: WireRequest[];
}

type Answer = { status?: number; headers?: Record<string, string>; body?: string };

/** A real server that keeps what arrives and answers as told; it ends with the test. */
export async function serve(
  answer: Answer | ((request: IncomingMessage, response: ServerResponse, count: number) => void),
  port = 0,
): Promise<RecordingServer> {
  const requests: WireRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const { method = "", url: target = "", headers } = request;
    requests.push({ method, target, headers, body: Buffer.concat(chunks).toString() });
    if (typeof answer === "function") return answer(request, response, requests.length);
    const { status = 200, headers: sent = {}, body = "" } = answer;
    response.writeHead(status, { "Content-Type": "application/json", ...sent }).end(body);
  });
  const baseUrl = `http://127.0.0.1:${await portOf(server, port)}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl, requests };
}

/** Starts a server on this machine alone, and gives its port. */
export function portOf(server: Server, port = 0): Promise<number> {
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
