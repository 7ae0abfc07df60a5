import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { finished } from "node:stream/promises";
import { createFakeImpact } from "../testing/index.ts";
import type { FakeImpact, FakeLink, FakePrograms, RecordedRequest } from "../testing/index.ts";
import type { Arguments } from "./flags.ts";
import { EXIT, say, show, UsageError, why, type Io } from "./io.ts";

/** `impact-links sandbox`: serves the fake API over HTTP until interrupted. Prints its address to stdout. */
export async function sandbox(given: Arguments, io: Io): Promise<number> {
  const port = given.number("port", 65_535) ?? 4010;
  const vanityLimit = given.number("vanity-limit") ?? 5000;
  const limit = given.number("rate-limit") ?? 1000;
  const programs = given.text("programs");
  const fake = createFakeImpact({
    vanityLimit,
    rateLimit: { limit, windowMs: 3_600_000 },
    ...(programs !== undefined && { programs: readPrograms(programs) }),
  });
  const server = createServer((request, response) => {
    answer(fake.fetch, request, response).catch(() => response.writeHead(400).end());
    if (fake.requests.length >= MOST_REQUESTS) discardRecords(fake);
  });
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
  } catch (error) {
    await say(io, `cannot serve on port ${port}: ${why(error)}`);
    return EXIT.failed;
  }
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await show(io.stdout, `${address}\n`);
  await say(
    io,
    "sandbox, every link is fake; any account and token are accepted\n" +
      `export IMPACT_BASE_URL=${address} IMPACT_ACCOUNT_SID=IRsandbox IMPACT_AUTH_TOKEN=any-token`,
  );
  if (!io.signal.aborted) await once(io.signal, "abort");
  server.close();
  server.closeAllConnections();
  return EXIT.interrupted;
}

/** Recorded requests to keep. */
const MOST_REQUESTS = 1000;

/** Frees memory: a sandbox may run for weeks. Vanity links stay, so that their paths remain in use. */
function discardRecords({ requests, links }: FakeImpact): void {
  const vanity = links.filter(({ type }) => type === "Vanity");
  // The types are read-only to protect tests.
  (requests as RecordedRequest[]).length = 0;
  (links as FakeLink[]).splice(0, links.length, ...vanity);
}

/** Parses `1000=shop.example|*.shop.example,2000=,3000`. */
function readPrograms(list: string): FakePrograms {
  const programs = list.split(",").map((entry) => {
    const [id = "", domains] = entry.split("=", 2).map((part) => part.trim());
    if (id === "") throw new UsageError("--programs takes ids, such as 1000=shop.example,2000");
    const deepLinkDomains = domains?.split("|").filter((domain) => domain !== "");
    return [id, deepLinkDomains === undefined ? {} : { deepLinkDomains }];
  });
  return Object.fromEntries(programs) as FakePrograms;
}

async function answer(
  fetch: typeof globalThis.fetch,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/", headers } = request;
  // Read and discard the body. The fake API uses none, and some clients read no response before they have sent it all.
  await finished(request.resume());
  const answered = await fetch(`http://127.0.0.1${url}`, {
    method,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, String(value)]),
    ),
  });
  const body = await answered.text();
  response.writeHead(answered.status, Object.fromEntries(answered.headers)).end(body);
}
