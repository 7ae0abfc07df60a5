import { appendFileSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { endAll, startBulk, runBulk } from "../support/bulk/process.ts";
import { requestOf, regular, vanity, type Row } from "../support/bulk/rows.ts";
import { readOr, readRows } from "../support/bulk/audit.ts";
import { setUp, statusesOf, command, until, type Story } from "../support/bulk/story.ts";
import { times } from "../support/thorough.ts";

afterAll(endAll);

test("--retry-unknown sends a Vanity row that was in flight", async () => {
  const rows = [...vanity(3), ...regular(2)];
  const story = await setUp(rows, { decide: () => "stall" });
  const { args, server, out } = story;
  const { child, ended } = startBulk(args, server);
  await server.arrived(5);
  child.kill("SIGKILL");
  await ended;
  server.decide = () => "link";
  server.arrivals.length = 0;
  expect((await command([...args, "--retry-unknown"], server)).code).toBe(0);
  expect(server.arrivals.length).toBe(5);
  expect(statusesOf(out)).toEqual(rows.map(() => "created"));
});

test("a Vanity row that was refused for the quota when it was sent again is still unknown", async () => {
  const { args, server, out } = await setUp(vanity(1), { decide: () => "reset after" });
  expect((await command(args, server)).code).toBe(3);
  server.decide = () => "quota";
  server.retryAfter = 600;
  const { child, ended } = startBulk([...args, "--retry-unknown"], server);
  await until(() => readOr(`${out}.journal`).includes('"back"'));
  child.kill("SIGKILL");
  await ended;
  server.decide = () => "link";
  const { length } = server.arrivals;
  for (const flags of [[], ["--retry-failed"]]) {
    expect((await command([...args, ...flags], server)).code).toBe(3);
    expect(statusesOf(out)).toEqual(["unknown"]);
  }
  expect(server.arrivals.length).toBe(length);
});

/** Two equal Vanity rows that were refused; then the second one was sent by itself, and ended so. A third one has a link. */
async function refusedThenSent(outcome: Record<string, string>): Promise<Story> {
  const [row] = vanity(1) as [Row];
  const rows = [row, { ...row, note: "the same" }, ...regular(1)];
  const story = await setUp(rows, { decide: ({ isVanity }) => (isVanity ? "refuse" : "link") });
  const { args, server, journal } = story;
  expect((await command(args, server)).code).toBe(3);
  const key = /"key":"([^"]*)"/.exec(readOr(journal))?.[1];
  const entries = [{ sent: 1, key, isVanity: true }, { row: 1, ...outcome }, { finished: false }];
  appendFileSync(journal, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  server.decide = () => "link";
  return story;
}

test("--retry-failed does not send a Vanity row if an equal one after it may have a link", async () => {
  const { args, server, out } = await refusedThenSent({ status: "unknown" });
  expect((await command([...args, "--retry-failed"], server)).code).toBe(3);
  expect(statusesOf(out)).toEqual(["unknown", "unknown", "created"]);
  expect(server.arrivals.length).toBe(2);
  expect((await command([...args, "--retry-unknown"], server)).code).toBe(0);
  expect(server.arrivals.length).toBe(3);
});

test("--retry-failed does not send a Vanity row whose link an equal one after it has", async () => {
  const trackingUrl = "https://example.sjv.io/v0";
  const { args, server, out } = await refusedThenSent({ status: "created", trackingUrl });
  expect((await command([...args, "--retry-failed"], server)).code).toBe(0);
  expect(readRows(out)).toMatchObject([
    { status: "reused", trackingUrl },
    { status: "created", trackingUrl },
    { status: "created" },
  ]);
  expect(server.arrivals.length).toBe(2);
});

test("a Regular row that was in flight and is then refused is unknown", async () => {
  const { args, server, out } = await setUp(regular(1), { decide: () => "stall" });
  const { child, ended } = startBulk(args, server);
  await server.arrived(1);
  child.kill("SIGKILL");
  await ended;
  server.decide = () => "refuse";
  expect((await command(args, server)).code).toBe(3);
  expect(readRows(out)).toMatchObject([
    {
      status: "unknown",
      error: expect.stringMatching(/an earlier request may have made a link\)$/) as unknown,
    },
  ]);
});

test("--retry-failed does not send a Vanity row that was in flight", async () => {
  const rows = [...vanity(3), ...regular(2)];
  const story = await setUp(rows, { decide: () => "stall" });
  const { args, server, out } = story;
  const { child, ended } = startBulk(args, server);
  await server.arrived(5);
  child.kill("SIGKILL");
  await ended;
  server.decide = () => "link";
  server.arrivals.length = 0;
  expect((await command([...args, "--retry-failed"], server)).code).toBe(3);
  expect(server.arrivals.map(({ isVanity }) => isVanity)).toEqual([false, false]);
  expect(statusesOf(out)).toEqual(["unknown", "unknown", "unknown", "created", "created"]);
});

test("a failed Vanity row that was in flight again is unknown, with or without the flag", async () => {
  for (const flags of [["--retry-failed"], []]) {
    const story = await setUp([...vanity(1), ...regular(1)], { decide: () => "refuse" });
    const { args, server, out } = story;
    expect((await command(args, server)).code).toBe(3);
    server.decide = () => "stall";
    const { child, ended } = startBulk([...args, "--retry-failed"], server);
    await server.arrived(4);
    child.kill("SIGKILL");
    await ended;
    server.decide = () => "link";
    const before = server.arrivals.length;
    expect((await command([...args, ...flags], server)).code).toBe(3);
    expect(statusesOf(out)[0]).toBe("unknown");
    await command([...args, "--retry-failed"], server);
    expect(server.arrivals.slice(before).filter(({ isVanity }) => isVanity)).toEqual([]);
  }
});

test("an unknown row that is refused when it is sent again stays unknown, and says why", async () => {
  const story = await setUp([...regular(1), ...vanity(1)], { decide: () => "reset after" });
  const { args, server, out } = story;
  expect((await command(args, server)).code).toBe(3);
  expect(statusesOf(out)).toEqual(["unknown", "unknown"]);
  server.decide = () => "refuse";
  expect((await command([...args, "--retry-unknown"], server)).code).toBe(3);
  expect(statusesOf(out)).toEqual(["unknown", "unknown"]);
  for (const { error } of readRows(out)) {
    expect(error).toMatch(/answered 400.*\(an earlier request may have made a link\)$/);
  }
});

/** A complete output of which one row has failed. */
function complete({ out }: Story, rows: readonly Row[]): void {
  const head =
    "programId,type,customPath,deepLink,subId1,note,trackingUrl,status,errorCode,error\n";
  const lines = rows.map(({ type = "", customPath = "", subId1 = "", note }, index) => {
    const result =
      index === 0 ? ",failed,invalid_request,no" : `https://example.sjv.io/old${index},created,,`;
    return `1000,${type},${customPath},,${subId1},${note},${result}\n`;
  });
  writeFileSync(out, head + lines.join(""));
}

test("a kill while a complete output is retried loses none of its rows", async () => {
  const rows = vanity(times(2000, 8000));
  const story = await setUp(rows);
  const { args, server, out, journal } = story;
  complete(story, rows);
  const first = startBulk([...args, "--retry-failed"], server);
  while (first.child.exitCode === null && readOr(journal) === "") {
    await new Promise((resolve) => setImmediate(resolve));
  }
  first.child.kill("SIGKILL");
  await first.ended;
  expect((await command([...args, "--retry-failed"], server)).code).toBeOneOf([0, 3]);
  const wrong = server.arrivals.filter(({ key }) => key !== requestOf(rows[0] as Row).key);
  expect(`${wrong.length} finished rows are sent again`).toBe("0 finished rows are sent again");
  expect(
    readRows(out)
      .slice(1)
      .map(({ trackingUrl }) => trackingUrl),
  ).toEqual(rows.slice(1).map((_, index) => `https://example.sjv.io/old${index + 1}`));
});

test("of two runs that retry a complete output at the same time, one makes the links", async () => {
  for (let round = 0; round < times(2, 4); round++) {
    const rows = vanity(400);
    const story = await setUp(rows);
    const { args, server, out } = story;
    complete(story, rows);
    const again = [...args, "--retry-failed"];
    const runs = await Promise.all([runBulk(again, server), runBulk(again, server)]);
    for (const { code, stderr } of runs) {
      expect({ code, stderr }).toEqual(
        code === 2
          ? { code, stderr: expect.stringContaining("Another process is writing ") as unknown }
          : { code: 0, stderr: "" },
      );
    }
    expect(server.arrivals.length).toBe(1);
    expect(statusesOf(out)).toEqual(rows.map(() => "created"));
  }
});

test("a disk that is full when a complete output is retried loses none of its rows", async () => {
  const rows = vanity(40);
  const story = await setUp(rows);
  const { args, server, out } = story;
  complete(story, rows);
  const before = readOr(out);
  const full = await runBulk([...args, "--retry-failed"], {
    ...server,
    shell: 'ulimit -f 2; exec "$@"',
  });
  expect({ code: full.code, stderr: full.stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^impact-links: .*EFBIG.*\n/) as unknown,
  });
  expect(readOr(out)).toBe(before);
  expect((await command([...args, "--retry-failed"], server)).code).toBe(0);
  expect(server.arrivals.map(({ key }) => key)).toEqual([requestOf(rows[0] as Row).key]);
});
