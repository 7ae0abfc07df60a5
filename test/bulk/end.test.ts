import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isFinished, readOr, readRows } from "../support/bulk/audit.ts";
import { endAll, newFolder, runBulk, startBulk } from "../support/bulk/process.ts";
import { regular, vanity, wide } from "../support/bulk/rows.ts";
import { holdAfter, type CountingServer } from "../support/bulk/server.ts";
import { setUp, sleep, statusesOf, until, type Story } from "../support/bulk/story.ts";
import { times } from "../support/thorough.ts";

afterAll(endAll);

test.concurrent.each<[string, (out: string) => void]>([
  ["deleted", (out) => rmSync(out)],
  ["moved away", (out) => renameSync(out, `${out}.mine`)],
  ["replaced", (out) => (rmSync(out), writeFileSync(out, "mine\n"))],
  ["cut", (out) => truncateSync(out)],
  ["added to", (out) => appendFileSync(out, "mine\n")],
])(
  "a run whose output is %s is not complete, and resumes without repeating requests",
  async (_, change) => {
    const { args, server, out, journal, audited, folder } = await setUp([
      ...vanity(20),
      ...regular(20),
    ]);
    const release = holdAfter(server, 30);
    const { ended } = startBulk(args, server);
    await server.arrived(31);
    change(out);
    const hasMine = readOr(out).endsWith("mine\n");
    release();
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        `impact-links: ${out} was moved or changed while it was written\n` +
        "impact-links: stopped with 40 of 40 rows done; run the same command again to resume\n",
    });
    expect(isFinished(journal)).toBe(false);
    expect(server.arrivals.length).toBe(40);
    expect(audited.complete(await runBulk(args, server))).toEqual([]);
    expect(server.arrivals.length).toBe(40);
    // What somebody has written is somewhere.
    const texts = readdirSync(folder).map((name) => readOr(join(folder, name)));
    expect(texts.some((text) => text.includes("mine\n"))).toBe(hasMine);
  },
);

/** Makes each sync of a file take as long as it does on a slow disk. */
function slowDisk(ms: number): Record<string, string> {
  const file = join(newFolder(), "slow.cjs");
  writeFileSync(
    file,
    `const fs = require("node:fs");
     const { fdatasync } = fs;
     fs.fdatasync = (file, done) => setTimeout(() => fdatasync(file, done), ${ms});
     require("node:module").syncBuiltinESMExports();`,
  );
  return { NODE_OPTIONS: `--require ${file}` };
}

test.concurrent(
  "a run on a slow disk ends",
  async () => {
    for (let round = 0; round < times(2, 30); round++) {
      const { args, server, audited } = await setUp([...vanity(6), ...regular(30)]);
      const env = slowDisk(60);
      expect(audited.complete(await runBulk(args, { ...server, env }))).toEqual([]);
    }
  },
  180_000,
);

test.concurrent(
  "a run on a disk that never answers obeys SIGTERM",
  async () => {
    const { args, server } = await setUp(vanity(3));
    const { child, ended } = startBulk(args, { ...server, env: slowDisk(3_600_000) });
    await until(() => readOr(`${args[2]}.journal`) !== "");
    child.kill("SIGTERM");
    const { code, signal } = await ended;
    expect({ code, signal }).toEqual({ code: null, signal: "SIGTERM" });
    expect(server.arrivals).toEqual([]);
  },
  40_000,
);

test.concurrent(
  "a run whose input changes lets requests in flight end, and records their links",
  async () => {
    for (let round = 0; round < times(2, 12); round++) {
      // More than is read ahead, so that the change is met.
      const rows = wide(vanity(2000));
      const { args, server, input, out, journal } = await setUp(
        rows,
        { delay: () => 30 },
        { flags: ["--concurrency", "40"] },
      );
      const { ended } = startBulk(args, { ...server, env: slowDisk(20) });
      await server.arrived(3 + round);
      utimesSync(input, 1, 1);
      appendFileSync(input, "\n");
      const { code, stderr } = await ended;
      expect(code).toBe(2);
      expect(stderr).toContain(`${input} has changed while it was read`);
      const made = server.arrivals.map(({ url }) => url);
      for (const url of made) expect(readOr(journal)).toContain(String(url));
      const marks = readOr(journal).match(/"sent":/g) ?? [];
      expect(marks.length).toBe(server.arrivals.length);
      expect(readRows(out).every(({ status }) => status === "created")).toBe(true);
    }
  },
  180_000,
);

test.concurrent.each([["--dry-run"], ["--sandbox"]])(
  "SIGINT stops a run while it reads a large file (%s)",
  async (flag) => {
    const { input, server, out } = await setUp(regular(1));
    appendFileSync(input, "1000,,,,,x\n".repeat(3_000_000));
    const { child, ended } = startBulk([input, "--out", out, flag], server);
    await sleep(1000);
    child.kill("SIGINT");
    const start = performance.now();
    expect((await ended).code).toBe(130);
    expect(performance.now() - start).toBeLessThan(3000);
  },
);

test.concurrent("an output that is a named pipe is refused, and does not hang", async () => {
  const { args, server, out } = await setUp(regular(2));
  execFileSync("mkfifo", [out]);
  expect(await runBulk(args, server)).toMatchObject({
    code: 2,
    stderr: `impact-links: Cannot write ${out}: it is not a file\nSee impact-links bulk --help.\n`,
  });
});

const secondIsUnknown: CountingServer["decide"] = ({ key }) =>
  key.includes("=v1&") ? "reset after" : "link";

/** Kills the run once its output holds an unknown row. */
async function killAtUnknown({ args, server, out }: Story): Promise<void> {
  const release = holdAfter(server, 20);
  const { child, ended } = startBulk(args, server);
  await until(() => readOr(out).includes(",unknown,"));
  child.kill("SIGKILL");
  await ended;
  release();
  await server.idle();
}

test.concurrent.each([
  [
    "another cell",
    "1000,Vanity,V0",
    "out.csv exists, and is not the output of in.csv; move it away",
  ],
  [
    "another encoding",
    "1000,Vanity,v\xfc",
    'Expected text in UTF-8, got other bytes in out.csv at line 2. In Excel, save it as "CSV UTF-8"; or name its encoding: --encoding windows-1252 (Western), windows-1251 (Cyrillic), shift_jis (Japanese).',
  ],
  [
    "a stray quote",
    '1000,Vanity,v"0',
    "out.csv exists, and is not the output of in.csv; move it away",
  ],
])("an unfinished output is kept if a user has changed it: %s", async (_, cells, message) => {
  const story = await setUp(vanity(30), { decide: secondIsUnknown });
  const { args, server, out, audited, folder } = story;
  await killAtUnknown(story);
  audited.stopped();
  const changed = Buffer.from(readOr(out).replace("1000,Vanity,v0", cells), "latin1");
  writeFileSync(out, changed);
  const { length } = server.arrivals;
  const refused = await runBulk([...args, "--retry-unknown"], server);
  expect(refused.stderr.replaceAll(`${folder}/`, "")).toBe(
    `impact-links: ${message}\nSee impact-links bulk --help.\n`,
  );
  expect(refused.code).toBe(2);
  expect(readFileSync(out)).toEqual(changed);
  expect(server.arrivals.length).toBe(length);
  const again = await runBulk(args, server);
  const [aside = ""] = readdirSync(folder).filter((name) => /^out\.csv\.\d+$/.test(name));
  expect(readFileSync(join(folder, aside))).toEqual(changed);
  expect(again.stderr).toContain(
    `impact-links: ${out} was changed by another program; moved it to ${join(folder, aside)}\n`,
  );
  expect(audited.complete(again)).toEqual([]);
});

test.concurrent.each([{ isComplete: true }, { isComplete: false }])(
  "a link that a user has written into an unknown row is kept: %j",
  async ({ isComplete }) => {
    const rows = [...vanity(3), ...regular(30)];
    const story = await setUp(rows, { decide: secondIsUnknown });
    const { args, server, out } = story;
    if (isComplete) await runBulk(args, server);
    else await killAtUnknown(story);
    const found = "https://example.sjv.io/found";
    writeFileSync(out, readOr(out).replace(/,,unknown,.*/, `,${found},created,,`));
    expect((await runBulk([...args, "--retry-unknown"], server)).code).toBe(0);
    expect(statusesOf(out)).toEqual(rows.map(() => "created"));
    expect(readRows(out)[1]?.trackingUrl).toBe(found);
    expect(server.arrivals.filter(({ key }) => key.includes("=v1&")).length).toBe(1);
  },
);
