import { existsSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { endAll, newFolder, runBulk } from "../support/bulk/process.ts";
import { serveLinks, type Deed } from "../support/bulk/server.ts";
import { requestOf, writeInput, regular, vanity, type Row } from "../support/bulk/rows.ts";
import { audit, readOr, readRows, isFinished } from "../support/bulk/audit.ts";
import {
  setUp,
  changesOf,
  filesOf,
  statusesOf,
  mountTiny,
  command,
  type Change,
} from "../support/bulk/story.ts";

afterAll(endAll);

test.each([
  { decided: "link", code: 0 },
  { decided: "refuse", code: 3 },
] as const)("a complete run is not run again (every row: $decided)", async ({ decided, code }) => {
  const story = await setUp(regular(5), { decide: () => decided });
  const { args, server, out, journal } = story;
  expect((await command(args, server)).code).toBe(code);
  const files = filesOf(story);
  const { mtimeMs } = statSync(out);
  const loud = args.filter((each) => each !== "--silent");
  const again = await command(loud, server);
  expect(again.code).toBe(code);
  expect(again.stderr).toContain("impact-links: already complete; nothing was sent\n");
  expect(server.arrivals.length).toBe(5);
  expect(filesOf(story)).toEqual(files);
  expect(statSync(out).mtimeMs).toBe(mtimeMs);
  expect(isFinished(journal)).toBe(true);
});

test("a different command for a complete run is refused with a list of the changes", async () => {
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
        `impact-links: ${out} belongs to a complete run, and since then ${what} changed. ` +
        `Choose another --out, or move ${out} and ${journal} away to start over. ` +
        `To keep links of equal rows, choose another --out and add --reuse ${out}\n` +
        "See impact-links bulk --help.\n",
    });
    expect(filesOf(story)).toEqual(files);
  }
  expect(readdirSync(folder).sort()).toEqual(["in.csv", "other.csv", "out.csv", "out.csv.journal"]);
  expect(server.arrivals.length).toBe(4);
  expect(await command([input, "--out", out], server)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("already complete; nothing was sent") as unknown,
  });
});

test.each<[string, (out: string) => void]>([
  ["gone", (out) => rmSync(out)],
  ["empty", (out) => truncateSync(out)],
])(
  "the output of a complete run is written again if it is %s, and nothing is sent",
  async (_, empty) => {
    const story = await setUp([...regular(3), ...vanity(3)]);
    const { args, server, out, journal } = story;
    await command(args, server);
    const output = readOr(out);
    for (const flags of [[], ["--retry-failed"]]) {
      empty(out);
      expect((await command([...args, ...flags], server)).code).toBe(0);
      expect(readOr(out)).toBe(output);
      expect(isFinished(journal)).toBe(true);
    }
    empty(out);
    expect((await command([...args, "--pass-through", "note"], server)).code).toBe(2);
    expect(server.arrivals.length).toBe(6);
  },
);

test("a run whose output and journal are moved away starts over", async () => {
  const story = await setUp(regular(3));
  const { args, server, out, journal } = story;
  await command([...args, "--pass-through", "note"], server);
  rmSync(out);
  rmSync(journal);
  expect((await command(args, server)).code).toBe(0);
  expect(server.arrivals.length).toBe(6);
});

test("a complete run whose output was changed is refused as something else", async () => {
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

test("a complete run whose journal was removed is complete, with any options", async () => {
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

test("a complete run that is killed at any moment of its end sends nothing again", async () => {
  const story = await setUp([...regular(3), ...vanity(3)], {
    decide: ({ key }) => (key.includes("=v1&") ? "reset after" : "link"),
  });
  const { args, server, out, journal } = story;
  await command(args, server);
  const output = readOr(out);
  const finished = readOr(journal);
  expect(isFinished(journal)).toBe(true);
  const last = '{"finished":true}\n';
  for (const missing of [1, 5, last.length]) {
    writeFileSync(journal, finished.slice(0, -missing));
    expect(await command(args, server)).toMatchObject({ code: 3, stderr: "" });
    expect(readOr(out)).toBe(output);
    expect(isFinished(journal)).toBe(true);
  }
  expect(server.arrivals.length).toBe(6);
});

test("a run that is killed before it has begun trusts the output, if there is one", async () => {
  const { args, server, out, journal } = await setUp(regular(3));
  await command(args, server);
  const output = readOr(out);
  const [task = "", begun = ""] = readOr(journal).split("\n");
  expect(begun).toBe('{"finished":false}');
  for (const text of ["", task.slice(0, 12), task, `${task}\n`, `${task}\n${begun}`]) {
    writeFileSync(journal, text);
    expect(await command(args, server)).toMatchObject({ code: 0, stderr: "" });
    expect(readOr(out)).toBe(output);
    expect(existsSync(journal)).toBe(false);
  }
  expect(server.arrivals.length).toBe(3);
});

test("a complete run on a disk without room for another file keeps its journal", async ({
  skip,
}) => {
  // The folder, the output, the journal and the lock.
  const disk = mountTiny("size=1m,nr_inodes=4");
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

test("an output of another kind is refused and not changed", async () => {
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
