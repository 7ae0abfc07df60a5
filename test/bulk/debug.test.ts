import { expect, test } from "vitest";
import { run } from "../../src/cli/main.ts";
import {
  TOKEN,
  answer,
  answering,
  bulk,
  put,
  useAccountAndFolder,
} from "../support/bulk/command.ts";

useAccountAndFolder();

const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;
const plain = (stderr: string): string[] =>
  stderr
    .replace(TIME, "T")
    .replace(/\d+ ms/g, "N ms")
    .replace(/127\.0\.0\.1:\d+/g, "SERVER")
    .split("\n");

test("--debug says each request, response, retry and wait, without account and credentials", async () => {
  await answering((response, count) => {
    response.setHeader("X-RateLimit-Limit-hour", "1000");
    response.setHeader("X-RateLimit-Remaining-hour", String(900 - count));
    if (count === 1) answer(response, 503, { Status: "ERROR", Message: "busy\u001b[31m" });
    else answer(response, 200, { TrackingURL: `https://example.sjv.io/${count}` });
  });
  put("in.csv", "sku,subId1\n\n1,a b\n");
  const { code, stdout, stderr } = await bulk("in.csv --out - --program 1000 --debug --silent");
  expect(code).toBe(0);
  expect(stdout).toContain("https://example.sjv.io/2,created");
  const url = "http://SERVER/Mediapartners/[account]/Programs/1000/TrackingLinks?subId1=a%20b";
  expect(plain(stderr)).toEqual([
    `impact-links: T line 3: POST ${url}`,
    `impact-links: T line 3: 503 after N ms; server_error, unknown: POST ${url.replace("?subId1=a%20b", "")} answered 503: busy [31m; quota 899`,
    "impact-links: T line 3: attempt 2 in N ms",
    "impact-links: T line 3: wait N ms for a backoff, until T",
    `impact-links: T line 3: POST ${url} (attempt 2)`,
    "impact-links: T line 3: 200 after N ms; quota 898",
    "",
  ]);
  expect(stderr).not.toContain(TOKEN);
});

test("create --debug says the same of one link", async () => {
  await answering((response) => answer(response, 200, { TrackingURL: "https://example.sjv.io/1" }));
  let stderr = "";
  const code = await run(["create", "--program", "1000", "--debug"], {
    stdin: (async function* () {})(),
    stdout: { write: (_, done) => done() },
    stderr: { write: (text, done) => done(void (stderr += text)) },
    env: process.env,
    signal: new AbortController().signal,
  });
  expect(code).toBe(0);
  expect(plain(stderr)).toEqual([
    "impact-links: T POST http://SERVER/Mediapartners/[account]/Programs/1000/TrackingLinks",
    "impact-links: T 200 after N ms",
    "",
  ]);
});
