import { execFileSync } from "node:child_process";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { endAll, newFolder, startBulk, runBulk, type Ended } from "../support/bulk/process.ts";
import { serveLinks } from "../support/bulk/server.ts";
import { requestOf, writeInput, regular, vanity, wide } from "../support/bulk/rows.ts";
import { audit, readOr } from "../support/bulk/audit.ts";
import { setUp, mountTiny, statusesOf, type Story } from "../support/bulk/story.ts";

afterAll(endAll);

/** Every link that was given in an answer stands somewhere, save of those that were under way. */
function linksNowhere({ server, journal }: Story, { stderr }: Ended): string[] {
  const text = readOr(journal) + stderr;
  return server.arrivals
    .flatMap(({ url }) => url ?? [])
    .filter((url) => !new RegExp(`${url}\\b`).test(text));
}

test.concurrent.each([
  { what: "the journal", rows: [...regular(60), ...vanity(20)] },
  { what: "the output", rows: wide([...regular(60), ...vanity(20)]) },
])("a full disk for $what stops the run, which resumes afterwards", async ({ rows }) => {
  const story = await setUp(rows, { delay: () => 15 });
  const { args, server, audited, out } = story;
  // Units of 1024 bytes. Node ignores SIGXFSZ, so that a write fails as on a full disk.
  const ended = await runBulk(args, { ...server, shell: 'ulimit -f 4; exec "$@"' });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("impact-links: EFBIG: file too large, write\n");
  expect(ended.stderr).toContain("rows done; run the same command again to resume\n");
  await server.idle();
  expect(linksNowhere(story, ended).length).toBeLessThanOrEqual(8);
  audited.stopped();
  expect(audited.complete(await runBulk(args, server))).toEqual([]);
  const sent = new Set(server.arrivals.map(({ key }) => key));
  const unknown = rows.filter((_, index) => statusesOf(out)[index] === "unknown");
  expect(unknown.filter((row) => !sent.has(requestOf(row).key))).toEqual([]);
});

test.concurrent(
  "links that a full disk did not record are shown, and their rows are sent again",
  async () => {
    const rows = regular(8);
    const story = await setUp(rows, { delay: () => 30 });
    const { args, server, audited, journal } = story;
    const head = startBulk(args, server);
    await server.arrived(8);
    head.child.kill("SIGKILL");
    await head.ended;
    // What is there leaves room for the marks of the next run, and for no link.
    const marks = readOr(journal).match(/^\{"(sent|finished)".*\n/gm) ?? [];
    expect(marks.length).toBe(9);
    const room = 2048 - statSync(journal).size - marks.join("").length;
    const [opening, closing] = ['{"finished":false,"filler":"', '"}\n'];
    const filler = "x".repeat(room - opening.length - closing.length);
    writeFileSync(journal, `${opening}${filler}${closing}`, { flag: "a" });
    await server.idle();
    const before = server.arrivals.length;
    const ended = await runBulk(args, { ...server, shell: 'ulimit -f 2; exec "$@"' });
    expect(ended.code).toBe(1);
    const [first] = server.arrivals.slice(before);
    expect(ended.stderr).toContain(`impact-links: created but not recorded, line `);
    expect(ended.stderr).toContain(String(first?.url));
    audited.stopped();
    expect(audited.complete(await runBulk(args, server))).toEqual([]);
  },
);

test.concurrent(
  "a disk that is full from the start is reported in one line, and nothing is sent",
  async () => {
    const { args, server, journal } = await setUp(regular(3));
    const { code, stderr } = await runBulk(args, { ...server, shell: 'ulimit -f 0; exec "$@"' });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^impact-links: .*EFBIG.*\n$/) as unknown,
    });
    expect(server.arrivals).toEqual([]);
    expect(readOr(journal)).toBe("");
  },
);

test.concurrent("a disk that fills up and has room again loses no row", async ({ skip }) => {
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
