import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { extendTrackingLink } from "../../src/index.ts";
import { portOf } from "./server.ts";
import { root } from "./workspace.ts";

export const ACCOUNT = "IRx7Kq2LmAccount";
export const TOKEN = "t0k-en:of/mine+4711";
const base64 = (text: string): string => Buffer.from(text).toString("base64");
/** What must stand nowhere, in the forms in which it could be written. */
const SECRETS: readonly string[] = [TOKEN, base64(TOKEN), base64(`${ACCOUNT}:${TOKEN}`)];

const ends: (() => void)[] = [];

/** Calls back in {@link endAll}. Tests run beside each other here, where `onTestFinished` cannot tell them apart. */
export function atEnd(end: () => void): void {
  ends.push(end);
}

/** To be called after the tests of a file. */
export function endAll(): void {
  for (const end of ends.splice(0).toReversed()) end();
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "impact-bulk-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

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
interface Arrival {
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

function linkOf(program: string, query: URLSearchParams): { key: string; isVanity: boolean } {
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

/** A row of an input. */
export interface Row {
  programId: string;
  type?: string;
  customPath?: string;
  deepLink?: string;
  subId1?: string;
  note: string;
}

const COLUMNS = ["programId", "type", "customPath", "deepLink", "subId1", "note"] as const;

function csvOf(rows: readonly Row[]): string {
  return stringify([COLUMNS, ...rows.map((row) => COLUMNS.map((name) => row[name] ?? ""))]);
}

function jsonlOf(rows: readonly Row[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** The request that a row needs. */
export function requestOf(row: Row, appendIds = false): { key: string; isVanity: boolean } {
  const query = new URLSearchParams();
  const { programId, type, customPath, deepLink, subId1 } = row;
  if (type) query.set("Type", type);
  if (customPath) query.set("CustomPath", customPath);
  if (deepLink) query.set("DeepLink", deepLink);
  if (subId1 && !appendIds) query.set("subId1", subId1);
  return linkOf(programId, query);
}

const isInvalid = (row: Row): boolean => row.type === "Banner";
const isRefused = (key: string): boolean => key.includes("refused");

/** Regular and Vanity rows, some that are the same, invalid, or refused by {@link decideFor}. */
export function mixedRows(count: number, random: () => number): Row[] {
  const notes = ["plain", 'with "quotes", a comma', "two\nlines", "=1+1", "ünïcode 🔗", ""];
  const rows: Row[] = [];
  for (let index = 0; index < count; index++) {
    const dice = random();
    const note = `${index} ${notes[Math.floor(random() * notes.length)]}`;
    const page = `https://shop.example/p${Math.floor(random() * 40)}`;
    const twin = rows[Math.floor(random() * rows.length)];
    const programId = "1000";
    if (dice < 0.3) {
      const path = random() < 0.1 ? "refused" : "v";
      rows.push({ programId, type: "Vanity", customPath: `${path}${index}`, note });
    } else if (dice < 0.45 && twin !== undefined) rows.push({ ...twin, note });
    else if (dice < 0.5) rows.push({ programId, type: "Banner", note });
    else if (dice < 0.55) rows.push({ programId, deepLink: `${page}/refused`, note });
    else rows.push({ programId, deepLink: page, subId1: `s${index}`, note });
  }
  return rows;
}

/** Refuses what is to be refused, and has each fault at most once for a link, so that a retry helps. */
export function decideFor(random: () => number, faults: readonly Deed[]): CountingServer["decide"] {
  const met = new Set<string>();
  return ({ key }) => {
    if (isRefused(key)) return "refuse";
    if (met.has(key) || random() > 0.1) return "link";
    met.add(key);
    return faults[Math.floor(random() * faults.length)] ?? "link";
  };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

interface Start {
  baseUrl: string;
  env?: Record<string, string>;
  stdin?: string;
  /** Bash that has the command as "$@". */
  shell?: string;
}

/** The published command in a process of its own. */
export function startBulk(
  args: readonly string[],
  { baseUrl, env = {}, stdin, shell }: Start,
): Running {
  const command = [process.execPath, join(root, "dist/cli.js"), "bulk", ...args];
  const [file = "", ...rest] =
    shell === undefined ? command : ["bash", "-c", shell, "bash", ...command];
  const account = {
    IMPACT_ACCOUNT_SID: ACCOUNT,
    IMPACT_AUTH_TOKEN: TOKEN,
    IMPACT_BASE_URL: baseUrl,
  };
  const child = spawn(file, rest, {
    env: { ...process.env, ...account, ...env },
    stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  atEnd(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin?.on("error", () => {});
  child.stdin?.end(stdin);
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

export function runBulk(args: readonly string[], start: Start): Promise<Ended> {
  return startBulk(args, start).ended;
}

export function readOr(path: string, otherwise = ""): string {
  return existsSync(path) ? readFileSync(path, "utf8") : otherwise;
}

export interface Written {
  status: string;
  trackingUrl: string;
  errorCode: string;
  error: string;
  note: string;
  [column: string]: string;
}

export function readRows(path: string): Written[] {
  const text = readOr(path);
  if (!path.endsWith(".jsonl")) return parse(text, { columns: true });
  const blank = Object.fromEntries(
    [...COLUMNS, "trackingUrl", "errorCode", "error"].map((n) => [n, ""]),
  );
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => ({ ...blank, ...(JSON.parse(line) as Written) }));
}

type Line = { row?: number; sent?: number; back?: number; status?: string; trackingUrl?: string };

/** The whole lines of a journal after the first. */
export function readJournal(path: string): Line[] {
  return readOr(path)
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)
    .slice(1);
}

/** Whether a journal is the one line of a run that is complete. */
export function isFinished(path: string): boolean {
  const text = readOr(path);
  return /^\{"finished":\{.*\}\}\n$/.test(text) && "finished" in (JSON.parse(text) as object);
}

export interface Audit {
  /** After a run was stopped, however. */
  stopped(): void;
  /** After a run that ended by itself: what is wrong, if anything is. */
  complete(ended: Ended): string[];
}

/** Compares what was asked for with what the server has seen and with what was written. */
export function audit(
  rows: readonly Row[],
  server: CountingServer,
  out: string,
  appendIds = false,
): Audit {
  const faults: string[] = [];
  const journal = `${out}.journal`;
  const requests = rows.map((row) => requestOf(row, appendIds));
  const snapshots: string[] = [];
  const recorded = new Map<number, Line>();
  /** From which arrival on no request may be for this key. */
  const closed = new Map<string, number>();
  /** Vanity links of which a run may not know what became. */
  const lost = new Set<string>();

  const keepNoSecret = (name: string, text: string): void => {
    for (const secret of SECRETS) {
      if (text.includes(secret)) faults.push(`${name} holds ${secret}`);
    }
  };

  return {
    stopped() {
      const text = readOr(out);
      snapshots.push(text);
      keepNoSecret("output", text);
      keepNoSecret("journal", readOr(journal));
      const underWay = new Set<number>();
      try {
        for (const line of readJournal(journal)) {
          if (line.sent !== undefined) underWay.add(line.sent);
          if (line.back !== undefined) underWay.delete(line.back);
          if (line.row === undefined) continue;
          underWay.delete(line.row);
          recorded.set(line.row, line);
        }
      } catch (error) {
        faults.push(`a whole line of the journal is no JSON: ${String(error)}`);
      }
      for (const index of underWay) lost.add(requests[index]?.key ?? "");
      const open = new Set<string>();
      requests.forEach(({ key }, index) => {
        if (!recorded.has(index)) open.add(key);
      });
      for (const [index, { trackingUrl }] of recorded) {
        const { key = "" } = requests[index] ?? {};
        if (trackingUrl === undefined && open.has(key)) continue;
        if (!closed.has(key)) closed.set(key, server.arrivals.length);
      }
    },

    complete({ code, stderr }) {
      const final = readOr(out);
      keepNoSecret("output", final);
      keepNoSecret("journal", readOr(journal));
      keepNoSecret("stderr", stderr);
      if (!isFinished(journal)) faults.push("the journal is not that of a finished run");
      if (existsSync(`${journal}.new`)) faults.push("half a journal is still there");
      snapshots.forEach((text, index) => {
        if (!final.startsWith(text))
          faults.push(`after stop ${index + 1} the output was no beginning`);
      });
      const made = new Map<string, Set<string>>();
      const sent = new Map<string, Arrival[]>();
      server.arrivals.forEach((arrival, position) => {
        const { key, url, deed } = arrival;
        if (url !== undefined) made.set(key, (made.get(key) ?? new Set()).add(url));
        sent.set(key, [...(sent.get(key) ?? []), arrival]);
        if (position >= (closed.get(key) ?? Infinity))
          faults.push(`finished, and sent again: ${key}`);
        if (deed === "stall") lost.add(key);
      });
      for (const [key, list] of sent) {
        if (!list[0]?.isVanity) continue;
        const links = list.filter(({ url }) => url !== undefined).length;
        if (links > 1) faults.push(`${links} Vanity links for ${key}`);
        const known: readonly Deed[] = ["refuse", "quota", "unauthorized", "vanity limit"];
        if (!list.slice(0, -1).every(({ deed }) => known.includes(deed))) {
          faults.push(`sent again after ${list.map(({ deed }) => deed).join(", ")}: ${key}`);
        }
      }
      const written = readRows(out);
      if (written.length !== rows.length) {
        faults.push(`${written.length} rows where ${rows.length} were given`);
      }
      let isWhole = true;
      written.forEach((got, index) => {
        const row = rows[index];
        const { key, isVanity } = requests[index] ?? { key: "", isVanity: false };
        const wrong = (what: string): void => {
          faults.push(`row ${index} ${what}: ${JSON.stringify(got)}`);
        };
        if (row === undefined) return;
        for (const name of COLUMNS) {
          if ((got[name] ?? "") !== (row[name] ?? "")) wrong(`has another ${name}`);
        }
        const { status, trackingUrl } = got;
        const earlier = recorded.get(index);
        if (earlier && (earlier.status !== status || (earlier.trackingUrl ?? "") !== trackingUrl)) {
          wrong(`was recorded as ${JSON.stringify(earlier)}`);
        }
        if (status === "created" || status === "reused") {
          const ids = appendIds && row.subId1 ? { subId1: row.subId1 } : {};
          const links = [...(made.get(key) ?? [])].map((url) => extendTrackingLink(url, ids));
          if (!links.includes(trackingUrl)) wrong("has a link that was made for something else");
          return;
        }
        isWhole = false;
        if (trackingUrl !== "") wrong("has a link and no success");
        if (status === "failed") {
          if (!isInvalid(row) && !isRefused(key)) wrong("was neither invalid nor refused");
        } else if (status === "unknown") {
          const unheard = sent.get(key)?.some(({ deed }) => /^(error|reset)/.test(deed)) ?? false;
          if (!isVanity) wrong("is Regular");
          else if (!lost.has(key) && !unheard) wrong("was answered");
        } else wrong("has no known status");
      });
      if (code !== (isWhole ? 0 : 3)) faults.push(`exit code ${code}: ${stderr}`);
      return faults;
    },
  };
}

export function writeInput(path: string, rows: readonly Row[]): string {
  writeFileSync(path, path.endsWith(".jsonl") ? jsonlOf(rows) : csvOf(rows));
  return path;
}
