import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ACCOUNT, endAll, startBulk, runBulk } from "../support/bulk/process.ts";
import { holdAfter } from "../support/bulk/server.ts";
import {
  randomFrom,
  mixedRows,
  decideFor,
  writeInput,
  regular,
  vanity,
  requestOf,
  type Row,
} from "../support/bulk/rows.ts";
import { audit, readOr, readRows, readJournal, isFinished } from "../support/bulk/audit.ts";
import {
  setUp,
  changesOf,
  until,
  killAfter,
  filesOf,
  sum,
  command,
  type Change,
  type Story,
} from "../support/bulk/story.ts";
import { times } from "../support/thorough.ts";

afterAll(endAll);

test("a different command for an unfinished run is refused with a list of the changes", async () => {
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
        `impact-links: ${journal} belongs to an unfinished run, and since then ${what} changed. `,
      ) as unknown,
    });
    expect(filesOf(story)).toEqual(files);
  }
  expect(server.arrivals.length).toBe(sent);
  expect(story.audited.complete(await runBulk([input, "--out", out, "--silent"], server))).toEqual(
    [],
  );
});

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
  for (let cut = end; cut <= whole.length; cut += times(12, 1)) {
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

test.each([
  '{"row":',
  "",
  "\0\0\0",
  "null",
  "7",
  '"x"',
  "[]",
  "{}",
  '{"row":1}',
  '{"row":1,"status":"created","trackingUrl":123}',
])("a journal with the line %j in its middle is refused", async (damage) => {
  const story = await setUp(regular(30), {
    decide: ({ index }) => (index < 8 ? "link" : "unauthorized"),
  });
  const { args, server, journal } = story;
  expect((await command(args, server)).code).toBe(1);
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
});

/** Vanity by `customPath` alone. */
const untyped = vanity(20).map((row, index) => ({
  ...row,
  type: "",
  customPath: `p${index}`,
}));

test.each([
  ["", vanity(20)],
  [" that has a customPath and no type", untyped],
])("a Vanity row%s is marked in the journal before its request is sent", async (_, vanityRows) => {
  const rows = [...vanityRows, ...regular(20)];
  const { args, server, journal } = await setUp(rows);
  const unmarked: string[] = [];
  const vanityKeys = new Set<string>();
  server.decide = ({ key, isVanity }) => {
    const marks = readJournal(journal).map(({ sent = -1 }) => rows[sent]);
    if (isVanity) vanityKeys.add(key);
    if (isVanity && !marks.some((row) => row && requestOf(row).key === key)) unmarked.push(key);
    return "link";
  };
  expect((await command(args, server)).code).toBe(0);
  expect(unmarked).toEqual([]);
  expect(vanityKeys.size).toBe(20);
  expect(server.arrivals.length).toBe(40);
});

test("a run treats an empty journal as a missing one", async () => {
  const story = await setUp(mixedRows(30, randomFrom(3)), { decide: decideFor(() => 1, []) });
  writeFileSync(story.journal, "");
  expect(story.audited.complete(await command(story.args, story.server))).toEqual([]);
});

test("another file beside an empty journal is refused as output", async () => {
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
])("an output that was %s is rewritten from the journal", async (_, damage) => {
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

test("credentials that are refused midway mark no row, and the run resumes when they are right", async () => {
  const rows = [...regular(20), ...vanity(20)];
  const story = await setUp(rows, {
    decide: ({ index }) => (index < 15 ? "link" : "unauthorized"),
  });
  const { args, server, audited, journal } = story;
  const { code, stderr } = await runBulk(args, server);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /TrackingLinks answered 401: Unauthorized\nimpact-links: stopped with 15 of 40 rows done; run the same command again to resume\n$/,
  );
  expect(readJournal(journal).filter(({ status }) => status === "failed")).toEqual([]);
  audited.stopped();
  server.decide = () => "link";
  expect(audited.complete(await runBulk(args, server))).toEqual([]);
  expect(sum(server.arrivals.map(({ url }) => (url === undefined ? 0 : 1)))).toBe(40);
});

test("after the limit of Vanity links no more are sent, until --retry-failed", async () => {
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

test("neither output nor journal names the account", async () => {
  const story = await setUp([...vanity(1), ...regular(1)], { decide: () => "refuse" });
  await killAfter({ ...story, args: [...story.args, "--concurrency", "1"] }, 1);
  expect(readOr(story.journal)).not.toContain(ACCOUNT);
  await command(story.args, story.server);
  expect(readOr(story.out)).not.toContain(ACCOUNT);
  expect(isFinished(story.journal)).toBe(true);
  expect(readOr(story.journal)).not.toContain(ACCOUNT);
});

test("an input from a pipe resumes with the same content, and refuses another", async () => {
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

test.each(["out.csv", "out.tsv", "out.jsonl"])(
  "an output that is torn at any byte is written again, and not taken for changed: %s",
  async (out) => {
    const notes = ['ünïcode 🔗 "quotes", a comma', "two\nlines ü"];
    const rows = regular(3).map((row, index) => ({ ...row, note: notes[index] ?? row.note }));
    const story = await setUp(rows, {}, { out });
    const complete = { code: 0, signal: null, stdout: "", stderr: "" };
    expect(await command(story.args, story.server)).toEqual(complete);
    const [output, journal] = [readFileSync(story.out), readFileSync(story.journal)];
    // One of them in the middle of a character.
    const cuts = [output.indexOf("ü") + 1];
    for (let cut = 1; cut < output.length; cut += times(9, 1)) cuts.push(cut);
    for (const cut of cuts) {
      truncateSync(story.out, cut);
      writeFileSync(story.journal, `${journal.toString()}{"finished":false}\n`);
      expect(await command(story.args, story.server), `cut at ${cut}`).toEqual(complete);
      expect(readFileSync(story.out)).toEqual(output);
    }
    expect(story.server.arrivals.length).toBe(3);
  },
);

/** Runs to the end, and leaves the journal as if the run had been stopped. */
async function stopAtEnd(story: Story): Promise<{ output: string; records: string[] }> {
  await command(story.args, story.server);
  const records = readOr(story.journal).trimEnd().split("\n").slice(0, -1);
  writeFileSync(story.journal, `${records.join("\n")}\n`);
  return { output: readOr(story.out), records };
}

test("a link in the output whose record was lost with the power is kept, and not requested again", async () => {
  const rows = [...vanity(2), ...regular(2)];
  const story = await setUp(rows);
  const { output, records } = await stopAtEnd(story);
  for (const lost of [/"row":0/, /"row":[01]/, /"row":\d/]) {
    const left = records.filter((line) => !lost.test(line));
    writeFileSync(story.journal, `${left.join("\n")}\n`);
    writeFileSync(story.out, output);
    expect((await command(story.args, story.server)).code).toBe(0);
    expect(readOr(story.out)).toBe(output);
  }
  expect(story.server.arrivals.length).toBe(4);
});

test("a last row that somebody has changed is no torn row: the output is moved away", async () => {
  const story = await setUp(regular(3));
  const { output } = await stopAtEnd(story);
  const changed = output.replace("1000,,,,s2,n2", "1000,,,,s2,changed");
  expect(changed).not.toBe(output);
  writeFileSync(story.out, changed);
  const { code, stderr } = await command(story.args, story.server);
  expect(code).toBe(0);
  const [, aside = ""] = /moved it to (.*)\n/.exec(stderr) ?? [];
  expect(readOr(aside)).toBe(changed);
  expect(readOr(story.out)).toBe(output);
});

test("a link that somebody has written into a row that was invalid is kept", async () => {
  const [first, ...others] = regular(3) as [Row, ...Row[]];
  const story = await setUp([{ ...first, subId1: "1.5E+10" }, ...others]);
  expect((await command(story.args, story.server)).code).toBe(3);
  const link = "https://example.sjv.io/mine";
  const output = readOr(story.out).replace(/,,failed,invalid_input,.*/, `,${link},created,,`);
  writeFileSync(story.out, output);
  for (const flags of [[], ["--retry-unknown"]]) {
    expect((await command([...story.args, ...flags], story.server)).code).toBe(0);
    expect(readOr(story.out)).toBe(output);
  }
  rmSync(story.out);
  expect((await command(story.args, story.server)).code).toBe(0);
  expect(readOr(story.out)).toBe(output);
});
