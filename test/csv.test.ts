import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openTable, type TableOptions } from "../src/cli/input/table.ts";
import { times } from "./support/thorough.ts";
import { emptyFolder } from "./support/workspace.ts";

async function read(content: string | Uint8Array, options: TableOptions = {}, name = "in.csv") {
  const path = join(emptyFolder(), name);
  writeFileSync(path, content);
  const table = await openTable(path, options);
  try {
    const rows = [];
    for await (const { line, cells, problem } of table.rows()) rows.push({ line, cells, problem });
    return { ...table, rows };
  } finally {
    await table.close();
  }
}

const IN_CELL =
  'has a quote in the middle of a cell; quote the whole cell and double the quotes in it: "19"" wide"';
const AFTER_QUOTE =
  'has text after a closing quote; quote the whole cell and double the quotes in it: "19"" wide"';
const UNCLOSED = "opens a quote that is never closed";

test.each<[what: string, row: string, cells: string[], problem: string]>([
  ["an inch mark", '1,19" wide,x', ["1", '19" wide', "x"], IN_CELL],
  ["a word in quotes", '1,the "best" one,x', ["1", 'the "best" one', "x"], IN_CELL],
  [
    "a word in quotes at the beginning",
    '1,"Best" shoes,x',
    ["1", '"Best" shoes', "x"],
    AFTER_QUOTE,
  ],
  ["quotes that are not doubled", '1,"say "hi" now",x', ["1", 'say "hi" now', "x"], AFTER_QUOTE],
  ["an opening quote alone", '1,"19 wide,x', ["1", '"19 wide', "x"], UNCLOSED],
  [
    "several lines, of which quotes are not doubled",
    '1,"<p>\n<a href="y">z</a>\n</p>",x',
    ["1", '<p>\n<a href="y">z</a>\n</p>', "x"],
    AFTER_QUOTE,
  ],
])("a bad quote fails its row alone: %s", async (_, row, cells, problem) => {
  const before = 'a,b,c\n0,"x\ny",z\n';
  const after = '2,"q,r",s\n3,"",t\n';
  const lines = row.split("\n").length;
  const { rows } = await read(`${before}${row}\n${after}`);
  expect(rows.map(({ line }) => line)).toEqual([2, 4, 4 + lines, 5 + lines]);
  expect(rows[1]).toEqual({ line: 4, cells, problem });
  expect([rows[0], rows[2], rows[3]].map((each) => each?.cells)).toEqual([
    ["0", "x\ny", "z"],
    ["2", "q,r", "s"],
    ["3", "", "t"],
  ]);
  const last = await read(`${before}${row}`);
  expect(last.rows[1]).toMatchObject({ problem });
});

test("in tab-separated text a quote is a character, unless it opens a cell", async () => {
  const { rows } = await read(
    'id\tsize\tdeepLink\n1\tTV 19" wide\thttps://shop.example/a\n2\t"Best" shoes\thttps://shop.example/b\n3\t"a\tb"\tc\n',
    {},
    "in.tsv",
  );
  expect(rows).toEqual([
    { line: 2, cells: ["1", 'TV 19" wide', "https://shop.example/a"], problem: undefined },
    { line: 3, cells: ["2", '"Best" shoes', "https://shop.example/b"], problem: AFTER_QUOTE },
    { line: 4, cells: ["3", "a\tb", "c"], problem: undefined },
  ]);
});

const DELIMITERS = [",", ";", "\t", "|", "^"];
const part = fc.constantFrom(
  "a",
  "b c",
  '"',
  '""',
  ",",
  ";",
  "\t",
  "|",
  "^",
  "\n",
  "\r\n",
  "\r",
  "é",
);

test("any text that is valid CSV is read as another parser reads it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...DELIMITERS),
      fc.array(part, { maxLength: 30 }).map((parts) => parts.join("")),
      async (delimiter, body) => {
        const text = `h${delimiter}i${delimiter}j\n${body}`;
        let expected: string[][];
        try {
          expected = parse(text, {
            delimiter,
            relax_column_count: true,
            skip_empty_lines: true,
            record_delimiter: ["\r\n", "\n", "\r"],
          });
        } catch {
          // Not valid, which is another test's.
          return;
        }
        const { rows, count } = await read(text, { delimiters: [delimiter] });
        expect(count).toBe(expected.length - 1);
        const fitted = expected.slice(1).map((cells) => [...cells, "", ""].slice(0, 3));
        expect(rows.map(({ cells }) => cells)).toEqual(fitted);
        for (const { problem } of rows) expect(problem ?? "at most").toContain("at most");
      },
    ),
    { numRuns: times(150, 2000) },
  );
});

test("one bad row anywhere leaves all others as they were", async () => {
  const cell = fc.constantFrom("x", "", "1,5", 'say "hi"', "two\nlines", "é");
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 }),
      fc.constantFrom('a,19" wide,b', 'a,"Best" shoes,b', 'a,b,"19', 'a,say "hi" now,b'),
      fc.nat(),
      async (table, bad, seed) => {
        // A line of nothing but delimiters could be a row of any cell.
        const good = table.map((cells) => ["k", ...cells]);
        const lines = good.map((cells) => stringify([cells], { eof: false }));
        const place = seed % (lines.length + 1);
        const text = ["h,i,j,k", ...lines.toSpliced(place, 0, bad), ""].join("\n");
        const { rows } = await read(text);
        expect(rows[place]?.problem).toMatch(/quote/);
        expect(rows.toSpliced(place, 1)).toMatchObject(good.map((cells) => ({ cells })));
      },
    ),
    { numRuns: times(100, 1000) },
  );
});

test.each([
  ["deepLink;Preis, EUR\nhttps://shop.example/a;1,50\nhttps://shop.example/b;2,50\n", ";"],
  ["link;Preis, EUR\nhttps://shop.example/a;1,50\n", ";"],
  ["name,note;x\na,b\nc,d\n", ","],
  ['"a;b";"c,d,e"\n1;2\n', ";"],
  ["a|b\n1|2\n", "|"],
  ["a\tb, c\n1\t2\n", "\t"],
  ["deepLink\nhttps://shop.example/?a=1\n", ","],
])("the delimiter is found: %j", async (text, delimiter) => {
  expect((await read(text)).format).toMatchObject({ delimiter });
});

test.each([
  ["windows-1252", Buffer.from("id;name\n1;Gr\xfc\xdfe \x80\n", "latin1"), "Grüße €"],
  ["windows-1251", Buffer.from("id;name\n1;\xd1\xf3\xec\xea\xe0\n", "latin1"), "Сумка"],
  ["shift_jis", Buffer.from("id;name\n1;\x8c\x43\n", "latin1"), "靴"],
  ["utf-16le", Buffer.from("id;name\n1;ü\n", "utf16le"), "ü"],
])(
  "text in %s is read as such, and its output has a byte order mark",
  async (encoding, bytes, name) => {
    const { rows, format } = await read(bytes, { encoding });
    expect(rows.map(({ cells }) => cells)).toEqual([["1", name]]);
    expect(format).toEqual({ kind: "csv", delimiter: ";", wantsBom: true });
  },
);

test.each(["\n", "\r\n", "\r"])(
  "lines before the header are skipped and counted: %j",
  async (end) => {
    const text = ["My report", '"', "", "id,name", "1,x", ""].join(end);
    const { columns, rows, headerLine } = await read(text, { skipLines: 3 });
    expect({ columns, rows, headerLine }).toEqual({
      columns: ["id", "name"],
      rows: [{ line: 5, cells: ["1", "x"], problem: undefined }],
      headerLine: 4,
    });
  },
);

test("more lines to skip than there are leave nothing", async () => {
  expect(await read("a,b\n1,2\n", { skipLines: 9 })).toMatchObject({ columns: [], rows: [] });
});

test.each<[what: string, content: string | Uint8Array, name: string, message: string]>([
  [
    "a workbook",
    "PK\u0003\u0004\u0014",
    "in.xlsx",
    'is a spreadsheet or an archive; in Excel, save it as "CSV UTF-8", or unpack it',
  ],
  [
    "an old workbook",
    Buffer.from("\xd0\xcf\x11\xe0\xa1", "latin1"),
    "in.csv",
    'is a spreadsheet or an archive; in Excel, save it as "CSV UTF-8", or unpack it',
  ],
  [
    "a compressed file",
    Buffer.from("\x1f\x8b\x08\x00", "latin1"),
    "in.csv.gz",
    "is compressed; unpack it first: gunzip -c in.csv.gz | npx impact-links bulk - …",
  ],
  [
    "XML",
    '\ufeff<?xml version="1.0"?>\n<rss/>',
    "in.xml",
    "is XML or HTML; export it as CSV or as JSON lines",
  ],
  [
    "a web page",
    "\n<!DOCTYPE html>\n",
    "in.csv",
    "is XML or HTML; export it as CSV or as JSON lines",
  ],
  [
    "a JSON array",
    '[\n  {"deepLink": "https://shop.example/"}\n]',
    "in.json",
    "is a JSON array; write one object a line: jq -c '.[]' in.json | npx impact-links bulk - …",
  ],
])("a file that is %s is named, with what to do", async (_, content, name, message) => {
  const error = await read(content, {}, name).catch((reason: unknown) => reason as Error);
  const said = (error as Error).message.replace(/\S*[/]impact-partner-client-\w+[/]/g, "");
  expect(said).toBe(`${name} ${message}`);
});

test.each([
  "1e400",
  "12345678901234567.0",
  "12345678901234567890",
  "0.12345678901234567891",
  "1e-400",
  "0.99999999999999999999",
])("a number that JSON would change is a problem of its line: %s", async (number) => {
  const { rows } = await read(`{"programId":"1"}\n{"x":[${number}]}\n`, {}, "in.jsonl");
  expect(rows[1]?.problem).toBe(
    `Expected a number this long as a string, "${number}", got ${number}`,
  );
});

test.each([
  "1.0",
  "-0",
  "0.00",
  "1e5",
  "1E+21",
  "100000000000000000000",
  "0.1",
  "1.50",
  "9007199254740991",
  "5e-324",
])("a number that JSON writes as the same one is read: %s", async (number) => {
  const { rows } = await read(`{"x":${number}}\n`, {}, "in.jsonl");
  expect(rows).toEqual([{ line: 1, cells: [Number(number)], problem: undefined }]);
});

test("text that is not in the encoding that is named is refused", async () => {
  const shiftJis = Buffer.from("id,name\n1,\x8c\x43\x81\x40\n", "latin1");
  await expect(read(shiftJis, { encoding: "windows-1252" })).rejects.toThrow(
    "is not in windows-1252; try another --encoding",
  );
});

test.each([
  ["a short row", "2,https://b/"],
  ["a blank line", ""],
  ["another bad row", '2,19" wide,https://b/'],
])("a bad quote fails its row alone before %s", async (_, next) => {
  const { rows } = await read(
    `id,title,deepLink\n1,"Acme" boots,https://a/\n${next}\n3,"good",https://c/\n`,
  );
  expect(rows.at(0)).toEqual({
    line: 2,
    cells: ["1", '"Acme" boots', "https://a/"],
    problem: AFTER_QUOTE,
  });
  expect(rows.at(-1)).toEqual({ line: 4, cells: ["3", "good", "https://c/"], problem: undefined });
  expect(rows).toHaveLength(next === "" ? 2 : 3);
});

test.each([65_535, 65_536, 65_537, 65_520])(
  "the delimiter is found after a skipped line of %i bytes",
  async (length) => {
    const text = `${"x".repeat(length - 1)}\nsep=;\nid;name\n1;a,b\n`;
    const { columns, rows } = await read(text, { skipLines: 1 });
    expect(columns).toEqual(["id", "name"]);
    expect(rows.map(({ line, cells }) => [line, ...cells])).toEqual([[4, "1", "a,b"]]);
  },
);

test("a skipped line may look like XML", async () => {
  const { columns } = await read("<!-- export -->\nid,name\n1,x\n", { skipLines: 1 });
  expect(columns).toEqual(["id", "name"]);
});

test("UTF-8 whose first letter beyond ASCII comes late is not read in another encoding", async () => {
  const text = `id,name\n${"1,x\n".repeat(40_000)}2,ü\n`;
  await expect(read(text, { encoding: "windows-1252" })).rejects.toThrow(
    "is in UTF-8; remove --encoding",
  );
});

test("a bad row keeps all its cells, however long it is", async () => {
  const long = "x".repeat(40_000);
  const { rows } = await read(`id,size,note\n1,19" wide,${long}\n2,a,b\n`);
  expect(rows.map(({ cells }) => cells)).toEqual([
    ["1", '19" wide', long],
    ["2", "a", "b"],
  ]);
});
