/** One part of transport.mjs, in a process of its own: node transport-child.mjs <route> <port> <recipe> */
import { createServer } from "node:net";
import { createImpactClient } from "../dist/index.js";

const [, , route = "", port = "", recipe = ""] = process.argv;
const baseUrl = `http://127.0.0.1:${port}`;
const accountSid = "IRbench";
const authToken = "bench-token";

/** @param {unknown} message */
const tell = (message) => process.send?.(message);
process.on("disconnect", () => process.exit(0));

/** Answers whatever it is asked, as cheaply as can be: it is not what is measured. */
function serve() {
  const body = '{"TrackingURL":"https://example.sjv.io/c/1/2/3"}';
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  const server = createServer({ noDelay: true }, (socket) => {
    let rest = "";
    socket.setEncoding("latin1").on("error", () => {});
    socket.on("data", (chunk) => {
      const heads = (rest + String(chunk)).split("\r\n\r\n");
      rest = heads.pop() ?? "";
      for (const _ of heads) socket.write(`${head}\r\n\r\n${body}`);
    });
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    tell(typeof address === "object" ? address?.port : undefined);
  });
}

/** @typedef {{ programId: string, deepLink: string, subId1: string }} Params */

/** By hand: encoded, authorized, with a timeout, and refusals told from links. */
function byHand() {
  const headers = {
    authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
    accept: "application/json",
  };
  return async (/** @type {Params} */ { programId, deepLink, subId1 }) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), 30_000);
    try {
      const query = new URLSearchParams({ DeepLink: deepLink, subId1 });
      const path = `/Mediapartners/${accountSid}/Programs/${programId}/TrackingLinks?${query}`;
      const { signal } = controller;
      const response = await fetch(baseUrl + path, { method: "POST", headers, signal });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      const { TrackingURL } = await response.json();
      return TrackingURL;
    } finally {
      clearTimeout(timer);
    }
  };
}

async function byClient() {
  // undici takes the place of the global fetch's own, so it is imported only where it is measured.
  const transport = route === "client" ? {} : { fetch: (await import(recipe)).undiciFetch };
  const impact = createImpactClient({ accountSid, authToken, baseUrl, ...transport });
  return async (/** @type {Params} */ params) => (await impact.trackingLinks.create(params)).url;
}

if (route === "server") serve();
else {
  const create = route.startsWith("fetch") ? byHand() : await byClient();
  let made = 0;
  process.on(
    "message",
    async (/** @type {{ count: number, atOnce: number }} */ { count, atOnce }) => {
      let left = count;
      const loop = async () => {
        while (left-- > 0) {
          const [deepLink, subId1] = [`https://shop.example/p/${made}`, `n${made++}`];
          await create({ programId: "1000", deepLink, subId1 });
        }
      };
      const [start, used] = [performance.now(), process.cpuUsage()];
      await Promise.all(Array.from({ length: atOnce }, loop));
      const { user, system } = process.cpuUsage(used);
      const perSecond = (count * 1000) / (performance.now() - start);
      tell({ perSecond, cpu: (user + system) / count });
    },
  );
  tell("ready");
}
