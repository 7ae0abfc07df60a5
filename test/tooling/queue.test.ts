import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import type { Queue } from "bullmq";
import { beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { CreateTrackingLinkParams } from "../../src/index.ts";
import { asJavaScript, fileInPages } from "../support/pages.ts";
import { REDIS_HINT, redisIsMissing, startRedis } from "../support/redis.ts";
import { serve, type WireRequest } from "../support/server.ts";
import { closedPort } from "../support/sockets.ts";
import { root } from "../support/workspace.ts";

// The queue of docs/recipes.md as it stands there, on a real Redis, in processes of its own.

const recipe = fileInPages("queue.ts");

/** What the recipe exports. */
interface Recipe {
  queue: Queue<CreateTrackingLinkParams, string>;
  enqueue: (inputs: readonly CreateTrackingLinkParams[]) => Promise<void>;
}

interface SetUp extends Recipe {
  /** How many jobs are in which state; states without any are left out. */
  counts: () => Promise<Record<string, number>>;
  /** Runs the recipe's `startWorker` in a process of its own. */
  startWorker: (baseUrl: string) => WorkerProcess;
}

type WorkerProcess = ChildProcessByStdio<null, Readable, null> & { completed: string[] };

/** Inside the project, where the package finds itself by its own name, as it was built. */
const folder = join(root, ".tmp/queue");
let redis = "";
let databases = 0;

beforeAll(async () => {
  if (redisIsMissing) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const server = await startRedis();
  redis = server.url;
  return server.stop;
});

beforeEach((context) => {
  context.skip(redisIsMissing, REDIS_HINT);
});

/** The recipe with a database of its own, and with other numbers: no test waits for a minute. */
async function setUp(numbers: Record<string, string> = {}): Promise<SetUp> {
  let code = recipe;
  for (const [written, tested] of Object.entries({ "delay: 10_000": "delay: 50", ...numbers })) {
    expect(code.split(written).length, `times that the recipe says ${written}`).toBe(2);
    code = code.replace(written, tested);
  }
  const file = join(folder, `links-${databases}.mjs`);
  writeFileSync(file, asJavaScript(code));
  const REDIS_URL = `${redis}/${databases++}`;
  vi.stubEnv("REDIS_URL", REDIS_URL);
  const { queue, enqueue } = (await import(file)) as Recipe;
  vi.unstubAllEnvs();
  onTestFinished(() => queue.close());
  return {
    queue,
    enqueue,
    async counts() {
      const counts = Object.entries(await queue.getJobCounts());
      return Object.fromEntries(counts.filter(([, count]) => count > 0));
    },
    startWorker: (baseUrl) => spawnWorker(file, { REDIS_URL, IMPACT_BASE_URL: baseUrl }),
  };
}

function spawnWorker(file: string, env: Record<string, string>): WorkerProcess {
  const program =
    `import { startWorker } from ${JSON.stringify(pathToFileURL(file))};` +
    `startWorker().on("completed", (_, url) => console.log(url));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    env: { ...process.env, IMPACT_ACCOUNT_SID: "IR1", IMPACT_AUTH_TOKEN: "t0ken", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const completed: string[] = [];
  createInterface(child.stdout).on("line", (line) => completed.push(line));
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return Object.assign(child, { completed });
}

const regular = (subId1: string): CreateTrackingLinkParams => ({ programId: "1", subId1 });
const vanity = (customPath: string): CreateTrackingLinkParams => ({
  programId: "1",
  type: "Vanity",
  customPath,
});
const many = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

/** What a request asks for: the path of a Vanity link, or the sub id of a Regular one. */
function nameIn(url = ""): string {
  const { searchParams } = new URL(url, "http://localhost");
  return searchParams.get("CustomPath") ?? searchParams.get("subId1") ?? "";
}
const names = (requests: readonly WireRequest[]): string[] =>
  requests.map(({ target }) => nameIn(target));

const urlOf = (name: string): string => `https://example.sjv.io/${name}`;
function makeLink(response: ServerResponse, name: string): void {
  response.end(JSON.stringify({ TrackingURL: urlOf(name) }));
}

const eventually = { timeout: 20_000, interval: 20 };

test("two workers create every link once, and never exceed the rate limit", async () => {
  // The recipe's proportions: a window of the limiter is a small part of the server's, so theirs need not agree.
  const { enqueue, counts, startWorker } = await setUp({
    "max: 16, duration: 60_000": "max: 2, duration: 50",
  });
  const times: number[] = [];
  const { baseUrl, requests } = await serve(({ url }, response) => {
    const now = performance.now();
    times.push(now);
    if (times.filter((time) => time > now - 600).length > 50) return response.writeHead(429).end();
    makeLink(response, nameIn(url));
  });
  const workers = [startWorker(baseUrl), startWorker(baseUrl)];

  await enqueue(many(60).map(regular));
  await expect.poll(counts, eventually).toEqual({ completed: 60 });

  expect(names(requests).sort()).toEqual(many(60).sort());
  const completed = (): string[] => workers.flatMap((worker) => worker.completed).sort();
  await expect.poll(completed, eventually).toEqual(many(60).map(urlOf).sort());
});

test("a 429 requeues the job without counting an attempt, and makes every worker wait", async () => {
  const { queue, enqueue, counts, startWorker } = await setUp({
    "max: 16, duration: 60_000": "max: 1000, duration: 50",
  });
  const windows = [{ made: [] as string[], refused: 0, end: Infinity }];
  const { baseUrl } = await serve(({ url }, response) => {
    const now = performance.now();
    let window = windows.at(-1)!;
    if (window.end <= now) {
      window = { made: [], refused: 0, end: Infinity };
      windows.push(window);
    }
    if (window.made.length < 20) {
      window.made.push(nameIn(url));
      return makeLink(response, nameIn(url));
    }
    window.refused++;
    window.end = Math.min(window.end, now + 300);
    const seconds = (window.end - now) / 1000;
    response.writeHead(429, { "Retry-After": seconds.toFixed(4) }).end();
  });
  startWorker(baseUrl);
  startWorker(baseUrl);

  await enqueue(many(60).map(regular));
  await expect.poll(counts, eventually).toEqual({ completed: 60 });

  expect(windows.flatMap(({ made }) => made).sort()).toEqual(many(60).sort());
  expect((await queue.getCompleted()).map((job) => job.attemptsMade)).toEqual(Array(60).fill(1));
  // Two processes with four jobs at a time: each of these learns it once at most.
  const refused = windows.map((window) => window.refused);
  expect(refused.map((count) => count > 0 && count <= 8)).toEqual([true, true, false]);
});

test("a job is retried only if no link can exist", async () => {
  const { queue, enqueue, counts, startWorker } = await setUp();
  const { baseUrl, requests } = await serve(({ url }, response) => {
    const name = nameIn(url);
    const isFirst = requests.filter(({ target }) => target === url).length === 1;
    if (name.startsWith("refused")) return response.writeHead(400).end('{"Message":"no"}');
    if (name.startsWith("broken") && isFirst)
      return response.writeHead(500).end('{"Message":"no"}');
    makeLink(response, name);
  });
  startWorker(baseUrl);

  await enqueue([
    regular("refused-regular"),
    regular("broken-regular"),
    vanity("refused-vanity"),
    vanity("broken-vanity"),
    { programId: "1", type: "Regular", customPath: "no-type" },
  ]);
  await expect.poll(counts, eventually).toEqual({ completed: 1, failed: 4 });

  const jobs = [...(await queue.getCompleted()), ...(await queue.getFailed())];
  const sent = (name: string): number =>
    requests.filter(({ target }) => nameIn(target) === name).length;
  const outcomes = jobs.map(({ data, attemptsMade, returnvalue, failedReason }) => {
    const name = data.customPath ?? data.subId1 ?? "";
    const result = returnvalue ?? failedReason.replace(baseUrl, "");
    return [name, { sent: sent(name), attemptsMade, result }];
  });
  const answered = "POST /Mediapartners/IR1/Programs/1/TrackingLinks answered";
  expect(Object.fromEntries(outcomes)).toEqual({
    "refused-regular": { sent: 1, attemptsMade: 1, result: `rejected: ${answered} 400: no` },
    "refused-vanity": { sent: 1, attemptsMade: 1, result: `rejected: ${answered} 400: no` },
    "broken-regular": { sent: 2, attemptsMade: 2, result: urlOf("broken-regular") },
    "broken-vanity": { sent: 1, attemptsMade: 1, result: `unknown: ${answered} 500: no` },
    "no-type": {
      sent: 0,
      attemptsMade: 1,
      result: 'not_sent: Expected `customPath` only with type "Vanity", got type "Regular"',
    },
  });
});

test("a Vanity job is retried if its request was never sent", async () => {
  const { queue, enqueue, counts, startWorker } = await setUp({ "delay: 10_000": "delay: 300" });
  const port = await closedPort();
  startWorker(`http://127.0.0.1:${port}`);

  await enqueue([vanity("Sale")]);
  await expect.poll(counts, eventually).toEqual({ delayed: 1 });
  const { requests } = await serve(({ url }, response) => makeLink(response, nameIn(url)), port);
  await expect.poll(counts, eventually).toEqual({ completed: 1 });

  expect(names(requests)).toEqual(["Sale"]);
  expect((await queue.getCompleted()).map((job) => job.returnvalue)).toEqual([urlOf("Sale")]);
});

test("rejected credentials pause the queue, and fail no job", async () => {
  const { queue, enqueue, counts, startWorker } = await setUp({ "max: 16,": "max: 1000," });
  let status = 401;
  const { baseUrl, requests } = await serve(({ url }, response) => {
    if (status === 401) return response.writeHead(401).end();
    makeLink(response, nameIn(url));
  });
  startWorker(baseUrl);

  await enqueue(many(20).map(regular));
  await expect.poll(() => queue.isPaused(), eventually).toBe(true);
  await expect.poll(() => queue.getActiveCount(), eventually).toBe(0);
  // One process with four jobs at a time.
  expect(requests.length).toBeLessThanOrEqual(4);

  status = 200;
  await queue.resume();
  await expect.poll(counts, eventually).toEqual({ completed: 20 });
});

test("the same parameters in any order are the same job", async () => {
  const { enqueue, counts, startWorker } = await setUp();
  const { baseUrl, requests } = await serve(({ url }, response) => makeLink(response, nameIn(url)));
  const sale = vanity("Sale");
  await enqueue([sale, Object.fromEntries(Object.entries(sale).toReversed()) as never]);
  startWorker(baseUrl);
  await expect.poll(counts, eventually).toEqual({ completed: 1 });

  await enqueue([sale]);
  expect(await counts()).toEqual({ completed: 1 });
  expect(names(requests)).toEqual(["Sale"]);
});

test("after a worker is killed, another creates its Regular link, and its Vanity link waits for a person", async () => {
  const { queue, enqueue, counts, startWorker } = await setUp({
    "concurrency: 4,": "concurrency: 4, lockDuration: 500, stalledInterval: 250,",
  });
  let holds = true;
  const { baseUrl, requests } = await serve(({ url }, response) => {
    if (!holds) makeLink(response, nameIn(url));
  });
  const killed = startWorker(baseUrl);
  await enqueue([regular("a"), vanity("Sale")]);
  await expect.poll(() => names(requests), eventually).toEqual(["a", "Sale"]);

  killed.kill("SIGKILL");
  await once(killed, "exit");
  holds = false;
  startWorker(baseUrl);
  await expect.poll(counts, eventually).toEqual({ completed: 1, failed: 1 });

  expect(names(requests)).toEqual(["a", "Sale", "a"]);
  expect((await queue.getFailed()).map(({ data, failedReason }) => [data, failedReason])).toEqual([
    [vanity("Sale"), "unknown: worker was lost"],
  ]);

  // The person has looked, and there is no such link.
  const [job] = await queue.getFailed();
  await job?.remove();
  await enqueue([vanity("Sale")]);
  await expect.poll(counts, eventually).toEqual({ completed: 2 });
});

test("a worker that is stopped finishes the job in progress", async () => {
  const { queue, enqueue, startWorker } = await setUp();
  const held: (() => void)[] = [];
  const { baseUrl } = await serve(({ url }, response) => {
    held.push(() => makeLink(response, nameIn(url)));
  });
  const worker = startWorker(baseUrl);
  await enqueue([vanity("Sale")]);
  await expect.poll(() => held.length, eventually).toBe(1);

  const exit = once(worker, "exit");
  worker.kill("SIGTERM");
  setTimeout(() => held[0]?.(), 200);
  expect(await exit).toEqual([0, null]);
  expect((await queue.getCompleted()).map((job) => job.returnvalue)).toEqual([urlOf("Sale")]);
});
