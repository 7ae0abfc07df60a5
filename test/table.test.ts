import * as fc from "fast-check";
import { stringify } from "csv-stringify/sync";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openTable, type TableRow } from "../src/cli/input/table.ts";
import { emptyFolder } from "./support/workspace.ts";
import { times } from "./support/thorough.ts";

const CHUNK = 65_536;

interface Read {
  columns: readonly string[];
  rows: Omit<TableRow, "index">[];
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

async function readFrom(path: string): Promise<Read & { count: number; indexes: number[] }> {
  const table = await openTable(path, { stdin: nothing() });
  try {
    const rows: Read["rows"] = [];
    const indexes: number[] = [];
    for await (const { index, ...row } of table.rows()) {
      rows.push(row);
      indexes.push(index);
    }
    return { columns: table.columns, count: table.count, indexes, rows };
  } finally {
    await table.close();
  }
}

async function read(content: string | Uint8Array, name = "in.csv"): Promise<Read> {
  const path = join(emptyFolder(), name);
  writeFileSync(path, content);
  const { columns, rows } = await readFrom(path);
  return { columns, rows };
}

const formatOf = async (content: string | Uint8Array, name = "in.csv") => {
  const path = join(emptyFolder(), name);
  writeFileSync(path, content);
  const table = await openTable(path, { stdin: nothing() });
  await table.close();
  return table.format;
};

const cellsIn = async (content: string | Uint8Array, name?: string) =>
  (await read(content, name)).rows.map(({ cells }) => cells);

const refusal = (content: string | Uint8Array, name = "in.csv"): Promise<string> =>
  read(content, name).then(
    () => "nothing",
    // The folder is another one each time.
    (error: Error) => error.message.replace(/\S*[/]impact-partner-client-\w+[/]/g, ""),
  );

const breaksIn = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0;

const NASTY = Array.from(" \",;\t\n\r\0é€😀'\u2028").concat(
  ["", "\r\n", '""', "=1+1", "sep=", "00123", "1.23E+05", "\u00a0x", '19" "wide"'],
  "https://shop.example/?a=1,2;3",
);
const cell = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: "binary", maxLength: 8 })), {
    maxLength: 4,
  })
  .map((parts) => parts.join(""));
const name = cell.filter((text) => !/[,;\t]|^\ufeff|^"?sep=/i.test(text));

/** A table, and how a spreadsheet might write it. */
const written = fc
  .record({
    names: fc.array(name, { minLength: 2, maxLength: 5 }),
    delimiter: fc.constantFrom(",", ";", "\t"),
    eol: fc.constantFrom("\r\n", "\n", "\r"),
    wantsBom: fc.boolean(),
    encoding: fc.constantFrom("utf-8" as const, "utf-16le" as const, "utf-16be" as const),
    isSaid: fc.boolean(),
    quoted: fc.boolean(),
    endsOpen: fc.boolean(),
  })
  .chain((how) =>
    fc
      .array(
        fc.record({
          cells: fc.array(cell, { minLength: how.names.length, maxLength: how.names.length }),
          blanks: fc.constantFrom(0, 0, 0, 1, 2),
        }),
        { maxLength: 8 },
      )
      .map((rows) => ({ ...how, rows })),
  );

type Written = typeof written extends fc.Arbitrary<infer T> ? T : never;

function writeTable({ names, delimiter, eol, quoted, isSaid, endsOpen, rows }: Written) {
  const line = (cells: string[]): string =>
    stringify([cells], { delimiter, quoted, eof: false, quoted_match: /[\r\n]/ });
  let text = isSaid && eol !== "\r" ? `sep=${delimiter}${eol}` : "";
  text += line(names);
  const expected = rows.map(({ cells, blanks }) => {
    text += eol.repeat(1 + blanks);
    const row = { line: breaksIn(text) + 1, cells };
    text += line(cells);
    return row;
  });
  return { text: endsOpen ? text : text + eol, expected };
}

function encode(text: string, encoding: Written["encoding"], wantsBom: boolean): Uint8Array {
  if (encoding === "utf-8") return Buffer.from(wantsBom ? `\ufeff${text}` : text);
  const bytes = Buffer.from(`\ufeff${text}`, "utf16le");
  return encoding === "utf-16be" ? bytes.swap16() : bytes;
}

test("any table is read back cell by cell, whatever wrote it", async () => {
  const path = join(emptyFolder(), "in.csv");
  await fc.assert(
    fc.asyncProperty(written, async (how) => {
      const { text } = writeTable(how);
      writeFileSync(path, encode(text, how.encoding, how.wantsBom));
      const { columns, rows, count, indexes } = await readFrom(path);
      expect(columns).toEqual(how.names);
      expect(rows.map(({ cells }) => cells)).toEqual(how.rows.map(({ cells }) => cells));
      expect(rows.map(({ problem }) => problem)).toEqual(how.rows.map(() => undefined));
      expect(count).toBe(how.rows.length);
      expect(indexes).toEqual(how.rows.map((_, index) => index));
    }),
    { numRuns: times(30, 150) },
  );
});

test("any table says of each row in which line it begins", async () => {
  const path = join(emptyFolder(), "in.csv");
  await fc.assert(
    fc.asyncProperty(written, async (how) => {
      const { text, expected } = writeTable(how);
      writeFileSync(path, encode(text, how.encoding, how.wantsBom));
      expect((await readFrom(path)).rows).toEqual(expected);
    }),
    { numRuns: times(30, 150) },
  );
});

test("any table is read back from JSON lines, each key of any line a column", async () => {
  const path = join(emptyFolder(), "in.jsonl");
  const value = fc.oneof(
    cell,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.integer()),
    fc.dictionary(fc.string(), fc.integer(), { noNullPrototype: true }),
  );
  const object = fc.array(fc.tuple(fc.string({ unit: "binary", maxLength: 5 }), value));
  await fc.assert(
    fc.asyncProperty(
      fc.array(object, { maxLength: 6 }),
      fc.constantFrom("\n", "\r\n"),
      fc.boolean(),
      async (entries, eol, wantsBom) => {
        const objects = entries.map((each) => Object.fromEntries(each));
        const text = objects.map((each) => JSON.stringify(each)).join(eol);
        writeFileSync(path, `${wantsBom ? "\ufeff" : ""}${text}`);
        const { columns, rows } = await readFrom(path);
        expect([...columns].sort()).toEqual([...new Set(objects.flatMap(Object.keys))].sort());
        const found = rows.map(({ cells }) =>
          Object.fromEntries(
            columns
              .map((column, position): [string, unknown] => [column, cells[position]])
              .filter(([, each]) => each !== undefined),
          ),
        );
        // -0 has no form of its own in JSON.
        expect(JSON.parse(JSON.stringify(found))).toEqual(JSON.parse(JSON.stringify(objects)));
        expect(rows.map(({ line }) => line)).toEqual(objects.map((_, index) => index + 1));
      },
    ),
    { numRuns: times(25, 100) },
  );
});

const tokens: [what: string, text: string, value: string][] = [
  ["é", "é", "é"],
  ["€", "€", "€"],
  ["an emoji", "😀", "😀"],
  ["a doubled quote", '"a""b"', 'a"b'],
  ["a quoted line end", '"a\r\nb"', "a\r\nb"],
  ["a quoted delimiter", '"a,b"', "a,b"],
  ["the end of a line", "x", "x"],
];
test.each(tokens)("a piece that is read at once may end within %s", async (_, text, value) => {
  const around = Buffer.byteLength(text) + 3;
  const path = join(emptyFolder(), "in.csv");
  for (let before = 0; before <= around; before++) {
    const head = "programId,name\r\n";
    const long = "y".repeat(CHUNK - head.length - before - 2);
    writeFileSync(path, `${head}${long},${text}\r\n2,z\r\n`);
    const { rows } = await readFrom(path);
    expect(rows.map(({ cells }) => cells)).toEqual([
      [long, value],
      ["2", "z"],
    ]);
  }
});

test("a piece that is read at once may end within a surrogate pair of UTF-16", async () => {
  for (const pad of [0, 1, 2]) {
    const long = "y".repeat(CHUNK / 2 - 20 + pad);
    const bytes = encode(`programId\tname\r\n${long}\t😀\r\n`, "utf-16be", true);
    expect(await cellsIn(bytes, "in.txt")).toEqual([[long, "😀"]]);
  }
});

test("a piece that is read at once may end within a JSON line", async () => {
  for (let before = 0; before < 12; before++) {
    const long = "y".repeat(CHUNK - 6 - before);
    const text = `{"a":"${long}😀"}\r\n{"a":2}\r\n`;
    expect(await cellsIn(text, "in.jsonl")).toEqual([[`${long}😀`], [2]]);
  }
});

test("exports of spreadsheets: German Excel: semicolons, CRLF, quotes doubled, commas in numbers, zeros ahead", async () => {
  const text =
    '\ufeffprogramId;Produkt;Preis;Artikelnr\r\n1000;"Monitor 19"" ""Größe L""";1.299,00;00123\r\n';
  expect(await formatOf(text)).toEqual({ kind: "csv", delimiter: ";", wantsBom: true });
  expect(await read(text)).toEqual({
    columns: ["programId", "Produkt", "Preis", "Artikelnr"],
    rows: [{ line: 2, cells: ["1000", 'Monitor 19" "Größe L"', "1.299,00", "00123"] }],
  });
});

test.each(["utf-16le", "utf-16be"] as const)(
  "exports of spreadsheets: Excel's Unicode text, %s",
  async (encoding) => {
    const bytes = encode("programId\tname\r\n1\tGrüße 😀\r\n", encoding, true);
    expect(await formatOf(bytes, "in.txt")).toEqual({
      kind: "csv",
      delimiter: "\t",
      wantsBom: true,
    });
    expect(await cellsIn(bytes, "in.txt")).toEqual([["1", "Grüße 😀"]]);
  },
);

test.each([
  ["sep=;\r\n", ";"],
  ["SEP=,\r\n", ","],
  ['"sep=;"\r\n', ";"],
  ["sep=\t\r\n", "\t"],
  ["sep=|\r\n", "|"],
  ["\ufeffsep=;\r\n", ";"],
])("the line %j names the delimiter, and is no row", async (first, delimiter) => {
  const text = `${first}programId${delimiter}a,b\r\n1${delimiter}"x,y"\r\n`.replace(
    /a,b/,
    delimiter === "," ? '"a,b"' : "a,b",
  );
  expect(await formatOf(text)).toMatchObject({ delimiter });
  expect(await read(text)).toEqual({
    columns: ["programId", "a,b"],
    rows: [{ line: 3, cells: ["1", "x,y"] }],
  });
});

test("exports of spreadsheets: Google Sheets: URLs with commas, dates, emoji, line ends in cells", async () => {
  const text =
    "programId,deepLink,Added,Note\r\n" +
    '1,"https://shop.example/?size=1,2",2026-11-22,"👟 new\nsale"\r\n' +
    "2,https://shop.example/,11/22/2026,\r\n";
  expect((await read(text)).rows).toEqual([
    { line: 2, cells: ["1", "https://shop.example/?size=1,2", "2026-11-22", "👟 new\nsale"] },
    { line: 4, cells: ["2", "https://shop.example/", "11/22/2026", ""] },
  ]);
});

test("the delimiter is found in the header, whatever its quoted names hold", async () => {
  const text = '"a,b,c,d";"programId";"x\ny"\n1;2;3\n';
  expect(await formatOf(text)).toMatchObject({ delimiter: ";" });
});

test("empty lines before the header do not hide the delimiter", async () => {
  expect(await read("\r\n\r\nprogramId;name\r\n1;x\r\n")).toEqual({
    columns: ["programId", "name"],
    rows: [{ line: 4, cells: ["1", "x"] }],
  });
});

test.each([
  ["CRLF, then LF", "programId,name\r\n1,a\n2,b\n"],
  ["LF, then CRLF", "programId,name\n1,a\r\n2,b\r\n"],
  ["CR, then LF", "programId,name\r1,a\n2,b\n"],
  ["LF, then CR", "programId,name\n1,a\r2,b\r"],
])("line ends may change within a file: %s", async (_, text) => {
  expect((await read(text)).rows).toEqual([
    { line: 2, cells: ["1", "a"] },
    { line: 3, cells: ["2", "b"] },
  ]);
});

test("line ends of two kinds never make one row of several", async () => {
  expect(await cellsIn("programId\r\n1\n2\n3\n")).toEqual([["1"], ["2"], ["3"]]);
});

test("line ends within quotes count as one line each, CRLF too", async () => {
  const text = 'programId,name\r\n1,"a\r\nb\r\nc"\r\n2,x\r\n';
  expect((await read(text)).rows.map(({ line }) => line)).toEqual([2, 5]);
});

test("line ends that end a cell and begin the next are two", async () => {
  const text = 'programId,a,b\n1,"x\r","\ny"\n';
  expect((await read(text)).rows.map(({ line }) => line)).toEqual([2]);
});

test("an empty file has no columns and no rows", async () => {
  expect(await read("")).toEqual({ columns: [], rows: [] });
  expect(await read("\ufeff")).toEqual({ columns: [], rows: [] });
  expect(await read("", "in.jsonl")).toEqual({ columns: [], rows: [] });
});

test("a header alone has no rows", async () => {
  expect(await read("programId,name")).toEqual({ columns: ["programId", "name"], rows: [] });
  expect(await read("programId,name\r\n")).toEqual({ columns: ["programId", "name"], rows: [] });
});

test("blank lines are no rows, and count as lines", async () => {
  expect((await read("programId,name\n\n1,a\n\n\n2,b\n\n")).rows).toEqual([
    { line: 3, cells: ["1", "a"] },
    { line: 6, cells: ["2", "b"] },
  ]);
});

test("columns without a name and with the same name are kept as they are", async () => {
  expect(await read("programId,name,name,,\n1,a,b,,\n")).toEqual({
    columns: ["programId", "name", "name", "", ""],
    rows: [{ line: 2, cells: ["1", "a", "b", "", ""] }],
  });
});

test("cells that are missing at the end are empty, and more text than columns is a problem of the row", async () => {
  expect((await read("programId,a,b\n1,x\n2,x,y,z\n3,x,y\n4\n5,x,y,, ,\n")).rows).toEqual([
    { line: 2, cells: ["1", "x", ""] },
    {
      line: 3,
      cells: ["2", "x", "y"],
      problem: "Expected at most 3 cells as in the header, got 4",
      text: '["2","x","y","z"]',
    },
    { line: 4, cells: ["3", "x", "y"] },
    { line: 5, cells: ["4", "", ""] },
    { line: 6, cells: ["5", "x", "y"] },
  ]);
});

test.each<[what: string, content: string | Uint8Array]>([
  ["windows-1252", Buffer.from("programId;name\n1;Gr\u00fc\u00dfe\n", "latin1")],
  ["half a character at the end", Buffer.from("programId;name\n1;ü").subarray(0, -1)],
  ["UTF-16 cut in half", encode("programId\tname", "utf-16le", true).subarray(0, -1)],
])("a table is refused for %s, and says what to do", async (_, content) => {
  expect(await refusal(content)).toMatch(
    /^Expected text in UTF-(8|16LE), got other bytes in in\.csv.* In Excel, save it as "CSV UTF-8"; or name its encoding: --encoding windows-1252 \(Western\), windows-1251 \(Cyrillic\), shift_jis \(Japanese\)\.$/,
  );
});

const bad = (text: string): Buffer => Buffer.from(text.replaceAll("€", "\u00fc"), "latin1");
test.each<[what: string, content: Uint8Array, line: number]>([
  ["after lines that are right", bad("programId,name\n1,abcdefghijklm\n1,€\n"), 3],
  [
    "after CRLF, and characters of more bytes",
    Buffer.concat([Buffer.from("é,€\r\n"), bad("€")]),
    2,
  ],
  ["after CR", bad("programId\r1\r€"), 3],
  ["in the header", bad("€,name\n1,x\n"), 1],
  ["half a character at the end", Buffer.from("programId\n1\nü").subarray(0, -1), 3],
  ["beyond the first piece", bad(`a\n${"y".repeat(CHUNK * 2)}\n2,€\n`), 3],
  // The line end, and the character, are cut by the end of the piece.
  ["after a CRLF in two pieces", bad(`${"y".repeat(CHUNK - 1)}\r\n€`), 2],
  [
    "after a character in two pieces",
    Buffer.concat([Buffer.from(`${"y".repeat(CHUNK - 1)}é\n`), bad("€\n")]),
    2,
  ],
])("a table is refused for other bytes, and names their line: %s", async (_, content, line) => {
  expect(await refusal(content)).toBe(
    `Expected text in UTF-8, got other bytes in in.csv at line ${line}. In Excel, save it as "CSV UTF-8"; or name its encoding: --encoding windows-1252 (Western), windows-1251 (Cyrillic), shift_jis (Japanese).`,
  );
});

test("a table is refused for windows-1252 beyond the first piece", async () => {
  const bytes = Buffer.concat([
    Buffer.from(`programId,name\n1,${"y".repeat(CHUNK * 2)}\n`),
    Buffer.from("2,\u00fc\n", "latin1"),
  ]);
  expect(await refusal(bytes)).toMatch(/^Expected text in UTF-8, got other bytes in in\.csv/);
});

test("a table is refused for a quote that is never closed in its header", async () => {
  expect(await refusal('\n\nprogramId,"name\n1,a\n')).toBe(
    "in.csv is not valid CSV: the header at line 3 opens a quote that is never closed",
  );
});

test("JSON lines hold numbers, null and nested values, and other keys in each line", async () => {
  const text =
    '{"programId":1000,"tags":["a"],"o":{"b":1}}\n\n{"x":null,"programId":"0012"}\n{"x":true}';
  expect(await read(text, "in.ndjson")).toEqual({
    columns: ["programId", "tags", "o", "x"],
    rows: [
      { line: 1, cells: [1000, ["a"], { b: 1 }] },
      { line: 3, cells: ["0012", undefined, undefined, null] },
      { line: 4, cells: [undefined, undefined, undefined, true] },
    ],
  });
});

test.each([
  ["x", "Expected a JSON object, got text that is not JSON"],
  ['{"a":1', "Expected a JSON object, got text that is not JSON"],
  ['{"a":1}{"a":2}', "Expected a JSON object, got text that is not JSON"],
  ["[1]", "Expected a JSON object, got an array"],
  ["null", "Expected a JSON object, got null"],
  ["1", "Expected a JSON object, got the number 1"],
  ['"x"', "Expected a JSON object, got a string"],
])("JSON lines that are %j are a problem of the line alone", async (line, problem) => {
  expect((await read(`{"programId":1}\n${line}\n{"programId":2}`, "in.jsonl")).rows).toEqual([
    { line: 1, cells: [1] },
    { line: 2, cells: [], problem, text: line },
    { line: 3, cells: [2] },
  ]);
});

test("JSON lines with a number that JavaScript cannot hold are a problem of the line alone", async () => {
  const line = '{"programId":1,"sku":12345678901234567890}';
  expect((await read(`${line}\r\n{"programId":2}`, "in.jsonl")).rows).toEqual([
    {
      line: 1,
      cells: [],
      problem: `Expected a number this long as a string, "12345678901234567890", got 12345678901234567890`,
      text: line,
    },
    { line: 2, cells: [2] },
  ]);
});

test.each([
  ["xx\n", 1, "Expected a JSON object, got text that is not JSON"],
  ["\n[1]\n", 2, "Expected a JSON object, got an array"],
  ['{\n  "programId": 1\n}\n', 1, "Expected a JSON object, got text that is not JSON"],
  [
    '{"programId":1,"sku":12345678901234567890}\n',
    1,
    'Expected a number this long as a string, "12345678901234567890", got 12345678901234567890',
  ],
])("JSON lines are refused if none can be read: %j", async (content, line, problem) => {
  expect(await refusal(content, "in.jsonl")).toBe(
    `in.jsonl has no usable line; line ${line}: ${problem}`,
  );
});

test("JSON lines of objects without a key have no columns", async () => {
  expect(await read("{}\n{}\n", "in.jsonl")).toEqual({
    columns: [],
    rows: [
      { line: 1, cells: [] },
      { line: 2, cells: [] },
    ],
  });
});

test("JSON lines may hold the key __proto__, U+2028, and a byte order mark", async () => {
  const text = '\ufeff{"__proto__":{"programId":"9"},"a":"\u2028"}';
  const { columns, rows } = await read(text, "in.jsonl");
  expect(columns).toEqual(["__proto__", "a"]);
  expect(rows).toEqual([{ line: 1, cells: [{ programId: "9" }, "\u2028"] }]);
});

test("JSON lines are recognised by their first character if the name does not tell", async () => {
  expect(await formatOf(' \n{"a":1}', "in")).toEqual({ kind: "jsonl" });
  expect(await formatOf("{a},b\n", "in.csv")).toMatchObject({ kind: "csv" });
  expect(await formatOf('a,b\n{"c":1}\n', "in.NDJSON")).toEqual({ kind: "jsonl" });
});

test("a table may have a very long cell, with line ends, quotes and NUL", async () => {
  const huge = 'a"b\r\n\0€'.repeat(times(60_000, 300_000));
  const text = stringify([
    ["programId", "name"],
    ["1", huge],
    ["2", "x"],
  ]);
  const cells = await cellsIn(text);
  expect(cells[0]?.[1] === huge).toBe(true);
  expect(cells[1]).toEqual(["2", "x"]);
});

test("a table may have very many rows", async () => {
  const length = times(20_000, 100_000);
  const lines = Array.from({ length }, (_, index) => `${index},"p ""${index}"""`);
  const path = join(emptyFolder(), "in.csv");
  writeFileSync(path, `programId,name\n${lines.join("\n")}\n`);
  const table = await openTable(path, { stdin: nothing() });
  let wrong = 0;
  let count = 0;
  for await (const { index, line, cells } of table.rows()) {
    if (index !== count++ || line !== index + 2) wrong++;
    if (cells[0] !== `${index}` || cells[1] !== `p "${index}"`) wrong++;
  }
  await table.close();
  expect({ count, wrong, told: table.count }).toEqual({
    count: length,
    wrong: 0,
    told: length,
  });
});

test("a table may have 1,000 columns", async () => {
  const names = Array.from({ length: 1000 }, (_, index) => `c${index}`);
  expect(await read(`${names.join(";")}\n${names.join(";")}\n`)).toEqual({
    columns: names,
    rows: [{ line: 2, cells: names }],
  });
});

test("a file that changes while it is read is refused", async () => {
  const path = join(emptyFolder(), "in.csv");
  writeFileSync(path, "programId\n1\n2\n");
  const table = await openTable(path, { stdin: nothing() });
  writeFileSync(path, "programId\n1\n3\n");
  const all = async () => {
    for await (const _ of table.rows());
  };
  await expect(all()).rejects.toThrow(`${path} has changed while it was read`);
  await table.close();
});

test("a file that changes while it is read gives no row that is half of what was and half of what is", async () => {
  const path = join(emptyFolder(), "in.csv");
  const link = (host: string, index: number) => `1,https://${host}.example/${index}\n`;
  const lines = (host: string) => Array.from({ length: 10_000 }, (_, index) => link(host, index));
  writeFileSync(path, `programId,deepLink\n${lines("old").join("")}`);
  const table = await openTable(path, { stdin: nothing() });
  const known = new Set([...lines("old"), ...lines("newer")]);
  const torn: string[] = [];
  let count = 0;
  const all = async () => {
    for await (const { cells, problem } of table.rows()) {
      if (count++ === 0) writeFileSync(path, `programId,deepLink\n${lines("newer").join("")}`);
      if (problem === undefined && !known.has(`${cells.join(",")}\n`)) torn.push(cells.join(","));
    }
  };
  await expect(all()).rejects.toThrow(`${path} has changed while it was read`);
  expect(torn).toEqual([]);
  await table.close();
});
