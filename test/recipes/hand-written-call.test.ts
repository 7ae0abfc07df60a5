import { expect, test } from "vitest";
import {
  createImpactClient,
  isImpactError,
  spec,
  type ImpactClientOptions,
} from "../../src/index.ts";
import { createFakeImpact, type FakeImpact } from "../../src/testing/index.ts";
import { account, baseUrl } from "../support/client.ts";
import { readPage } from "../support/pages.ts";

// "Coming from a hand-written call" in docs/recipes.md: each row of its table, shown.

const rows = [
  ...(readPage("docs/recipes.md")
    .split("## Coming from a hand-written call")[1]
    ?.matchAll(/^\| (.*?) *\| .*\|$/gm) ?? []),
]
  .map(([, cell = ""]) => cell)
  .slice(2);

const boots = { programId: "1", deepLink: "https://shop.example/boots" };

/** The URL of the link, or code and outcome of the error. */
async function resultOf(fake: FakeImpact, params: object, options: ImpactClientOptions = {}) {
  const impact = createImpactClient({ ...account, baseUrl, fetch: fake.fetch, ...options });
  try {
    return (await impact.trackingLinks.create(params as typeof boots)).url;
  } catch (error) {
    if (!isImpactError(error)) throw error;
    return `${error.code} ${error.outcome}`;
  }
}

const only = (fetch: () => Response): ImpactClientOptions => ({
  fetch: () => Promise.resolve(fetch()),
});

const shown: Record<string, (fake: FakeImpact) => Promise<unknown>> = {
  "a failure becomes": async (fake) => {
    fake.failNext({ status: 400, body: { Message: "No such page" } });
    const { trackingLinks } = createImpactClient({ ...account, baseUrl, fetch: fake.fetch });
    await expect(trackingLinks.create(boots)).rejects.toMatchObject({ reason: "No such page" });
  },
  "the response is read": async (fake) => {
    const other = only(() => Response.json({ Url: "https://example.sjv.io/a" }));
    expect(await resultOf(fake, boots, other)).toBe("unexpected_response unknown");
  },
  "no timeout": async (fake) => {
    fake.failNext({ stallBody: true });
    expect(await resultOf(fake, boots, { timeout: 20, maxRetries: 0 })).toBe("timeout unknown");
  },
  "`SubId1`, `Deeplink`": async (fake) => {
    for (const [name, right] of [
      ["SubId1", "subId1"],
      ["Deeplink", "deepLink"],
      ["sharedid", "sharedId"],
    ]) {
      const { trackingLinks } = createImpactClient({ ...account, baseUrl, fetch: fake.fetch });
      const made = trackingLinks.create({ programId: "1", [name ?? ""]: "a" });
      await expect(made).rejects.toThrow(`did you mean \`${right}\`?`);
    }
    expect(fake.requests).toEqual([]);
  },
  "parameters in a form": async (fake) => {
    await resultOf(fake, boots);
    expect(fake.requests).toMatchObject([{ query: [["DeepLink", boots.deepLink]], body: "" }]);
  },
  "a deep link, or a link in the answer": async (fake) => {
    const bare = { programId: "1", deepLink: "shop.example/boots" };
    expect(await resultOf(fake, bare)).toBe("invalid_input not_sent");
    const vanity = { programId: "1", type: "Vanity", customPath: "a" };
    const without = only(() => Response.json({ TrackingURL: "example.sjv.io/a" }));
    expect(await resultOf(fake, vanity, without)).toBe("https://example.sjv.io/a");
  },
  "XML comes back": async (fake) => {
    await resultOf(fake, boots);
    expect(fake.requests[0]?.headers["accept"]).toBe("application/json");
    const xml =
      "<ImpactRadiusResponse><Status>ERROR</Status><Message>No</Message></ImpactRadiusResponse>";
    const { fetch = fake.fetch } = only(() => new Response(xml, { status: 400 }));
    const { trackingLinks } = createImpactClient({ ...account, baseUrl, fetch });
    await expect(trackingLinks.create(boots)).rejects.toMatchObject({ reason: "No" });
  },
  "a wrong path or method": async (fake) => {
    await resultOf(fake, boots);
    expect(fake.requests).toMatchObject([
      {
        method: "POST",
        url: expect.stringMatching(/\/Mediapartners\/IRabc123\/Programs\/1\/TrackingLinks\?/),
      },
    ]);
  },
  "raw values, an": async () => {
    const urls: unknown[] = [];
    const fetch: typeof globalThis.fetch = (url) => {
      urls.push(url);
      return Promise.resolve(Response.json({ TrackingURL: "https://example.sjv.io/a" }));
    };
    const { trackingLinks } = createImpactClient({ ...account, baseUrl, fetch });
    await trackingLinks.create({ programId: "1", subId1: "a&b=%20" });
    expect(urls).toEqual([expect.stringMatching(/\?subId1=a%26b%3D%2520$/)]);
  },
  "the same link is asked": async (fake) => {
    const { trackingLinks } = createImpactClient({ ...account, baseUrl, fetch: fake.fetch });
    const urls = new Set<unknown>();
    for await (const made of trackingLinks.createMany([boots, boots])) {
      urls.add(made.ok && made.link.url);
    }
    expect([urls.size, fake.requests.length]).toEqual([1, 1]);
  },
  "every 403": async (fake) => {
    const vanity = { programId: "1", type: "Vanity" };
    const full = createFakeImpact({ vanityLimit: 0 });
    const few = createFakeImpact({ mediaPartnerProperties: [] });
    fake.failNext({ status: 403, body: { message: "Access Denied" } });
    expect([
      await resultOf(full, vanity),
      await resultOf(few, { ...boots, mediaPartnerPropertyId: "7" }),
      await resultOf(fake, boots),
    ]).toEqual([
      "vanity_limit_reached rejected",
      "unknown_reference rejected",
      "forbidden rejected",
    ]);
  },
  "429 ends it": async (fake) => {
    const waits: number[] = [];
    const onEvent: ImpactClientOptions["onEvent"] = (event) => {
      if (event.type === "wait") waits.push(event.until.getTime() - event.time);
    };
    const headers = { "Retry-After": "0.02" };
    const long = { "Retry-After": "61" };
    fake.failNext({ status: 429, headers }, { status: 429, headers: long });
    expect(await resultOf(fake, boots, { onEvent })).toBe("rate_limited rejected");
    expect([waits.length, fake.requests.length]).toEqual([1, 2]);
  },
  "sent again after a timeout": async (fake) => {
    fake.failNext({ dropAfterCommit: true });
    const vanity = { programId: "1", type: "Vanity", customPath: "a" };
    expect(await resultOf(fake, vanity)).toBe("connection unknown");
    expect(fake.requests.length).toBe(1);
  },
  "property ids are never sent": async () => {
    const fake = createFakeImpact({ mediaPartnerProperties: ["1"] });
    const params = { ...boots, mediaPartnerPropertyId: "7" };
    expect(await resultOf(fake, params)).toBe("unknown_reference rejected");
  },
  "no version, or one": async (fake) => {
    await resultOf(fake, boots);
    expect(fake.requests[0]?.headers["ir-version"]).toBe(spec.version);
  },
  "the token in a log": async (fake) => {
    const { fetch = fake.fetch } = only(() => new Response(account.authToken, { status: 400 }));
    const impact = createImpactClient({ ...account, baseUrl, fetch });
    const error: unknown = await impact.trackingLinks.create(boots).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "invalid_request", body: "[redacted]" });
  },
};

test("the table has rows, and each is shown here", () => {
  const untold = rows.filter((row) => !Object.keys(shown).some((start) => row.startsWith(start)));
  const unread = Object.keys(shown).filter((start) => !rows.some((row) => row.startsWith(start)));
  expect({ untold, unread }).toEqual({ untold: [], unread: [] });
});

test.each(Object.entries(shown))("instead of: %s …", async (_, show) => {
  await show(createFakeImpact());
});
