import { expect, test } from "vitest";
import { createFakeImpact } from "../../src/testing/index.ts";
import { BASE, basic, clientOf, LINKS, made, NOON, post, REGULAR, TOKEN } from "../support/fake.ts";

test("records requests as they arrived, including refused ones", async () => {
  const fake = createFakeImpact({ now: () => NOON });
  const query = "?subId1=a&SubId1=b&subId1=c&Deeplink=d&subId2=x%20y";
  await post(fake, LINKS + query, {
    headers: { Authorization: basic("IR1", TOKEN), Accept: "application/json", "X-Trace": "1" },
    body: "Type=Vanity",
  });
  await post(fake, "/nowhere");

  expect(fake.requests).toEqual([
    {
      method: "POST",
      url: BASE + LINKS + query,
      headers: {
        accept: "application/json",
        authorization: "Basic [redacted]",
        "content-type": "text/plain;charset=UTF-8",
        "x-trace": "1",
      },
      query: [
        ["subId1", "a"],
        ["SubId1", "b"],
        ["subId1", "c"],
        ["Deeplink", "d"],
        ["subId2", "x y"],
      ],
      body: "Type=Vanity",
      ignored: ["SubId1", "subId1", "Deeplink"],
      time: NOON,
    },
    {
      method: "POST",
      url: `${BASE}/nowhere`,
      headers: { accept: "application/json", authorization: "Basic [redacted]" },
      query: [],
      body: "",
      ignored: [],
      time: NOON,
    },
  ]);
  expect(fake.links.map(({ type, params }) => [type, params])).toEqual([
    ["Regular", { subId1: "a", subId2: "x y" }],
  ]);
});

test("records no credentials, whatever the response was", async () => {
  const fake = createFakeImpact({ rateLimit: { limit: 2, windowMs: 1000 } });
  fake.failNext({ status: 500 }, { network: "ECONNRESET" });
  for (let count = 0; count < 6; count++) {
    await clientOf(fake)
      .trackingLinks.create({ programId: "1000" })
      .catch(() => {});
  }
  await post(fake, LINKS, {
    headers: { Authorization: `Bearer ${TOKEN}`, Accept: "application/json" },
  });

  const { requests, links } = fake;
  const all = JSON.stringify({ fake, requests, links });
  expect(requests).toHaveLength(7);
  expect(requests.map(({ headers }) => headers["authorization"])).toEqual([
    ...Array.from({ length: 6 }, () => "Basic [redacted]"),
    "Bearer [redacted]",
  ]);
  const secrets = [
    TOKEN,
    "t0k-en",
    Buffer.from(TOKEN).toString("base64"),
    Buffer.from(`IR1:${TOKEN}`).toString("base64"),
  ];
  expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
});

const HEADERS = { Authorization: basic("IR1", TOKEN), Accept: "application/json" };

test.each<[string, () => Parameters<typeof globalThis.fetch>]>([
  ["a string", () => [BASE + LINKS, { method: "POST", headers: HEADERS }]],
  ["a URL", () => [new URL(BASE + LINKS), { method: "POST", headers: HEADERS }]],
  ["a Request", () => [new Request(BASE + LINKS, { method: "POST", headers: HEADERS })]],
  [
    "a Request that is overruled",
    () => [new Request(BASE + LINKS, { headers: HEADERS }), { method: "POST" }],
  ],
])("fetch takes %s and needs no `this`", async (_, given) => {
  const { fetch, requests } = createFakeImpact();
  const response = await fetch(...given());

  expect([response.status, await response.json()]).toEqual(made(REGULAR));
  expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([`POST ${BASE}${LINKS}`]);
});

test("fetch rejects with the reason of an aborted signal and records nothing", async () => {
  const fake = createFakeImpact();
  const reason = new Error("changed my mind");

  await expect(
    fake.fetch(BASE + LINKS, {
      method: "POST",
      headers: HEADERS,
      signal: AbortSignal.abort(reason),
    }),
  ).rejects.toBe(reason);
  expect(fake.requests).toEqual([]);
  expect(fake.links).toEqual([]);
});
