import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  folder,
  PATH,
  bulk,
  put,
  text,
  targets,
  linker,
  answering,
  answer,
  usage,
  useAccountAndFolder,
} from "../support/bulk/command.ts";

useAccountAndFolder();

test("JSON lines are read as numbers, null, texts, and written as they were", async () => {
  const server = await linker();
  put(
    "in.jsonl",
    '{"programId":1000,"subId1":null,"stores":["a",{"b":1}]}\r\n\n' +
      '{"sku":"00123","ProgramId":"2","ok":true}\n',
  );
  expect(await bulk("in.jsonl --out out.jsonl")).toEqual(
    usage('Columns "programId" and "ProgramId" are the same parameter'),
  );
  put("in.jsonl", text("in.jsonl").replace("ProgramId", "programId"));
  expect(await bulk("in.jsonl --out out.jsonl --concurrency 1")).toEqual({
    code: 0,
    stdout: "",
    stderr:
      "impact-links: in.jsonl: 2 rows; parameters: programId, subId1; passed through: stores, sku, ok\n" +
      "impact-links: 2 rows: 2 created\n",
  });
  expect(targets(server)).toEqual([`${PATH}/1000/TrackingLinks`, `${PATH}/2/TrackingLinks`]);
  expect(text("out.jsonl")).toBe(
    '{"programId":1000,"subId1":null,"stores":["a",{"b":1}],"trackingUrl":"https://example.sjv.io/1","status":"created"}\n' +
      '{"programId":"2","sku":"00123","ok":true,"trackingUrl":"https://example.sjv.io/2","status":"created"}\n',
  );
});

test("invalid JSON lines fail only their rows", async () => {
  const server = await linker();
  put(
    "in.jsonl",
    '{"programId":1\n[1]\nnull\n{"programId":{"a":1}}\n{"programId":1.5}\n{"programId":true}\n' +
      '{"__proto__":{"programId":"9"}}\n{"programId":3,"subId1":["x"]}\n{"programId":4,"subId1":7}\n',
  );
  expect((await bulk("in.jsonl --out out.jsonl --silent")).code).toBe(3);
  expect(targets(server)).toEqual([`${PATH}/4/TrackingLinks?subId1=7`]);
  const failed = (error: string) => ({ status: "failed", errorCode: "invalid_input", error });
  const written = text("out.jsonl")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { status: string; errorCode?: string; error?: string });
  expect(written.map(({ status, errorCode, error }) => ({ status, errorCode, error }))).toEqual([
    failed('line 1: Expected a JSON object, got text that is not JSON: {"programId":1'),
    failed("line 2: Expected a JSON object, got an array: [1]"),
    failed("line 3: Expected a JSON object, got null: null"),
    failed("Expected `programId` to be a string that is not empty, got a value of type object"),
    failed("Expected `programId` to be a string that is not empty, got the number 1.5"),
    failed("Expected `programId` to be a string that is not empty, got the boolean true"),
    failed("Expected `programId`, got none"),
    failed("Expected `subId1` to be a string that is not empty, got an array"),
    { status: "created", errorCode: undefined, error: undefined },
  ]);
});

test("JSON lines do not change numbers that JavaScript cannot hold", async () => {
  await linker();
  put("in.jsonl", '{"programId":1,"id":12345678901234567890}\n{"programId":2}\n');
  await bulk("in.jsonl --out out.jsonl --silent");
  expect(text("out.jsonl")).not.toContain("12345678901234567000");
});

test("JSON lines are refused before anything is sent or written if none can be read", async () => {
  const server = await linker();
  put("in.jsonl", '{"programId":"1000","sku":12345678901234567890}\n');
  for (const flags of ["--out out.jsonl", "--out out.jsonl --program 1", "--dry-run"]) {
    expect(await bulk(`in.jsonl ${flags}`)).toEqual(
      usage(
        'in.jsonl has no usable line; line 1: Expected a number this long as a string, "12345678901234567890", got 12345678901234567890',
      ),
    );
  }
  expect(targets(server)).toEqual([]);
  expect(readdirSync(folder)).toEqual(["in.jsonl"]);
});

test("JSON lines become CSV, with a column for each key of any line", async () => {
  await linker();
  put(
    "in.jsonl",
    '{"programId":1,"o":{"a":"x,y"},"n":null}\n{"programId":2,"b":false,"=h":"=1"}\n',
  );
  await bulk("in.jsonl --out out.csv --silent --concurrency 1");
  expect(text("out.csv")).toBe(
    "programId,o,n,b,'=h,trackingUrl,status,errorCode,error\n" +
      '1,"{""a"":""x,y""}",,,,https://example.sjv.io/1,created,,\n' +
      "2,,,false,'=1,https://example.sjv.io/2,created,,\n",
  );
});

test("JSON lines are written from CSV only if all columns have different names", async () => {
  const server = await linker();
  put("in.csv", "programId;sku\r\n1;00123\r\n");
  await bulk("in.csv --out out.jsonl --silent");
  expect(text("out.jsonl")).toBe(
    '{"programId":"1","sku":"00123","trackingUrl":"https://example.sjv.io/1","status":"created"}\n',
  );
  put("in.csv", "programId;a;a\r\n1;2;3\r\n");
  expect(await bulk("in.csv --out other.jsonl --silent")).toEqual(
    usage('Two columns are called "a"; JSON allows only one'),
  );
  expect(targets(server)).toHaveLength(1);
  expect(readdirSync(folder).sort()).toEqual(["in.csv", "out.jsonl", "out.jsonl.journal"]);
});

const tables: [input: string, out: string, content: string, written: string[]][] = [
  [
    "in.csv",
    "out.csv",
    'programId,name\n1,"=x",a,"=b\n,""c"\n\n19" wide,b\n3,x\n',
    [
      "programId,name,trackingUrl,status,errorCode,error",
      String.raw`1,'=x,,failed,invalid_input,"line 2: Expected at most 2 cells as in the header, got 4: [""1"",""=x"",""a"",""=b\n,\""c""]"`,
      '"19"" wide",b,,failed,invalid_input,"line 5: has a quote in the middle of a cell; quote the whole cell and double the quotes in it: ""19"""" wide"""',
    ],
  ],
  [
    "in.csv",
    "out.jsonl",
    "programId,name\n1,x,y\n2,x,,z\n3,x\n",
    [
      String.raw`{"programId":"1","name":"x","status":"failed","errorCode":"invalid_input","error":"line 2: Expected at most 2 cells as in the header, got 3: [\"1\",\"x\",\"y\"]"}`,
      String.raw`{"programId":"2","name":"x","status":"failed","errorCode":"invalid_input","error":"line 3: Expected at most 2 cells as in the header, got 4: [\"2\",\"x\",\"\",\"z\"]"}`,
    ],
  ],
  [
    "in.jsonl",
    "out.jsonl",
    '=1\n\n{"programId":1,"id":12345678901234567890}\n{"programId":3}\n',
    [
      '{"status":"failed","errorCode":"invalid_input","error":"line 1: Expected a JSON object, got text that is not JSON: =1"}',
      String.raw`{"status":"failed","errorCode":"invalid_input","error":"line 3: Expected a number this long as a string, \"12345678901234567890\", got 12345678901234567890: {\"programId\":1,\"id\":12345678901234567890}"}`,
    ],
  ],
  [
    "in.jsonl",
    "out.csv",
    '"=1"\r\n["a,b"]\n{"programId":3}\n',
    [
      "programId,trackingUrl,status,errorCode,error",
      ',,failed,invalid_input,"line 1: Expected a JSON object, got a string: ""=1"""',
      ',,failed,invalid_input,"line 2: Expected a JSON object, got an array: [""a,b""]"',
    ],
  ],
];

test.each(tables)(
  "a row that cannot be read is written with its line and all that it holds: %s to %s",
  async (input, out, content, written) => {
    put(input, content);
    expect((await bulk(`${input} --out ${out} --sandbox`)).code).toBe(3);
    expect(text(out).split("\n").slice(0, -2)).toEqual(written);
  },
);

test.each(tables)(
  "a row that cannot be read is known again in a complete output: %s to %s",
  async (input, out, content) => {
    put(input, content);
    const line = `${input} --out ${out} --sandbox`;
    expect((await bulk(line)).code).toBe(3);
    const first = text(out);
    expect(await bulk(line)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("already complete; nothing was sent\n") as string,
    });
    expect(text(out)).toBe(first);
    expect((await bulk(`${line} --retry-failed`)).code).toBe(3);
    expect(text(out)).toBe(first);
  },
);

test.each(tables)(
  "a row that cannot be read is the same after a stop: %s to %s",
  async (input, out, content) => {
    put(input, content);
    const line = `${input} --out ${out} --silent`;
    let isRefused = true;
    await answering((response) => {
      if (isRefused) answer(response, 401, { Message: "No." });
      else answer(response, 200, { TrackingURL: "https://example.sjv.io/1" });
    });
    expect((await bulk(line)).code).toBe(1);
    isRefused = false;
    expect((await bulk(line)).code).toBe(3);
    const resumed = text(out);
    for (const name of [out, `${out}.journal`]) rmSync(join(folder, name));
    expect((await bulk(line)).code).toBe(3);
    expect(resumed).toBe(text(out));
  },
);
