import { expect, test } from "vitest";
import { extendTrackingLink, parseTrackingLink } from "../../src/index.ts";
import { readTrackingUrl } from "../../src/tracking-links/link.ts";

const VANITY = "https://example.sjv.io/SummerSale";

test("parseTrackingLink parses a regular link", () => {
  const url =
    "https://Example.SJV.io:8443/c/1/2/3?subId1=one&SUBID2=two&x=y&sharedid=shared" +
    "&u=https%3A%2F%2Fshop.example%2Fa%2520b&PartnerPropertyId=88#top";

  expect(parseTrackingLink(url)).toEqual({
    url,
    domain: "example.sjv.io",
    kind: "regular",
    partnerId: "1",
    adId: "2",
    programId: "3",
    subId1: "one",
    subId2: "two",
    sharedId: "shared",
    deepLink: "https://shop.example/a%20b",
    mediaPartnerPropertyId: "88",
  });
});

test.each([
  ["https://example.sjv.io/SummerSale", "SummerSale"],
  ["https://example.sjv.io/Summer%20Sale/2026", "Summer Sale/2026"],
  ["https://example.sjv.io/100%", "100%"],
  ["https://example.sjv.io/m/1/2/3", "m/1/2/3"],
  ["https://example.sjv.io/C/1/2/3", "C/1/2/3"],
])("parseTrackingLink parses the vanity link %s", (url, customPath) => {
  expect(parseTrackingLink(url)).toEqual({
    url,
    domain: "example.sjv.io",
    kind: "vanity",
    customPath,
  });
});

const REDIRECT =
  "https://www.ojrq.net/p/?return=https%3A%2F%2Fshop.sjv.io%2Fc%2F1%2F2%2F3%3Fu%3Dhttps%253A%252F%252Fwww.shop.example&cid=3&tpsync=yes";

test.each<[url: string, domain: string, what: string]>([
  ["https://imp.pxf.io/i/1111111/2222222/33333", "imp.pxf.io", "an impression pixel"],
  [REDIRECT, "www.ojrq.net", "a consent redirect"],
  [REDIRECT.replace("/p/?", "/p?"), "www.ojrq.net", "a consent redirect"],
  ["https://example.sjv.io/c/1//3", "example.sjv.io", "a /c/ link without exactly three ids"],
  ["https://example.sjv.io/c/1/2", "example.sjv.io", "a /c/ link without exactly three ids"],
  ["https://example.sjv.io/c/1/2/", "example.sjv.io", "a /c/ link without exactly three ids"],
  ["https://example.sjv.io/c", "example.sjv.io", "a /c/ link without exactly three ids"],
])("%s is neither regular nor vanity, and takes no parameters", (url, domain, what) => {
  expect(parseTrackingLink(url)).toEqual({ url, domain, kind: "other" });
  const shown = JSON.stringify(url.length > 80 ? `${url.slice(0, 79)}…` : url);
  expect(() => extendTrackingLink(url, { subId1: "a" })).toThrow(
    `Expected a /c/ link or a vanity link, got ${what}: ${shown}`,
  );
});

test.each<[url: string, damage: string]>([
  [
    "https://apple.sjv.io/c/1/2/3?sharedid=z&amp;u=https%3A%2F%2Fwww.apple.com&amp;subId1=q",
    "&amp;",
  ],
  ["https://apple.sjv.io/c/1/2/3?a=b&AMP;subId1=q", "&AMP;"],
  ["https://apple.sjv.io/c/1/2/3?a=b&#38;subId1=q", "&#38;"],
  ["https://apple.sjv.io/Sale?a=b&#x26;subId1=q", "&#x26;"],
  // As WordPress escapes links in pages, and as scripts in pages do.
  ["https://apple.sjv.io/c/1/2/3?a=b&#038;subId1=q", "&#038;"],
  ["https://apple.sjv.io/c/1/2/3?a=b\\u0026subId1=q", "\\u0026"],
  ["https://x.sjv.io/c/1/2/3&subId1=a", "&subId1="],
  ["https://x.sjv.io/c/1/2/3&subId1", "&subId1"],
  ["https://x.sjv.io/c/1/2/3%26subId1=a", "%26subId1=a"],
  ["https://x.sjv.io/c/1/2/3%3FsubId1=a?x=y", "%3FsubId1=a"],
  ["https://x.sjv.io/c/1/2/3%20", "%20"],
  ["https://x.sjv.io/c/1/2/3%E2%80%8B?subId1=a", "%E2%80%8B"],
  ["https://x.sjv.io/c/{partner}/2/3", "%7Bpartner%7D"],
  ["https://x.sjv.io/SummerSale&subId1=a", "&subId1="],
])("the damaged copy %s is refused, not misread", (url, damage) => {
  const message = `Expected a tracking link, got a damaged copy, with "${damage}" in it: `;
  expect(() => parseTrackingLink(url)).toThrow(message);
  expect(() => extendTrackingLink(url, { subId1: "a" })).toThrow(message);
});

test.each<[url: string, code: string]>([
  ["https://x.sjv.io/c/1/2/3\u200b", "U+200B"],
  ["https://x.sjv.io/c/1/2/3?subId1=a\u2060", "U+2060"],
  ["https://x.sjv.io/Summer\u00adSale", "U+00AD"],
  ["\u200bhttps://x.sjv.io/SummerSale", "U+200B"],
  ["https://x.sjv.io/SummerSale\ufeff", "U+FEFF"],
])("a link that was copied with an invisible character is refused: %j", (url, code) => {
  const message = `Expected \`url\` to be free of invisible characters, got ${code} in it`;
  expect(() => parseTrackingLink(url)).toThrow(message);
  expect(() => extendTrackingLink(url, { subId1: "a" })).toThrow(message);
});

test.each([
  ["https://bestbuy.7tiv.net/c/1/2/3?u=", {}],
  ["https://bestbuy.7tiv.net/c/1/2/3?u=&subId1=&subId1=x", { subId1: "x" }],
  ["https://bestbuy.7tiv.net/c/1/2/3?MediaPartnerPropertyId=8", { mediaPartnerPropertyId: "8" }],
  ["https://bestbuy.7tiv.net/c/1/2/3/?subId1=x", { subId1: "x" }],
])("an empty parameter of %s is absent", (url, rest) => {
  const ids = { partnerId: "1", adId: "2", programId: "3" };
  expect(parseTrackingLink(url)).toEqual({
    url,
    domain: "bestbuy.7tiv.net",
    kind: "regular",
    ...ids,
    ...rest,
  });
});

test.each([
  ["a+b%2Bc", "a b+c"],
  ["a%2520b", "a%20b"],
  ["100%", "100%"],
  ["a=b", "a=b"],
  ["1&subId1=2", "1"],
])("parseTrackingLink reads ?subId1=%s as %j", (query, value) => {
  expect(parseTrackingLink(`${VANITY}?subId1=${query}`).subId1).toBe(value);
});

test.each(["?subId1", "?a=1?subId1=x", "?#&subId1=x", "#?subId1=x", "?subId10=x"])(
  "parseTrackingLink reads no parameter from %s",
  (rest) => {
    expect(parseTrackingLink(VANITY + rest)).toEqual({
      url: VANITY + rest,
      domain: "example.sjv.io",
      kind: "vanity",
      customPath: "SummerSale",
    });
  },
);

test.each([
  ["https://example.sjv.io/c/1/2/3?a=%20", "https://example.sjv.io/c/1/2/3?a=%20"],
  ["http://example.sjv.io/x", "http://example.sjv.io/x"],
  ["HTTPS://Example.SJV.io/X", "HTTPS://Example.SJV.io/X"],
  ["example.sjv.io/SummerSale", "https://example.sjv.io/SummerSale"],
  ["//example.sjv.io/SummerSale", "https://example.sjv.io/SummerSale"],
  ["example.sjv.io:8443/c/1?x=1#y", "https://example.sjv.io:8443/c/1?x=1#y"],
  ["  https://example.sjv.io/x\n", "https://example.sjv.io/x"],
  [" example.sjv.io/x ", "https://example.sjv.io/x"],
])("readTrackingUrl reads %j as a link", (given, url) => {
  expect(readTrackingUrl(given)).toBe(url);
});

test.each([
  undefined,
  null,
  7,
  true,
  {},
  ["https://example.sjv.io/x"],
  "",
  " ",
  "error",
  "n/a",
  "null",
  "/c/1/2/3",
  "example.sjv.io",
  "example.sjv.io/",
  "localhost/x",
  "https://",
  "https:///x",
  "https:/example.sjv.io/x",
  "https://example.sjv.io:99999/x",
  "https://example.sjv.io/a b",
  "https://example.sjv.io/a\nb",
  "Failed. See example.sjv.io/help",
  "javascript:alert(1)",
  "javascript:example.sjv.io/x",
  "ftp://example.sjv.io/x",
  "data:text/html,example.sjv.io/x",
  "user@example.sjv.io/x",
  "<a href='https://example.sjv.io/x'>",
  // No path, or none that is more than slashes and dots: parseTrackingLink takes none of these either.
  "https://example.sjv.io",
  "https://example.sjv.io/",
  "https://example.sjv.io//",
  "https://example.sjv.io/.",
  "https://example.sjv.io/..",
  "https://example.sjv.io/?subId1=x",
  "https://example.sjv.io/#x",
  "https://example.sjv.io?x=/c/1/2/3",
  "https://localhost",
  "example.sjv.io/?x",
  "https://user@example.sjv.io/x",
  "https://user:pw@example.sjv.io/x",
  "https://:pw@example.sjv.io/x",
  "https://other.example\\@example.sjv.io/x",
])("readTrackingUrl and parseTrackingLink see no link in %j", (given) => {
  expect(readTrackingUrl(given)).toBe(undefined);
  expect(() => parseTrackingLink(given as string)).toThrow("Expected a tracking link");
});

// What bytes that are no UTF-8 are read as, and what JSON can write of it.
test.each([
  "https://example.sjv.io/\ufffd",
  "example.sjv.io/\ufffd",
  "https://example.sjv.io/\ud83d",
])("readTrackingUrl sees no link in %j, which has lost characters", (given) => {
  expect(readTrackingUrl(given)).toBe(undefined);
});

test("parseTrackingLink takes a link with /c/ further down its path for a vanity link", () => {
  expect(parseTrackingLink("https://example.sjv.io/a/c/1/2/3")).toEqual({
    url: "https://example.sjv.io/a/c/1/2/3",
    domain: "example.sjv.io",
    kind: "vanity",
    customPath: "a/c/1/2/3",
  });
});

test("readTrackingUrl keeps the slashes in the path of a link without a scheme", () => {
  expect(readTrackingUrl("example.sjv.io/a//b")).toBe("https://example.sjv.io/a//b");
});
