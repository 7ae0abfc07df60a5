import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  extendTrackingLink,
  isImpactError,
  parseTrackingLink,
  type TrackingLinkExtension,
} from "../../src/index.ts";
import { LINK_URL, refused } from "../support/client.ts";

const REGULAR = LINK_URL;

const VANITY = "https://example.sjv.io/SummerSale";

const EMOJI = "😀";

/** What a JavaScript caller can give, whatever the types say. */
function extend(url: unknown, extension: unknown): string {
  return extendTrackingLink(url as string, extension as TrackingLinkExtension);
}

function refusal(action: () => unknown): Record<string, unknown> {
  try {
    action();
  } catch (error) {
    if (isImpactError(error)) return error.toJSON();
    throw error;
  }
  return expect.unreachable("nothing was refused");
}

test("extendTrackingLink adds parameters under their names on a link, in the order given", () => {
  const extended = extendTrackingLink(REGULAR, {
    sharedId: "shared",
    subId1: "one",
    deepLink: "https://shop.example/shoes",
    subId3: "three",
    mediaPartnerPropertyId: "88",
    subId2: "two",
  });

  expect(extended).toBe(
    "https://example.sjv.io/c/1/2/3?sharedid=shared&subId1=one&u=https%3A%2F%2Fshop.example%2Fshoes" +
      "&subId3=three&partnerpropertyid=88&subId2=two",
  );
});

test("extendTrackingLink adds sub ids and the shared id to a vanity link", () => {
  const extended = extendTrackingLink(VANITY, {
    subId1: "one",
    subId2: "two",
    subId3: "three",
    sharedId: "shared",
  });

  expect(extended).toBe(
    "https://example.sjv.io/SummerSale?subId1=one&subId2=two&subId3=three&sharedid=shared",
  );
});

test.each([
  ["no query", "", "?subId1=x"],
  ["an empty query", "?", "?subId1=x"],
  ["a query", "?a=1", "?a=1&subId1=x"],
  ["a trailing &", "?a=1&", "?a=1&subId1=x"],
  ["two trailing &", "?a=1&&", "?a=1&&subId1=x"],
  ["a query of one &", "?&", "?&subId1=x"],
  ["an empty pair in the middle", "?a=1&&b=2", "?a=1&&b=2&subId1=x"],
  ["duplicate names", "?a=1&a=2&a=1", "?a=1&a=2&a=1&subId1=x"],
  ["a name without value", "?flag&b=", "?flag&b=&subId1=x"],
  ["a value that holds =", "?a=b=c==", "?a=b=c==&subId1=x"],
  ["a second ?", "?a=1?subId1=old", "?a=1?subId1=old&subId1=x"],
  ["two ? at its start", "??subId1=old", "??subId1=old&subId1=x"],
  ["a plus and a %20", "?a=b+c%20d", "?a=b+c%20d&subId1=x"],
  ["lower-case escapes", "?a=%c3%bc%2f", "?a=%c3%bc%2f&subId1=x"],
  ["escapes that need none", "?%61=%62", "?%61=%62&subId1=x"],
  ["escapes that are none", "?a=100%&b=%zz&c=%C3", "?a=100%&b=%zz&c=%C3&subId1=x"],
  ["raw characters", "?a=ü|[]{}\"'<>^`", "?a=ü|[]{}\"'<>^`&subId1=x"],
  ["a name that only begins alike", "?subId10=1&xsubId1=2", "?subId10=1&xsubId1=2&subId1=x"],
  ["a fragment", "#top", "?subId1=x#top"],
  ["a query and a fragment", "?a=1#top", "?a=1&subId1=x#top"],
  ["an empty query and an empty fragment", "?#", "?subId1=x#"],
  ["a fragment that looks like a query", "#top?subId1=old&a#b", "?subId1=x#top?subId1=old&a#b"],
])("extendTrackingLink keeps a link with %s byte for byte", (_, rest, expected) => {
  expect(extendTrackingLink(REGULAR + rest, { subId1: "x" })).toBe(REGULAR + expected);
  expect(extendTrackingLink(VANITY + rest, { subId1: "x" })).toBe(VANITY + expected);
});

test.each([
  "HTTPS://Example.SJV.io:443/C/1/../%7Euser/./ü",
  "http://example.sjv.io:8080/SummerSale/",
  "https://example.sjv.io//c//1",
])("extendTrackingLink keeps scheme, host and path of %s byte for byte", (url) => {
  expect(extendTrackingLink(url, { subId1: "x" })).toBe(`${url}?subId1=x`);
});

test.each([
  ["in its place", "?a=1&subId1=old&b=2", "?a=1&subId1=new&b=2"],
  ["in another letter case", "?SUBID1=old&b=2", "?subId1=new&b=2"],
  ["with an encoded name", "?%73ubId1=old&b=2", "?subId1=new&b=2"],
  ["without a value", "?subId1&b=2", "?subId1=new&b=2"],
  ["with an empty value", "?subId1=&b=2", "?subId1=new&b=2"],
  ["with a value that holds =", "?subId1=a=b&b=2", "?subId1=new&b=2"],
  ["wherever it is repeated", "?subId1=1&a=1&subid1=2&b=2&SubId1=3#top", "?subId1=new&a=1&b=2#top"],
  ["beside empty pairs", "?&&subId1=old&&", "?&&subId1=new&&"],
])("extendTrackingLink replaces an existing parameter %s", (_, rest, expected) => {
  expect(extendTrackingLink(REGULAR + rest, { subId1: "new" })).toBe(REGULAR + expected);
});

test.each([
  ["MediaPartnerPropertyId=7", "partnerpropertyid=8"],
  ["partnerpropertyid=6&a=b&MediaPartnerPropertyId=7", "partnerpropertyid=8&a=b"],
  ["MEDIAPARTNERPROPERTYID=7&a=b&PartnerPropertyId=6", "partnerpropertyid=8&a=b"],
])("extendTrackingLink leaves one property id of ?%s", (before, after) => {
  const extended = extendTrackingLink(`${REGULAR}?${before}`, { mediaPartnerPropertyId: "8" });
  expect(extended).toBe(`${REGULAR}?${after}`);
});

test("extendTrackingLink replaces a deep link, a property and a shared id in any letter case", () => {
  const url = `${REGULAR}?U=https%3A%2F%2Fold.example&PartnerPropertyId=1&sharedId=old`;

  const extended = extendTrackingLink(url, {
    deepLink: "https://new.example",
    mediaPartnerPropertyId: "2",
    sharedId: "new",
  });

  expect(extended).toBe(`${REGULAR}?u=https%3A%2F%2Fnew.example&partnerpropertyid=2&sharedid=new`);
});

test.each([
  ["a%20b", "a%2520b"],
  ["a b", "a%20b"],
  ["a+b", "a%2Bb"],
  ["a&b=c", "a%26b%3Dc"],
  ["a?b#c", "a%3Fb%23c"],
  ["100%", "100%25"],
  ["ü", "%C3%BC"],
  [EMOJI, "%F0%9F%98%80"],
  ["a\nb", "a%0Ab"],
  [" a ", "%20a%20"],
  ["_-:|", "_-%3A%7C"],
  ["$&$1", "%24%26%241"],
])("extendTrackingLink encodes the value %j exactly once", (value, encoded) => {
  expect(extendTrackingLink(REGULAR, { subId1: value })).toBe(`${REGULAR}?subId1=${encoded}`);
});

test("extendTrackingLink encodes a deep link as one value, exactly once", () => {
  const deepLink = "https://shop.example/a%20b/ü?q=1+2&r=%26#top";

  expect(extendTrackingLink(REGULAR, { deepLink })).toBe(
    `${REGULAR}?u=https%3A%2F%2Fshop.example%2Fa%2520b%2F%C3%BC%3Fq%3D1%2B2%26r%3D%2526%23top`,
  );
});

test("extendTrackingLink accepts 255 characters, however many code units they are", () => {
  const value = EMOJI.repeat(255);

  expect(extendTrackingLink(VANITY, { subId1: value })).toBe(
    `${VANITY}?subId1=${"%F0%9F%98%80".repeat(255)}`,
  );
});

test("extendTrackingLink accepts a deep link of more than 255 characters", () => {
  const deepLink = `https://shop.example/${"a".repeat(300)}`;

  expect(parseTrackingLink(extendTrackingLink(REGULAR, { deepLink })).deepLink).toBe(deepLink);
});

test("extendTrackingLink takes undefined for absent", () => {
  expect(extendTrackingLink(VANITY, { subId1: undefined, deepLink: undefined })).toBe(VANITY);
  expect(extendTrackingLink(`${VANITY}?subId1=old`, { subId1: undefined, subId2: "x" })).toBe(
    `${VANITY}?subId1=old&subId2=x`,
  );
});

test("extendTrackingLink returns a link unchanged if nothing is added", () => {
  const url = `${VANITY}?#`;

  expect(extendTrackingLink(url, {})).toBe(url);
});

const ALL_NAMES = "`subId1`, `subId2`, `subId3`, `sharedId`, `deepLink`, `mediaPartnerPropertyId`";

test.each<[extension: unknown, field: string, message: string]>([
  [{ SubId1: "x" }, "SubId1", "a known parameter, got `SubId1`; did you mean `subId1`?"],
  [{ sub_id_2: "x" }, "sub_id_2", "a known parameter, got `sub_id_2`; did you mean `subId2`?"],
  [{ sharedid: "x" }, "sharedid", "a known parameter, got `sharedid`; did you mean `sharedId`?"],
  [{ Deeplink: "x" }, "Deeplink", "a known parameter, got `Deeplink`; did you mean `deepLink`?"],
  [{ subid1: undefined }, "subid1", "a known parameter, got `subid1`; did you mean `subId1`?"],
  [{ u: "x" }, "u", `a known parameter, got \`u\`; known are ${ALL_NAMES}`],
  [{ programId: "1" }, "programId", `a known parameter, got \`programId\`; known are ${ALL_NAMES}`],
  [
    { customPath: "x" },
    "customPath",
    `a known parameter, got \`customPath\`; known are ${ALL_NAMES}`,
  ],
  [{ toString: "x" }, "toString", `a known parameter, got \`toString\`; known are ${ALL_NAMES}`],
  [
    JSON.parse('{"__proto__":"x"}'),
    "__proto__",
    `a known parameter, got \`__proto__\`; known are ${ALL_NAMES}`,
  ],
  [{ subId1: null }, "subId1", "`subId1` to be a string that is not empty, got null"],
  [{ subId2: 7 }, "subId2", "`subId2` to be a string that is not empty, got the number 7"],
  [{ subId3: "" }, "subId3", "`subId3` to be a string that is not empty, got an empty string"],
  [{ sharedId: " \t" }, "sharedId", '`sharedId` to be a string that is not empty, got " \\t"'],
  [{ subId1: ["x"] }, "subId1", "`subId1` to be a string that is not empty, got an array"],
  [
    { mediaPartnerPropertyId: true },
    "mediaPartnerPropertyId",
    "`mediaPartnerPropertyId` to be a string that is not empty, got the boolean true",
  ],
  [{ subId1: "\ud83d" }, "subId1", "`subId1` to be valid Unicode, got half a surrogate pair"],
  [{ subId1: "a".repeat(256) }, "subId1", "`subId1` to be at most 255 characters, got 256"],
  [{ sharedId: EMOJI.repeat(256) }, "sharedId", "`sharedId` to be at most 255 characters, got 256"],
  [{ deepLink: "/shoes" }, "deepLink", '`deepLink` to be an absolute http(s) URL, got "/shoes"'],
  [null, "params", "parameters as an object, got null"],
  [undefined, "params", "parameters as an object, got undefined"],
  ["subId1=x", "params", "parameters as an object, got a string"],
  [[["subId1", "x"]], "params", "parameters as an object, got an array"],
])("extendTrackingLink refuses to add %j", (extension, field, message) => {
  expect(refusal(() => extend(REGULAR, extension))).toEqual(
    refused("invalid_input", field, `Expected ${message}`),
  );
});

test.each<[extension: TrackingLinkExtension, url: string, message: string]>([
  [
    { deepLink: "https://shop.example" },
    VANITY,
    'Expected `deepLink` only on a /c/ link, got "https://example.sjv.io/SummerSale"',
  ],
  [
    { mediaPartnerPropertyId: "88" },
    VANITY,
    'Expected `mediaPartnerPropertyId` only on a /c/ link, got "https://example.sjv.io/SummerSale"',
  ],
  [
    { subId1: "x", deepLink: "https://shop.example" },
    "https://example.sjv.io/m/1/2/3",
    'Expected `deepLink` only on a /c/ link, got "https://example.sjv.io/m/1/2/3"',
  ],
  [
    { deepLink: "https://shop.example" },
    "https://example.sjv.io/cc/1/2/3",
    'Expected `deepLink` only on a /c/ link, got "https://example.sjv.io/cc/1/2/3"',
  ],
])("extendTrackingLink refuses %j on a link that is not a /c/ link", (extension, url, message) => {
  const field = "deepLink" in extension ? "deepLink" : "mediaPartnerPropertyId";

  expect(refusal(() => extendTrackingLink(url, extension))).toEqual(
    refused("invalid_input", field, message),
  );
});

const NO_LINK = "Expected a tracking link (an http(s) URL with a path), got";

test.each<[url: unknown, got: string]>([
  ["", "an empty string"],
  ["example.sjv.io/c/1/2/3", '"example.sjv.io/c/1/2/3"'],
  ["//example.sjv.io/c/1/2/3", '"//example.sjv.io/c/1/2/3"'],
  ["/c/1/2/3", '"/c/1/2/3"'],
  ["https:/example.sjv.io/c/1", '"https:/example.sjv.io/c/1"'],
  ["https:///c/1/2/3", '"https:///c/1/2/3"'],
  ["https://example.sjv.io", '"https://example.sjv.io"'],
  ["https://example.sjv.io/?a=1", '"https://example.sjv.io/?a=1"'],
  ["https://example.sjv.io?a=1", '"https://example.sjv.io?a=1"'],
  ["https://example.sjv.io:99999/c", '"https://example.sjv.io:99999/c"'],
  [" https://example.sjv.io/c/1", '" https://example.sjv.io/c/1"'],
  ["https://example.sjv.io/c/1\n", '"https://example.sjv.io/c/1\\n"'],
  ["https://example.sjv.io/a b", '"https://example.sjv.io/a b"'],
  ["ftp://example.sjv.io/c/1", '"ftp://example.sjv.io/c/1"'],
  ["javascript:alert(1)", '"javascript:alert(1)"'],
  [`x${"y".repeat(100)}`, `"x${"y".repeat(78)}…"`],
  [null, "null"],
  [undefined, "undefined"],
  [7, "the number 7"],
  [new URL(REGULAR), "a value of type object"],
])("refuses %j as a link", (url, got) => {
  const expected = refused("invalid_input", "url", `${NO_LINK} ${got}`);

  expect(refusal(() => extend(url, { subId1: "x" }))).toEqual(expected);
  expect(refusal(() => parseTrackingLink(url as string))).toEqual(expected);
});

const text = fc
  .string({ unit: "binary", minLength: 1, maxLength: 255 })
  .filter((value) => value.trim() !== "");

const id = text.filter((value) => value.trim() === value && !/[\p{Cc}\p{Cf}]/u.test(value));

const extensions = fc.record(
  {
    subId1: text,
    subId2: text,
    subId3: text,
    sharedId: id,
    deepLink: fc.webUrl({ withQueryParameters: true, withFragments: true }),
    mediaPartnerPropertyId: id,
  },
  { requiredKeys: [] },
);

const foreign = fc
  .array(fc.constantFrom("a", "B", "=", "%", "%20", "%zz", "+", "?", "/", "ü", ";"))
  .map((parts) => parts.join(""));

const own = fc
  .tuple(
    fc.constantFrom(
      "subId1",
      "SUBID2",
      "sharedid",
      "u",
      "PartnerPropertyId",
      "mediapartnerpropertyid",
    ),
    foreign,
  )
  .map(([name, value]) => `${name}=${value}`);

const query = (pair: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.option(
    fc.array(pair).map((pairs) => `?${pairs.join("&")}`),
    { nil: "" },
  );

const fragment = fc.constantFrom("", "#", "#top", "#a?b&subId1=c");

test("parseTrackingLink reads the values that any link was extended with", () => {
  fc.assert(
    fc.property(query(fc.oneof(foreign, own)), fragment, extensions, (rest, end, extension) => {
      const extended = extendTrackingLink(REGULAR + rest + end, extension);

      expect(parseTrackingLink(extended)).toMatchObject(extension);
    }),
  );
});

test("extendTrackingLink keeps any link that already has the values", () => {
  fc.assert(
    fc.property(query(fc.oneof(foreign, own)), fragment, extensions, (rest, end, extension) => {
      const once = extendTrackingLink(REGULAR + rest + end, extension);

      expect(extendTrackingLink(once, extension)).toBe(once);
    }),
  );
});

test("extendTrackingLink keeps any link before and after the new parameters", () => {
  fc.assert(
    fc.property(query(foreign), fragment, text, (rest, end, subId1) => {
      const extended = extendTrackingLink(REGULAR + rest + end, { subId1 });
      const joint = rest === "" ? "?" : rest === "?" || rest.endsWith("&") ? "" : "&";

      expect(extended).toBe(`${REGULAR}${rest}${joint}subId1=${encodeURIComponent(subId1)}${end}`);
    }),
  );
});

test("extendTrackingLink keeps the other parameters of any link in their order", () => {
  const others = (url: string): string[] =>
    (url.split("#", 1)[0]?.split("?").slice(1).join("?") ?? "")
      .split("&")
      .filter((pair) => pair !== "" && !/^(subId1|u)=/i.test(pair));

  fc.assert(
    fc.property(query(fc.oneof(foreign, own)), fragment, (rest, end) => {
      const url = REGULAR + rest + end;
      const extended = extendTrackingLink(url, { subId1: "x", deepLink: "https://shop.example" });

      expect(others(extended)).toEqual(others(url));
    }),
  );
});
