/** The server of the benchmarks, in its own process: node server.mjs http|socket */
import { createServer } from "node:http";
import { createServer as createSocketServer, type AddressInfo } from "node:net";

const body = '{"TrackingURL":"https://example.sjv.io/c/1234567/890123/4567?subId1=newsletter"}';
const headers = { "Content-Type": "application/json", "Content-Length": body.length };

const http = createServer((request, response) => {
  request.resume();
  response.writeHead(200, headers).end(body);
});

/** Sends the same response to every request. Supports only requests without a body. */
const socket = createSocketServer({ noDelay: true }, (connection) => {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  let rest = "";
  connection.setEncoding("latin1").on("error", () => {});
  connection.on("data", (chunk) => {
    const requests = (rest + String(chunk)).split("\r\n\r\n");
    rest = requests.pop() ?? "";
    for (const _ of requests) connection.write(`${head}\r\n\r\n${body}`);
  });
});

const server = process.argv[2] === "socket" ? socket : http;
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo; // listens on a port, not a pipe
  process.send?.(port);
});
process.on("disconnect", () => process.exit(0));
