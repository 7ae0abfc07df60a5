import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import {
  PATH,
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

const SHOPIFY =
  "Handle,Title,Type,Image Src,Status\n" +
  "boots,Boots,Bracelet,https://cdn.example/1.jpg,active\n" +
  "sink,Sink,Vanity,https://cdn.example/2.jpg,draft\n";
const own = "every link would lead to the program's own page";
const comma = ' (header: line 1; delimiter: ",")';

test.each<[what: string, content: string, flags: string, message: string]>([
  [
    "a link column that is not read",
    "id,title,link\n1,Boots,https://shop.example/boots\n2,Shoes,https://shop.example/shoes\n",
    "",
    `Column "link" contains URLs, but no column is read as deepLink: ${own}. ` +
      `To link to these URLs, add --map deepLink=link; to pass them through, add --pass-through link${comma}`,
  ],
  [
    "one row with an address, among others, in a file with tabs",
    'id\timage_link\tpage "url"\n1\thttps://shop.example/1.jpg\t\n2\t\t HTTPS://shop.example/\n',
    "",
    `Columns "image_link", "page "url"" contain URLs, but no column is read as deepLink: ${own}. ` +
      `To link to these URLs, add --map "deepLink=page \\"url\\""; to pass them through, add ` +
      `--pass-through image_link --pass-through "page \\"url\\"" (header: line 1; delimiter: tab)`,
  ],
  [
    "an address for all rows, beside a column of addresses",
    "id,link\n1,https://shop.example/boots\n2,https://shop.example/shoes\n",
    "--deep-link https://shop.example/",
    `Column "link" contains URLs, but no column is read as deepLink: every link would lead to the page of --deep-link. ` +
      `To link to these URLs, add --map deepLink=link; to pass them through, add --pass-through link${comma}`,
  ],
  [
    "rows that differ in nothing that is sent",
    "\nsku,name\n1,a\n\n2,b\n",
    "",
    "All rows of in.csv request the same link. Map the columns that differ, such as --map deepLink=<column>; " +
      'columns: sku, name (header: line 2; delimiter: ",")',
  ],
  [
    "addresses that are passed through",
    "sku,link\n1,https://shop.example/a\n2,https://shop.example/b\n",
    "--pass-through link",
    "All rows of in.csv request the same link. Map the columns that differ, such as --map deepLink=<column>; " +
      `columns: sku, link${comma}`,
  ],
  [
    "a product type",
    SHOPIFY,
    "",
    `Column "Type" is named like a parameter, but its values do not fit: "Bracelet" in line 2 is not Regular or Vanity. ` +
      "To pass the column through, add --pass-through Type",
  ],
  [
    "three other values among many right ones",
    `type,subId1\n${"vanity,a\n".repeat(30)}Sink,b\nTap,c\nVanity,d\nBath,e\n`,
    "",
    `Column "type" is named like a parameter, but its values do not fit: "Sink" in line 32 is not Regular or Vanity. ` +
      "To pass the column through, add --pass-through type",
  ],
  [
    "a list of addresses",
    "https://shop.example/a\nhttps://shop.example/b\n",
    "",
    "Line 1 of in.csv is not a header: it contains a URL. Insert a line with column names before it, " +
      `such as: deepLink${comma}`,
  ],
  [
    "a line of comment",
    "# Required | id of the item | text,# Required | page\nid,deepLink\n1,https://shop.example/boots\n",
    "",
    `Line 1 of in.csv does not look like a header. To use line 2 instead, add --skip-lines 1${comma}`,
  ],
  [
    "a comment before a header without parameters",
    "# one,# two\n# three,# four\nid,link\n1,https://shop.example/boots\n",
    "",
    `Line 1 of in.csv does not look like a header. To use line 3 instead, add --skip-lines 2${comma}`,
  ],
  [
    "a title",
    "My report\n\nid,deepLink\n1,https://shop.example/boots\n",
    "",
    `Line 1 of in.csv does not look like a header. To use line 3 instead, add --skip-lines 2${comma}`,
  ],
  [
    "a title among empty cells",
    "Products 2026,,\nfrom,Monday,\nid,name,link\n1,Boots,https://shop.example/boots\n",
    "",
    `Line 1 of in.csv does not look like a header. To use line 2 instead, add --skip-lines 1${comma}`,
  ],
  [
    "a title of one cell",
    "Products 2026\n\nid,name,link\n1,Boots,https://shop.example/boots\n",
    "",
    `Line 1 of in.csv does not look like a header. To use line 3 instead, add --skip-lines 2${comma}`,
  ],
  [
    "addresses without a scheme",
    "sku,link,subId1\n1,www.shop.example/a,x\n2,www.shop.example/b,y\n",
    "",
    `Column "link" contains URLs, but no column is read as deepLink: ${own}. ` +
      `To link to these URLs, add --map deepLink=link; to pass them through, add --pass-through link${comma}`,
  ],
  [
    "an output",
    "sku,deepLink,trackingUrl,status,errorCode,error\n1,https://shop.example/,https://example.sjv.io/1,created,,\n",
    "",
    "The input is an output of bulk. Correct the original input instead, and add --reuse to keep the links",
  ],
  [
    "two columns of the name that is mapped",
    "sku,link,link\n1,https://shop.example/a,https://shop.example/b\n",
    "--map deepLink=link",
    '--map deepLink: more than one column is called "link"',
  ],
  [
    "UTF-8 that is said to be another encoding",
    "sku,deepLink\nü,https://shop.example/a\n",
    "--encoding windows-1252",
    "in.csv is in UTF-8; remove --encoding",
  ],
  [
    "a comment before the column that is named",
    "# a,# b\nid,link\n1,https://shop.example/boots\n",
    "--map deepLink=link",
    `Line 1 of in.csv does not look like a header. To use line 2 instead, add --skip-lines 1${comma}`,
  ],
])("a file that was not meant so is refused: %s", async (_, content, flags, message) => {
  const server = await linker();
  put("in.csv", content);
  for (const to of ["--out out.csv", "--dry-run", "--out - --silent"]) {
    const words = `in.csv ${to} --program 1000 ${flags}`;
    expect(await bulk(words)).toEqual(usage(message));
  }
  expect(targets(server)).toEqual([]);
  expect(readdirSync(folder)).toEqual(["in.csv"]);
});

test.each<[what: string, content: string, flags: string, sent: string[]]>([
  [
    "addresses that are to be left as they are, beside ids",
    "sku,subId1,link\n1,a,https://shop.example/a\n2,b,https://shop.example/b\n",
    "--pass-through link",
    ["subId1=a", "subId1=b"],
  ],
  ["one row", "sku\n1\n", "", [""]],
  ["a row and an empty one", "sku,x\n1,\n,\n", "", [""]],
  [
    "a wrong type here and there",
    "type,subId1\nvanity,a\nRegluar,b\nRegular,c\n,d\n,e\nx,f\n,g\n,h\n,i\n,j\n,k\n",
    "",
    ["Type=Vanity&subId1=a", "Type=Regular&subId1=c", ..."deghijk"].map((each) =>
      each.length === 1 ? `subId1=${each}` : each,
    ),
  ],
  ["a header like a comment, of parameters", "#,subId1\n1,a\n2,b\n", "", ["subId1=a", "subId1=b"]],
])("a file that was meant so is sent: %s", async (_, content, flags, sent) => {
  const server = await linker();
  put("in.csv", content);
  await bulk(`in.csv --out out.csv --program 1000 --concurrency 1 ${flags}`);
  const query = (each: string): string => (each === "" ? "" : `?${each}`);
  expect(targets(server)).toEqual(sent.map((each) => `${PATH}/1000/TrackingLinks${query(each)}`));
});

test("a product type Vanity makes no vanity link", async () => {
  const server = await linker();
  put("in.csv", SHOPIFY.replaceAll("Image Src", "Page"));
  const line = "in.csv --out out.csv --program 1000 --pass-through Type --map deepLink=Page";
  expect((await bulk(`${line} --concurrency 1`)).code).toBe(0);
  expect(targets(server)).toEqual([
    `${PATH}/1000/TrackingLinks?DeepLink=https%3A%2F%2Fcdn.example%2F1.jpg`,
    `${PATH}/1000/TrackingLinks?DeepLink=https%3A%2F%2Fcdn.example%2F2.jpg`,
  ]);
  expect(text("out.csv")).toBe(
    "Handle,Title,Type,Page,Status,trackingUrl,linkStatus,errorCode,error\n" +
      "boots,Boots,Bracelet,https://cdn.example/1.jpg,active,https://example.sjv.io/1,created,,\n" +
      "sink,Sink,Vanity,https://cdn.example/2.jpg,draft,https://example.sjv.io/2,created,,\n",
  );
});
