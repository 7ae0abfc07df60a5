import { linkSync, mkdirSync, readFileSync, rmdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openJournal } from "../../src/cli/journal/journal.ts";
import { endAll, newFolder, runBulk, startBulk } from "../support/bulk/process.ts";
import { regular, vanity } from "../support/bulk/rows.ts";
import { holdAfter } from "../support/bulk/server.ts";
import { readJournal, readOr } from "../support/bulk/audit.ts";
import { setUp, sleep, statusesOf } from "../support/bulk/story.ts";

afterAll(endAll);

test.concurrent.each([
  ["network", 'exec unshare -n "$@"'],
  ["network and another container", 'exec unshare -npf --mount-proc "$@"'],
])("a second run in another %s is refused before it sends", async (_, shell) => {
  const { args, server, audited, out } = await setUp([...vanity(10), ...regular(10)]);
  const release = holdAfter(server, 5);
  const first = startBulk(args, server);
  await server.arrived(5);
  const second = await runBulk(args, { ...server, shell });
  expect({ code: second.code, stderr: second.stderr }).toEqual({
    code: 2,
    stderr: `impact-links: Another process is writing ${out}\nSee impact-links bulk --help.\n`,
  });
  release();
  expect(audited.complete(await first.ended)).toEqual([]);
});

test.concurrent("a run starts at once after one of this machine that was killed", async () => {
  const { args, server, out } = await setUp(vanity(4), { decide: () => "stall" });
  const { child, ended } = startBulk(args, server);
  await server.arrived(4);
  child.kill("SIGKILL");
  await ended;
  expect(readOr(`${out}.lock`)).toContain(`"pid":${child.pid}`);
  const start = performance.now();
  expect((await runBulk(args, server)).code).toBe(3);
  expect(performance.now() - start).toBeLessThan(4000);
  expect(statusesOf(out)).toEqual(["unknown", "unknown", "unknown", "unknown"]);
});

test.concurrent(
  "a run starts within ten seconds after one of another machine that was killed",
  async () => {
    const { args, server, out, audited } = await setUp(regular(3));
    writeFileSync(`${out}.lock`, JSON.stringify({ pid: 1, place: "another machine", id: "x" }));
    const start = performance.now();
    expect(audited.complete(await runBulk(args, server))).toEqual([]);
    expect(performance.now() - start).toBeLessThan(10_000);
  },
);

test.concurrent("a run that was suspended and has lost its output sends nothing more", async () => {
  const { args, server, out, audited } = await setUp(
    vanity(30),
    {},
    { flags: ["--concurrency", "2"] },
  );
  const release = holdAfter(server, 10);
  const first = startBulk(args, server);
  await server.arrived(11);
  first.child.kill("SIGSTOP");
  release();
  await server.idle();
  audited.stopped();
  const records = readJournal(`${out}.journal`);
  const inDoubt = new Set(records.flatMap(({ sent }) => sent ?? []));
  for (const { row = -1 } of records) inDoubt.delete(row);
  const second = await runBulk(args, server);
  const { length } = server.arrivals;
  const output = readOr(out);
  first.child.kill("SIGCONT");
  const { code, stderr } = await first.ended;
  expect({
    code,
    isSaid: stderr.includes("another process has begun to write the same output"),
  }).toEqual({
    code: 1,
    isSaid: true,
  });
  await sleep(100);
  expect(server.arrivals.length).toBe(length);
  expect(second.code).toBe(3);
  expect(readOr(out)).toBe(output);
  expect((await runBulk(args, server)).code).toBe(3);
  expect(inDoubt.size).toBeGreaterThan(0);
  expect(statusesOf(out)).toEqual(
    Array.from({ length: 30 }, (_, row) => (inDoubt.has(row) ? "unknown" : "created")),
  );
  const keys = server.arrivals.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});

test.concurrent("a lock that cannot be read is named, and does not hang", async () => {
  const { args, server, out } = await setUp(regular(3));
  mkdirSync(`${out}.lock`);
  expect(await runBulk(args, server)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`Cannot read ${out}.lock: EISDIR`) as unknown,
  });
  rmdirSync(`${out}.lock`);
  symlinkSync("nowhere", `${out}.lock`);
  expect(await runBulk(args, server)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`Cannot write ${out}.lock: it cannot be replaced`) as unknown,
  });
  expect(server.arrivals).toEqual([]);
});

test.concurrent("an output with a second hard link is refused", async () => {
  const { args, server, out, folder } = await setUp(regular(3));
  writeFileSync(out, "");
  linkSync(out, join(folder, "other.csv"));
  expect(await runBulk(args, server)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`Cannot write ${out}: it has a second hard link`) as unknown,
  });
  expect(server.arrivals).toEqual([]);
});

test("a journal that another process has taken over is neither cut nor removed", async () => {
  const out = join(newFolder(), "out.csv");
  const journal = await openJournal(out);
  const task = '{"journal":1}\n{"finished":false}\n{"sent":0,"key":"x"}\n';
  writeFileSync(`${out}.lock`, "another process");
  writeFileSync(journal.path, task);
  journal.removeUnused();
  expect(readFileSync(journal.path, "utf8")).toBe(task);
  await expect(journal.read()).rejects.toThrow(
    "another process has begun to write the same output",
  );
  await journal.close();
  expect(readFileSync(journal.path, "utf8")).toBe(task);
  expect(readFileSync(`${out}.lock`, "utf8")).toBe("another process");
});
