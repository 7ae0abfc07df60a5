import { expect, test } from "vitest";
import { createFakeImpact } from "../../src/testing/index.ts";
import {
  answer,
  BASE,
  basic,
  clientOf,
  failureOf,
  forbidden,
  LINKS,
  made,
  NOON,
  post,
  refused,
  REGULAR,
  TOKEN,
} from "../support/fake.ts";
import { TYPES } from "../support/known.ts";

test.each(["GET", "HEAD", "PUT", "DELETE"])("answers %s with 405", async (method) => {
  const fake = createFakeImpact();
  const response = await fake.fetch(BASE + LINKS, {
    method,
    headers: { Authorization: basic("IR1", TOKEN), Accept: "application/json" },
  });

  expect(response.status).toBe(405);
  expect(await response.json()).toEqual({
    Status: "ERROR",
    Message: `Method ${method} is not allowed.`,
  });
  expect(fake.links).toEqual([]);
});

test.each([
  "/",
  "/Mediapartners/IR1",
  `${LINKS}/1`,
  `${LINKS}/`,
  "/Mediapartners/IR1/Programs//TrackingLinks",
  "/Mediapartners/IR1/Programs/%E0%A4%A/TrackingLinks",
  "/mediapartners/IR1/Programs/1000/TrackingLinks",
])("answers the path %s with 404", async (path) => {
  expect(await answer(createFakeImpact(), path)).toEqual(
    refused(404, "The requested resource was not found."),
  );
});

test.each([
  ["none", undefined],
  ["another account", basic("IR2", TOKEN)],
  ["another token", basic("IR1", "other")],
  ["an empty token", basic("IR1", "")],
  ["a token in Latin-1", `Basic ${Buffer.from(`IR1:${TOKEN}`, "latin1").toString("base64")}`],
  ["no colon", `Basic ${Buffer.from("IR1").toString("base64")}`],
  ["no account", basic("", TOKEN)],
  ["no base64", "Basic %%%"],
  ["another scheme", "Bearer abc"],
])("answers wrong credentials with 401: %s", async (_, authorization) => {
  const fake = createFakeImpact({ accountSid: "IR1", authToken: TOKEN });
  const headers = { Accept: "application/json", ...(authorization && { authorization }) };
  const answered = await post(fake, LINKS, { headers });

  expect(answered).toEqual({
    status: 401,
    body: { Status: "ERROR", Message: "Authentication failed." },
    headers: { "content-type": "application/json" },
  });
});

test("accepts any account and any token if none is configured", async () => {
  const headers = { Accept: "application/json", Authorization: basic("IR9", "any") };
  const path = "/Mediapartners/IR9/Programs/1000/TrackingLinks";

  expect((await answer(createFakeImpact(), path, { headers }))[0]).toBe(200);
});

test("answers the path of another account with 403", async () => {
  const path = "/Mediapartners/IR2/Programs/1000/TrackingLinks";

  expect(await answer(createFakeImpact({ now: () => NOON }), path)).toEqual(
    forbidden("Access to this account is denied."),
  );
});

test("answers a program that the account has not joined with 404", async () => {
  const fake = createFakeImpact({ programs: ["1000", "2000"] });

  expect(await answer(fake)).toEqual(made(REGULAR));
  expect(await answer(fake, LINKS.replace("1000", "3000"))).toEqual(
    refused(404, "Program 3000 was not found."),
  );
  expect(await failureOf(fake, { programId: "3000" })).toMatchObject({
    code: "not_found",
    outcome: "rejected",
  });
});

test("answers an unknown media property with 403", async () => {
  const fake = createFakeImpact({ mediaPartnerProperties: ["88"], now: () => NOON });

  expect((await answer(fake, `${LINKS}?MediaPartnerPropertyId=88`))[0]).toBe(200);
  expect(await answer(fake, `${LINKS}?MediaPartnerPropertyId=89`)).toEqual(
    forbidden("MediaPartnerPropertyId 89 does not exist."),
  );
  expect(await failureOf(fake, { mediaPartnerPropertyId: "89" })).toMatchObject({
    code: "unknown_reference",
    outcome: "rejected",
    reason: "MediaPartnerPropertyId 89 does not exist.",
  });
});

/** The answer in which the API refuses a deep link. */
const noDeepLink = (message: string): unknown[] => [
  400,
  { timestamp: NOON, status: "BAD_REQUEST", error: "Bad Request", message },
];
const NONE = "This program does not support deep linking.";
const notFor = (domain: string): string =>
  `The domain '${domain}' is not a valid deep link domain for this program.`;

test.each<[domains: readonly string[], deepLink: string, refusal: string | undefined]>([
  [[], "https://shop.example/", NONE],
  [["shop.example"], "https://shop.example/a?b=c", undefined],
  [["shop.example"], "https://www.shop.example/", undefined],
  [["shop.example"], "https://SHOP.example/", undefined],
  [["shop.example"], "https://m.shop.example/", notFor("m.shop.example")],
  [["shop.example"], "https://notshop.example/", notFor("notshop.example")],
  [["a.example", "*.shop.example"], "https://m.shop.example/", undefined],
  [["*shop.example"], "https://m.shop.example/", undefined],
  [["a.example", "b.example"], "https://c.example/", notFor("c.example")],
])(
  "a program with the deep link domains %j answers %s",
  async (deepLinkDomains, deepLink, message) => {
    const fake = createFakeImpact({ programs: { "1000": { deepLinkDomains } }, now: () => NOON });
    const path = `${LINKS}?DeepLink=${encodeURIComponent(deepLink)}`;

    const [status, body] = await answer(fake, path);

    if (message === undefined) expect(status).toBe(200);
    else expect([status, body]).toEqual(noDeepLink(message));
    expect(await answer(fake)).toEqual(made(REGULAR));
  },
);

test("programs by id are those that the account has joined, with every domain by default", async () => {
  const fake = createFakeImpact({ programs: { "1000": {} } });

  expect((await answer(fake, `${LINKS}?DeepLink=https%3A%2F%2Fany.example%2F`))[0]).toBe(200);
  expect(await answer(fake, LINKS.replace("1000", "3000"))).toEqual(
    refused(404, "Program 3000 was not found."),
  );
});

test("a client tells a refused deep link of the fake as deep_link_refused", async () => {
  const fake = createFakeImpact({ programs: { "1000": { deepLinkDomains: [] } } });

  expect(await failureOf(fake, { deepLink: "https://shop.example/" })).toMatchObject({
    code: "deep_link_refused",
    outcome: "rejected",
    reason: NONE,
  });
});

test.each([
  ["Type=Short", "Type", `Type: Expected \`type\` to be ${TYPES}, got "Short"`],
  [
    "DeepLink=shop.example",
    "DeepLink",
    'DeepLink: Expected `deepLink` to be an absolute http(s) URL, got "shop.example"',
  ],
  [
    `subId1=${"x".repeat(256)}`,
    "subId1",
    "subId1: Expected `subId1` to be at most 255 characters, got 256",
  ],
])("answers an invalid value with 400: %s", async (query, field, message) => {
  const fake = createFakeImpact();

  expect(await answer(fake, `${LINKS}?${query}`)).toEqual(refused(400, message, field));
  expect(fake.links).toEqual([]);
});

test("answers a vanity path that is in use, in any letter case, with 400", async () => {
  const fake = createFakeImpact();
  await clientOf(fake).trackingLinks.create({
    programId: "1000",
    type: "Vanity",
    customPath: "Sale",
  });

  expect(await failureOf(fake, { type: "Vanity", customPath: "sALE" })).toMatchObject({
    code: "invalid_request",
    outcome: "rejected",
    reason: "CustomPath sALE is already in use.",
    fields: [{ field: "CustomPath", message: "CustomPath sALE is already in use." }],
  });
  expect(fake.links).toHaveLength(1);
});

test("answers one vanity link too many with 403 and still makes Regular links", async () => {
  const fake = createFakeImpact({ vanityLimit: 2, now: () => NOON });
  await answer(fake, `${LINKS}?Type=Vanity`);
  await answer(fake, `${LINKS}?CustomPath=Sale`);

  expect(await answer(fake, `${LINKS}?Type=Vanity`)).toEqual(
    forbidden("The limit of 2 vanity links is reached."),
  );
  expect(await failureOf(fake, { type: "Vanity" })).toMatchObject({
    code: "vanity_limit_reached",
    outcome: "rejected",
  });
  expect(await answer(fake)).toEqual(made(REGULAR));
  expect(fake.links.map(({ type }) => type)).toEqual(["Vanity", "Vanity", "Regular"]);
});

test.each([undefined, "*/*", "application/xml"])("answers in XML to Accept: %s", async (accept) => {
  const fake = createFakeImpact({ now: () => NOON });
  const headers = { Authorization: basic("IR1", TOKEN), ...(accept && { Accept: accept }) };
  const send = (path: string): Promise<Response> =>
    fake.fetch(BASE + path, { method: "POST", headers });
  const link = await send(`${LINKS}?subId1=a&subId2=b`);
  const refusal = await send(`${LINKS}?DeepLink=%3Cb%3E%26`);

  expect(link.headers.get("content-type")).toBe("application/xml");
  expect(await link.text()).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<ImpactRadiusResponse>' +
      `<TrackingURL>${REGULAR}?subId1=a&amp;subId2=b</TrackingURL></ImpactRadiusResponse>`,
  );
  const words = 'DeepLink: Expected `deepLink` to be an absolute http(s) URL, got "&lt;b>&amp;"';
  expect(await refusal.text()).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<ImpactRadiusResponse>' +
      `<Status>ERROR</Status><Message>${words}</Message><Errors><Error>` +
      `<Field>DeepLink</Field><Message>${words}</Message></Error></Errors></ImpactRadiusResponse>`,
  );
});
