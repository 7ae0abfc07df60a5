import { execFileSync } from "node:child_process";
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { run } from "../src/cli/main.ts";
import {
  ACCOUNT,
  atEnd,
  audit,
  decideFor,
  endAll,
  holdAfter,
  isFinished,
  mixedRows,
  newFolder,
  randomFrom,
  readJournal,
  readOr,
  readRows,
  requestOf,
  runBulk,
  serveLinks,
  startBulk,
  TOKEN,
  writeInput,
  type Audit,
  type CountingServer,
  type Deed,
  type Ended,
  type Row,
} from "./support/bulk.ts";

afterAll(endAll);
afterEach(() => {
  vi.unstubAllEnvs();
});

/** How often a process is killed in all of the loops below together. */
const KILLS = Number(process.env["BULK_KILLS"] ?? 120);
const SEED = Number(process.env["BULK_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
/** Processes at once: one alone leaves the machine idle while it starts. */
const LANES = 3;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A moment in the life of a process: so long after its start, or soon after the server has heard of it. */
async function someMoment(server: CountingServer, random: () => number): Promise<void> {
  if (random() < 0.4) return sleep(60 + random() * 340);
  await server.arrived(server.arrivals.length + 1 + Math.floor(random() * 30));
  if (random() < 0.7) await sleep(random() * 25);
}

interface Loop {
  kills: number;
  seed: number;
  input: string;
  out: string;
  flags?: readonly string[];
  faults?: readonly Deed[];
  quota?: CountingServer["quota"];
}

/** Tables, one after another, of each of which the run is killed some times and then left to end. */
async function killAgainAndAgain(loop: Loop): Promise<{ killed: number; faults: string[] }> {
  const { kills, seed, flags = [], faults = [] } = loop;
  const random = randomFrom(seed);
  let killed = 0;
  while (killed < kills) {
    const rows = mixedRows(60 + Math.floor(random() * 90), random);
    const folder = newFolder();
    const [input, out] = [join(folder, loop.input), join(folder, loop.out)];
    writeInput(input, rows);
    const server = await serveLinks({
      decide: decideFor(random, faults),
      delay: () => random() * 30,
      quota: loop.quota,
    });
    const audited = audit(rows, server, out, flags.includes("--append-ids"));
    const args = [input, "--out", out, "--silent", ...flags];
    for (let left = 3 + Math.floor(random() * 8); ; left--) {
      const { child, ended } = startBulk(args, server);
      if (left > 0 && killed < kills) {
        await Promise.race([someMoment(server, random), ended]);
        child.kill("SIGKILL");
      }
      const end = await ended;
      if (end.signal === "SIGKILL") {
        killed++;
        audited.stopped();
        continue;
      }
      await server.idle();
      const found = audited.complete(end);
      if (found.length > 0) return { killed, faults: found };
      break;
    }
  }
  return { killed, faults: [] };
}

const FAULTS: readonly Deed[] = ["error", "reset before", "reset after", "quota"];

test.each<Omit<Loop, "kills" | "seed">>([
  { input: "in.csv", out: "out.csv", faults: FAULTS },
  { input: "in.csv", out: "out.csv", flags: ["--append-ids"], faults: FAULTS },
  { input: "in.jsonl", out: "out.jsonl", faults: FAULTS },
  { input: "in.jsonl", out: "out.csv", flags: ["--append-ids", "--concurrency", "30"] },
])(
  "kill -9 loses no row and sends none twice: $input to $out $flags",
  async (loop) => {
    const lanes = Array.from({ length: LANES }, (_, lane) =>
      killAgainAndAgain({ ...loop, seed: SEED + lane, kills: Math.ceil(KILLS / 5 / LANES) }),
    );
    for (const { faults } of await Promise.all(lanes))
      expect(faults, `BULK_SEED=${SEED}`).toEqual([]);
  },
  600_000,
);

test("kill -9 within windows of a small quota loses no row and sends none twice", async () => {
  const lanes = Array.from({ length: LANES }, (_, lane) =>
    killAgainAndAgain({
      input: "in.csv",
      out: "out.csv",
      quota: { limit: 25, windowMs: 250 },
      seed: SEED + lane,
      kills: Math.ceil(KILLS / 5 / LANES),
    }),
  );
  for (const { faults } of await Promise.all(lanes))
    expect(faults, `BULK_SEED=${SEED}`).toEqual([]);
}, 600_000);

/** A table in a folder of its own, a server, and what both come to. */
async function setUp(
  rows: readonly Row[],
  told: Partial<CountingServer> = {},
  { input = "in.csv", out = "out.csv", flags = [] as string[] } = {},
): Promise<Story> {
  const folder = newFolder();
  const server = await serveLinks(told);
  const files = { folder, input: join(folder, input), out: join(folder, out) };
  writeInput(files.input, rows);
  const audited = audit(rows, server, files.out, flags.includes("--append-ids"));
  const journal = `${files.out}.journal`;
  const args = [files.input, "--out", files.out, "--silent", ...flags];
  return { ...files, journal, args, rows, server, audited };
}

interface Story {
  folder: string;
  input: string;
  out: string;
  journal: string;
  args: string[];
  rows: readonly Row[];
  server: CountingServer;
  audited: Audit;
}

/** What the command names as changed, and how it is then given. */
type Change = [what: string, args: string[], env?: Record<string, string>];

const changesOf = ({ args, server }: Story): Change[] => [
  ["--program", [...args, "--program", "7"]],
  ["--append-ids", [...args, "--append-ids"]],
  ["--pass-through", [...args, "--pass-through"]],
  ["the account", args, { IMPACT_ACCOUNT_SID: "IRother" }],
  ["the account and the server and --sandbox", [...args, "--sandbox"]],
  ["the server", args, { IMPACT_BASE_URL: server.baseUrl.replace("127.0.0.1", "localhost") }],
];

const regular = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    programId: "1000",
    subId1: `s${index}`,
    note: `n${index}`,
  }));
const vanity = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    programId: "1000",
    type: "Vanity",
    customPath: `v${index}`,
    note: `n${index}`,
  }));

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(2);
}

/** Runs it until so many rows are recorded, and kills it. */
async function killAfter({ args, server, journal, audited }: Story, rows: number): Promise<void> {
  const { child, ended } = startBulk(args, server);
  await until(() => readJournal(journal).filter((line) => line.row !== undefined).length >= rows);
  child.kill("SIGKILL");
  await ended;
  await server.idle();
  audited.stopped();
}

const filesOf = ({ out, journal }: Story): string[] => [
  readOr(out, "none"),
  readOr(journal, "none"),
];
const statusesOf = (path: string): string[] => readRows(path).map(({ status }) => status);
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe.concurrent("a quota that is used up", () => {
  test("a Vanity row that was refused for it is known not to have been made", async () => {
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
  });

  test("a run that is killed while it waits goes on when the next window has begun", async () => {
    const story = await setUp(regular(30), { quota: { limit: 20, windowMs: 1500 } });
    const { args, server, audited, journal } = story;
    const { child, ended } = startBulk(args, server);
    const finished = (): number =>
      readJournal(journal).filter(({ row }) => row !== undefined).length;
    while (!existsSync(journal) || finished() < 20) await sleep(20);
    child.kill("SIGKILL");
    await ended;
    audited.stopped();
    const { code, stderr, signal, stdout } = await runBulk(args, server);
    expect(audited.complete({ code, stderr, signal, stdout })).toEqual([]);
    expect(server.arrivals.filter(({ deed }) => deed === "link").length).toBe(30);
  });
});

describe.concurrent("an interrupt", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("%s lets rows under way end", async (signal) => {
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
        /^impact-links: stopped with \d+ of 60 rows done; the same command goes on from there\n$/,
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

  test.each(["SIGINT", "SIGTERM"] as const)("a second %s ends it at once", async (signal) => {
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

  test.each(["SIGINT", "SIGTERM"] as const)("%s ends a wait for the quota", async (signal) => {
    const quota = { limit: 5, windowMs: 600_000 };
    const story = await setUp(regular(20), { quota });
    const { args, server, journal } = story;
    const { child, ended } = startBulk(args, server);
    await until(() => readJournal(journal).length === 5);
    await sleep(50);
    child.kill(signal);
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr: "impact-links: stopped with 5 of 20 rows done; the same command goes on from there\n",
    });
    server.quota = undefined;
    story.audited.stopped();
    expect(story.audited.complete(await runBulk(args, server))).toEqual([]);
  });

  test("what has not ended after ten seconds is left behind", async () => {
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
});

test("behind a slow row no more than a thousand are held, wrong ones included", async () => {
  const wrong: Row = { programId: "1.23E+05", note: "shortened by a spreadsheet" };
  const rows = [...regular(1), ...Array.from({ length: 5000 }, () => wrong)];
  const { args, server, journal, out } = await setUp(rows, { decide: () => "stall" });
  const { child, ended } = startBulk(args, server);
  await server.arrived(1);
  await until(() => readJournal(journal).length >= 999);
  await sleep(300);
  expect(readJournal(journal).length).toBe(999);
  expect(readOr(out).split("\n").length).toBeLessThanOrEqual(2);
  child.kill("SIGKILL");
  await ended;
});

function mountTiny(options: string): string | undefined {
  const folder = newFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  atEnd(() => void execFileSync("umount", [folder]));
  return folder;
}

describe.concurrent("a full disk", () => {
  const wide = (rows: readonly Row[]): Row[] =>
    rows.map((row) => ({ ...row, note: `${row.note} ${"x".repeat(200)}` }));

  /** Every link that was given in an answer stands somewhere, save of those that were under way. */
  function linksNowhere({ server, journal }: Story, { stderr }: Ended): string[] {
    const text = readOr(journal) + stderr;
    return server.arrivals
      .flatMap(({ url }) => url ?? [])
      .filter((url) => !new RegExp(`${url}\\b`).test(text));
  }

  test.each([
    { what: "the journal", rows: [...regular(60), ...vanity(20)] },
    { what: "the output", rows: wide([...regular(60), ...vanity(20)]) },
  ])("$what that can grow no more stops the run, and it goes on after", async ({ rows }) => {
    const story = await setUp(rows, { delay: () => 15 });
    const { args, server, audited } = story;
    // Units of 1024 bytes. Node ignores SIGXFSZ, so that a write fails as on a full disk.
    const ended = await runBulk(args, { ...server, shell: 'ulimit -f 4; exec "$@"' });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("impact-links: EFBIG: file too large, write\n");
    expect(ended.stderr).toContain("rows done; the same command goes on from there\n");
    await server.idle();
    expect(linksNowhere(story, ended).length).toBeLessThanOrEqual(8);
    audited.stopped();
    expect(audited.complete(await runBulk(args, server))).toEqual([]);
  });

  test("links that could not be recorded are shown, and what was not recorded is asked for again", async () => {
    const rows = regular(8);
    const story = await setUp(rows, { delay: () => 30 });
    const { args, server, audited, journal } = story;
    const head = startBulk(args, server);
    await server.arrived(8);
    head.child.kill("SIGKILL");
    await head.ended;
    // What is there already leaves no room for a single line.
    const room = 1024 - statSync(journal).size;
    const [opening, closing] = ['{"back":7,"filler":"', '"}\n'];
    const filler = "x".repeat(room - opening.length - closing.length);
    writeFileSync(journal, `${opening}${filler}${closing}`, { flag: "a" });
    expect(statSync(journal).size).toBe(1024);
    await server.idle();
    const before = server.arrivals.length;
    const ended = await runBulk(args, { ...server, shell: 'ulimit -f 1; exec "$@"' });
    expect(ended.code).toBe(1);
    const [first] = server.arrivals.slice(before);
    expect(ended.stderr).toContain(`impact-links: made but not recorded, line `);
    expect(ended.stderr).toContain(String(first?.url));
    audited.stopped();
    expect(audited.complete(await runBulk(args, server))).toEqual([]);
  });

  test("a disk that is full from the start is said in a line, and nothing is sent", async () => {
    const { args, server, journal } = await setUp(regular(3));
    const { code, stderr } = await runBulk(args, { ...server, shell: 'ulimit -f 0; exec "$@"' });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^impact-links: .*EFBIG.*\n$/) as unknown,
    });
    expect(server.arrivals).toEqual([]);
    expect(readOr(journal)).toBe("");
  });

  test("a disk that fills up, and has room again", async ({ skip }) => {
    const disk = mountTiny("size=48k");
    if (disk === undefined) return skip("only root can mount a disk");
    const rows = wide([...regular(90), ...vanity(30)]);
    const server = await serveLinks({ delay: () => 10 });
    const input = writeInput(join(newFolder(), "in.csv"), rows);
    const out = join(disk, "out.csv");
    const audited = audit(rows, server, out);
    const filler = join(disk, "filler");
    writeFileSync(filler, "x".repeat(49_152 - 8192));
    const args = [input, "--out", out, "--silent"];
    let ended = await runBulk(args, server);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("ENOSPC: no space left on device, write\n");
    await server.idle();
    audited.stopped();
    // Still full: nothing gets lost by trying again.
    ended = await runBulk(args, server);
    expect(ended.code).toBe(1);
    await server.idle();
    audited.stopped();
    rmSync(filler);
    execFileSync("mount", ["-o", "remount,size=1m", disk]);
    expect(audited.complete(await runBulk(args, server))).toEqual([]);
  });
});

describe.concurrent("a pipe that is closed", () => {
  test("a reader that goes away ends the run, and what it did not take is on stderr", async () => {
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
  });

  test.each([
    { how: "closed", shell: '"$@" 2>&-' },
    { how: "a pipe that nobody reads", shell: '"$@" 2> >(exec true)' },
  ])("stderr that is $how loses nothing", async ({ shell }) => {
    const { args, server, audited } = await setUp(mixedRows(40, randomFrom(9)), {
      decide: decideFor(() => 1, []),
    });
    const loud = args.filter((each) => each !== "--silent");
    expect(audited.complete(await runBulk(loud, { ...server, shell }))).toEqual([]);
  });
});

describe.concurrent("two runs on one output", () => {
  const busy = (out: string): { code: number; stderr: string } => ({
    code: 2,
    stderr: `impact-links: Another process is at work on ${out}\nSee impact-links bulk --help.\n`,
  });

  test("the second refuses, by another name of the output too, and the first is not disturbed", async () => {
    const { input, args, server, audited, out, folder } = await setUp(regular(60));
    const link = join(folder, "link.csv");
    symlinkSync(out, link);
    const release = holdAfter(server, 30);
    const first = startBulk(args, server);
    await until(() => readOr(out).length > 300);
    const again = await runBulk(args, server);
    const byLink = await runBulk([input, "--out", link, "--silent"], server);
    expect(first.child.exitCode).toBe(null);
    release();
    expect(audited.complete(await first.ended)).toEqual([]);
    expect(server.arrivals.length).toBe(60);
    expect({ code: again.code, stderr: again.stderr }).toEqual(busy(out));
    expect({ code: byLink.code, stderr: byLink.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("Another process is at work on ") as unknown,
    });
  });

  test("of two that start at one instant by two names one makes the links", async () => {
    const { input, args, server, audited, out, folder } = await setUp(regular(60), {
      delay: () => 50,
    });
    const link = join(folder, "link.csv");
    symlinkSync(out, link);
    const runs = await Promise.all(
      [args, [input, "--out", link, "--silent"]].map((each) => runBulk(each, server)),
    );
    expect(runs.map(({ code }) => Number(code)).toSorted((a, b) => a - b)).toEqual([0, 2]);
    expect(audited.complete(runs.find(({ code }) => code === 0) as Ended)).toEqual([]);
    expect(server.arrivals.length).toBe(60);
  });

  test("of two that start at one instant one makes the links", async () => {
    const random = randomFrom(SEED);
    for (let round = 0; round < 6; round++) {
      const { args, server, audited, out } = await setUp(regular(6), {
        delay: () => random() * 60,
      });
      const runs = await Promise.all(
        [startBulk(args, server), startBulk(args, server)].map(({ ended }) => ended),
      );
      const codes = runs.map(({ code }) => Number(code)).toSorted((a, b) => a - b);
      expect(
        [
          [0, 0],
          [0, 2],
        ],
        `BULK_SEED=${SEED}`,
      ).toContainEqual(codes);
      for (const { code, stderr } of runs) {
        expect({ code, stderr }).toEqual(code === 0 ? { code: 0, stderr: "" } : busy(out));
      }
      const winner = runs.find(({ code }) => code === 0) as Ended;
      expect(audited.complete(winner)).toEqual([]);
      expect(server.arrivals.length).toBe(6);
    }
  });
});

describe("a run that was asked for something else", () => {
  test("is refused, and says what has changed", async () => {
    const story = await setUp(regular(40));
    const { input, out, server, journal } = story;
    await killAfter(story, 10);
    const files = filesOf(story);
    const sent = server.arrivals.length;
    const other = join(story.folder, "other.csv");
    writeInput(other, regular(41));
    const changes: Change[] = [
      ["the input", [other, "--out", out]],
      ...changesOf(story),
      ["the input and --program", [other, "--out", out, "--program", "7"]],
    ];
    for (const [what, changed, env = {}] of changes) {
      const { code, stdout, stderr } = await command(changed, server, env);
      expect({ code, stdout, stderr }).toEqual({
        code: 2,
        stdout: "",
        stderr: expect.stringContaining(
          `impact-links: ${journal} belongs to a run that is not finished, and since then ${what} changed. `,
        ) as unknown,
      });
      expect(filesOf(story)).toEqual(files);
    }
    expect(server.arrivals.length).toBe(sent);
    expect(
      story.audited.complete(await runBulk([input, "--out", out, "--silent"], server)),
    ).toEqual([]);
  });
});

/** The command in this process, where a story needs very many runs. */
async function command(
  args: readonly string[],
  { baseUrl }: CountingServer,
  env: Record<string, string> = {},
  heard: () => void = () => {},
): Promise<Ended> {
  const all: Record<string, string> = {
    IMPACT_ACCOUNT_SID: ACCOUNT,
    IMPACT_AUTH_TOKEN: TOKEN,
    IMPACT_BASE_URL: baseUrl,
    ...env,
  };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  let stdout = "";
  let stderr = "";
  const code = await run(["bulk", ...args], {
    stdin: (async function* () {})(),
    stdout: { write: (text, done) => done(void (stdout += text)) },
    stderr: { write: (text, done) => (heard(), done(void (stderr += text))) },
    env: all,
    signal: new AbortController().signal,
  });
  return { code, signal: null, stdout, stderr };
}

describe("files that are not as they were left", () => {
  test("a journal whose end is torn at any byte is as good as without its last line", async () => {
    const rows = [...regular(4), ...vanity(4), ...regular(9).slice(5)];
    const story = await setUp(rows, { delay: () => 20 }, { flags: ["--concurrency", "3"] });
    await killAfter(story, 7);
    const { args, server, journal, out } = story;
    const [output, whole] = [readOr(out), readFileSync(journal)];
    const lines = whole.toString().split("\n").slice(0, -1);
    const end = Buffer.byteLength(lines.slice(0, -2).join("\n")) + 1;
    const made = server.arrivals.slice();
    server.delay = () => 0;
    for (let cut = end; cut <= whole.length; cut++) {
      writeFileSync(journal, whole);
      truncateSync(journal, cut);
      server.arrivals.splice(0, Infinity, ...made);
      const audited = audit(rows, server, out);
      // The output is not asked: it may hold what the journal has lost.
      rmSync(out, { force: true });
      audited.stopped();
      writeFileSync(out, output);
      expect(audited.complete(await command(args, server)), `cut at ${cut}`).toEqual([]);
    }
  });

  test.each(['{"row":', "", "\0\0\0", "null", "7", '"x"', "[]", "{}", '{"row":1}'])(
    "a journal with the line %j in its middle is refused",
    async (damage) => {
      const story = await setUp(regular(30));
      await killAfter(story, 8);
      const { args, server, journal } = story;
      const lines = readOr(journal).split("\n");
      lines[2] = damage;
      writeFileSync(journal, lines.join("\n"));
      const files = filesOf(story);
      const sent = server.arrivals.length;
      expect(await command(args, server)).toEqual({
        code: 2,
        signal: null,
        stdout: "",
        stderr: `impact-links: ${journal} is damaged in line 3\nSee impact-links bulk --help.\n`,
      });
      expect(filesOf(story)).toEqual(files);
      expect(server.arrivals.length).toBe(sent);
    },
  );

  test("an empty journal is none", async () => {
    const story = await setUp(mixedRows(30, randomFrom(3)), { decide: decideFor(() => 1, []) });
    writeFileSync(story.journal, "");
    expect(story.audited.complete(await command(story.args, story.server))).toEqual([]);
  });

  test("rows without a journal are not taken for a beginning", async () => {
    const story = await setUp(regular(30));
    await killAfter(story, 12);
    const { args, server, out, journal, input } = story;
    writeFileSync(out, "programId,note\n1000,mine\n");
    writeFileSync(journal, "");
    const sent = server.arrivals.length;
    expect(await command(args, server)).toMatchObject({
      code: 2,
      stderr: `impact-links: ${out} exists, and is not the output of ${input}; move it away\nSee impact-links bulk --help.\n`,
    });
    expect(readOr(out)).toBe("programId,note\n1000,mine\n");
    expect(server.arrivals.length).toBe(sent);
  });

  test.each<[string, (out: string) => void]>([
    ["deleted", (out) => rmSync(out)],
    ["emptied", (out) => truncateSync(out)],
    ["cut in a line", (out) => truncateSync(out, Math.floor(statSync(out).size / 2))],
    ["longer than it was", (out) => writeFileSync(out, "1000,,half a li", { flag: "a" })],
  ])("an output that was %s is written anew from the journal", async (_, damage) => {
    const rows = mixedRows(50, randomFrom(11));
    const story = await setUp(rows, { decide: decideFor(() => 1, []) });
    const { args, server, out, journal } = story;
    const release = holdAfter(server, 25);
    const { child, ended } = startBulk(args, server);
    await until(() => readOr(out).length > 300);
    child.kill("SIGKILL");
    await ended;
    release();
    await server.idle();
    story.audited.stopped();
    expect(existsSync(journal)).toBe(true);
    damage(out);
    expect(story.audited.complete(await command(args, server))).toEqual([]);
  });
});

describe("a run that is complete", () => {
  test.each([
    { decided: "link", code: 0 },
    { decided: "refuse", code: 3 },
  ] as const)("is not run again (every row: $decided)", async ({ decided, code }) => {
    const story = await setUp(regular(5), { decide: () => decided });
    const { args, server, out, journal } = story;
    expect((await command(args, server)).code).toBe(code);
    const files = filesOf(story);
    const { mtimeMs } = statSync(out);
    const loud = args.filter((each) => each !== "--silent");
    const again = await command(loud, server);
    expect(again.code).toBe(code);
    expect(again.stderr).toContain("impact-links: complete already; nothing was sent\n");
    expect(server.arrivals.length).toBe(5);
    expect(filesOf(story)).toEqual(files);
    expect(statSync(out).mtimeMs).toBe(mtimeMs);
    expect(isFinished(journal)).toBe(true);
  });

  test("is refused if it is asked for something else, and says what has changed", async () => {
    const story = await setUp(regular(4));
    const { input, out, args, server, journal, folder } = story;
    expect((await command(args, server)).code).toBe(0);
    const files = filesOf(story);
    const other = writeInput(join(folder, "other.csv"), regular(5));
    const changes: Change[] = [
      ["the input", [other, "--out", out, "--silent"]],
      ...changesOf(story),
      ["--program", [...args, "--program", "7", "--retry-failed", "--retry-unknown"]],
    ];
    for (const [what, changed, env = {}] of changes) {
      const { code, stdout, stderr } = await command(changed, server, env);
      expect({
        code,
        stdout,
        stderr: stderr.replace(/^.*sandbox, nothing is sent.*\n/, ""),
      }).toEqual({
        code: 2,
        stdout: "",
        stderr:
          `impact-links: ${out} belongs to a run that is complete, and since then ${what} changed. ` +
          `Give another --out, or move ${out} and ${journal} away to begin anew\n` +
          "See impact-links bulk --help.\n",
      });
      expect(filesOf(story)).toEqual(files);
    }
    expect(readdirSync(folder).sort()).toEqual([
      "in.csv",
      "other.csv",
      "out.csv",
      "out.csv.journal",
    ]);
    expect(server.arrivals.length).toBe(4);
    expect(await command([input, "--out", out], server)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("complete already; nothing was sent") as unknown,
    });
  });

  test.each<[string, (out: string) => void]>([
    ["gone", (out) => rmSync(out)],
    ["empty", (out) => truncateSync(out)],
  ])("is begun anew, whatever it is asked for, if its output is %s", async (_, empty) => {
    const story = await setUp(regular(3));
    const { args, server, out, journal } = story;
    for (const flags of [[], ["--pass-through"], ["--pass-through", "--retry-failed"]]) {
      server.arrivals.length = 0;
      expect((await command([...args, ...flags], server)).code).toBe(0);
      expect(server.arrivals.length).toBe(3);
      expect(statusesOf(out)).toEqual(["created", "created", "created"]);
      expect(isFinished(journal)).toBe(true);
      empty(out);
    }
  });

  test("begun anew and killed, goes on where it was", async () => {
    const story = await setUp(mixedRows(40, randomFrom(4)), { decide: decideFor(() => 1, []) });
    const { args, server, out, rows } = story;
    await command([...args, "--pass-through"], server);
    rmSync(out);
    server.arrivals.length = 0;
    const release = holdAfter(server, 10);
    const anew = { ...story, audited: audit(rows, server, out) };
    const { child, ended } = startBulk(args, server);
    await until(() => readJournal(story.journal).length >= 12);
    child.kill("SIGKILL");
    await ended;
    release();
    await server.idle();
    anew.audited.stopped();
    expect(anew.audited.complete(await runBulk(args, server))).toEqual([]);
  });

  test("whose output was changed is refused as something else", async () => {
    const story = await setUp(regular(3));
    const { args, server, out, input, journal } = story;
    await command(args, server);
    writeFileSync(out, readOr(out).replace("n1", "mine"));
    const files = filesOf(story);
    expect(await command(args, server)).toMatchObject({
      code: 2,
      stderr: `impact-links: ${out} exists, and is not the output of ${input}; move it away\nSee impact-links bulk --help.\n`,
    });
    expect(filesOf(story)).toEqual(files);
    expect(isFinished(journal)).toBe(true);
  });

  test("whose journal was removed is complete, whatever it is asked for", async () => {
    const { args, server, journal, out } = await setUp(regular(3));
    await command(args, server);
    const output = readOr(out);
    rmSync(journal);
    for (const flags of [[], ["--program", "7"]]) {
      expect((await command([...args, ...flags], server)).code).toBe(0);
      expect(readOr(out)).toBe(output);
      expect(existsSync(journal)).toBe(false);
    }
    expect(server.arrivals.length).toBe(3);
  });

  test("and killed at any moment of its end, sends nothing again", async () => {
    const story = await setUp([...regular(3), ...vanity(3)], {
      decide: ({ key }) => (key.includes("=v1&") ? "reset after" : "link"),
    });
    const { input, args, server, out, journal } = story;
    let unfinished = "";
    await command([input, "--out", out], server, {}, () => (unfinished = readOr(journal)));
    const output = readOr(out);
    const finished = readOr(journal);
    expect(unfinished.split("\n").length).toBeGreaterThan(6);
    expect(isFinished(journal)).toBe(true);
    const next = `${journal}.new`;
    for (const cut of [0, 1, 12, 100, finished.length - 1, finished.length]) {
      const half = finished.slice(0, cut);
      for (const [text, beside] of [[unfinished, half] as const, [half, ""] as const]) {
        writeFileSync(journal, text);
        if (beside !== "") writeFileSync(next, beside);
        expect(await command(args, server)).toMatchObject({ code: 3, stderr: "" });
        expect(readOr(out)).toBe(output);
        expect(existsSync(next)).toBe(false);
        // Of half a line nothing is known.
        expect(readOr(journal)).toBe(text === half && cut < finished.length ? "" : finished);
      }
    }
    expect(server.arrivals.length).toBe(6);
  });

  test("on a disk without room for another file is complete, and says of what", async ({
    skip,
  }) => {
    // The folder, the output and the journal.
    const disk = mountTiny("size=1m,nr_inodes=3");
    if (disk === undefined) return skip("only root can mount a disk");
    const rows = regular(5);
    const server = await serveLinks();
    const input = writeInput(join(newFolder(), "in.csv"), rows);
    const out = join(disk, "out.csv");
    const audited = audit(rows, server, out);
    const args = [input, "--out", out, "--silent"];
    const ended = await runBulk(args, server);
    expect(ended.stderr).toBe("");
    expect(audited.complete(ended)).toEqual([]);
    expect((await command([...args, "--program", "7"], server)).stderr).toContain(
      "since then --program changed. ",
    );
    expect(server.arrivals.length).toBe(5);
  });

  test("an output that is something else is refused and left alone", async () => {
    const { args, server, out, input, journal } = await setUp(regular(3));
    for (const text of ["my novel\n", "programId,note\n1,x\n2,y\n3,z\n", "\0\u00ff"]) {
      writeFileSync(out, text);
      expect(await command(args, server)).toEqual({
        code: 2,
        signal: null,
        stdout: "",
        stderr: `impact-links: ${out} exists, and is not the output of ${input}; move it away\nSee impact-links bulk --help.\n`,
      });
      expect(readOr(out)).toBe(text);
      expect(existsSync(journal)).toBe(false);
    }
    expect(server.arrivals).toEqual([]);
  });

  test("--retry-unknown and --retry-failed send those rows, and no others", async () => {
    const rows = [...vanity(3), ...regular(3)];
    const decide = ({ key }: { key: string }): Deed => {
      if (key.includes("=v1&")) return "reset after";
      return key.includes("=s1") ? "refuse" : "link";
    };
    const { args, server, out, journal } = await setUp(rows, { decide });
    const outcome = ["created", "unknown", "created", "created", "failed", "created"];
    expect((await command(args, server)).code).toBe(3);
    expect(statusesOf(out)).toEqual(outcome);
    const links = readRows(out).map(({ trackingUrl }) => trackingUrl);
    server.decide = () => "link";
    server.arrivals.length = 0;

    expect((await command([...args, "--retry-failed"], server)).code).toBe(3);
    expect(server.arrivals.map(({ key }) => key)).toEqual([requestOf(rows[4] as Row).key]);
    expect(statusesOf(out)).toEqual(outcome.with(4, "created"));

    expect((await command([...args, "--retry-unknown"], server)).code).toBe(0);
    expect(server.arrivals.map(({ key }) => key)).toEqual(
      [rows[4], rows[1]].map((row) => requestOf(row as Row).key),
    );
    const after = readRows(out).map(({ trackingUrl }) => trackingUrl);
    expect(after.filter((link, index) => link !== links[index])).toEqual([after[1], after[4]]);
    expect(isFinished(journal)).toBe(true);
  });
});

describe("rows to be sent again, after an interruption", () => {
  test("--retry-unknown sends a Vanity row that was under way", async () => {
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

  test("--retry-failed does not send it", async () => {
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

  test("a failed Vanity row that was under way once more is unknown, with or without the flag", async () => {
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

  test("a kill while a complete output is taken up again loses none of its rows", async () => {
    const rows = vanity(8000);
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

  test("of two that take up a complete output at one instant one makes the links", async () => {
    for (let round = 0; round < 4; round++) {
      const rows = vanity(400);
      const story = await setUp(rows);
      const { args, server, out } = story;
      complete(story, rows);
      const again = [...args, "--retry-failed"];
      const runs = await Promise.all([runBulk(again, server), runBulk(again, server)]);
      for (const { code, stderr } of runs) {
        expect({ code, stderr }).toEqual(
          code === 2
            ? { code, stderr: expect.stringContaining("Another process is at work on ") as unknown }
            : { code: 0, stderr: "" },
        );
      }
      expect(server.arrivals.length).toBe(1);
      expect(statusesOf(out)).toEqual(rows.map(() => "created"));
    }
  });

  test("a disk that is full when a complete output is taken up again loses none of its rows", async () => {
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
});

describe("refusals that end more than a row", () => {
  test("credentials that are refused midway mark no row, and it goes on when they are right", async () => {
    const rows = [...regular(20), ...vanity(20)];
    const story = await setUp(rows, {
      decide: ({ index }) => (index < 15 ? "link" : "unauthorized"),
    });
    const { args, server, audited, journal } = story;
    const { code, stderr } = await runBulk(args, server);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /TrackingLinks answered 401: Unauthorized\nimpact-links: stopped with 15 of 40 rows done; the same command goes on from there\n$/,
    );
    expect(readJournal(journal).filter(({ status }) => status === "failed")).toEqual([]);
    audited.stopped();
    server.decide = () => "link";
    expect(audited.complete(await runBulk(args, server))).toEqual([]);
    expect(sum(server.arrivals.map(({ url }) => (url === undefined ? 0 : 1)))).toBe(40);
  });

  test("after the limit of Vanity links no more are asked for, until --retry-failed", async () => {
    const rows = [...vanity(12), ...regular(6)];
    const { args, server, out } = await setUp(
      rows,
      { decide: ({ isVanity, index }) => (isVanity && index >= 4 ? "vanity limit" : "link") },
      { flags: ["--concurrency", "1"] },
    );
    expect((await command(args, server)).code).toBe(3);
    expect(server.arrivals.filter(({ isVanity }) => isVanity).length).toBe(5);
    expect(readRows(out).map(({ errorCode }) => errorCode)).toEqual([
      ...Array<string>(4).fill(""),
      ...Array<string>(8).fill("vanity_limit_reached"),
      ...Array<string>(6).fill(""),
    ]);
    server.decide = () => "link";
    expect((await command([...args, "--retry-failed"], server)).code).toBe(0);
    expect(server.arrivals.filter(({ url }) => url !== undefined).length).toBe(18);
  });
});

test("neither output nor journal names the account", async () => {
  const story = await setUp([...vanity(1), ...regular(1)], { decide: () => "refuse" });
  await killAfter({ ...story, args: [...story.args, "--concurrency", "1"] }, 1);
  expect(readOr(story.journal)).not.toContain(ACCOUNT);
  await command(story.args, story.server);
  expect(readOr(story.out)).not.toContain(ACCOUNT);
  expect(isFinished(story.journal)).toBe(true);
  expect(readOr(story.journal)).not.toContain(ACCOUNT);
});

describe("an input that comes through a pipe", () => {
  test("goes on with the same content, and refuses another", async () => {
    const rows = mixedRows(60, randomFrom(21));
    const story = await setUp(rows, { decide: decideFor(() => 1, []), delay: () => 20 });
    const { server, out, audited, journal } = story;
    const args = ["-", "--out", out, "--silent"];
    const stdin = readFileSync(story.input, "utf8");
    const { child, ended } = startBulk(args, { ...server, stdin });
    await until(() => readJournal(journal).length > 20);
    child.kill("SIGKILL");
    await ended;
    await server.idle();
    audited.stopped();
    const files = filesOf(story);
    const sent = server.arrivals.length;
    const other = await runBulk(args, { ...server, stdin: `${stdin}1000,,,,s,more\n` });
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("since then the input changed. ");
    expect(filesOf(story)).toEqual(files);
    expect(server.arrivals.length).toBe(sent);
    expect(audited.complete(await runBulk(args, { ...server, stdin }))).toEqual([]);
  });
});
