import { rmSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { PARAMETERS, TYPES } from "../support/known.ts";
import {
  folder,
  PATH,
  bulk,
  put,
  text,
  targets,
  linker,
  usage,
  useAccountAndFolder,
} from "../support/bulk/command.ts";

useAccountAndFolder();

const run1 = (header: string, row: string, flags = "") => {
  put("in.csv", `${header}\n${row}\n`);
  return bulk(`in.csv --out - ${flags}`);
};

test("columns are parameters in camelCase and under the names of the API", async () => {
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

const quoted = (value: string): string => (value.includes(" ") ? `"${value}"` : value);

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
])("columns that only look like a parameter are refused: %j", async (column, near) => {
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
      `Column "${column}" is not a parameter; did you mean "${near}"? ` +
        `If so, add --map ${quoted(`${near}=${column}`)}; if not, add --pass-through ${quoted(column)}`,
    ),
  );
  expect(targets(server)).toEqual([]);
});

test("columns that look like a parameter are passed through with --pass-through", async () => {
  const server = await linker();
  expect((await run1("programId,deeplink", "1,x", "--pass-through deeplink")).stdout).toBe(
    "programId,deeplink,trackingUrl,status,errorCode,error\n1,x,https://example.sjv.io/1,created,,\n",
  );
  expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks`]);
});

test.each(
  "id sku title name url price page date color tags link category brand image state size gtin"
    .split(" ")
    .filter((column) => !PARAMETERS.includes(`\`${column}\``)),
)("columns that mean something else are passed through: %s", async (column) => {
  await linker();
  expect((await run1(`programId,${column}`, "1,x")).stdout).toBe(
    `programId,${column},trackingUrl,status,errorCode,error\n1,x,https://example.sjv.io/1,created,,\n`,
  );
});

// Columns of product feeds that are two letters away from `type` or `adId`.
test.each(["style", "time", "asin", "ASIN", "cat_id", "paid", "valid", "tile"])(
  "columns of product feeds are not taken for misspelt parameters: %s",
  async (column) => {
    await linker();
    expect((await run1(`programId,${column}`, "1,x")).code).toBe(0);
  },
);

test.each([
  ["programId,ProgramId", 'Columns "programId" and "ProgramId" are the same parameter'],
  ["programId,deepLink,deepLink", 'Columns "deepLink" and "deepLink" are the same parameter'],
  ["programId, DeepLink ,deepLink", 'Columns "DeepLink" and "deepLink" are the same parameter'],
  [
    "programId,trackingUrl",
    'Column "trackingUrl" would be overwritten by a result; give it another name',
  ],
  [
    "programId, TrackingURL ",
    'Column "trackingUrl" would be overwritten by a result; give it another name',
  ],
  [
    "programId,Status,linkstatus",
    'Column "status" would be overwritten by a result; give it another name',
  ],
  [
    "sku,name",
    "Expected a column programId, or --program for all rows, or --map programId=<column>",
  ],
  ["", "Expected a column programId, or --program for all rows, or --map programId=<column>"],
])("columns %j are refused", async (header, message) => {
  const server = await linker();
  expect(await run1(header, "1,2,3")).toEqual(usage(message));
  expect(targets(server)).toEqual([]);
});

test.each([
  ["status", "trackingUrl,linkStatus,errorCode,error"],
  ["Status", "trackingUrl,linkStatus,errorCode,error"],
  [" ERROR ", "trackingUrl,status,errorCode,linkError"],
  ["errorcode", "trackingUrl,status,linkErrorCode,error"],
])("result columns are renamed if the input has a column %j", async (column, results) => {
  await linker();
  put("in.csv", `programId,${column}\n1,active\n`);
  expect(await bulk("in.csv --out out.csv")).toEqual({
    code: 0,
    stdout: "",
    stderr:
      `impact-links: in.csv: 1 row; parameters: programId; passed through: ${column}\n` +
      `impact-links: results: ${results.replaceAll(",", ", ")}, because the input has columns of these names\n` +
      "impact-links: 1 row: 1 created\n",
  });
  const output = `programId,${column},${results}\n1,active,https://example.sjv.io/1,created,,\n`;
  expect(text("out.csv")).toBe(output);
  rmSync(join(folder, "out.csv.journal"));
  expect((await bulk("in.csv --out out.csv")).stderr).toContain("already complete");
  expect((await bulk("in.csv --out out.jsonl --silent")).code).toBe(0);
  expect(JSON.parse(text("out.jsonl"))).toMatchObject({
    [column]: "active",
    [results.split(",")[1] ?? ""]: "created",
  });
});

test("columns with equal or empty names are passed through in their places", async () => {
  await linker();
  expect((await run1("a,programId,a,,", "x,1,y,,z")).stdout).toBe(
    "a,programId,a,,,trackingUrl,status,errorCode,error\nx,1,y,,z,https://example.sjv.io/1,created,,\n",
  );
});

test("columns do not bring control characters to the terminal", async () => {
  await linker();
  const { stderr } = await run1('programId,a\u001b[31m,"b\nc"', "1,x,y");
  expect(stderr).toMatch(/^impact-links: in\.csv: .*\nimpact-links: 1 row: 1 created\n$/);
  // oxlint-disable-next-line no-control-regex
  expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});

test("cells of the program that are empty are filled by --program", async () => {
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

test("empty cells are not sent, and other cells are trimmed only in the request", async () => {
  const server = await linker();
  put("in.csv", 'programId,adId,deepLink,subId1\n1,,  ,"\u00a0 a\tb \r\n"\n');
  await bulk("in.csv --out out.csv --silent");
  expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks?subId1=a%09b`]);
  expect(text("out.csv").split("\n").slice(1).join("\n")).toBe(
    '1,,  ,"\u00a0 a\tb \r\n",https://example.sjv.io/1,created,,\n',
  );
});

test.each(["vanity", "VANITY", " Vanity "])("cells say the type in any case: %j", async (type) => {
  const server = await linker();
  put("in.csv", `programId,type\n1,${type}\n`);
  expect((await bulk("in.csv --out - --silent")).code).toBe(0);
  expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks?Type=Vanity`]);
});

test("an invalid cell fails only its row, and nothing is sent for it", async () => {
  const server = await linker();
  const long = "x".repeat(256);
  put(
    "in.csv",
    "programId,deepLink,type,customPath,subId1\n" +
      "1,shop.example,,,\n1,https://a.example/ b,,,\n1,,Short,,\n1,,Regular,x,\n" +
      `1,,,,${long}\n,,,,\n..,,,,\n1,,,,ok\n`,
  );
  expect(await bulk("in.csv --out out.csv")).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(
      /\nimpact-links: 8 rows: 1 created, 6 failed, 1 without text\n {2}invalid_input: 6\n {2}without a deep link: 1 \(they lead to the program's own page\)\n$/,
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
    [
      "failed",
      "invalid_input",
      'Expected `customPath` only with type "Vanity", got type "Regular"',
    ],
    ["failed", "invalid_input", "Expected `subId1` to be at most 255 characters, got 256"],
    ["", "", ""],
    ["failed", "invalid_input", 'Expected `programId` to be an id, got ".."'],
    ["created", "", ""],
  ]);
  expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks?subId1=ok`]);
});

test("cells that are missing at the end are empty, and a row with more text than columns fails", async () => {
  const server = await linker();
  put(
    "in.csv",
    "programId,deepLink,sku\n1,https://a.example/\n1,https://a.example/,x,y\n3\n2,,,,\n",
  );
  expect((await bulk("in.csv --out out.csv --silent --concurrency 1")).code).toBe(3);
  expect(targets(server)).toEqual([
    `${PATH}/1/TrackingLinks?DeepLink=https%3A%2F%2Fa.example%2F`,
    `${PATH}/3/TrackingLinks`,
    `${PATH}/2/TrackingLinks`,
  ]);
  expect(text("out.csv")).toBe(
    "programId,deepLink,sku,trackingUrl,status,errorCode,error\n" +
      "1,https://a.example/,,https://example.sjv.io/1,created,,\n" +
      '1,https://a.example/,x,,failed,invalid_input,"line 3: Expected at most 3 cells as in the header, got 4: [""1"",""https://a.example/"",""x"",""y""]"\n' +
      "3,,,https://example.sjv.io/2,created,,\n" +
      "2,,,https://example.sjv.io/3,created,,\n",
  );
});

test("rows without any text make no link, even with --program, and are no failure", async () => {
  const server = await linker();
  put("in.csv", "programId;deepLink;sku\r\n;https://a.example/;x\r\n;;\r\n ;\u00a0;\r\n;;;\r\n");
  expect(await bulk("in.csv --out out.csv --program 7")).toEqual({
    code: 0,
    stdout: "",
    stderr:
      "impact-links: in.csv: 4 rows; parameters: programId, deepLink, --program; passed through: sku\n" +
      "impact-links: 4 rows: 1 created, 3 without text\n",
  });
  expect(targets(server)).toEqual([`${PATH}/7/TrackingLinks?DeepLink=https%3A%2F%2Fa.example%2F`]);
  expect(text("out.csv")).toBe(
    "programId;deepLink;sku;trackingUrl;status;errorCode;error\n" +
      ";https://a.example/;x;https://example.sjv.io/1;created;;\n;;;;;;\n ;\u00a0;;;;;\n;;;;;;\n",
  );
  for (const journal of [text("out.csv.journal"), ""]) {
    put("out.csv.journal", journal);
    if (journal === "") rmSync(join(folder, "out.csv.journal"));
    const again = await bulk("in.csv --out out.csv --program 7");
    expect(again.stderr).toContain("already complete");
    expect(again.code).toBe(0);
  }
  expect((await bulk("in.csv --dry-run --program 7 --silent")).stdout).toBe(
    "rows: 4\nrows without text: 3\ninvalid rows: 0\ncalls needed: 1\nvanity links needed: 0\n" +
      "time at 1,000 calls an hour: less than an hour\n",
  );
});

test("an id that a spreadsheet has shortened is not sent", async () => {
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

test("cells lose their outer spaces, and one with an invisible character fails its row by name", async () => {
  const server = await linker();
  put(
    "in.csv",
    "programId,customPath,adId,subId1\n 1 , Sale ,2\u00a0, a \n10\u200b00,,,\n1,Sa\u200ble,,\n",
  );
  const { stdout } = await bulk("in.csv --out -");
  expect(targets(server)).toEqual([
    `${PATH}/1/TrackingLinks?CustomPath=Sale&AdId=2&subId1=a&Type=Vanity`,
  ]);
  expect(stdout.match(/Expected `\w+` to be [^",]*, got U\+200B/g)).toEqual([
    "Expected `programId` to be free of invisible characters, got U+200B",
    "Expected `customPath` to be free of invisible characters, got U+200B",
  ]);
});
