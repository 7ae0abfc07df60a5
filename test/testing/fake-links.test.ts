import { expect, test } from "vitest";
import { createFakeImpact } from "../../src/testing/index.ts";
import { answer, clientOf, LINKS, made, REGULAR } from "../support/fake.ts";

test("makes a Regular link that shows its parameters and keeps it in links", async () => {
  const fake = createFakeImpact({ trackingDomain: "go.example" });
  const link = await clientOf(fake).trackingLinks.create({
    programId: "1000",
    adId: "77",
    deepLink: "https://shop.example/a?b=ü",
    mediaPartnerPropertyId: "88",
    subId1: "a b",
    sharedId: "s&t",
  });

  const url =
    "https://go.example/c/1072744/77/1000?subId1=a%20b&sharedid=s%26t" +
    "&u=https%3A%2F%2Fshop.example%2Fa%3Fb%3D%C3%BC&partnerpropertyid=88";
  expect(link.url).toBe(url);
  expect(fake.links).toEqual([
    {
      url,
      type: "Regular",
      programId: "1000",
      params: {
        adId: "77",
        deepLink: "https://shop.example/a?b=ü",
        mediaPartnerPropertyId: "88",
        subId1: "a b",
        sharedId: "s&t",
      },
    },
  ]);
});

test.each(["a b", "a/b", "ä", "a;b"])(
  "makes a Regular link for the program %s",
  async (programId) => {
    const fake = createFakeImpact();
    const link = await clientOf(fake).trackingLinks.create({ programId, adId: "7 7" });
    expect(link.url).toMatch(/^https:\/\/example\.sjv\.io\/c\/1072744\/\d{7}\/\d{7}$/);
    expect(fake.links).toMatchObject([{ url: link.url, programId }]);
  },
);

test("makes the same Regular link twice and keeps both", async () => {
  const fake = createFakeImpact();

  expect(await answer(fake)).toEqual(made(REGULAR));
  expect(await answer(fake)).toEqual(made(REGULAR));
  expect(fake.links.map(({ url }) => url)).toEqual([REGULAR, REGULAR]);
});

test("makes a Vanity link of the path and stores its parameters", async () => {
  const fake = createFakeImpact();
  const link = await clientOf(fake).trackingLinks.create({
    programId: "1000",
    type: "Vanity",
    customPath: "Summer Sale",
    subId1: "a",
  });

  expect(link.url).toBe("https://example.sjv.io/Summer%20Sale");
  expect(fake.links).toEqual([
    {
      url: "https://example.sjv.io/Summer%20Sale",
      type: "Vanity",
      programId: "1000",
      customPath: "Summer Sale",
      params: { type: "Vanity", customPath: "Summer Sale", subId1: "a" },
    },
  ]);
});

test.each([
  ["?CustomPath=Sale", "https://example.sjv.io/Sale"],
  ["?Type=vanity&CustomPath=Sale", "https://example.sjv.io/Sale"],
  ["?Type=VANITY&CustomPath=Sale", "https://example.sjv.io/Sale"],
  ["?Type=Regular&CustomPath=Sale", "https://example.sjv.io/Sale"],
  ["?Type=regular", REGULAR],
  ["?Type=", REGULAR],
])(
  "reads the type in any letter case and takes CustomPath alone for Vanity: %s",
  async (query, url) => {
    expect(await answer(createFakeImpact(), LINKS + query)).toEqual(made(url));
  },
);

test("makes a different path for each Vanity link without one", async () => {
  const fake = createFakeImpact({ rateLimit: { limit: 500, windowMs: 3_600_000 } });
  const { trackingLinks } = clientOf(fake);

  for (let count = 0; count < 500; count++) {
    await trackingLinks.create({ programId: "1000", type: "Vanity" });
  }

  const paths = fake.links.map(({ customPath = "" }) => customPath);
  expect(new Set(paths).size).toBe(500);
  expect(paths.filter((path) => !/^[a-z0-9]{6}$/.test(path))).toEqual([]);
  expect(fake.links.map(({ url }) => url)).toEqual(
    paths.map((path) => `https://example.sjv.io/${path}`),
  );
});

test("makes the same links for the same requests", async () => {
  const [first, second] = [createFakeImpact(), createFakeImpact()];
  for (const fake of [first, second]) {
    await answer(fake);
    await answer(fake, `${LINKS}?Type=Vanity`);
  }

  expect(first.links).toEqual(second.links);
});

test("serves the API below a path prefix", async () => {
  expect(await answer(createFakeImpact(), `/proxy/impact${LINKS}`)).toEqual(made(REGULAR));
});

test("reset removes links, requests and faults and resets the quota", async () => {
  const fake = createFakeImpact({ vanityLimit: 1, rateLimit: { limit: 1, windowMs: 3_600_000 } });
  const { links, requests } = fake;
  const vanity = `${LINKS}?CustomPath=Sale`;
  await answer(fake, vanity);
  expect((await answer(fake, vanity))[0]).toBe(429);
  fake.failNext({ status: 500 }, { status: 500 });

  fake.reset();

  expect(fake.links).toEqual([]);
  expect(fake.requests).toEqual([]);
  expect(await answer(fake, vanity)).toEqual(made("https://example.sjv.io/Sale"));
  expect(links).toBe(fake.links);
  expect(requests).toBe(fake.requests);
  expect(requests).toHaveLength(1);
});
