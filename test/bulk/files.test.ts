import { linkSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { TYPES } from "../support/known.ts";
import { root, runProgram } from "../support/workspace.ts";
import {
  folder,
  TOKEN,
  PATH,
  SANDBOX,
  bulk,
  put,
  text,
  targets,
  linker,
  answering,
  answer,
  useAccountAndFolder,
} from "../support/bulk/command.ts";

useAccountAndFolder();

test("the file name - is stdin and stdout", async () => {
  const server = await linker();
  expect(await bulk("- --out -", "programId\n1\n")).toMatchObject({
    code: 0,
    stdout: "programId,trackingUrl,status,errorCode,error\n1,https://example.sjv.io/1,created,,\n",
    stderr: expect.stringMatching(/^impact-links: stdin: 1 rows?; /) as string,
  });
  expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks`]);
});

test("a pipe with a name, or from the shell, can be read", async () => {
  const cli = `node ${join(root, "dist/cli.js")} bulk`;
  const script =
    `${cli} <(printf 'programId\\n1\\n') --out - --sandbox --silent && cd ${folder} && ` +
    `mkfifo pipe && (printf 'programId;a\\n1;2\\n' > pipe &) && ${cli} pipe --out - --sandbox --silent`;
  const { code, stdout, stderr } = await runProgram("bash", ["-c", script]);
  expect({ code, stderr, stdout: stdout.replace(/https:[^,;]*/g, "U") }).toEqual({
    code: 0,
    stderr: SANDBOX.repeat(2),
    stdout:
      "programId,trackingUrl,status,errorCode,error\n1,U,created,,\n" +
      "programId;a;trackingUrl;status;errorCode;error\n1;2;U;created;;\n",
  });
});

test.each([
  ["in.csv --out out.txt", "Expected --out to end in .csv, .tsv, .jsonl or .ndjson, or to be -"],
  ["in.csv --out out", "Expected --out to end in .csv, .tsv, .jsonl or .ndjson, or to be -"],
  ["in.csv --out in.csv", "--out would overwrite the input file; choose another name"],
  ["in.csv --out link.csv", "--out would overwrite the input file; choose another name"],
  ["link.csv --out in.csv", "--out would overwrite the input file; choose another name"],
  ["in.csv", "Expected --out <file>, or --out -"],
  ["--out out.csv", "Expected a file to read, or - for stdin"],
  ["in.csv other.csv --out out.csv", "Unexpected argument: every value needs a flag"],
  ["in.csv --out out.csv --concurrency 0", "--concurrency takes a whole number from 1 to 1000"],
  ["in.csv --out out.csv --concurrency 1001", "--concurrency takes a whole number from 1 to 1000"],
  ["in.csv --out out.csv --concurrency 1.5", "--concurrency takes a whole number from 1 to 1000"],
  ["in.csv --out out.csv --concurrency=", "--concurrency takes a whole number from 1 to 1000"],
  [
    "in.csv --out out.csv --quota-reserve=-1",
    `--quota-reserve takes a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
  ],
  [
    "in.csv --out out.csv --concurency 2",
    "Unknown option --concurency; did you mean --concurrency?",
  ],
  ["in.csv --out out.csv --json", "Unknown option --json"],
  ["in.csv --out a.csv --out b.csv", "--out is given twice"],
  ["in.csv --out out.csv --auth-token x", "Unknown option --auth-token"],
  ["in.csv --out out.csv --program=", "--program"],
  ["none.csv --out out.csv", "Cannot read none.csv: ENOENT: no such file or directory"],
  ["folder.csv --out out.csv", "Cannot read folder.csv: it is a folder"],
  ["in.csv --out none/out.csv", "Cannot write none/out.csv"],
  ["in.csv --out folder.csv", "folder.csv"],
])("bulk refuses %j before anything is sent or written", async (line, message) => {
  const server = await linker();
  put("in.csv", "programId\n1\n");
  mkdirSync(join(folder, "folder.csv"));
  symlinkSync(join(folder, "in.csv"), join(folder, "link.csv"));

  const { code, stdout, stderr } = await bulk(line);
  const [said = ""] = stderr.split("\n").filter((each) => !/ rows?; /.test(each));
  const [, , ...rest] = stderr.split("\n").slice(-3);
  expect({ code, stdout, rest }).toEqual({ code: 2, stdout: "", rest: [""] });
  expect(said.startsWith("impact-links: ")).toBe(true);
  expect(said).toContain(message);
  expect(stderr.endsWith("\nSee impact-links bulk --help.\n")).toBe(true);
  expect(targets(server)).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(["folder.csv", "in.csv", "link.csv"]);
  expect(text("in.csv")).toBe("programId\n1\n");
});

test("bulk refuses to write over the input under another name of the same file", async () => {
  put("in.csv", "programId\n1\n");
  linkSync(join(folder, "in.csv"), join(folder, "hard.csv"));
  expect((await bulk("in.csv --out hard.csv --sandbox")).code).toBe(2);
  expect(text("in.csv")).toBe("programId\n1\n");
});

test("bulk refuses to write over a file that is something else", async () => {
  put("in.csv", "programId\n1\n");
  put("out.csv", "my,notes\n1,2\n");
  const { code, stderr } = await bulk("in.csv --out out.csv --sandbox");
  expect({ code, said: stderr.split("\n").at(-3) }).toEqual({
    code: 2,
    said: "impact-links: out.csv exists, and is not the output of in.csv; move it away",
  });
  expect(text("out.csv")).toBe("my,notes\n1,2\n");
  expect(readdirSync(folder).sort()).toEqual(["in.csv", "out.csv"]);
});

test.each([
  ["an unclosed quote in its header", 'programId,"name\n1,a\n2,b\n3,c\n'],
  ["windows-1252", Buffer.from("programId,name\n1,a\n2,\u00fc\n", "latin1")],
])("bulk refuses an input with %s before anything is sent or written", async (_, content) => {
  const server = await linker();
  put("in.csv", content);
  const { code, stdout } = await bulk("in.csv --out out.csv");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(targets(server)).toEqual([]);
  expect(readdirSync(folder)).toEqual(["in.csv"]);
});

test.each(["journal", "lock"])("bulk refuses to read the %s of its output", async (extension) => {
  put(`out.csv.${extension}`, "programId\n1\n");
  const input = join(folder, `out.csv.${extension}`);
  expect((await bulk(`${input} --out out.csv`)).stderr).toContain(
    "--out would overwrite the input file; choose another name",
  );
  expect(text(`out.csv.${extension}`)).toBe("programId\n1\n");
});

test("a run without credentials leaves nothing behind, and works once they are there", async () => {
  vi.stubEnv("IMPACT_ACCOUNT_SID", "");
  vi.stubEnv("IMPACT_AUTH_TOKEN", "");
  vi.stubEnv("IMPACT_BASE_URL", "");
  put("in.csv", "programId\n1\n");
  const { code, stderr } = await bulk("in.csv --out out.csv");
  expect({ code, said: stderr.split("\n")[1] }).toEqual({
    code: 2,
    said: "impact-links: Expected `accountSid` to be given, or IMPACT_ACCOUNT_SID to be set, got neither",
  });
  expect(readdirSync(folder)).toEqual(["in.csv"]);

  vi.stubEnv("IMPACT_ACCOUNT_SID", "IR1");
  vi.stubEnv("IMPACT_AUTH_TOKEN", TOKEN);
  await linker();
  expect((await bulk("in.csv --out out.csv --silent")).code).toBe(0);
});

test("bulk reports an input that is changed during the run", async () => {
  await answering((response, count) => {
    if (count === 1) put("in.csv", "programId,name\n1,2\n");
    answer(response, 200, { TrackingURL: `https://example.sjv.io/${count}` });
  });
  const rows = Array.from({ length: 300 }, (_, index) => `${index},${"x".repeat(2000)}\n`);
  put("in.csv", `programId,name\n${rows.join("")}`);
  const { code, stderr } = await bulk("in.csv --out out.csv");
  expect({ code, said: stderr.split("\n").at(-3) }).toEqual({
    code: 2,
    said: "impact-links: in.csv has changed while it was read",
  });
});

test("--dry-run prints rows, invalid lines, calls, vanity links and time, and sends nothing", async () => {
  const server = await linker();
  put(
    "in.csv",
    "programId,type,customPath,subId1\n1,,,a\n1,,,b\n1,,,a\n\n1,vanity,Sale,\n1,regular,x,\n1,Vanity\n2,bad,,\n",
  );
  expect(await bulk("in.csv --dry-run")).toEqual({
    code: 2,
    stdout:
      'line 7: Expected `customPath` only with type "Vanity", got type "Regular"\n' +
      `line 9: Expected \`type\` to be ${TYPES}, got "bad"\n` +
      "rows: 7\ninvalid rows: 2\ncalls needed: 4\nvanity links needed: 2\n" +
      "time at 1,000 calls an hour: less than an hour\n",
    stderr: "impact-links: in.csv: 7 rows; parameters: programId, type, customPath, subId1\n",
  });
  expect((await bulk("in.csv --dry-run --append-ids")).stdout).toContain("\ncalls needed: 3\n");
  expect(targets(server)).toEqual([]);
  expect(readdirSync(folder)).toEqual(["in.csv"]);
});

test("--dry-run shows no control character of a file", async () => {
  put("in.csv", 'programId,subId1,deepLink\n1,a,"x\u001b[31m\u009b31m\u202ey"\n');
  const { code, stdout } = await bulk("in.csv --dry-run");
  expect(code).toBe(2);
  expect(stdout).toMatch(/^line 2: Expected `deepLink` to be /);
  expect(stdout).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
});

test("--dry-run needs neither credentials nor --out, and exits with 0 if all rows are right", async () => {
  vi.unstubAllEnvs();
  for (const name of ["ACCOUNT_SID", "AUTH_TOKEN", "BASE_URL"]) vi.stubEnv(`IMPACT_${name}`, "");
  expect(await bulk("- --dry-run --silent", "programId\n1\n")).toEqual({
    code: 0,
    stdout:
      "rows: 1\ninvalid rows: 0\ncalls needed: 1\nvanity links needed: 0\n" +
      "time at 1,000 calls an hour: less than an hour\n",
    stderr: "",
  });
});

test.each([
  [1000, "", "time at 1,000 calls an hour: less than an hour"],
  [1001, "", "time at 1,000 calls an hour: 1 h"],
  [10_000, "", "time at 1,000 calls an hour: 9 h"],
  [1000, "--quota-reserve 500", "time at 1,000 calls an hour, 500 of them reserved: 1 h"],
  [1, "--quota-reserve 1000", "time at 1,000 calls an hour, 1,000 of them reserved: never done"],
])("--dry-run says how long %i calls take %s", async (calls, flags, line) => {
  put("in.csv", `programId\n${Array.from({ length: calls }, (_, id) => id).join("\n")}\n`);
  expect((await bulk(`in.csv --dry-run ${flags}`)).stdout.split("\n").at(-2)).toBe(line);
});

test("--dry-run refuses what a run would refuse", async () => {
  put("in.csv", "programId,deeplink\n1,x\n");
  expect((await bulk("in.csv --dry-run")).code).toBe(2);
  put("in.csv", "programId\n1\n");
  expect((await bulk("in.csv --dry-run --out out.txt")).code).toBe(2);
});
