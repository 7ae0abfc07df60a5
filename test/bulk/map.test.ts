import { expect, test } from "vitest";
import { PARAMETERS } from "../support/known.ts";
import {
  PATH,
  bulk,
  linker,
  put,
  targets,
  text,
  usage,
  useAccountAndFolder,
} from "../support/bulk/command.ts";

useAccountAndFolder();

const A = "https%3A%2F%2Fshop.example%2Fa";
const B = "https%3A%2F%2Fshop.example%2Fb";
const FEED = "id,link,code\n1,https://shop.example/a,x\n2,https://shop.example/b,\n";

test.each<[flags: string, sent: string[]]>([
  ["--map deepLink=link", [`DeepLink=${A}`, `DeepLink=${B}`]],
  ["--map DeepLink=link", [`DeepLink=${A}`, `DeepLink=${B}`]],
  ["--map deep-link=link", [`DeepLink=${A}`, `DeepLink=${B}`]],
  ["--map deepLink=link --map subId1=id", [`DeepLink=${A}&subId1=1`, `DeepLink=${B}&subId1=2`]],
  [
    "--map deepLink=link --map subId1=id --map subId2=id",
    [`DeepLink=${A}&subId1=1&subId2=1`, `DeepLink=${B}&subId1=2&subId2=2`],
  ],
  [
    "--map deepLink=link --map subId1=code --sub-id1 default --shared-id 2026-11",
    [`subId1=x&sharedId=2026-11&DeepLink=${A}`, `subId1=default&sharedId=2026-11&DeepLink=${B}`],
  ],
])("columns and values of parameters are named by flags: %s", async (flags, sent) => {
  const server = await linker();
  put("in.csv", FEED);
  const line = `in.csv --out out.csv --program 1000 --concurrency 1 ${flags}`;
  expect((await bulk(line)).code).toBe(0);
  const queries = targets(server).map((target) => {
    expect(target).toMatch(new RegExp(`^${PATH}/1000/TrackingLinks\\?`));
    return target.split("?")[1]?.split("&").sort().join("&");
  });
  expect(queries).toEqual(sent.map((each) => each.split("&").sort().join("&")));
  expect((await bulk(line)).stderr).toContain("already complete");
});

test("a run first prints the file and the columns that it reads", async () => {
  await linker();
  put("in.csv", FEED);
  const { stderr } = await bulk(
    "in.csv --out out.csv --program 1000 --map deepLink=link --map subId1=code --sub-id2 y",
  );
  expect(stderr).toBe(
    "impact-links: in.csv: 2 rows; parameters: deepLink from link, subId1 from code, --program, --sub-id2; passed through: id\n" +
      "impact-links: 2 rows: 2 created\n",
  );
});

test("a column that is named by --map comes before the one that is called so", async () => {
  const server = await linker();
  put(
    "in.csv",
    "deepLink,link\nhttps://shop.example/x,https://shop.example/a\n,https://shop.example/b\n",
  );
  await bulk("in.csv --out out.csv --program 1000 --map deepLink=link --concurrency 1");
  expect(targets(server)).toEqual([
    `${PATH}/1000/TrackingLinks?DeepLink=${A}`,
    `${PATH}/1000/TrackingLinks?DeepLink=${B}`,
  ]);
  expect(text("out.csv")).toContain("\nhttps://shop.example/x,https://shop.example/a,");
});

test("no suggestion is made for a parameter that another column is", async () => {
  await linker();
  put(
    "in.csv",
    "aw_deep_link,deepLink\nhttps://www.awin1.com/pclick.php?p=1,https://shop.example/a\n",
  );
  expect((await bulk("in.csv --out out.csv --program 1000")).code).toBe(0);
  put("in.csv", text("in.csv").replace("deepLink", "page"));
  expect((await bulk("in.csv --out other.csv --program 1000")).stderr).toContain(
    "To link to these URLs, add --map deepLink=page;",
  );
  expect((await bulk("in.csv --out other.csv --program 1000 --map deepLink=page")).code).toBe(0);
});

test.each([
  ["--map", "Option '--map <value>' argument missing"],
  ["--map deepLink", "--map takes a parameter and a column, such as --map deepLink=link"],
  ["--map deepLink=", "--map takes a parameter and a column, such as --map deepLink=link"],
  ["--map =link", `--map takes a parameter, got ""; known are ${PARAMETERS.replaceAll("`", "")}`],
  ["--map deeplink=link", '--map takes a parameter, got "deeplink"; did you mean deepLink?'],
  ["--map deepLink=Link", '--map deepLink: there is no column "Link"; did you mean "link"?'],
  ["--map deepLink=xyz", '--map deepLink: there is no column "xyz"; columns: id, link, code'],
  ["--map deepLink=link --map deep-link=id", "--map deepLink is given twice"],
  ["--pass-through lnk", '--pass-through: there is no column "lnk"; did you mean "link"?'],
  [
    "--map deepLink=link --pass-through link",
    '--map and --pass-through are both given for column "link"',
  ],
  [
    "--deep-link shop.example",
    'Expected --deep-link to be an absolute http(s) URL, got "shop.example"',
  ],
  ["--type banner", 'Expected --type to be "Regular" or "Vanity", got "banner"'],
  ["--sub-id1=", "Expected --sub-id1 to be a string that is not empty, got an empty string"],
  [
    "--sub-id1 -x",
    "--sub-id1 takes a value; write a value that begins with a dash as --sub-id1=-x",
  ],
  ["--program 1 --program 2", "--program is given twice"],
  ["--delimiter ab", '--delimiter takes one character, such as ";", or tab'],
  ['--delimiter "', '--delimiter takes one character, such as ";", or tab'],
  [
    "--encoding utf-9",
    "--encoding takes the name of an encoding, such as windows-1252, windows-1251 or shift_jis",
  ],
  ["--skip-lines x", `--skip-lines takes a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`],
])("flags are refused: %s", async (flags, message) => {
  const server = await linker();
  put("in.csv", FEED);
  const program = flags.includes("--program") ? "" : "--program 1000";
  expect(await bulk(`in.csv --out out.csv ${program} ${flags}`)).toEqual(usage(message));
  expect(targets(server)).toEqual([]);
});

test("--sub-id1=-x is a value", async () => {
  const server = await linker();
  put("in.csv", "sku\n1\n");
  await bulk("in.csv --out out.csv --program 1000 --sub-id1=-x");
  expect(targets(server)).toEqual([`${PATH}/1000/TrackingLinks?subId1=-x`]);
});

test("a file of another delimiter, encoding and beginning is read as its flags say", async () => {
  const server = await linker();
  put(
    "in.csv",
    Buffer.from("Bericht \xfc\nid^link^name\n1^https://shop.example/a^Gr\xfc\xdfe\n", "latin1"),
  );
  const line =
    "in.csv --out out.csv --program 1000 --map deepLink=link --delimiter ^ --encoding windows-1252 --skip-lines 1";
  expect(await bulk(line)).toMatchObject({ code: 0 });
  expect(targets(server)).toEqual([`${PATH}/1000/TrackingLinks?DeepLink=${A}`]);
  expect(text("out.csv")).toBe(
    "\ufeffid^link^name^trackingUrl^status^errorCode^error\n" +
      "1^https://shop.example/a^Grüße^https://example.sjv.io/1^created^^\n",
  );
  expect((await bulk(line)).stderr).toContain("already complete");
  const other = await bulk(line.replace("windows-1252", "windows-1251"));
  expect(other.code).toBe(2);
  expect(other.stderr).toContain("since then --encoding changed");
});
