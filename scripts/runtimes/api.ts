/** The local API that test-runtimes.ts serves to every runtime, with a response for each scenario. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";

/** Number of requests for a Vanity link, by its path. */
const arrivals = new Map<string, number>();
/** Number of requests for the link of the recipe. */
let pageCalls = 0;
/** Connections that have carried a request. */
const used = new WeakSet<object>();

/** The id of the program selects the response. */
export const api = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const [, programId] = /\/Programs\/(\w+)\/TrackingLinks$/.exec(pathname) ?? [];
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Access-Control-Allow-Headers", "Authorization, IR-Version");
  response.setHeader("Access-Control-Expose-Headers", "X-RateLimit-Remaining-hour");
  if (request.method === "OPTIONS") return response.writeHead(204).end();
  if (programId === "never") return;
  response.setHeader("Content-Type", "application/json");
  response.setHeader("X-RateLimit-Remaining-hour", "999");
  const credentials = `Basic ${Buffer.from("IRcompat:compat-token").toString("base64")}`;
  if (request.method !== "POST" || request.headers.authorization !== credentials) {
    return response.writeHead(401).end('{"Message":"Expected POST and the right credentials"}');
  }
  if (!request.headers["ir-version"]) {
    return response.writeHead(400).end('{"Message":"Expected IR-Version, got none"}');
  }
  const isReused = used.has(request.socket);
  used.add(request.socket);
  if (programId === "once") {
    const path = searchParams.get("CustomPath") ?? "";
    arrivals.set(path, (arrivals.get(path) ?? 0) + 1);
    if (isReused) return request.socket.destroy();
  }
  if (programId === "arrivals") {
    const count = arrivals.get(searchParams.get("AdId") ?? "");
    const TrackingURL = `https://example.sjv.io/c/1/2/${count}`;
    return response.end(JSON.stringify({ TrackingURL }));
  }
  if (searchParams.has("DeepLink") && ++pageCalls === 1) return; // no response to the visitor who resets
  if (programId === "403") {
    const isVanity = searchParams.get("Type") === "Vanity";
    const Message = isVanity ? "The vanity limit is reached." : "The program is not joined.";
    return response.writeHead(403).end(JSON.stringify({ Status: "ERROR", Message }));
  }
  const subId1 = encodeURIComponent(searchParams.get("subId1") ?? "");
  const TrackingURL = `https://example.sjv.io/c/1/2/${programId}?subId1=${subId1}`;
  return response.end(JSON.stringify({ TrackingURL }));
});

/** Starts a server on a free port of 127.0.0.1. Returns its address. */
export async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Expected a port, got none");
  return `http://127.0.0.1:${address.port}`;
}
