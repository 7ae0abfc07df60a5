import { createServer, type ServerResponse } from "node:http";
import { portOf } from "../server.ts";
import { atEnd } from "./process.ts";

/** What the server does with a request. A link is `made` whether or not anybody hears of it. */
export type Deed =
  | "link"
  | "refuse"
  | "quota"
  | "unauthorized"
  | "vanity limit"
  | "error"
  | "reset before"
  | "reset after"
  | "stall";

/** A request that has arrived. */
export interface Arrival {
  /** The same for requests that ask for the same link. */
  readonly key: string;
  readonly isVanity: boolean;
  readonly deed: Deed;
  /** The link that was made. */
  url?: string;
}

export interface CountingServer {
  readonly baseUrl: string;
  readonly arrivals: Arrival[];
  /** What is done with a request; may be changed at any time. */
  decide: (request: { key: string; isVanity: boolean; index: number }) => Deed;
  /** Milliseconds until an answer. */
  delay: () => number;
  /** No answer is given before it is settled. */
  gate: Promise<void> | undefined;
  /** Requests allowed in a window. */
  quota: { limit: number; windowMs: number } | undefined;
  /** Begins a new window of the quota. */
  newWindow(): void;
  /** Seconds that a 429 asks to wait, where no window says so. */
  retryAfter: number;
  /** Resolves when so many requests have arrived in all. */
  arrived(count: number): Promise<void>;
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>;
}

/** A real server that keeps what arrives, counts a quota and does as it is told. */
export async function serveLinks(told: Partial<CountingServer> = {}): Promise<CountingServer> {
  const arrivals: Arrival[] = [];
  const waiting = new Set<{ count: number; resolve: () => void }>();
  const underWay = new Set<Arrival>();
  let made = 0;
  let used = 0;
  let windowEnd = 0;

  const answer = (response: ServerResponse, status: number, body: unknown): void => {
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  };
  const take = (target: string, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(target, "http://server");
    const { isVanity, key } = linkOf(pathname.split("/")[4] ?? "", searchParams);
    const now = Date.now();
    const { quota } = self;
    let deed = self.decide({ key, isVanity, index: arrivals.length });
    if (quota !== undefined) {
      if (now >= windowEnd) {
        used = 0;
        windowEnd = now + quota.windowMs;
      }
      const seconds = (windowEnd - now) / 1000;
      if (used >= quota.limit) deed = "quota";
      else used++;
      response.setHeader("X-RateLimit-Limit-hour", quota.limit);
      response.setHeader("X-RateLimit-Remaining-hour", quota.limit - used);
      response.setHeader("RateLimit-Reset", seconds);
      if (deed === "quota") response.setHeader("Retry-After", seconds);
    } else if (deed === "quota") response.setHeader("Retry-After", self.retryAfter);
    const arrival: Arrival = { key, isVanity, deed };
    arrivals.push(arrival);
    for (const each of waiting) {
      if (arrivals.length >= each.count) each.resolve();
    }
    const make = (): string => (arrival.url = `https://example.sjv.io/L${++made}`);
    underWay.add(arrival);
    const { gate = Promise.resolve(), delay } = self;
    const answerSoon = (): void => void setTimeout(end, delay());
    gate.then(answerSoon, answerSoon);
    const end = (): void => {
      underWay.delete(arrival);
      if (deed === "link") return answer(response, 200, { TrackingURL: make() });
      if (deed === "refuse") return answer(response, 400, { Message: "Refused by rule" });
      if (deed === "quota") return answer(response, 429, { Message: "Too many requests" });
      if (deed === "unauthorized") return answer(response, 401, { Message: "Unauthorized" });
      if (deed === "error") return answer(response, 500, { Message: "Out of order" });
      if (deed === "vanity limit")
        return answer(response, 403, { Message: "The limit of 5,000 vanity links is reached" });
      if (deed === "reset after") make();
      if (deed !== "stall") return void response.socket?.resetAndDestroy();
      make();
      response.writeHead(200, { "Content-Type": "application/json" }).write('{"TrackingURL":');
    };
  };
  const server = createServer((request, response) => {
    request.resume().on("end", () => take(request.url ?? "", response));
  });
  const port = await portOf(server);
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const self: CountingServer = {
    baseUrl: `http://127.0.0.1:${port}`,
    arrivals,
    decide: () => "link",
    delay: () => 5,
    gate: undefined,
    quota: undefined,
    newWindow: () => void (windowEnd = 0),
    retryAfter: 0.2,
    arrived: (count) =>
      new Promise((resolve) => {
        if (arrivals.length >= count) resolve();
        else waiting.add({ count, resolve });
      }),
    async idle() {
      while (underWay.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    ...told,
  };
  return self;
}

/** Lets so many requests through, and holds the answers to all others until the function that it gives is called. */
export function holdAfter(server: CountingServer, count: number): () => void {
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const { decide } = server;
  server.decide = (request) => {
    if (request.index >= count) server.gate = gate;
    return decide(request);
  };
  return () => {
    open();
    Object.assign(server, { gate: undefined, decide });
  };
}

/** The request of a URL: equal keys ask for the same link. */
export function linkOf(
  program: string,
  query: URLSearchParams,
): { key: string; isVanity: boolean } {
  const params = Object.fromEntries(query);
  const isVanity = params["Type"] === "Vanity";
  const named: Record<string, string> = {
    ...params,
    Type: isVanity ? "Vanity" : "Regular",
    program,
  };
  const names = Object.keys(named).toSorted();
  return { isVanity, key: names.map((name) => `${name}=${named[name]}`).join("&") };
}
