import { expect, test } from "vitest";
import {
  bulk,
  linker,
  put,
  targets,
  text as readText,
  useAccountAndFolder,
  usage,
} from "../support/bulk/command.ts";

useAccountAndFolder();

const LONGEST = 4_194_304;

test("a JSON line that is nested too deeply fails only its row, and nothing is sent for it", async () => {
  const server = await linker();
  const deep = `{"programId":"1","x":${"[".repeat(8000)}${"]".repeat(8000)}}`;
  put("in.jsonl", `${deep}\n{"programId":"2","x":${"[".repeat(99)}${"]".repeat(99)}}\n`);
  expect((await bulk("in.jsonl --out out.jsonl --silent")).code).toBe(3);
  expect(targets(server).length).toBe(1);
  const [first = "", second = ""] = readText("out.jsonl").split("\n");
  expect(JSON.parse(first)).toEqual({
    status: "failed",
    errorCode: "invalid_input",
    error: `line 1: Expected at most 100 levels of nesting, got more: ${deep}`,
  });
  expect(JSON.parse(second)).toMatchObject({ status: "created" });
});

test("a JSON line that is too long fails only its row, and is not read to its end", async () => {
  await linker();
  const long = (length: number) => `{"programId":"1","x":"${"a".repeat(length - 24)}"}\n`;
  put("in.jsonl", long(LONGEST) + long(LONGEST + 1) + long(5 * LONGEST) + '{"programId":"2"}\n');
  expect((await bulk("in.jsonl --out out.jsonl --silent")).code).toBe(3);
  const rows = readText("out.jsonl")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { status: string; error?: string });
  expect(rows.map(({ status }) => status)).toEqual(["created", "failed", "failed", "created"]);
  expect(rows[1]?.error).toBe(
    "line 2: Expected a line of at most 4194304 characters, got a longer one",
  );
});

test.each([
  ["plain text", "a"],
  ["escapes", '\\\\"'],
])("a JSON line of the greatest length is read: %s", async (_, unit) => {
  await linker();
  const text = unit.repeat(Math.floor((LONGEST - 30) / JSON.stringify(unit).length));
  put("in.jsonl", `{"programId":"1","x":${JSON.stringify(text)}}\n`);
  expect((await bulk("in.jsonl --out out.jsonl --silent")).code).toBe(0);
  expect((JSON.parse(readText("out.jsonl")) as { x: string }).x === text).toBe(true);
});

test.each([
  ["a cell", `programId,x\n1,${"a".repeat(2 * LONGEST)}\n`, 2],
  ["a header", `programId,${"h".repeat(2 * LONGEST)}\n1,x\n`, 1],
])("%s that is too long is refused in one line", async (_, content, line) => {
  put("in.csv", content);
  expect(await bulk("in.csv --out out.csv --sandbox --silent")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      `in.csv is not valid CSV: the row at line ${line} is longer than 4194304 characters; is there a quote that is never closed?\n`,
    ) as unknown,
  });
});

test("a quote that is never closed fails its row, and the rows after it are read", async () => {
  await linker();
  const rows = 2 * Math.ceil(LONGEST / 100);
  const two = `2,${"b".repeat(60)}\n3,${"b".repeat(60)}\n`;
  put("in.csv", `programId,x\n1,"a\n${two.repeat(rows / 2)}`);
  const { code, stderr } = await bulk("in.csv --dry-run");
  expect(code).toBe(2);
  expect(stderr).toContain(`in.csv: ${(rows + 1).toLocaleString("en-US")} rows`);
});

test.each([
  ["in.csv", `programId${",c".repeat(20_000)}\n1${",".repeat(20_000)}\n`],
  [
    "in.jsonl",
    Array.from({ length: 20_000 }, (_, key) => `{"programId":"1","k${key}":1}\n`).join(""),
  ],
])("more columns than a spreadsheet has are refused: %s", async (input, content) => {
  put(input, content);
  expect(await bulk(`${input} --out out.jsonl --silent`)).toEqual(
    usage("Expected at most 16384 columns, got more"),
  );
});

test("of a name that is very long no suggestion is looked for", async () => {
  await linker();
  put("in.csv", `programId,${"subId".repeat(200_000)}\n1,x\n`);
  const start = performance.now();
  const { code, stderr } = await bulk("in.csv --out out.csv");
  expect(code).toBe(0);
  expect(performance.now() - start).toBeLessThan(5000);
  expect(stderr.length).toBeLessThan(1000);
});

test("a long cell of separators and signs is written in no time", async () => {
  await linker();
  put("in.csv", `programId,note\n1,${"|=".repeat(200_000)}${"x".repeat(400_000)}\n`);
  const start = performance.now();
  expect((await bulk("in.csv --out out.csv --silent")).code).toBe(0);
  expect(performance.now() - start).toBeLessThan(5000);
});
