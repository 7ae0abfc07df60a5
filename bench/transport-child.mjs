/** One part of transport.mjs, in a process of its own: node transport-child.mjs <route> <port> <recipe> */
import { createServer } from "node:net";

const [, , route = "", port = "", recipe = ""] = process.argv;

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

/** @returns {Promise<ReturnType<import("./ways/way.d.ts").Way>>} */
async function makeWay() {
  const way = route.startsWith("fetch") ? "raw" : "client";
  const { default: make } = await import(`./ways/${way}.mjs`);
  // undici takes the place of the global fetch's own, so it is imported only where it is measured.
  const fetch =
    route === "client with undici" ? (await import(recipe)).undiciFetch : globalThis.fetch;
  return make({
    accountSid: "IRbench",
    authToken: "bench-token",
    baseUrl: `http://127.0.0.1:${port}`,
    fetch,
  });
}

if (route === "server") serve();
else {
  const create = await makeWay();
  let made = 0;
  process.on(
    "message",
    async (/** @type {{ count: number, atOnce: number }} */ { count, atOnce }) => {
      let left = count;
      const loop = async () => {
        while (left-- > 0) {
          const [deepLink, subId1] = [`https://shop.example/p/${made}`, `n${made++}`];
          const programId = "1000";
          const query = { DeepLink: deepLink, subId1 };
          await create({ programId, query, params: { programId, deepLink, subId1 } });
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
