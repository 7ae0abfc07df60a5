import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readOr, readRows } from "../support/bulk/audit.ts";
import { endAll } from "../support/bulk/process.ts";
import { regular, vanity, type Row } from "../support/bulk/rows.ts";
import { command, setUp, statusesOf, type Story } from "../support/bulk/story.ts";

afterAll(endAll);

/** Runs to an unknown second row. The journal then says that the run was stopped, or that it is complete. */
async function withUnknown(isComplete: boolean, flags: string[] = []): Promise<Story> {
  const rows = [...regular(1), ...vanity(1), ...regular(2).slice(1)];
  const decide: Story["server"]["decide"] = ({ isVanity }) => (isVanity ? "reset after" : "link");
  const story = await setUp(rows, { decide }, { flags });
  expect((await command(story.args, story.server)).code).toBe(3);
  if (!isComplete) {
    writeFileSync(story.journal, readOr(story.journal).replace('{"finished":true}\n', ""));
  }
  story.server.decide = () => "link";
  return story;
}

const edit = ({ out }: Story, cells: string): void =>
  writeFileSync(out, readOr(out).replace(/,,unknown,.*/, `,${cells}`));

const FOUND = "https://example.sjv.io/Found";

test.each([
  [`${FOUND},created,,`, FOUND],
  [`${FOUND},Created,,`, FOUND],
  [` ${FOUND} ,created ,,`, FOUND],
  ["example.sjv.io/Found,created,,", FOUND],
  ["HTTPS://example.sjv.io/Found,created,,", "HTTPS://example.sjv.io/Found"],
  [`${FOUND},unknown,connection,x`, FOUND],
  [`${FOUND},failed,,`, FOUND],
])("a link that a user has written is kept, however: %j", async (cells, link) => {
  for (const isComplete of [true, false]) {
    for (const flags of [[], ["--retry-unknown"]]) {
      const story = await withUnknown(isComplete);
      edit(story, cells);
      const { length } = story.server.arrivals;
      expect(await command([...story.args, ...flags], story.server)).toMatchObject({ code: 0 });
      expect(story.server.arrivals.length).toBe(length);
      // A complete output that is not retried stays as it is.
      if (!isComplete) expect(readRows(story.out)[1]?.trackingUrl).toBe(link);
      writeFileSync(story.out, "");
      expect((await command(story.args, story.server)).code).toBe(0);
      expect(readRows(story.out)[1]).toMatchObject({ trackingUrl: link, status: "created" });
    }
  }
});

test.each<[what: string, change: (output: string) => string, message: string]>([
  [
    "a text instead of a link",
    (output) => output.replace(/,,unknown,.*/, ",see mail,created,,"),
    'was changed: "see mail" is not a link',
  ],
  [
    "a column more",
    (output) => output.replace("error\n", "error,note\n").replace("n0,", "n0,"),
    "was changed: a column was added",
  ],
])(
  "an unfinished output with %s is moved away, and a retry is refused",
  async (_, change, message) => {
    const story = await withUnknown(false);
    const changed = change(readOr(story.out));
    expect(changed).not.toBe(readOr(story.out));
    writeFileSync(story.out, changed);
    const { length } = story.server.arrivals;
    expect(await command([...story.args, "--retry-unknown"], story.server)).toMatchObject({
      code: 2,
      stderr: `impact-links: ${story.out} ${message}; move it away\nSee impact-links bulk --help.\n`,
    });
    expect(readOr(story.out)).toBe(changed);
    expect((await command(story.args, story.server)).code).toBe(3);
    expect(story.server.arrivals.length).toBe(length);
    const [aside = ""] = readdirSync(story.folder).filter((name) => /^out\.csv\.\d+$/.test(name));
    expect(readOr(join(story.folder, aside))).toBe(changed);
  },
);

test("a complete output with a column more stays as it is, unless it would be written again", async () => {
  const story = await withUnknown(true);
  const changed = readOr(story.out).replace("error\n", "error,note\n");
  writeFileSync(story.out, changed);
  expect((await command(story.args, story.server)).code).toBe(3);
  expect(await command([...story.args, "--retry-unknown"], story.server)).toMatchObject({
    code: 2,
    stderr: `impact-links: ${story.out} was changed: a column was added; move it away\nSee impact-links bulk --help.\n`,
  });
  expect(readOr(story.out)).toBe(changed);
});

test("with --append-ids, a link that a user has written settles only its own row", async () => {
  const [row] = vanity(1) as [Row];
  const rows = [{ ...row, subId1: "x" }, ...regular(1), { ...row, subId1: "y" }];
  const decide: Story["server"]["decide"] = ({ isVanity }) => (isVanity ? "reset after" : "link");
  const story = await setUp(rows, { decide }, { flags: ["--append-ids"] });
  expect((await command(story.args, story.server)).code).toBe(3);
  writeFileSync(
    story.out,
    readOr(story.out).replace(/,,unknown,.*/, `,${FOUND}?subId1=x,created,,`),
  );
  story.server.decide = () => "refuse";
  const { length } = story.server.arrivals;
  for (const flags of [[], ["--retry-failed"], []]) {
    expect((await command([...story.args, ...flags], story.server)).code).toBe(3);
    expect(statusesOf(story.out)).toEqual(["created", "created", "unknown"]);
  }
  expect(story.server.arrivals.length).toBe(length);
});

test("an input that changes during the comparison does not move the output away", async () => {
  const story = await withUnknown(false);
  const output = readOr(story.out);
  const run = command(story.args, story.server);
  const touch = setInterval(() => writeFileSync(story.input, readOr(story.input)), 1);
  const { code, stderr } = await run;
  clearInterval(touch);
  if (code === 2) expect(stderr).toContain("has changed while it was read");
  expect(stderr).not.toContain("moved it to");
  if (code === 2) expect(readOr(story.out)).toBe(output);
});
