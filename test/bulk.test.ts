import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { run } from "../src/cli/main.ts";
import { serve, type RecordingServer } from "./support/server.ts";
import { emptyFolder, root, runProgram } from "./support/workspace.ts";
import { TYPES } from "./support/known.ts";

const TOKEN = "s3cret-t0ken-of-mine";
const BASIC = Buffer.from(`IR1:${TOKEN}`).toString("base64");
const PATH = "/Mediapartners/IR1/Programs";
const SANDBOX = "impact-links: sandbox, nothing is sent and every link is fake\n";

let folder = "";

beforeEach(() => {
  vi.stubEnv("IMPACT_ACCOUNT_SID", "IR1");
  vi.stubEnv("IMPACT_AUTH_TOKEN", TOKEN);
  vi.stubEnv("IMPACT_BASE_URL", "http://127.0.0.1:1");
  folder = emptyFolder();
});
afterEach(() => {
  vi.unstubAllEnvs();
});

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Names with an extension are files of the test's folder. */
async function bulk(line: string, stdin?: string | Uint8Array): Promise<Ran> {
  const args = line
    .split(" ")
    .filter(Boolean)
    .map((word) => (/^[a-z][\w/]*\.\w+$/.test(word) ? join(folder, word) : word));
  let stdout = "";
  let stderr = "";
  const code = await run(["bulk", ...args], {
    stdin: (async function* () {
      if (stdin !== undefined) yield Buffer.from(stdin);
    })(),
    stdout: { write: (text, done) => done(void (stdout += text)) },
    stderr: { write: (text, done) => done(void (stderr += text)) },
    env: process.env,
    signal: new AbortController().signal,
  });
  for (const name of readdirSync(folder, { withFileTypes: true })) {
    if (!name.isFile()) continue;
    const text = readFileSync(join(folder, name.name), "utf8");
    for (const secret of [TOKEN, BASIC]) expect(text).not.toContain(secret);
  }
  for (const secret of [TOKEN, BASIC]) expect(stdout + stderr).not.toContain(secret);
  return { code, stdout, stderr: stderr.replaceAll(`${folder}/`, "") };
}

const put = (name: string, content: string | Uint8Array): void =>
  writeFileSync(join(folder, name), content);
const text = (name: string): string => readFileSync(join(folder, name), "utf8");
const targets = ({ requests }: RecordingServer): string[] => requests.map(({ target }) => target);

/** A server that makes links, the n-th of them with the path n. */
async function linker(): Promise<RecordingServer> {
  const server = await serve((_, response, count) => {
    answer(response, 200, { TrackingURL: `https://example.sjv.io/${count}` });
  });
  vi.stubEnv("IMPACT_BASE_URL", server.baseUrl);
  return server;
}

async function answering(
  act: (response: ServerResponse, count: number, target: string) => void,
): Promise<RecordingServer> {
  const server = await serve((request, response, count) => act(response, count, request.url ?? ""));
  vi.stubEnv("IMPACT_BASE_URL", server.baseUrl);
  return server;
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

const usage = (message: string): Ran => ({
  code: 2,
  stdout: "",
  stderr: `impact-links: ${message}\nSee impact-links bulk --help.\n`,
});

describe("a run", () => {
  test("sends each row, writes it in order with its link, and leaves a line behind that says what it was", async () => {
    const server = await linker();
    put(
      "in.csv",
      "programId,sku,DeepLink,subId1,type,customPath\n" +
        '1000,00123, https://shop.example/?a=1 ,"a ""b""",,\n' +
        "2000,x,,, vanity ,Sale\n",
    );

    expect(await bulk("in.csv --out out.csv --concurrency 1")).toEqual({
      code: 0,
      stdout: "",
      stderr:
        "impact-links: in.csv: 2 rows; parameters: programId, DeepLink, subId1, type, customPath; passed through: sku\n" +
        "impact-links: 2 rows: 2 created\n",
    });
    expect(targets(server)).toEqual([
      `${PATH}/1000/TrackingLinks?DeepLink=https%3A%2F%2Fshop.example%2F%3Fa%3D1&subId1=a%20%22b%22`,
      `${PATH}/2000/TrackingLinks?Type=Vanity&CustomPath=Sale`,
    ]);
    expect(text("out.csv")).toBe(
      "programId,sku,DeepLink,subId1,type,customPath,trackingUrl,status,errorCode,error\n" +
        '1000,00123, https://shop.example/?a=1 ,"a ""b""",,,https://example.sjv.io/1,created,,\n' +
        "2000,x,,, vanity ,Sale,https://example.sjv.io/2,created,,\n",
    );
    expect(readdirSync(folder).sort()).toEqual(["in.csv", "out.csv", "out.csv.journal"]);
    expect(JSON.parse(text("out.csv.journal"))).toEqual({
      finished: {
        journal: 1,
        "the input": createHash("sha256").update(text("in.csv")).digest("hex"),
        "the account": expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        "the server": "127.0.0.1",
        "--program": null,
        "--append-ids": false,
        "--pass-through": false,
        "--sandbox": false,
      },
    });
  });

  test("asks once for rows that ask for the same", async () => {
    const server = await linker();
    put("in.csv", "programId,sku\n1,a\n1,b\n 1 ,c\n");
    expect((await bulk("in.csv --out out.csv --silent")).code).toBe(0);
    expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks`]);
    expect(text("out.csv")).toBe(
      "programId,sku,trackingUrl,status,errorCode,error\n" +
        "1,a,https://example.sjv.io/1,created,,\n" +
        "1,b,https://example.sjv.io/1,reused,,\n" +
        " 1 ,c,https://example.sjv.io/1,reused,,\n",
    );
  });

  test("with --append-ids asks once for rows that differ in ids alone", async () => {
    const server = await linker();
    put("in.csv", "programId,subId1,sharedId\n1,a,\n1,b,x&y\n1,,\n");
    expect((await bulk("in.csv --out out.csv --append-ids --silent")).code).toBe(0);
    expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks`]);
    expect(text("out.csv")).toBe(
      "programId,subId1,sharedId,trackingUrl,status,errorCode,error\n" +
        "1,a,,https://example.sjv.io/1?subId1=a,created,,\n" +
        "1,b,x&y,https://example.sjv.io/1?subId1=b&sharedid=x%26y,reused,,\n" +
        "1,,,https://example.sjv.io/1,reused,,\n",
    );
  });

  test("with --silent says nothing", async () => {
    await linker();
    put("in.csv", "programId\n1\n");
    expect(await bulk("in.csv --out out.csv --silent")).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(await bulk("in.csv --out out.csv --silent")).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  test("with --sandbox needs no credentials, sends nothing, and always says so", async () => {
    vi.unstubAllEnvs();
    vi.stubEnv("IMPACT_ACCOUNT_SID", "");
    put("in.csv", "programId,type,customPath\n1,Vanity,x\n");
    expect(await bulk("in.csv --out - --sandbox --silent")).toEqual({
      code: 0,
      stdout:
        "programId,type,customPath,trackingUrl,status,errorCode,error\n" +
        "1,Vanity,x,https://example.sjv.io/x,created,,\n",
      stderr: SANDBOX,
    });
    expect((await bulk("in.csv --dry-run --sandbox --silent")).stderr).toBe(SANDBOX);
  });

  test("of one row says row", async () => {
    put("in.csv", "programId\n1\n");
    expect((await bulk("in.csv --out - --sandbox")).stderr).toBe(
      `${SANDBOX}impact-links: in.csv: 1 row; parameters: programId\nimpact-links: 1 row: 1 created\n`,
    );
  });

  test("of a header alone writes a header", async () => {
    const server = await linker();
    put("in.csv", "programId\n");
    expect(await bulk("in.csv --out out.csv")).toEqual({
      code: 0,
      stdout: "",
      stderr:
        "impact-links: in.csv: 0 rows; parameters: programId\nimpact-links: 0 rows: nothing to do\n",
    });
    expect(text("out.csv")).toBe("programId,trackingUrl,status,errorCode,error\n");
    expect(targets(server)).toEqual([]);
  });
});

describe("columns", () => {
  const run1 = (header: string, row: string, flags = "") => {
    put("in.csv", `${header}\n${row}\n`);
    return bulk(`in.csv --out - ${flags}`);
  };

  test("are parameters in camelCase and under the names of the API", async () => {
    const server = await linker();
    put(
      "a.csv",
      "programId,adId,deepLink,mediaPartnerPropertyId,subId1\n1,2,https://a.example/,3,4\n",
    );
    put(
      "b.csv",
      "ProgramId,AdId,DeepLink,MediaPartnerPropertyId,subId1\n1,2,https://a.example/,3,4\n",
    );
    await bulk("a.csv --out -");
    await bulk("b.csv --out -");
    const target = `${PATH}/1/TrackingLinks?AdId=2&DeepLink=https%3A%2F%2Fa.example%2F&MediaPartnerPropertyId=3&subId1=4`;
    expect(targets(server)).toEqual([target, target]);
  });

  test.each([
    ["SubID1", "subId1"],
    ["subId", "subId1"],
    ["subId99", "subId1"],
    ["sub_id_2", "subId2"],
    ["deeplink", "deepLink"],
    ["Deep Link", "deepLink"],
    ["program_id", "programId"],
    ["programid", "programId"],
    ["PROGRAMID", "programId"],
    ["custompath", "customPath"],
    ["Custom Path", "customPath"],
    ["shared_id", "sharedId"],
    ["Type ", "nothing"],
  ])("that only look like a parameter are refused: %j", async (column, near) => {
    const server = await linker();
    const other = column.toLowerCase().replace(/\W|_/g, "") === "programid" ? "sku" : "programId";
    const ran = await run1(`${other},${column}`, "1,Regular", "--program 1");
    if (near === "nothing") {
      expect(ran.code).toBe(0);
      expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks?Type=Regular`]);
      return;
    }
    expect(ran).toEqual(
      usage(
        `Column "${column}" is no parameter; did you mean "${near}"? (--pass-through keeps it as it is)`,
      ),
    );
    expect(targets(server)).toEqual([]);
  });

  test("that look like a parameter are passed through with --pass-through", async () => {
    const server = await linker();
    expect((await run1("programId,deeplink", "1,x", "--pass-through")).stdout).toBe(
      "programId,deeplink,trackingUrl,status,errorCode,error\n1,x,https://example.sjv.io/1,created,,\n",
    );
    expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks`]);
  });

  test.each(
    "id sku title name url price page date color tags link category brand image state size gtin".split(
      " ",
    ),
  )("that mean something else are passed through: %s", async (column) => {
    await linker();
    expect((await run1(`programId,${column}`, "1,x")).stdout).toBe(
      `programId,${column},trackingUrl,status,errorCode,error\n1,x,https://example.sjv.io/1,created,,\n`,
    );
  });

  // Columns of product feeds that are two letters away from `type` or `adId`.
  test.each(["style", "time", "asin", "ASIN", "cat_id", "paid", "valid", "tile"])(
    "of product feeds are not taken for misspelt parameters: %s",
    async (column) => {
      await linker();
      expect((await run1(`programId,${column}`, "1,x")).code).toBe(0);
    },
  );

  test.each([
    ["programId,ProgramId", 'Columns "programId" and "ProgramId" are the same parameter'],
    ["programId,deepLink,deepLink", 'Columns "deepLink" and "deepLink" are the same parameter'],
    ["programId, DeepLink ,deepLink", 'Columns "DeepLink" and "deepLink" are the same parameter'],
    ["programId,status", 'Column "status" would be overwritten by a result; give it another name'],
    ["programId,error", 'Column "error" would be overwritten by a result; give it another name'],
    [
      "programId,trackingUrl",
      'Column "trackingUrl" would be overwritten by a result; give it another name',
    ],
    [
      "programId, errorCode ",
      'Column "errorCode" would be overwritten by a result; give it another name',
    ],
    ["sku,name", "Expected a column programId, or --program for all rows"],
    ["", "Expected a column programId, or --program for all rows"],
  ])("%j are refused", async (header, message) => {
    const server = await linker();
    expect(await run1(header, "1,2,3")).toEqual(usage(message));
    expect(targets(server)).toEqual([]);
  });

  test("of results are refused with --pass-through too", async () => {
    expect((await run1("programId,status", "1,2", "--pass-through")).code).toBe(2);
  });

  test("of the same name, and of none, are passed through in their places", async () => {
    await linker();
    expect((await run1("a,programId,a,,", "x,1,y,,z")).stdout).toBe(
      "a,programId,a,,,trackingUrl,status,errorCode,error\nx,1,y,,z,https://example.sjv.io/1,created,,\n",
    );
  });

  test("do not bring control characters to the terminal", async () => {
    await linker();
    const { stderr } = await run1('programId,a\u001b[31m,"b\nc"', "1,x,y");
    expect(stderr).toMatch(/^impact-links: in\.csv: .*\nimpact-links: 1 row: 1 created\n$/);
    // oxlint-disable-next-line no-control-regex
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

describe("cells", () => {
  test("of the program that are empty are filled by --program", async () => {
    const server = await linker();
    put("in.csv", "programId,sku\n1,a\n,b\n  ,c\n");
    expect((await bulk("in.csv --out out.csv --program 9 --silent --concurrency 1")).code).toBe(0);
    expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks`, `${PATH}/9/TrackingLinks`]);
    expect(text("out.csv").split("\n").slice(1, 4)).toEqual([
      "1,a,https://example.sjv.io/1,created,,",
      ",b,https://example.sjv.io/2,created,,",
      "  ,c,https://example.sjv.io/2,reused,,",
    ]);
  });

  test("that are empty are absent, and the rest is trimmed for the request alone", async () => {
    const server = await linker();
    put("in.csv", 'programId,adId,deepLink,subId1\n1,,  ,"\u00a0 a\tb \r\n"\n');
    await bulk("in.csv --out out.csv --silent");
    expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks?subId1=a%09b`]);
    expect(text("out.csv").split("\n").slice(1).join("\n")).toBe(
      '1,,  ,"\u00a0 a\tb \r\n",https://example.sjv.io/1,created,,\n',
    );
  });

  test.each(["vanity", "VANITY", " Vanity "])("say the type in any case: %j", async (type) => {
    const server = await linker();
    put("in.csv", `programId,type\n1,${type}\n`);
    expect((await bulk("in.csv --out - --silent")).code).toBe(0);
    expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks?Type=Vanity`]);
  });

  test("that are wrong fail their row alone, and nothing is sent for it", async () => {
    const server = await linker();
    const long = "x".repeat(256);
    put(
      "in.csv",
      "programId,deepLink,type,customPath,subId1\n" +
        "1,shop.example,,,\n1,https://a.example/ b,,,\n1,,Short,,\n1,,,x,\n" +
        `1,,,,${long}\n,,,,\n..,,,,\n1,,,,ok\n`,
    );
    expect(await bulk("in.csv --out out.csv")).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /\nimpact-links: 8 rows: 1 created, 7 failed\n {2}invalid_input: 7\n$/,
      ) as string,
    });
    const rows = parse(text("out.csv"), { columns: true }) as Record<string, string>[];
    expect(rows.map(({ status, errorCode, error }) => [status, errorCode, error])).toEqual([
      [
        "failed",
        "invalid_input",
        'Expected `deepLink` to be an absolute http(s) URL, got "shop.example"',
      ],
      [
        "failed",
        "invalid_input",
        'Expected `deepLink` to be an absolute http(s) URL without spaces (encoded: %20), got "https://a.example/ b"',
      ],
      ["failed", "invalid_input", `Expected \`type\` to be ${TYPES}, got "Short"`],
      ["failed", "invalid_input", 'Expected `customPath` only with type "Vanity", got no type'],
      ["failed", "invalid_input", "Expected `subId1` to be at most 255 characters, got 256"],
      ["failed", "invalid_input", "Expected `programId`, got none"],
      ["failed", "invalid_input", 'Expected `programId` to be an id, got ".."'],
      ["created", "", ""],
    ]);
    expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks?subId1=ok`]);
  });

  test("that are missing or too many fail their row: a cut row makes no link", async () => {
    const server = await linker();
    put(
      "in.csv",
      "programId,deepLink,sku\n1,https://a.example/\n1,https://a.example/,x,y\n1\n2,,\n",
    );
    expect((await bulk("in.csv --out out.csv --silent --program 7")).code).toBe(3);
    expect(targets(server)).toEqual([`${PATH}/2/TrackingLinks`]);
    expect(text("out.csv")).toBe(
      "programId,deepLink,sku,trackingUrl,status,errorCode,error\n" +
        '1,https://a.example/,,,failed,invalid_input,"line 2: Expected 3 cells as in the header, got 2"\n' +
        '1,https://a.example/,x,,failed,invalid_input,"line 3: Expected 3 cells as in the header, got 4: [""1"",""https://a.example/"",""x"",""y""]"\n' +
        '1,,,,failed,invalid_input,"line 4: Expected 3 cells as in the header, got 1"\n' +
        "2,,,https://example.sjv.io/1,created,,\n",
    );
  });

  test("that are all empty make no link, even with --program", async () => {
    const server = await linker();
    put("in.csv", "programId;deepLink;sku\r\n;https://a.example/;x\r\n;;\r\n;;\r\n");
    expect((await bulk("in.csv --out out.csv --silent --program 7")).code).toBe(3);
    expect(targets(server)).toEqual([
      `${PATH}/7/TrackingLinks?DeepLink=https%3A%2F%2Fa.example%2F`,
    ]);
  });
});

describe("JSON lines", () => {
  test("are read as numbers, null, texts, and written as they were", async () => {
    const server = await linker();
    put(
      "in.jsonl",
      '{"programId":1000,"subId1":null,"tags":["a",{"b":1}]}\r\n\n' +
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
        "impact-links: in.jsonl: 2 rows; parameters: programId, subId1; passed through: tags, sku, ok\n" +
        "impact-links: 2 rows: 2 created\n",
    });
    expect(targets(server)).toEqual([`${PATH}/1000/TrackingLinks`, `${PATH}/2/TrackingLinks`]);
    expect(text("out.jsonl")).toBe(
      '{"programId":1000,"subId1":null,"tags":["a",{"b":1}],"trackingUrl":"https://example.sjv.io/1","status":"created"}\n' +
        '{"programId":"2","sku":"00123","ok":true,"trackingUrl":"https://example.sjv.io/2","status":"created"}\n',
    );
  });

  test("that are wrong fail alone", async () => {
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
      failed('line 1: Expected a JSON object, got text that is no JSON: {"programId":1'),
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

  test("do not change numbers that JavaScript cannot hold", async () => {
    await linker();
    put("in.jsonl", '{"programId":1,"id":12345678901234567890}\n{"programId":2}\n');
    await bulk("in.jsonl --out out.jsonl --silent");
    expect(text("out.jsonl")).not.toContain("12345678901234567000");
  });

  test("of which none can be read are refused before anything is sent or written", async () => {
    const server = await linker();
    put("in.jsonl", '{"programId":"1000","sku":12345678901234567890}\n');
    for (const flags of ["--out out.jsonl", "--out out.jsonl --program 1", "--dry-run"]) {
      expect(await bulk(`in.jsonl ${flags}`)).toEqual(
        usage(
          'in.jsonl has no line that can be used; line 1: Expected so long a number as a text, "12345678901234567890", got 12345678901234567890',
        ),
      );
    }
    expect(targets(server)).toEqual([]);
    expect(readdirSync(folder)).toEqual(["in.jsonl"]);
  });

  test("become CSV, with a column for each key of any line", async () => {
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

  test("come from CSV, of which no two columns have one name", async () => {
    const server = await linker();
    put("in.csv", "programId;sku\r\n1;00123\r\n");
    await bulk("in.csv --out out.jsonl --silent");
    expect(text("out.jsonl")).toBe(
      '{"programId":"1","sku":"00123","trackingUrl":"https://example.sjv.io/1","status":"created"}\n',
    );
    put("in.csv", "programId;a;a\r\n1;2;3\r\n");
    expect(await bulk("in.csv --out other.jsonl --silent")).toEqual(
      usage('Two columns are called "a"; JSON can hold one of them'),
    );
    expect(targets(server)).toHaveLength(1);
    expect(readdirSync(folder).sort()).toEqual(["in.csv", "out.jsonl", "out.jsonl.journal"]);
  });
});

describe("the output", () => {
  test.each([
    [",", ""],
    [";", ""],
    ["\t", ""],
    [";", "\ufeff"],
  ])("keeps the delimiter %j and the byte order mark %j", async (delimiter, bom) => {
    put("in.csv", `${bom}programId,name\r\n1,x\r\n`.replaceAll(",", delimiter));
    await bulk("in.csv --out out.csv --sandbox");
    expect(text("out.csv").replace(/https:[^,;\t]*/, "U")).toBe(
      `${bom}programId,name,trackingUrl,status,errorCode,error\n1,x,U,created,,\n`.replaceAll(
        ",",
        delimiter,
      ),
    );
  });

  test("has tabs in .tsv, and what the input has on stdout", async () => {
    put("in.csv", "\ufeffprogramId;name\r\n1;a,b\r\n");
    await bulk("in.csv --out out.tsv --sandbox");
    expect(text("out.tsv").split("\n")[0]).toBe(
      "programId\tname\ttrackingUrl\tstatus\terrorCode\terror",
    );
    expect((await bulk("in.csv --out - --sandbox")).stdout.split("\n")[0]).toBe(
      "\ufeffprogramId;name;trackingUrl;status;errorCode;error",
    );
    const { stdout } = await bulk("- --out - --sandbox", '{"programId":"1"}\n');
    expect(stdout).toMatch(
      /^\{"programId":"1","trackingUrl":"https:[^"]*","status":"created"\}\n$/,
    );
  });

  test("from Excel's Unicode text is UTF-8 with tabs", async () => {
    const bytes = Buffer.from("\ufeffprogramId\tname\r\n1\tGrüße 😀\r\n", "utf16le");
    put("in.txt", bytes);
    await bulk("in.txt --out out.csv --sandbox");
    expect(text("out.csv")).toMatch(
      /^\ufeffprogramId\tname\ttrackingUrl\tstatus\terrorCode\terror\n1\tGrüße 😀\thttps:/,
    );
  });

  test.each([",", ";", "\t"])("holds no formula, whoever gave it (%j)", async (delimiter) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc
            .tuple(
              fc.constantFrom("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", ""),
              fc.constantFrom("1+1", 'HYPERLINK("x")', "", "a\rb", "a\nb", "a,b;c\td"),
            )
            .map((parts) => parts.join("")),
          { minLength: 4, maxLength: 4 },
        ),
        async ([header = "", ...cells]) => {
          const keys = ["programId", `${header}#`, "b", "c"];
          const object = Object.fromEntries(keys.map((key, at) => [key, ["1", ...cells][at]]));
          const out = delimiter === "\t" ? "out.tsv" : "out.csv";
          const input = delimiter === ";" ? "in.csv" : "in.jsonl";
          const quote = (each: unknown) => `"${String(each).replaceAll('"', '""')}"`;
          const values = Object.values(object);
          put(
            input,
            input === "in.csv"
              ? `${keys.map(quote).join(";")}\r\n${values.map(quote).join(";")}\r\n`
              : JSON.stringify(object),
          );
          for (const name of [out, `${out}.journal`]) {
            if (existsSync(join(folder, name))) writeFileSync(join(folder, name), "");
          }
          await bulk(`${input} --out ${out} --sandbox --silent --pass-through`);
          const rows = parse(text(out), { delimiter });
          expect(rows).toHaveLength(2);
          expect(rows.flat().filter((each) => /^[=+\-@\t\r＝＋－＠]/.test(each))).toEqual([]);
          const plain = rows.map((row) => row.slice(0, 4).map((each) => each.replace(/^'/, "")));
          expect(plain).toEqual([keys, values]);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("holds no formula of the server's either, in links and in messages", async () => {
    await answering((response, count) =>
      count === 1
        ? answer(response, 400, { Message: '=HYPERLINK("http://x")', Status: "ERROR" })
        : answer(response, 200, { TrackingURL: "=cmd|'/c calc'!A0" }),
    );
    put("in.csv", "programId\n1\n2\n");
    await bulk("in.csv --out out.csv --concurrency 1");
    const rows = parse(text("out.csv"));
    expect(rows.flat().filter((each) => /^[=+\-@\t\r]/.test(each))).toEqual([]);
  });

  test.each(["-5", "+5", "-1,50", "+0.25", "007"])("keeps the plain number %j", async (price) => {
    put("in.csv", `programId;price\n1;${price}\n`);
    await bulk("in.csv --out out.csv --sandbox");
    expect(parse(text("out.csv"), { delimiter: ";" })[1]?.[1]).toBe(price);
  });

  test.each(["-5+1", "-", "+5 ", "-5\n", "-1.5.2", "-1,000.5", "+1e5", "--5", "-.5", "=5", "@5"])(
    "keeps %j, which is no plain number, from running",
    async (price) => {
      put("in.csv", `programId;price\n1;"${price}"\n`);
      await bulk("in.csv --out out.csv --sandbox");
      expect(parse(text("out.csv"), { delimiter: ";" })[1]?.[1]).toBe(`'${price}`);
    },
  );

  test("of a version that kept numbers with a sign from running is known, too", async () => {
    put("in.csv", "programId,price\n1,-5\n");
    const output =
      "programId,price,trackingUrl,status,errorCode,error\n" +
      "1,'-5,https://example.sjv.io/1,created,,\n";
    put("out.csv", output);
    expect((await bulk("in.csv --out out.csv --sandbox")).code).toBe(0);
    expect(text("out.csv")).toBe(output);
  });

  test("quotes a carriage return, so that no reader ends the row there", async () => {
    put("in.csv", 'programId,name\n1,"a\rb"\n');
    await bulk("in.csv --out out.csv --sandbox");
    expect(text("out.csv").split("\n")[1]).toMatch(/^1,"a\rb",https:/);
  });

  test.each([
    ["sep=|\r\nprogramId|name\r\n1|x\r\n", "a delimiter that only the first line says"],
    ["programId,@id\n1,x\n", "a header that begins like a formula"],
    ["programId,name\n1,=1+1\n", "a cell that begins like a formula"],
    ["\ufeffprogramId;name\r\n1;x\r\n", "a byte order mark"],
    ['programId,a,a,\n1,"x\r\ny",2,\n', "columns of the same name, and of none"],
    ["programId,price,sum\n1,-5,=-5\n", "a number with a sign"],
  ])("is known again by a second run: %j", async (content) => {
    put("in.csv", content);
    expect((await bulk("in.csv --out out.csv --sandbox")).code).toBe(0);
    const first = text("out.csv");
    expect(await bulk("in.csv --out out.csv --sandbox")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(
        "impact-links: complete already; nothing was sent\n",
      ) as string,
    });
    expect(text("out.csv")).toBe(first);
  });
});

describe("a row that cannot be read", () => {
  const tables: [input: string, out: string, content: string, written: string[]][] = [
    [
      "in.csv",
      "out.csv",
      'programId,name\n1,"=x",a,"=b\n,""c"\n\n2\n3,x\n',
      [
        "programId,name,trackingUrl,status,errorCode,error",
        String.raw`1,'=x,,failed,invalid_input,"line 2: Expected 2 cells as in the header, got 4: [""1"",""=x"",""a"",""=b\n,\""c""]"`,
        '2,,,failed,invalid_input,"line 5: Expected 2 cells as in the header, got 1"',
      ],
    ],
    [
      "in.csv",
      "out.jsonl",
      "programId,name\n1,x,y\n2\n3,x\n",
      [
        String.raw`{"programId":"1","name":"x","status":"failed","errorCode":"invalid_input","error":"line 2: Expected 2 cells as in the header, got 3: [\"1\",\"x\",\"y\"]"}`,
        '{"programId":"2","name":"","status":"failed","errorCode":"invalid_input","error":"line 3: Expected 2 cells as in the header, got 1"}',
      ],
    ],
    [
      "in.jsonl",
      "out.jsonl",
      '=1\n\n{"programId":1,"id":12345678901234567890}\n{"programId":3}\n',
      [
        '{"status":"failed","errorCode":"invalid_input","error":"line 1: Expected a JSON object, got text that is no JSON: =1"}',
        String.raw`{"status":"failed","errorCode":"invalid_input","error":"line 3: Expected so long a number as a text, \"12345678901234567890\", got 12345678901234567890: {\"programId\":1,\"id\":12345678901234567890}"}`,
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
    "is written with its line and all that it holds: %s to %s",
    async (input, out, content, written) => {
      put(input, content);
      expect((await bulk(`${input} --out ${out} --sandbox`)).code).toBe(3);
      expect(text(out).split("\n").slice(0, -2)).toEqual(written);
    },
  );

  test.each(tables)(
    "is known again in a complete output: %s to %s",
    async (input, out, content) => {
      put(input, content);
      const line = `${input} --out ${out} --sandbox`;
      expect((await bulk(line)).code).toBe(3);
      const first = text(out);
      expect(await bulk(line)).toMatchObject({
        code: 3,
        stderr: expect.stringContaining("complete already; nothing was sent\n") as string,
      });
      expect(text(out)).toBe(first);
      expect((await bulk(`${line} --retry-failed`)).code).toBe(3);
      expect(text(out)).toBe(first);
    },
  );

  test.each(tables)("is the same after a stop: %s to %s", async (input, out, content) => {
    put(input, content);
    const line = `${input} --out ${out} --silent`;
    await answering((response) => answer(response, 401, { Message: "No." }));
    expect((await bulk(line)).code).toBe(1);
    await linker();
    expect((await bulk(line)).code).toBe(3);
    const resumed = text(out);
    put(out, "");
    await linker();
    expect((await bulk(line)).code).toBe(3);
    expect(resumed).toBe(text(out));
  });
});

describe("where it reads and writes", () => {
  test("- is stdin and stdout", async () => {
    const server = await linker();
    expect(await bulk("- --out -", "programId\n1\n")).toMatchObject({
      code: 0,
      stdout:
        "programId,trackingUrl,status,errorCode,error\n1,https://example.sjv.io/1,created,,\n",
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
    ["in.csv --out in.csv", "--out is the file to read; give it another name"],
    ["in.csv --out link.csv", "--out is the file to read; give it another name"],
    ["link.csv --out in.csv", "--out is the file to read; give it another name"],
    ["in.csv", "Expected --out <file>, or --out -"],
    ["--out out.csv", "Expected a file to read, or - for stdin"],
    ["in.csv other.csv --out out.csv", "Unexpected argument: every value belongs to a flag"],
    ["in.csv --out out.csv --concurrency 0", "--concurrency takes a whole number from 1 to 1000"],
    [
      "in.csv --out out.csv --concurrency 1001",
      "--concurrency takes a whole number from 1 to 1000",
    ],
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
  ])("refuses %j before anything is sent or written", async (line, message) => {
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

  test("refuses to write over the input under another name of the same file", async () => {
    put("in.csv", "programId\n1\n");
    linkSync(join(folder, "in.csv"), join(folder, "hard.csv"));
    expect((await bulk("in.csv --out hard.csv --sandbox")).code).toBe(2);
    expect(text("in.csv")).toBe("programId\n1\n");
  });

  test("refuses to write over a file that is something else", async () => {
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
    ["an unclosed quote", 'programId,name\n1,a\n2,"b\n3,c\n'],
    ["windows-1252", Buffer.from("programId,name\n1,a\n2,\u00fc\n", "latin1")],
  ])("refuses %s before anything is sent or written", async (_, content) => {
    const server = await linker();
    put("in.csv", content);
    const { code, stdout } = await bulk("in.csv --out out.csv");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(targets(server)).toEqual([]);
    expect(readdirSync(folder)).toEqual(["in.csv"]);
  });

  test("goes on with what it was asked for once credentials are there", async () => {
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

  test("says so if the input is changed during the run", async () => {
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
});

describe("--dry-run", () => {
  test("says rows, what is wrong in which line, calls, vanity links and time; sends nothing", async () => {
    const server = await linker();
    put(
      "in.csv",
      "programId,type,customPath,subId1\n1,,,a\n1,,,b\n1,,,a\n\n1,vanity,Sale,\n1,,x,\n1,Vanity\n2,bad,,\n",
    );
    expect(await bulk("in.csv --dry-run")).toEqual({
      code: 2,
      stdout:
        'line 7: Expected `customPath` only with type "Vanity", got no type\n' +
        "line 8: Expected 4 cells as in the header, got 2\n" +
        `line 9: Expected \`type\` to be ${TYPES}, got "bad"\n` +
        "rows: 7\ninvalid rows: 3\ncalls needed: 3\nvanity links needed: 1\n" +
        "time at 1000 calls an hour: less than an hour\n",
      stderr: "impact-links: in.csv: 7 rows; parameters: programId, type, customPath, subId1\n",
    });
    expect((await bulk("in.csv --dry-run --append-ids")).stdout).toContain("\ncalls needed: 2\n");
    expect(targets(server)).toEqual([]);
    expect(readdirSync(folder)).toEqual(["in.csv"]);
  });

  test("needs neither credentials nor --out, and exits with 0 if all rows are right", async () => {
    vi.unstubAllEnvs();
    for (const name of ["ACCOUNT_SID", "AUTH_TOKEN", "BASE_URL"]) vi.stubEnv(`IMPACT_${name}`, "");
    expect(await bulk("- --dry-run --silent", "programId\n1\n")).toEqual({
      code: 0,
      stdout:
        "rows: 1\ninvalid rows: 0\ncalls needed: 1\nvanity links needed: 0\n" +
        "time at 1000 calls an hour: less than an hour\n",
      stderr: "",
    });
  });

  test.each([
    [1000, "", "time at 1000 calls an hour: less than an hour"],
    [1001, "", "time at 1000 calls an hour: 1 h"],
    [10_000, "", "time at 1000 calls an hour: 9 h"],
    [1000, "--quota-reserve 500", "time at 1000 calls an hour, 500 of them left for others: 1 h"],
    [
      1,
      "--quota-reserve 1000",
      "time at 1000 calls an hour, 1000 of them left for others: for ever",
    ],
  ])("says how long %i calls take %s", async (calls, flags, line) => {
    put("in.csv", `programId\n${Array.from({ length: calls }, (_, id) => id).join("\n")}\n`);
    expect((await bulk(`in.csv --dry-run ${flags}`)).stdout.split("\n").at(-2)).toBe(line);
  });

  test("refuses what a run would refuse", async () => {
    put("in.csv", "programId,deeplink\n1,x\n");
    expect((await bulk("in.csv --dry-run")).code).toBe(2);
    put("in.csv", "programId\n1\n");
    expect((await bulk("in.csv --dry-run --out out.txt")).code).toBe(2);
  });
});

describe("what became of a row", () => {
  const MAKE = { TrackingURL: "https://example.sjv.io/x" };

  async function outcomes(
    act: (response: ServerResponse, target: string) => void,
    rows: readonly string[],
  ) {
    const server = await answering((response, _, target) => act(response, target));
    put("in.csv", `programId,type\n${rows.join("\n")}\n`);
    const ran = await bulk("in.csv --out out.csv --concurrency 1");
    const written = (parse(text("out.csv"), { columns: true }) as Record<string, string>[]).map(
      ({ programId, status, errorCode, error = "" }) =>
        [programId, status, errorCode, error.replaceAll(server.baseUrl, "")].join("|"),
    );
    const said = ran.stderr.split("\n").slice(1).join("\n").replaceAll(server.baseUrl, "");
    return { code: ran.code, said, written, sent: server.requests.length };
  }

  test("is said with the code and the words of each refusal", async () => {
    const refusals: Record<string, (response: ServerResponse) => void> = {
      "400": (response) =>
        answer(response, 400, {
          Status: "ERROR",
          Message: "Bad request",
          Errors: [{ Field: "AdId", Message: "is unknown" }],
        }),
      "403": (response) => answer(response, 403, { message: "Access denied" }),
      "404": (response) => answer(response, 404, { Status: "ERROR", Message: "Program not found" }),
      "200": (response) => answer(response, 200, MAKE),
      "204": (response) => void response.writeHead(200).end("<html>"),
    };
    const ids = Object.keys(refusals);
    expect(
      await outcomes(
        (response, target) => refusals[/Programs\/(\d+)/.exec(target)?.[1] ?? ""]?.(response),
        ids.map((id) => `${id},`),
      ),
    ).toEqual({
      code: 3,
      said:
        "impact-links: 5 rows: 1 created, 3 failed, 1 unknown\n" +
        "  unexpected_response: 1\n  invalid_request: 1\n  forbidden: 1\n  not_found: 1\n",
      written: [
        "200|created||",
        expect.stringMatching(/^204\|unknown\|unexpected_response\|POST .* answered 200/) as string,
        expect.stringMatching(
          /^400\|failed\|invalid_request\|POST .* answered 400: Bad request.*AdId.*is unknown/,
        ) as string,
        `403|failed|forbidden|POST /Mediapartners/[account]/Programs/403/TrackingLinks answered 403: Access denied`,
        `404|failed|not_found|POST /Mediapartners/[account]/Programs/404/TrackingLinks answered 404: Program not found`,
      ],
      // The answer that is none was asked for three times.
      sent: 7,
    });
  });

  test("is unknown for a Vanity link whose answer got lost, and it is not sent again", async () => {
    const { code, said, written, sent } = await outcomes(
      (response, target) => {
        if (target.includes("/1/")) response.destroy();
        else if (target.includes("/2/")) answer(response, 500, { Message: "Oops" });
        else answer(response, 200, MAKE);
      },
      ["1,Vanity", "2,Vanity", "3,Vanity"],
    );
    expect({ code, said, sent }).toEqual({
      code: 3,
      said: "impact-links: 3 rows: 1 created, 2 unknown\n  connection: 1\n  server_error: 1\n",
      sent: 3,
    });
    expect(written.map((row) => row.split("|").slice(0, 3).join("|"))).toEqual([
      "1|unknown|connection",
      "2|unknown|server_error",
      "3|created|",
    ]);
  });

  test("at the limit of Vanity links is said for all of them, and none of them is sent any more", async () => {
    const { code, said, written, sent } = await outcomes(
      (response, target) => {
        if (target.includes("Vanity")) {
          answer(response, 403, { message: "The limit of 5000 vanity links is reached." });
        } else answer(response, 200, MAKE);
      },
      ["1,Vanity", "2,Vanity", "3,"],
    );
    expect({ code, said, sent }).toEqual({
      code: 3,
      said: "impact-links: 3 rows: 1 created, 2 failed\n  vanity_limit_reached: 2\n",
      sent: 2,
    });
    expect(written).toEqual([
      `1|failed|vanity_limit_reached|POST /Mediapartners/[account]/Programs/1/TrackingLinks answered 403: The limit of 5000 vanity links is reached.`,
      `2|failed|vanity_limit_reached|Not sent, since an earlier request was refused: POST /Mediapartners/[account]/Programs/1/TrackingLinks answered 403: The limit of 5000 vanity links is reached.`,
      "3|created||",
    ]);
  });

  test("stays open if the credentials are refused: the run stops with exit code 1", async () => {
    const server = await answering((response) => answer(response, 401, { Message: "No." }));
    put("in.csv", "programId\n1\n2\n3\n");
    const { code, stderr } = await bulk("in.csv --out out.csv --concurrency 1");
    expect({ code, said: stderr.replaceAll(server.baseUrl, "").split("\n").slice(1) }).toEqual({
      code: 1,
      said: [
        `impact-links: POST /Mediapartners/IR1/Programs/1/TrackingLinks answered 401: No.`,
        "impact-links: stopped with 0 of 3 rows done; the same command goes on from there",
        "",
      ],
    });
    expect(server.requests).toHaveLength(1);
    expect(readdirSync(folder).sort()).toEqual(["in.csv", "out.csv", "out.csv.journal"]);

    const again = await linker();
    // The address is another one only because each server of this test has its own port.
    expect((await bulk("in.csv --out out.csv --silent --concurrency 1")).code).toBe(0);
    expect(targets(again)).toEqual(["1", "2", "3"].map((id) => `${PATH}/${id}/TrackingLinks`));
    expect(readdirSync(folder).sort()).toEqual(["in.csv", "out.csv", "out.csv.journal"]);
  });

  test("brings no secret to the output, the journal or the terminal, whatever a server echoes", async () => {
    const echoes = (response: ServerResponse, authorization = "") => ({
      400: () =>
        answer(response, 400, {
          Message: `no ${authorization} ${TOKEN}`,
          Errors: [{ Field: TOKEN, Message: BASIC }],
        }),
      404: () =>
        answer(response, 404, { Message: `${encodeURIComponent(authorization)} ${TOKEN}` }),
      401: () => answer(response, 401, { Message: authorization }),
      200: () => answer(response, 200, { Nothing: authorization, Token: TOKEN }),
    });
    const server = await serve((request, response) => {
      const { authorization } = request.headers;
      const id = Number(/Programs\/(\d+)/.exec(request.url ?? "")?.[1]) as 400;
      echoes(response, authorization)[id]();
    });
    vi.stubEnv("IMPACT_BASE_URL", server.baseUrl);
    put("in.csv", "programId,type\n400,\n404,\n200,Vanity\n401,\n");
    // Every file and stream is searched for the secrets by bulk().
    expect((await bulk("in.csv --out out.csv --concurrency 1")).code).toBe(1);
    expect(text("out.csv.journal")).toContain("[redacted]");
    expect((await bulk("in.csv --out - --concurrency 1")).stdout).toContain("[redacted]");
  });
});

describe("off a terminal", () => {
  test("a line says that it waits, and until when", async () => {
    const { baseUrl } = await serve((_, response, count) => {
      const used = { "X-RateLimit-Limit-hour": "2", "RateLimit-Reset": "2" };
      const left = { "X-RateLimit-Remaining-hour": String(Math.max(0, 2 - count)) };
      response.writeHead(200, { "Content-Type": "application/json", ...used, ...left });
      response.end(JSON.stringify({ TrackingURL: `https://example.sjv.io/${count}` }));
    });
    put("in.csv", "programId\n1\n2\n3\n");
    const env = { IMPACT_BASE_URL: baseUrl, IMPACT_ACCOUNT_SID: "IR1", IMPACT_AUTH_TOKEN: TOKEN };
    const child = spawn(
      process.execPath,
      [
        join(root, "dist/cli.js"),
        "bulk",
        join(folder, "in.csv"),
        "--out",
        "-",
        "--concurrency",
        "1",
      ],
      { env: { ...process.env, ...env } },
    );
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.resume();
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(0);
    expect(stderr.split("\n").slice(1)).toEqual([
      expect.stringMatching(
        /^impact-links: 2\/3 · waiting for the quota until \d\d:\d\d(:\d\d)? · done by \d\d:\d\d(:\d\d)? · quota 0\/2$/,
      ) as string,
      "impact-links: 3 rows: 3 created",
      "",
    ]);
  });
});

describe("an id that a spreadsheet has shortened", () => {
  test("is not sent", async () => {
    const server = await linker();
    put("in.csv", "programId,subId1\n1.23E+05,a\n1,4.5E+12\n1,1e5\n");

    const { code } = await bulk("in.csv --out out.csv");

    expect(code).toBe(3);
    expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks?subId1=1e5`]);
    expect(text("out.csv").split("\n").slice(1, 3)).toEqual([
      '1.23E+05,a,,failed,invalid_input,"Expected `programId` to be written out, got 1.23E+05: a spreadsheet has shortened it; format the column as text"',
      '1,4.5E+12,,failed,invalid_input,"Expected `subId1` to be written out, got 4.5E+12: a spreadsheet has shortened it; format the column as text"',
    ]);
    expect((await bulk("in.csv --dry-run")).code).toBe(2);
  });
});

describe("what cannot be written", () => {
  test.skipIf(!existsSync("/dev/full"))("ends the run, and is said", async () => {
    const server = await linker();
    put("in.csv", "programId\n1\n");
    const env = {
      IMPACT_ACCOUNT_SID: "IR1",
      IMPACT_AUTH_TOKEN: TOKEN,
      IMPACT_BASE_URL: server.baseUrl,
    };
    const command = `"${process.execPath}" "${join(root, "dist/cli.js")}" bulk "${join(folder, "in.csv")}" --out - --silent > /dev/full`;

    const { code, stderr } = await runProgram("bash", ["-c", command], { env });

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        "impact-links: ENOSPC: no space left on device, write\n" +
        "impact-links: not written:\n" +
        "programId,trackingUrl,status,errorCode,error\n" +
        "1,https://example.sjv.io/1,created,,\n" +
        "impact-links: stopped with 1 of 1 rows done\n",
    });
  });
});

describe("a Vanity link of which nobody knows whether it was made", () => {
  test("is as unknown as before if it is refused when asked for again", async () => {
    let isUp = false;
    const server = await serve((_, response) => {
      const [status, words] = isUp ? [400, "CustomPath is already in use."] : [500, "Oops"];
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ Status: "ERROR", Message: words }));
    });
    vi.stubEnv("IMPACT_BASE_URL", server.baseUrl);
    put("in.csv", "programId,type,customPath\n1,Vanity,Sale\n");
    await bulk("in.csv --out out.csv");
    isUp = true;

    const { code } = await bulk("in.csv --out out.csv --retry-unknown");

    expect(code).toBe(3);
    expect(server.requests.length).toBe(2);
    expect(text("out.csv").split("\n")[1]).toBe(
      `1,Vanity,Sale,,unknown,invalid_request,POST ${server.baseUrl}/Mediapartners/[account]/Programs/1/TrackingLinks answered 400: CustomPath is already in use.`,
    );
  });
});
