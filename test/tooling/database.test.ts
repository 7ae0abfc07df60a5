import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { folderOfFiles } from "../support/pages.ts";
import { redisIsMissing, startRedis } from "../support/redis.ts";
import { serve, type RecordingServer } from "../support/server.ts";
import { root, runProgram } from "../support/workspace.ts";

// "Keep links in a database" in docs/recipes.md, in processes of their own, on every database that is here.

interface Wanted {
  programId: string;
  deepLink: string;
  subId1?: string;
  customPath?: string;
}

interface Kind {
  node: string;
  /** Makes the store in a program. */
  code: string;
  /** The import of sqliteStore.ts. */
  sqlite?: string;
}

const SQLITE = `import { sqliteStore } from "./sqliteStore.js";\nconst store = sqliteStore("links.db");`;
const REDIS = `import { redisStore } from "./redisStore.js";\nconst store = redisStore(process.env.REDIS_URL);`;
const BUILT_IN = `import { DatabaseSync as Database } from "node:sqlite";`;

const kinds: Record<string, Kind> = { libsql: { node: process.execPath, code: SQLITE } };
if (!redisIsMissing) kinds["Redis"] = { node: process.execPath, code: REDIS };
for (const name of ["node-22", "node-24"]) {
  const node = join(root, `compat/node_modules/${name}/bin/node`);
  if (existsSync(node)) {
    kinds[`node:sqlite of ${name}`] = { node, code: SQLITE, sqlite: BUILT_IN };
  }
}

let redis = "";
let databases = 0;

beforeAll(async () => {
  if (redisIsMissing) return;
  const { url, stop } = await startRedis();
  redis = url;
  return stop;
});

const boots: Wanted = { programId: "1", deepLink: "https://shop.example/boots", subId1: "ada" };
const sale: Wanted = { ...boots, customPath: "Sale" };
const keyOf = ({ programId, deepLink, subId1, customPath }: Wanted): string =>
  JSON.stringify([programId, deepLink, subId1, customPath]);

const urlOf = (count: number): string => `https://example.sjv.io/c/1/2/${count}`;
const link = (count: number): string => JSON.stringify({ TrackingURL: urlOf(count) });

interface SetUp {
  /** Asks three times at once in a process of its own, and gives what each call comes to. */
  ask: (wanted: Wanted) => Promise<string[]>;
  /** Asks in a process that is killed when the server has the request. */
  askAndDie: (wanted: Wanted) => Promise<void>;
  /** Changes the store as a person would. */
  swap: (key: string, from: string, to: string) => Promise<boolean>;
}

function setUp(name: string, { baseUrl, requests }: RecordingServer, lease = "60_000"): SetUp {
  const { node, code, sqlite } = kinds[name]!;
  const folder = folderOfFiles();
  const change = (file: string, from: string, to: string): void => {
    const text = readFileSync(join(folder, file), "utf8");
    expect(text.split(from)).toHaveLength(2);
    writeFileSync(join(folder, file), text.replace(from, to));
  };
  change("keptLinks.js", "LEASE = 60_000", `LEASE = ${lease}`);
  if (sqlite !== undefined) change("sqliteStore.js", 'import Database from "libsql";', sqlite);
  const program = (file: string, lines: string): string => {
    writeFileSync(join(folder, file), `${code}\n${lines}\nprocess.exit();\n`);
    return join(folder, file);
  };
  const ask = program(
    "ask.mjs",
    `import { keepLinks } from "./keptLinks.js";
const linkTo = keepLinks(store);
const wanted = JSON.parse(process.env.WANTED);
const call = () => linkTo(wanted).catch(({ message, code, outcome }) => code ? code + " " + outcome : message);
console.log(JSON.stringify(await Promise.all([call(), call(), call()])));`,
  );
  const swap = program(
    "swap.mjs",
    "console.log(await store.swap(...JSON.parse(process.env.SWAP)));",
  );
  const env = {
    IMPACT_ACCOUNT_SID: "IR1",
    IMPACT_AUTH_TOKEN: "t0ken-1",
    IMPACT_BASE_URL: baseUrl,
    REDIS_URL: name === "Redis" ? `${redis}/${databases++}` : "",
    NODE_NO_WARNINGS: "1",
  };
  const run = async (file: string, more: Record<string, string>): Promise<unknown> => {
    const options = { cwd: folder, env: { ...env, ...more } };
    const { stdout, stderr } = await runProgram(node, [file], options);
    expect(stderr).toBe("");
    return JSON.parse(stdout);
  };
  return {
    ask: async (wanted) => (await run(ask, { WANTED: JSON.stringify(wanted) })) as string[],
    swap: async (...args) => (await run(swap, { SWAP: JSON.stringify(args) })) as boolean,
    async askAndDie(wanted) {
      const before = requests.length;
      const environment = { ...process.env, ...env, WANTED: JSON.stringify(wanted) };
      const child = spawn(node, [ask], { cwd: folder, env: environment, stdio: "ignore" });
      onTestFinished(() => void child.kill("SIGKILL"));
      await vi.waitUntil(() => requests.length > before, { timeout: 60_000 });
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

const names = Object.keys(kinds);
const asked = (key: string): string => `Check in impact.com whether this link exists: ${key}`;

test.each(names)("%s: callers in four processes share one request", async (name) => {
  const server = await serve((_, response, count) => {
    setTimeout(() => response.end(link(count)), 1000);
  });
  const { ask } = setUp(name, server);

  const processes = await Promise.all([ask(boots), ask(boots), ask(boots), ask(boots)]);
  expect(processes.flat()).toEqual(Array(12).fill(urlOf(1)));
  expect(await ask(boots)).toEqual(Array(3).fill(urlOf(1)));
  expect(server.requests.length).toBe(1);

  expect(await ask({ ...boots, subId1: "bob" })).toEqual(Array(3).fill(urlOf(2)));
  expect(server.requests.length).toBe(2);
});

test.each(names)(
  "%s: after a process is killed, another creates its Regular link",
  async (name) => {
    const server = await serve((_, response, count) => {
      if (count > 1) response.end(link(count));
    });
    const { ask, askAndDie } = setUp(name, server, "500");

    await askAndDie(boots);
    expect(await ask(boots)).toEqual(Array(3).fill(urlOf(2)));
    expect(server.requests.length).toBe(2);
  },
);

test.each(names)(
  "%s: after a process is killed, its Vanity link is not sent again",
  async (name) => {
    const server = await serve((_, response, count) => {
      if (count > 1) response.end(link(count));
    });
    const { ask, askAndDie } = setUp(name, server, "500");

    await askAndDie(sale);
    expect(await ask(sale)).toEqual(Array(3).fill(asked(keyOf(sale))));
    expect(server.requests.length).toBe(1);
  },
);

test.each(names)("%s: a Vanity link of unknown outcome waits for a person", async (name) => {
  const server = await serve((_, response, count) => {
    if (count === 1) response.writeHead(500).end();
    else response.end(link(count));
  });
  const { ask, swap } = setUp(name, server);

  expect(await ask(sale)).toEqual(Array(3).fill("server_error unknown"));
  expect(await ask(sale)).toEqual(Array(3).fill(asked(keyOf(sale))));
  expect(server.requests.length).toBe(1);

  expect(await swap(keyOf(sale), "unknown", "https://example.sjv.io/Sale")).toBe(true);
  expect(await ask(sale)).toEqual(Array(3).fill("https://example.sjv.io/Sale"));
  expect(await swap(keyOf(sale), "unknown", "")).toBe(false);
  expect(await swap(keyOf(sale), "https://example.sjv.io/Sale", "")).toBe(true);
  expect(await ask(sale)).toEqual(Array(3).fill(urlOf(2)));
});

test.each(names)("%s: a refusal is not kept", async (name) => {
  const server = await serve((_, response, count) => {
    if (count === 1) response.writeHead(400).end();
    else response.end(link(count));
  });
  const { ask } = setUp(name, server);

  expect(await ask(sale)).toEqual(Array(3).fill("invalid_request rejected"));
  expect(await ask(sale)).toEqual(Array(3).fill(urlOf(2)));
});
