import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createFakeImpact } from "../testing/index.ts";
import { readArguments, readNumber } from "./flags.ts";
import { sandboxHelp } from "./help.ts";
import { EXIT, say, show, why, type Io } from "./io.ts";

const FLAGS = {
  port: { type: "string" },
  "vanity-limit": { type: "string" },
  "rate-limit": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** `impact-links sandbox`: serves the fake API over HTTP until interrupted. Its address goes to stdout. */
export async function sandbox(args: readonly string[], io: Io): Promise<number> {
  const { flags } = readArguments(args, FLAGS);
  if (flags["help"]) return show(io, sandboxHelp);
  const port = readNumber(flags, "port", 65_535) ?? 4010;
  const vanityLimit = readNumber(flags, "vanity-limit") ?? 5000;
  const limit = readNumber(flags, "rate-limit") ?? 1000;
  const fake = createFakeImpact({ vanityLimit, rateLimit: { limit, windowMs: 3_600_000 } });
  const server = createServer((request, response) => {
    answer(fake.fetch, request, response).catch(() => response.destroy());
  });
  try {
    await listen(server, port);
  } catch (error) {
    await say(io, `impact-links: cannot serve on port ${port}: ${why(error)}\n`);
    return EXIT.failed;
  }
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await show(io, `${address}\n`);
  await say(
    io,
    "impact-links: sandbox, every link is fake; any account and token will do\n" +
      `export IMPACT_BASE_URL=${address} IMPACT_ACCOUNT_SID=IRsandbox IMPACT_AUTH_TOKEN=any-token\n`,
  );
  if (!io.signal.aborted) await once(io.signal, "abort");
  server.close();
  server.closeAllConnections();
  return EXIT.interrupted;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

async function answer(
  fetch: typeof globalThis.fetch,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/", headers } = request;
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  const hasBody = method !== "GET" && method !== "HEAD" && chunks.length > 0;
  const answered = await fetch(new URL(url, "http://127.0.0.1"), {
    method,
    headers: given,
    ...(hasBody && { body: Buffer.concat(chunks) }),
  });
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  response.end(await answered.text());
}
