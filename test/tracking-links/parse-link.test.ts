import { expect, test } from "vitest";
import { parseTrackingLink } from "../../src/index.ts";
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

test("parseTrackingLink leaves out the ids that a /c/ link lacks", () => {
  expect(parseTrackingLink("https://example.sjv.io/c/1//3")).toEqual({
    url: "https://example.sjv.io/c/1//3",
    domain: "example.sjv.io",
    kind: "regular",
    partnerId: "1",
    programId: "3",
  });
});

test.each([
  ["a+b%2Bc", "a b+c"],
  ["a%2520b", "a%20b"],
  ["100%", "100%"],
  ["a=b", "a=b"],
  ["", ""],
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
