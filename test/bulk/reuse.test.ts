import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import {
  PATH,
  answer,
  answering,
  bulk,
  folder,
  linker,
  put,
  targets,
  text,
  usage,
  useAccountAndFolder,
} from "../support/bulk/command.ts";

useAccountAndFolder();

const page = (name: string): string => `https://shop.example/${name}`;
const sentFor = (name: string): string =>
  `${PATH}/1000/TrackingLinks?DeepLink=${encodeURIComponent(page(name))}`;
const feed = (...names: string[]): string =>
  `sku,link\n${names.map((name, index) => `${index},${page(name)}\n`).join("")}`;
const FLAGS = "--program 1000 --map deepLink=link --concurrency 1";

test("a row with the same parameters as in an earlier output gets its link without a call", async () => {
  const server = await linker();
  put("feed.csv", feed("a", "b"));
  await bulk(`feed.csv --out monday.csv ${FLAGS}`);
  put("feed.csv", feed("new", "b", "a", "a"));
  const line = `feed.csv --out tuesday.csv ${FLAGS} --reuse monday.csv`;
  expect((await bulk(`${line} --dry-run --silent`)).stdout).toBe(
    "rows: 4\ninvalid rows: 0\nrows whose link is reused: 3\ncalls needed: 1\nvanity links needed: 0\n" +
      "time at 1,000 calls an hour: less than an hour\n",
  );
  expect(await bulk(`${line} --silent`)).toMatchObject({ code: 0, stderr: "" });
  expect(targets(server)).toEqual([sentFor("a"), sentFor("b"), sentFor("new")]);
  expect(text("tuesday.csv")).toBe(
    "sku,link,trackingUrl,status,errorCode,error\n" +
      `0,${page("new")},https://example.sjv.io/3,created,,\n` +
      `1,${page("b")},https://example.sjv.io/2,reused,,\n` +
      `2,${page("a")},https://example.sjv.io/1,reused,,\n` +
      `3,${page("a")},https://example.sjv.io/1,reused,,\n`,
  );
  expect((await bulk(line)).stderr).toContain("already complete; nothing was sent");
  // The links go on from night to night.
  const next = await bulk(`feed.csv --out wednesday.csv ${FLAGS} --reuse tuesday.csv`);
  expect(next.stderr).toContain("4 rows: 4 reused");
  expect(targets(server)).toHaveLength(3);
});

test("several outputs are reused, of any format, order of columns and layout of their inputs", async () => {
  const server = await linker();
  put("one.jsonl", `{"programId":1000,"deepLink":"${page("a")}","subId1":"x"}\n`);
  put("two.csv", `Status;DeepLink;ProgramId\nlive;${page("b")};1000\n`);
  await bulk("one.jsonl --out links1.jsonl");
  await bulk("two.csv --out links2.csv");
  put("feed.csv", feed("b", "a"));
  const line = `feed.csv --out links3.csv ${FLAGS} --map subId1=code --reuse links1.jsonl --reuse links2.csv`;
  put("feed.csv", `code,link\n,${page("b")}\nx,${page("a")}\n`);
  expect((await bulk(line)).stderr).toContain("2 rows: 2 reused");
  expect(targets(server)).toHaveLength(2);
});

test("a link is reused only for its own program, ids and type", async () => {
  const server = await linker();
  put("feed.csv", feed("a", "b"));
  await bulk(`feed.csv --out first.csv ${FLAGS}`);
  for (const [index, flags] of [
    "--program 2000 --map deepLink=link",
    "--program 1000 --map deepLink=link --sub-id1 x",
    "--program 1000 --map deepLink=link --map customPath=sku",
  ].entries()) {
    const { stderr } = await bulk(`feed.csv --out other${index}.csv ${flags} --reuse first.csv`);
    expect(stderr).toContain("2 rows: 2 created");
  }
  expect(targets(server)).toHaveLength(8);
});

test("a link that somebody has written into the earlier output is reused", async () => {
  const server = await linker();
  put("feed.csv", feed("a", "b"));
  await bulk(`feed.csv --out first.csv ${FLAGS}`);
  put("first.csv", text("first.csv").replace("sjv.io/2", "sjv.io/mine"));
  await bulk(`feed.csv --out second.csv ${FLAGS} --reuse first.csv`);
  expect(text("second.csv")).toContain(`1,${page("b")},https://example.sjv.io/mine,reused,,\n`);
  expect(targets(server)).toHaveLength(2);
});

test("--reuse sends a failed row again, and does not send an unknown Vanity row", async () => {
  const server = await answering((response, count, target) => {
    if (target.includes("unknown")) response.socket?.destroy();
    else if (target.includes("failed") && count < 4) {
      answer(response, 403, { status: "FORBIDDEN", message: "no" });
    } else answer(response, 200, { TrackingURL: `https://example.sjv.io/${count}` });
  });
  put("in.csv", "customPath,sku\nunknown,a\nfailed,b\nmade,c\n");
  const flags = "--program 1000 --concurrency 1 --silent";
  expect((await bulk(`in.csv --out first.csv ${flags}`)).code).toBe(3);
  const [unknown] = targets(server);
  const line = `in.csv --out second.csv ${flags} --reuse first.csv`;
  expect((await bulk(line)).code).toBe(3);
  expect(text("second.csv").split("\n").slice(1, 4)).toEqual([
    expect.stringMatching(/^unknown,a,,unknown,connection,/) as string,
    expect.stringMatching(/^failed,b,https:.*,created,,$/) as string,
    expect.stringMatching(/^made,c,https:.*,reused,,$/) as string,
  ]);
  expect(targets(server).filter((each) => each === unknown)).toHaveLength(1);
  await bulk(`${line} --retry-unknown`);
  expect(targets(server).filter((each) => each === unknown)).toHaveLength(2);
});

test.each<[what: string, act: () => void, flags: string, changed: string]>([
  ["account", () => vi.stubEnv("IMPACT_ACCOUNT_SID", "IR2"), FLAGS, "the account"],
  ["server", () => vi.stubEnv("IMPACT_BASE_URL", "http://127.0.0.1:2"), FLAGS, "the server"],
  ["way to append ids", () => {}, `${FLAGS} --append-ids`, "--append-ids"],
])("an output of another %s is refused", async (_, act, flags, changed) => {
  const server = await linker();
  put("feed.csv", feed("a", "b"));
  await bulk(`feed.csv --out first.csv ${FLAGS}`);
  act();
  const refused = await bulk(`feed.csv --out second.csv ${flags} --silent --reuse first.csv`);
  expect(refused).toEqual(
    usage(`The links of first.csv cannot be reused: since then ${changed} changed`),
  );
  expect(targets(server)).toHaveLength(2);
});

test("an output without its journal is read by the flags that are given", async () => {
  const server = await linker();
  put("feed.csv", feed("a", "b"));
  await bulk(`feed.csv --out first.csv ${FLAGS}`);
  rmSync(join(folder, "first.csv.journal"));
  const { stderr } = await bulk(`feed.csv --out second.csv ${FLAGS} --reuse first.csv`);
  expect(stderr).toContain("2 rows: 2 reused");
  expect(stderr).toContain(
    "impact-links: first.csv has no journal: assuming that its links belong to this account, server and program\n",
  );
  expect(targets(server)).toHaveLength(2);
});

test("a link that shows other parameters than its row is not reused", async () => {
  const server = await answering((response, _, target) => {
    const { pathname, searchParams } = new URL(target, "http://x");
    const query = new URLSearchParams({ u: searchParams.get("DeepLink") ?? "" });
    if (searchParams.has("subId1")) query.set("subId1", searchParams.get("subId1") ?? "");
    const program = pathname.split("/")[4];
    answer(response, 200, { TrackingURL: `https://example.sjv.io/c/1/2/${program}?${query}` });
  });
  put("feed.csv", feed("a", "b"));
  await bulk(`feed.csv --out first.csv ${FLAGS}`);
  // Somebody corrects a page in the output, and in the feed.
  put("first.csv", text("first.csv").replace(page("b"), page("c")));
  put("feed.csv", feed("a", "c"));
  const again = await bulk(`feed.csv --out second.csv ${FLAGS} --reuse first.csv`);
  expect(again.stderr).toContain("2 rows: 1 created, 1 reused");
  expect(targets(server).at(-1)).toBe(sentFor("c"));
  // Without its journal, an output does not name its program.
  rmSync(join(folder, "first.csv.journal"));
  for (const [index, flags] of [
    "--program 2000 --map deepLink=link",
    "--program 1000 --map deepLink=link --sub-id1 web",
  ].entries()) {
    const other = await bulk(`feed.csv --out other${index}.csv ${flags} --reuse first.csv`);
    expect(other.stderr).toContain("2 rows: 2 created");
  }
});

test("an output of a run that was stopped gives the links that it has", async () => {
  const server = await linker();
  put("feed.csv", feed("a", "b"));
  await bulk(`feed.csv --out first.csv ${FLAGS}`);
  put("first.csv", text("first.csv").slice(0, -20));
  put("first.csv.journal", `${text("first.csv.journal")}{"finished":false}\n`);
  const { stderr } = await bulk(`feed.csv --out second.csv ${FLAGS} --reuse first.csv`);
  expect(stderr).toContain("2 rows: 1 created, 1 reused");
  expect(targets(server)).toEqual([sentFor("a"), sentFor("b"), sentFor("b")]);
});

test("a row is sent again if a value may have a quote against formulas", async () => {
  const server = await linker();
  put("in.csv", "subId1\n-x\n'-x\ny\n");
  await bulk("in.csv --out first.csv --program 1000");
  await bulk("in.csv --out second.csv --program 1000 --reuse first.csv --concurrency 1");
  const statuses = text("second.csv").match(/created|reused/g);
  expect(statuses).toEqual(["created", "created", "reused"]);
  expect(targets(server).slice(3)).toEqual([
    `${PATH}/1000/TrackingLinks?subId1=-x`,
    `${PATH}/1000/TrackingLinks?subId1=%27-x`,
  ]);
});

test.each([
  ["none.csv", "Cannot read none.csv: ENOENT: no such file or directory, open 'none.csv'"],
  ["feed.csv", "--reuse takes an output of bulk; feed.csv is not one"],
  ["out.csv", "--reuse is the file to write; a resumed run reuses its links anyway"],
  ["link.csv", "--reuse is the file to write; a resumed run reuses its links anyway"],
])("--reuse %s is refused", async (file, message) => {
  await linker();
  put("feed.csv", feed("a", "b"));
  put("out.csv", "");
  const { symlinkSync } = await import("node:fs");
  symlinkSync(join(folder, "out.csv"), join(folder, "link.csv"));
  expect(await bulk(`feed.csv --out out.csv ${FLAGS} --silent --reuse ${file}`)).toEqual(
    usage(message),
  );
});

test("an earlier output may be moved with its journal", async () => {
  const server = await linker();
  put("feed.csv", feed("a", "b"));
  await bulk(`feed.csv --out first.csv ${FLAGS}`);
  for (const name of ["first.csv", "first.csv.journal"]) {
    renameSync(join(folder, name), join(folder, name.replace("first", "old")));
  }
  expect((await bulk(`feed.csv --out second.csv ${FLAGS} --reuse old.csv`)).stderr).toContain(
    "2 rows: 2 reused",
  );
  expect(targets(server)).toHaveLength(2);
});

test("an output whose journal cannot be read is refused", async () => {
  await linker();
  put("feed.csv", feed("a", "b"));
  await bulk(`feed.csv --out first.csv ${FLAGS}`);
  rmSync(join(folder, "first.csv.journal"));
  mkdirSync(join(folder, "first.csv.journal"));
  const { code, stderr } = await bulk(`feed.csv --out second.csv ${FLAGS} --reuse first.csv`);
  expect(code).not.toBe(0);
  expect(stderr).toContain("EISDIR");
});

test("the results of JSON lines are found whatever columns come late", async () => {
  const server = await linker();
  const line = (name: string, more: object = {}): string =>
    `${JSON.stringify({ deepLink: page(name), ...more })}\n`;
  put("in.jsonl", line("a") + line("b", { status: "active", linkStatus: "x", Error: 1 }));
  expect((await bulk("in.jsonl --out no.jsonl --program 1000")).code).toBe(2);
  put("in.jsonl", line("a") + line("b", { status: "active" }));
  await bulk("in.jsonl --out first.jsonl --program 1000");
  const { stderr } = await bulk("in.jsonl --out second.jsonl --program 1000 --reuse first.jsonl");
  expect(stderr).toContain("2 rows: 2 reused");
  expect(targets(server)).toHaveLength(2);
});

test("a link is not reused for a row whose cells were edited to other ids or an address that is not one", async () => {
  const server = await answering((response, _, target) => {
    const { searchParams } = new URL(target, "http://x");
    answer(response, 200, {
      TrackingURL: `https://example.sjv.io/${searchParams.get("CustomPath")}`,
    });
  });
  put("in.csv", "customPath,subId1\np,a\nq,b\n");
  await bulk("in.csv --out first.csv --program 1000 --append-ids");
  put(
    "first.csv",
    text("first.csv").replace("p,a,", "p,c,").replace("q,b,", "q,https://192.168.1.300/x,"),
  );
  put("in.csv", "customPath,subId1\np,c\nq,https://192.168.1.300/x\n");
  const { stderr } = await bulk(
    "in.csv --out second.csv --program 1000 --append-ids --reuse first.csv",
  );
  expect(stderr).toContain("2 rows: 2 created");
  expect(targets(server)).toHaveLength(4);
});

test("an invalid server is named, before an output is reused and in a dry run", async () => {
  await linker();
  put("feed.csv", feed("a"));
  await bulk(`feed.csv --out monday.csv ${FLAGS}`);
  vi.stubEnv("IMPACT_BASE_URL", "nowhere");
  const line = `feed.csv --out tuesday.csv ${FLAGS} --reuse monday.csv`;
  const { code, stderr } = await bulk(line);
  expect(code).toBe(2);
  expect(stderr).toContain("Expected `IMPACT_BASE_URL` to be an https URL");
  expect(await bulk(`${line} --silent --dry-run`)).toEqual(
    usage("The links of monday.csv cannot be reused: since then the server changed"),
  );
});
