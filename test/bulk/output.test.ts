import * as fc from "fast-check";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import {
  folder,
  bulk,
  put,
  text,
  answering,
  answer,
  targets,
  useAccountAndFolder,
} from "../support/bulk/command.ts";
import { times } from "../support/thorough.ts";

useAccountAndFolder();

test.each([
  [",", ""],
  [";", ""],
  ["\t", ""],
  [";", "\ufeff"],
])("the output keeps the delimiter %j and the byte order mark %j", async (delimiter, bom) => {
  put("in.csv", `${bom}programId,name\r\n1,x\r\n`.replaceAll(",", delimiter));
  await bulk("in.csv --out out.csv --sandbox");
  expect(text("out.csv").replace(/https:[^,;\t]*/, "U")).toBe(
    `${bom}programId,name,trackingUrl,status,errorCode,error\n1,x,U,created,,\n`.replaceAll(
      ",",
      delimiter,
    ),
  );
});

test("the output has tabs in a .tsv file, and the delimiter of the input on stdout", async () => {
  put("in.csv", "\ufeffprogramId;name\r\n1;a,b\r\n");
  await bulk("in.csv --out out.tsv --sandbox");
  expect(text("out.tsv").split("\n")[0]).toBe(
    "\ufeffprogramId\tname\ttrackingUrl\tstatus\terrorCode\terror",
  );
  expect((await bulk("in.csv --out - --sandbox")).stdout.split("\n")[0]).toBe(
    "\ufeffprogramId;name;trackingUrl;status;errorCode;error",
  );
  const { stdout } = await bulk("- --out - --sandbox", '{"programId":"1"}\n');
  expect(stdout).toMatch(/^\{"programId":"1","trackingUrl":"https:[^"]*","status":"created"\}\n$/);
});

test("the output from Excel's Unicode text is UTF-8 with tabs", async () => {
  const bytes = Buffer.from("\ufeffprogramId\tname\r\n1\tGrüße 😀\r\n", "utf16le");
  put("in.txt", bytes);
  await bulk("in.txt --out out.csv --sandbox");
  expect(text("out.csv")).toMatch(
    /^\ufeffprogramId\tname\ttrackingUrl\tstatus\terrorCode\terror\n1\tGrüße 😀\thttps:/,
  );
});

test.each([",", ";", "\t"])(
  "the output holds no formula, whoever gave it (%j)",
  async (delimiter) => {
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
          await bulk(`${input} --out ${out} --sandbox --silent`);
          const rows = parse(text(out), { delimiter });
          expect(rows).toHaveLength(2);
          expect(rows.flat().filter((each) => /^[=+\-@\t\r＝＋－＠]/.test(each))).toEqual([]);
          const plain = rows.map((row) => row.slice(0, 4).map((each) => each.replace(/^'/, "")));
          expect(plain).toEqual([keys, values]);
        },
      ),
      { numRuns: times(8, 25) },
    );
  },
);

test.each<[delimiter: string, cell: string, written: string]>([
  [",", "x;=cmd|' /C calc'!A0;y", "x;'=cmd|' /C calc'!A0;y"],
  [",", 'a\t"=HYPERLINK(1)"', `a\t'"=HYPERLINK(1)"`],
  [";", "x,@SUM(1+1)", "x,'@SUM(1+1)"],
  [";", "a\n-2+3+cmd|x", "a\n'-2+3+cmd|x"],
  [",", "\n=1+1", "'\n=1+1"],
  [",", "\0=1+1", "'\0=1+1"],
  // Nothing that runs.
  [";", "Preis 5,- EUR", "Preis 5,- EUR"],
  [",", "size 3;-50%", "size 3;-50%"],
  [",", "x,=cmd|1", "x,=cmd|1"],
  [",", "https://shop.example/?a=1;b=(2)", "https://shop.example/?a=1;b=(2)"],
])(
  "a cell holds no formula for another separator either: %j %j",
  async (delimiter, cell, written) => {
    const quoted = `"${cell.replaceAll('"', '""')}"`;
    put("in.csv", `programId${delimiter}name\n1${delimiter}${quoted}\n`);
    const line = "in.csv --out out.csv --sandbox --pass-through name";
    await bulk(line);
    expect(parse(text("out.csv"), { delimiter })[1]?.[1]).toBe(written);
    expect((await bulk(line)).stderr).toContain("already complete");
  },
);

test("the output holds no formula of the server's either, in links and in messages", async () => {
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

test.each(
  "-5|+5|-1,50|+0.25|007|-50%|-1.234,56|+49 170 1234567|-5 EUR|+1 (555) 010-2222|-1e5|-1.5.2|-1,000.5|-.5|-€5".split(
    "|",
  ),
)("the output keeps %j, which is a plain number, an amount or a phone number", async (price) => {
  put("in.csv", `programId;price\n1;${price}\n`);
  await bulk("in.csv --out out.csv --sandbox");
  expect(parse(text("out.csv"), { delimiter: ";" })[1]?.[1]).toBe(price);
});

test.each([
  "-5+1",
  "-",
  "-5\n",
  "-()",
  "-1(A1)",
  "+A1",
  "--5",
  "=5",
  "@5",
  "-2+3+cmd|' /C calc'!A0",
])("the output keeps %j, which is no plain number, from running", async (price) => {
  put("in.csv", `programId;price\n1;"${price}"\n`);
  await bulk("in.csv --out out.csv --sandbox");
  expect(parse(text("out.csv"), { delimiter: ";" })[1]?.[1]).toBe(`'${price}`);
});

test("the output of a version that kept numbers with a sign from running is known, too", async () => {
  put("in.csv", "programId,price\n1,-5\n");
  const output =
    "programId,price,trackingUrl,status,errorCode,error\n" +
    "1,'-5,https://example.sjv.io/1,created,,\n";
  put("out.csv", output);
  expect((await bulk("in.csv --out out.csv --sandbox")).code).toBe(0);
  expect(text("out.csv")).toBe(output);
});

test("the output quotes a carriage return, so that no reader ends the row there", async () => {
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
])("the output is known again by a second run: %j", async (content) => {
  put("in.csv", content);
  expect((await bulk("in.csv --out out.csv --sandbox")).code).toBe(0);
  const first = text("out.csv");
  expect(await bulk("in.csv --out out.csv --sandbox")).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("impact-links: already complete; nothing was sent\n") as string,
  });
  expect(text("out.csv")).toBe(first);
});

test("a link that CSV has quoted against formulas is neither a correction nor reused", async () => {
  const link = "https://example.sjv.io/a;-b(1)";
  const server = await answering((response) => answer(response, 200, { TrackingURL: link }));
  put("in.csv", "programId,sku\n1,a\n2,b\n");
  await bulk("in.csv --out out.csv --silent");
  expect(text("out.csv")).toContain("https://example.sjv.io/a;'-b(1)");
  const journal = text("out.csv.journal");
  expect((await bulk("in.csv --out out.csv --silent")).code).toBe(0);
  expect(text("out.csv.journal")).toBe(journal);
  await bulk("in.csv --out other.jsonl --silent --reuse out.csv");
  expect(text("other.jsonl")).toContain(`"trackingUrl":"${link}","status":"created"`);
  expect(targets(server)).toHaveLength(4);
});
