import { expect, test } from "vitest";
import type { CreateTrackingLinkParams } from "../../src/tracking-links/params.ts";
import { dedupeKey, splitIds } from "../../src/tracking-links/dedupe-key.ts";

test.each<[what: string, one: CreateTrackingLinkParams, other: CreateTrackingLinkParams]>([
  [
    "in whatever order its parameters were given",
    { programId: "1", subId1: "a", adId: "2" },
    { adId: "2", subId1: "a", programId: "1" },
  ],
  ["with its default type or without", { programId: "1", type: "Regular" }, { programId: "1" }],
  ["with undefined or without", { programId: "1", subId1: undefined }, { programId: "1" }],
])("dedupeKey is the same for a link %s", (_, one, other) => {
  expect(dedupeKey(one)).toBe(dedupeKey(other));
});

test("dedupeKey differs for whatever differs in one parameter", () => {
  const links: CreateTrackingLinkParams[] = [
    { programId: "1" },
    { programId: "2" },
    { programId: "1", type: "Vanity" },
    { programId: "1", type: "Vanity", customPath: "a" },
    { programId: "1", type: "Vanity", customPath: "A" },
    { programId: "1", adId: "a" },
    { programId: "1", deepLink: "https://shop.example/a" },
    { programId: "1", mediaPartnerPropertyId: "a" },
    { programId: "1", subId1: "a" },
    { programId: "1", subId2: "a" },
    { programId: "1", subId3: "a" },
    { programId: "1", sharedId: "a" },
    { programId: "1", subId1: "a", subId2: "b" },
    { programId: "1", subId1: 'a","b' },
    { programId: "1", subId1: "null" },
  ];

  expect(new Set(links.map(dedupeKey)).size).toBe(links.length);
});

const base: CreateTrackingLinkParams = {
  programId: "1",
  type: "Vanity",
  customPath: "Sale",
  adId: "2",
  deepLink: "https://shop.example/a",
  mediaPartnerPropertyId: "3",
};
const ids = { subId1: "a", subId2: "b", subId3: "c", sharedId: "d" };
const whole: CreateTrackingLinkParams = { ...base, ...ids };

test("splitIds takes the sub and shared ids out of the parameters, and nothing else", () => {
  const before = structuredClone(whole);

  expect(splitIds(whole)).toEqual({ base, ids });
  expect(whole).toEqual(before);
});

test("splitIds takes inherited ids out, too, as a request does", () => {
  expect(splitIds(Object.create(whole) as CreateTrackingLinkParams)).toEqual({ base, ids });
});

test("splitIds gives no ids where there are none", () => {
  expect(splitIds({ ...base, subId1: undefined })).toEqual({ base, ids: undefined });
});
