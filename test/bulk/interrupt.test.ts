import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { endAll, startBulk, runBulk } from "../support/bulk/process.ts";
import {
  randomFrom,
  mixedRows,
  decideFor,
  regular,
  vanity,
  wide,
  type Row,
} from "../support/bulk/rows.ts";
import { readOr, readJournal } from "../support/bulk/audit.ts";
import { sleep, setUp, until, statusesOf } from "../support/bulk/story.ts";
import { times } from "../support/thorough.ts";

/** Both end a run in one way; in CI both are tried. */
const signals = (["SIGINT", "SIGTERM"] as const).slice(0, times(1, 2));

afterAll(endAll);

const rowsIn = (journal: string): number =>
  readJournal(journal).filter(({ row }) => row !== undefined).length;

test.concurrent(
  "when the quota is used up, a Vanity row that was refused for it is known not to have been made",
  async () => {
    const story = await setUp(vanity(3), { decide: () => "quota", retryAfter: 30 });
    const { args, server, journal, audited, out } = story;
    const { child, ended } = startBulk(args, server);
    await until(() => readJournal(journal).filter(({ back }) => back !== undefined).length === 3);
    child.kill("SIGKILL");
    await ended;
    audited.stopped();
    server.decide = () => "link";
    expect(audited.complete(await runBulk(args, server))).toEqual([]);
    expect(statusesOf(out)).toEqual(["created", "created", "created"]);
  },
);

test.concurrent(
  "when the quota is used up, a run that is killed while it waits resumes in the next window",
  async () => {
    const story = await setUp(regular(30), { quota: { limit: 20, windowMs: 60_000 } });
    const { args, server, audited, journal } = story;
    const { child, ended } = startBulk(args, server);
    const finished = (): number =>
      readJournal(journal).filter(({ row }) => row !== undefined).length;
    while (!existsSync(journal) || finished() < 20) await sleep(20);
    child.kill("SIGKILL");
    await ended;
    audited.stopped();
    server.newWindow();
    expect(audited.complete(await runBulk(args, server))).toEqual([]);
    expect(server.arrivals.filter(({ deed }) => deed === "link").length).toBe(30);
  },
);

test.concurrent.each(signals)("%s lets requests in flight end", async (signal) => {
  const story = await setUp(mixedRows(60, randomFrom(5)), { delay: () => 300 });
  const { args, server, audited, journal } = story;
  const { child, ended } = startBulk(args, server);
  await server.arrived(12);
  child.kill(signal);
  const { code, stderr } = await ended;
  const done = readJournal(journal).filter(({ row }) => row !== undefined).length;
  expect({ code, stderr }).toEqual({
    code: 130,
    stderr: expect.stringMatching(
      /^impact-links: stopped with \d+ of 60 rows done; run the same command again to resume\n$/,
    ) as unknown,
  });
  const before = server.arrivals.length;
  expect(done).toBeGreaterThanOrEqual(before);
  audited.stopped();
  server.delay = () => 1;
  expect(audited.complete(await runBulk(args, server))).toEqual([]);
  const keys = server.arrivals.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(statusesOf(story.out)).not.toContain("unknown");
});

test.concurrent.each(signals)("a second %s ends a run at once", async (signal) => {
  const { args, server } = await setUp(regular(20), { decide: () => "stall" });
  const { child, ended } = startBulk(args, server);
  await server.arrived(8);
  child.kill(signal);
  await sleep(900);
  expect(child.exitCode).toBe(null);
  child.kill(signal);
  const { code, signal: by } = await ended;
  expect({ code, by }).toEqual({ code: null, by: signal });
});

test.concurrent.each(signals)("%s ends a wait for the quota", async (signal) => {
  const quota = { limit: 5, windowMs: 600_000 };
  const story = await setUp(regular(20), { quota });
  const { args, server, journal } = story;
  const { child, ended } = startBulk(args, server);
  await until(() => rowsIn(journal) === 5);
  await sleep(50);
  child.kill(signal);
  const { code, stderr } = await ended;
  expect({ code, stderr }).toEqual({
    code: 130,
    stderr: "impact-links: stopped with 5 of 20 rows done; run the same command again to resume\n",
  });
  server.quota = undefined;
  story.audited.stopped();
  expect(story.audited.complete(await runBulk(args, server))).toEqual([]);
});

test.concurrent("an interrupted run gives requests in flight ten seconds to end", async () => {
  const rows = [...vanity(2), ...regular(2)];
  const story = await setUp(rows, { decide: () => "stall" });
  const { args, server, audited, out } = story;
  const { child, ended } = startBulk(args, server);
  await server.arrived(4);
  const start = Date.now();
  child.kill("SIGINT");
  const { code } = await ended;
  expect(code).toBe(130);
  expect(Date.now() - start).toBeGreaterThan(9_000);
  expect(Date.now() - start).toBeLessThan(25_000);
  audited.stopped();
  server.decide = () => "link";
  expect(audited.complete(await runBulk(args, server))).toEqual([]);
  expect(statusesOf(out)).toEqual(["unknown", "unknown", "created", "created"]);
});

test("behind a slow row no more than a thousand rows are held, wrong ones included", async () => {
  const wrong: Row = { programId: "1.23E+05", note: "shortened by a spreadsheet" };
  const rows = [...regular(1), ...Array.from({ length: 5000 }, () => wrong)];
  const { args, server, journal, out } = await setUp(rows, { decide: () => "stall" });
  const { child, ended } = startBulk(args, server);
  await server.arrived(1);
  await until(() => rowsIn(journal) >= 999);
  await sleep(300);
  expect(rowsIn(journal)).toBe(999);
  expect(readOr(out).split("\n").length).toBeLessThanOrEqual(2);
  child.kill("SIGKILL");
  await ended;
});

test.concurrent(
  "a reader that goes away ends the run, and what it did not take is on stderr",
  async () => {
    const { input, server, folder } = await setUp(regular(150), { delay: () => 15 });
    const ended = await runBulk([input, "--out", "-", "--silent"], {
      ...server,
      shell: '"$@" | head -1; exit ${PIPESTATUS[0]}',
    });
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({
      code: 1,
      stdout: "programId,type,customPath,deepLink,subId1,note,trackingUrl,status,errorCode,error\n",
    });
    expect(ended.stderr).toContain("impact-links: write EPIPE\nimpact-links: not written:\n1000,");
    expect(ended.stderr).toMatch(/\nimpact-links: stopped with \d+ of 150 rows done\n$/);
    expect(existsSync(join(folder, "-.journal"))).toBe(false);
  },
);

test.concurrent.each([
  { how: "closed", shell: '"$@" 2>&-' },
  { how: "a pipe that nobody reads", shell: '"$@" 2> >(exec true)' },
])("stderr that is $how loses nothing", async ({ shell }) => {
  const { args, server, audited } = await setUp(mixedRows(40, randomFrom(9)), {
    decide: decideFor(() => 1, []),
  });
  const loud = args.filter((each) => each !== "--silent");
  expect(audited.complete(await runBulk(loud, { ...server, shell }))).toEqual([]);
});

test.concurrent("a reader that stalls does not keep the run, and loses no link", async () => {
  const { input, server } = await setUp(wide(regular(3000)));
  const { child, ended } = startBulk([input, "--out", "-", "--silent"], server);
  child.stdout?.pause();
  const isStalled = async (): Promise<boolean> => {
    const { length } = server.arrivals;
    await sleep(300);
    return length > 200 && server.arrivals.length === length;
  };
  while (!(await isStalled()));
  const start = performance.now();
  child.kill("SIGTERM");
  child.once("exit", () => child.stdout?.resume());
  const { code, stdout, stderr } = await ended;
  expect(code).toBe(130);
  expect(performance.now() - start).toBeLessThan(5000);
  const links = new Set(`${stdout}\n${stderr}`.match(/https:[^,]*(?=,created)/g));
  expect(links.size).toBe(server.arrivals.length);
});
