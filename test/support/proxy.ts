import { once } from "node:events";
import { createServer, request as forward } from "node:http";
import { connect } from "node:net";
import { onTestFinished } from "vitest";
import { portOf } from "./server.ts";

export interface Proxy {
  url: string;
  /** `CONNECT 127.0.0.1:443` for a tunnel, `POST http://…` for a plain request. */
  seen: string[];
}

/** A real proxy, for tunnels and plain requests; it ends with the test. */
export async function startProxy(): Promise<Proxy> {
  const seen: string[] = [];
  const proxy = createServer((request, response) => {
    const { method = "", url = "", headers } = request;
    seen.push(`${method} ${url}`);
    const onward = forward(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  proxy.on("connect", ({ url = "" }, socket) => {
    seen.push(`CONNECT ${url}`);
    const [host = "", port = ""] = url.split(":");
    const target = connect(Number(port), host);
    for (const end of [socket, target]) end.on("error", () => {});
    onTestFinished(() => void target.destroy());
    void once(target, "connect").then(() => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(target).pipe(socket);
    });
  });
  const url = `http://127.0.0.1:${await portOf(proxy)}`;
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { url, seen };
}
