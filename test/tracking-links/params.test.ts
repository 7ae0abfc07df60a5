import { expect, test } from "vitest";
import type { ParameterFacts } from "../../generated/operations.ts";
import { createImpactClient, type CreateTrackingLinkParams } from "../../src/index.ts";
import { createFakeImpact } from "../../src/testing/index.ts";
import { checkValue } from "../../src/tracking-links/check-value.ts";
import { isWebUrl } from "../../src/url.ts";
import { account, baseUrl, basic, refused } from "../support/client.ts";
import { closed, refusal } from "../support/create.ts";
import { PARAMETERS, TYPES } from "../support/known.ts";

const EMOJI = "😀";

test.each<[params: unknown, got: string]>([
  [undefined, "undefined"],
  [null, "null"],
  ["1000", "a string"],
  [1000, "the number 1000"],
  [["1000"], "an array"],
  [() => ({ programId: "1000" }), "a value of type function"],
])("refuses %j in place of parameters", async (params, got) => {
  expect(await refusal(params)).toEqual(
    refused("invalid_input", "params", `Expected parameters as an object, got ${got}`),
  );
});

test.each<[given: string, got: string]>([
  ["SubId1", "`SubId1`; did you mean `subId1`?"],
  ["sub_id_1", "`sub_id_1`; did you mean `subId1`?"],
  ["subid3", "`subid3`; did you mean `subId3`?"],
  ["Deeplink", "`Deeplink`; did you mean `deepLink`?"],
  ["DeepLink", "`DeepLink`; did you mean `deepLink`?"],
  ["depLink", "`depLink`; did you mean `deepLink`?"],
  ["sharedid", "`sharedid`; did you mean `sharedId`?"],
  ["ProgramId", "`ProgramId`; did you mean `programId`?"],
  ["CustomPath", "`CustomPath`; did you mean `customPath`?"],
  ["custom-path", "`custom-path`; did you mean `customPath`?"],
  ["Type", "`Type`; did you mean `type`?"],
  ["MediaPartnerPropertyID", "`MediaPartnerPropertyID`; did you mean `mediaPartnerPropertyId`?"],
  ["DestinationUrl", `\`DestinationUrl\`; known are ${PARAMETERS}`],
  ["accountSid", `\`accountSid\`; known are ${PARAMETERS}`],
  ["AccountSID", `\`AccountSID\`; known are ${PARAMETERS}`],
  ["signal", `\`signal\`; known are ${PARAMETERS}`],
  ["", `\`\`; known are ${PARAMETERS}`],
  ["__proto__", `\`__proto__\`; known are ${PARAMETERS}`],
  ["constructor", `\`constructor\`; known are ${PARAMETERS}`],
  ["toString", `\`toString\`; known are ${PARAMETERS}`],
  ["hasOwnProperty", `\`hasOwnProperty\`; known are ${PARAMETERS}`],
])("refuses the unknown parameter %j, even if it is undefined", async (name, got) => {
  const message = `Expected a known parameter, got ${got}`;
  const given = (value: unknown): object =>
    Object.fromEntries([
      ["programId", "1"],
      [name, value],
    ]);

  expect(await refusal(given("x"))).toEqual(refused("invalid_input", name, message));
  expect(await refusal(given(undefined))).toEqual(refused("invalid_input", name, message));
});

test.each<[params: object, field: string, message: string]>([
  [{}, "programId", "Expected `programId`, got none"],
  [{ programId: undefined, subId1: "x" }, "programId", "Expected `programId`, got none"],
  [{ programId: "." }, "programId", 'Expected `programId` to be an id, got "."'],
  [{ programId: ".." }, "programId", 'Expected `programId` to be an id, got ".."'],
  [
    { programId: "" },
    "programId",
    "Expected `programId` to be a string that is not empty, got an empty string",
  ],
  [
    { programId: 1000 },
    "programId",
    "Expected `programId` to be a string that is not empty, got the number 1000",
  ],
  [
    { programId: "1".repeat(256) },
    "programId",
    "Expected `programId` to be at most 255 characters, got 256",
  ],
  [{ programId: "1", type: "vanity" }, "type", `Expected \`type\` to be ${TYPES}, got "vanity"`],
  [{ programId: "1", type: "Vanity " }, "type", `Expected \`type\` to be ${TYPES}, got "Vanity "`],
  [
    { programId: "1", type: null },
    "type",
    "Expected `type` to be a string that is not empty, got null",
  ],
  [
    { programId: "1", customPath: "Sale", type: "Regular" },
    "customPath",
    'Expected `customPath` only with type "Vanity", got type "Regular"',
  ],
  [
    { programId: "1", type: "Vanity", customPath: "" },
    "customPath",
    "Expected `customPath` to be a string that is not empty, got an empty string",
  ],
  [
    { programId: "1", type: "Vanity", customPath: null },
    "customPath",
    "Expected `customPath` to be a string that is not empty, got null",
  ],
  [
    { programId: "1", subId1: " \n" },
    "subId1",
    'Expected `subId1` to be a string that is not empty, got " \\n"',
  ],
  [
    { programId: "1", subId2: null },
    "subId2",
    "Expected `subId2` to be a string that is not empty, got null",
  ],
  [
    { programId: "1", subId3: 0 },
    "subId3",
    "Expected `subId3` to be a string that is not empty, got the number 0",
  ],
  [
    { programId: "1", sharedId: false },
    "sharedId",
    "Expected `sharedId` to be a string that is not empty, got the boolean false",
  ],
  [
    { programId: "1", adId: ["7"] },
    "adId",
    "Expected `adId` to be a string that is not empty, got an array",
  ],
  [
    { programId: "1", mediaPartnerPropertyId: { id: "8" } },
    "mediaPartnerPropertyId",
    "Expected `mediaPartnerPropertyId` to be a string that is not empty, got a value of type object",
  ],
  [
    { programId: "1", subId1: new String("x") },
    "subId1",
    "Expected `subId1` to be a string that is not empty, got a value of type object",
  ],
  [
    { programId: "1", subId1: "a\ud83d" },
    "subId1",
    "Expected `subId1` to be valid Unicode, got half a surrogate pair",
  ],
  [
    { programId: "\ude00" },
    "programId",
    "Expected `programId` to be valid Unicode, got half a surrogate pair",
  ],
  [
    { programId: "1", deepLink: "https://shop.example/\ude00\ud83d" },
    "deepLink",
    "Expected `deepLink` to be valid Unicode, got half a surrogate pair",
  ],
  [
    { programId: "1", subId1: "a".repeat(256) },
    "subId1",
    "Expected `subId1` to be at most 255 characters, got 256",
  ],
  [
    { programId: "1", sharedId: EMOJI.repeat(256) },
    "sharedId",
    "Expected `sharedId` to be at most 255 characters, got 256",
  ],
  [
    { programId: "1", type: "Vanity", customPath: "a".repeat(1000) },
    "customPath",
    "Expected `customPath` to be at most 255 characters, got 1000",
  ],
])("refuses the parameters %j", async (params, field, message) => {
  expect(await refusal(params)).toEqual(refused("invalid_input", field, message));
});

test.each<[params: Record<string, string>, field: string, expected: string]>([
  [{ programId: " 1000" }, "programId", 'free of outer spaces, got " 1000"'],
  [{ programId: "1000\n" }, "programId", "free of invisible characters, got U+000A in it"],
  [{ programId: "1", adId: "7\u00a0" }, "adId", 'free of outer spaces, got "7\u00a0"'],
  [{ programId: "1", sharedId: "a " }, "sharedId", 'free of outer spaces, got "a "'],
  [{ programId: "10\u200b00" }, "programId", "free of invisible characters, got U+200B in it"],
  [
    { programId: "1", mediaPartnerPropertyId: "\ufeff8" },
    "mediaPartnerPropertyId",
    "free of invisible characters, got U+FEFF in it",
  ],
  [{ programId: "1\u0000" }, "programId", "free of invisible characters, got U+0000 in it"],
  [
    { programId: "1", deepLink: "https://shop.example/a\u200b" },
    "deepLink",
    "free of invisible characters, got U+200B in it",
  ],
  [
    { programId: "1", deepLink: "https://shop.example/\u202eb" },
    "deepLink",
    "free of invisible characters, got U+202E in it",
  ],
  [
    { programId: "1", deepLink: "\u200bhttps://shop.example" },
    "deepLink",
    "free of invisible characters, got U+200B in it",
  ],
  [
    { programId: "1", deepLink: "https://shop.example/a b\ufeff" },
    "deepLink",
    "free of invisible characters, got U+FEFF in it",
  ],
  [
    { programId: "1", deepLink: "\u202ahttps://shop.example\u202c" },
    "deepLink",
    "free of invisible characters, got U+202A in it",
  ],
  [{ programId: "1", customPath: " Sale" }, "customPath", 'free of outer spaces, got " Sale"'],
  [
    { programId: "1", customPath: "Sale\u200b" },
    "customPath",
    "free of invisible characters, got U+200B in it",
  ],
  [
    { programId: "1", customPath: "Sa\u0000le" },
    "customPath",
    "free of invisible characters, got U+0000 in it",
  ],
])(
  "refuses what was copied along with an id, a path or a deep link: %j",
  async (params, field, expected) => {
    expect(await refusal(params)).toEqual(
      refused("invalid_input", field, `Expected \`${field}\` to be ${expected}`),
    );
  },
);

test("a sub id may hold an emoji of several characters", async () => {
  expect(await targetOf({ programId: "1", subId1: "👩\u200d💻" })).toBe(
    `/Programs/1/TrackingLinks?subId1=${encodeURIComponent("👩\u200d💻")}`,
  );
});

test.each<[deepLink: string, got?: string]>([
  ["shop.example"],
  ["shop.example/shoes"],
  ["www.shop.example"],
  ["//shop.example/shoes"],
  ["/shoes"],
  ["?q=1"],
  ["#top"],
  ["http"],
  ["https:"],
  ["https://"],
  ["https:///"],
  ["https:///shop.example"],
  ["https://\\shop.example"],
  ["https://?q=1"],
  ["https://#top"],
  ["https:shop.example"],
  ["https:/shop.example"],
  ["https:\\\\shop.example"],
  ["https//shop.example"],
  ["htps://shop.example"],
  ["ftp://shop.example"],
  ["file:///etc/passwd"],
  ["mailto:a@shop.example"],
  ["tel:123"],
  ["javascript:alert(1)"],
  ["javascript://shop.example/%0aalert(1)"],
  ["data:text/html,https://shop.example"],
  ["app://shop.example"],
  ["https%3A%2F%2Fshop.example"],
  ["https://shop.example:99999"],
  ["https://shop.example:port"],
  ["https://[::1"],
  ["https://1.2.3.456"],
  ["https://shop%00.example"],
  ["https://<shop>.example"],
  [`shop.example/${"a".repeat(100)}`, `"shop.example/${"a".repeat(66)}…"`],
])("refuses %j as a deep link", async (deepLink, got = JSON.stringify(deepLink)) => {
  expect(await refusal({ programId: "1", deepLink })).toEqual(
    refused(
      "invalid_input",
      "deepLink",
      `Expected \`deepLink\` to be an absolute http(s) URL, got ${got}`,
    ),
  );
});

test.each<[deepLink: string, got?: string]>([
  [" https://shop.example"],
  ["https://shop.example "],
  ["https://shop.example/a b"],
  ["https://shop.example/a\n", '"https://shop.example/a\\n"'],
  ["https://shop.example/\ta", '"https://shop.example/\\ta"'],
  ["https://shop.example/\u0000a", '"https://shop.example/\\u0000a"'],
  ["https://shop.example/a\u00a0b"],
  ["https://shop .example"],
])("refuses a deep link with spaces: %j", async (deepLink, got = JSON.stringify(deepLink)) => {
  expect(await refusal({ programId: "1", deepLink })).toEqual(
    refused(
      "invalid_input",
      "deepLink",
      `Expected \`deepLink\` to be an absolute http(s) URL without spaces (encoded: %20), got ${got}`,
    ),
  );
});

test("refuses a URL object as a deep link", async () => {
  expect(await refusal({ programId: "1", deepLink: new URL("https://shop.example") })).toEqual(
    refused(
      "invalid_input",
      "deepLink",
      "Expected `deepLink` to be a string that is not empty, got a value of type object",
    ),
  );
});

test("shows a value of up to 80 characters in full", async () => {
  const deepLink = "x".repeat(80);
  const { message } = await refusal({ programId: "1", deepLink });
  expect(message).toBe(`Expected \`deepLink\` to be an absolute http(s) URL, got "${deepLink}"`);
});

test("names the first of several invalid parameters", async () => {
  expect(await refusal({ subId1: "", SubId2: "x" })).toEqual(
    refused(
      "invalid_input",
      "subId1",
      "Expected `subId1` to be a string that is not empty, got an empty string",
    ),
  );
});

test("rejects invalid parameters and does not throw", () => {
  const creation = closed.trackingLinks.create({ programId: "" });

  return expect(creation).rejects.toMatchObject({ code: "invalid_input" });
});

test.each<[form: string, field: string, params: object]>([
  ["the token", "subId1", { programId: "1", subId1: account.authToken }],
  ["the token", "programId", { programId: account.authToken }],
  ["the token within a text", "sharedId", { programId: "1", sharedId: `a-${account.authToken}-b` }],
  ["the token", "customPath", { programId: "1", type: "Vanity", customPath: account.authToken }],
  [
    "the token percent-encoded",
    "deepLink",
    {
      programId: "1",
      deepLink: `https://shop.example/?t=${encodeURIComponent(account.authToken)}`,
    },
  ],
  ["the Basic credentials", "adId", { programId: "1", adId: basic().slice("Basic ".length) }],
  [
    "the token in base64",
    "subId3",
    { programId: "1", subId3: Buffer.from(account.authToken).toString("base64") },
  ],
])(
  "refuses credentials in a parameter and does not show them: %s as %s",
  async (_, field, params) => {
    const error = await refusal(params);

    expect(error).toEqual(
      refused(
        "invalid_input",
        field,
        `Expected \`${field}\` without credentials, got one that holds them`,
      ),
    );
  },
);

test.each([
  ["the token as a deep link", { programId: "1", deepLink: account.authToken }, undefined],
  ["the token as a type", { programId: "1", type: account.authToken }, undefined],
  ["the token as a name", { programId: "1", [account.authToken]: "x" }, undefined],
  ["the token as parameters", account.authToken, undefined],
  ["the token as an option", { programId: "1" }, { [account.authToken]: 1 }],
])("shows no token in a message: %s", async (_, params, options) => {
  const error = await refusal(params, options);
  expect(error["code"]).toBe("invalid_input");
  expect(JSON.stringify(error)).not.toContain(account.authToken);
});

test("rejects with the error of the caller's own getter", async () => {
  const thrown = new Error("mine");
  const params = Object.defineProperty({ programId: "1" }, "subId1", {
    enumerable: true,
    get: () => {
      throw thrown;
    },
  });
  await expect(refusal(params)).rejects.toBe(thrown);
});

const facts = (type: string): ParameterFacts => ({
  name: "X",
  in: "query",
  required: false,
  type,
});

test.each<[type: string, value: unknown, sent: string]>([
  ["integer", 12, "12"],
  ["integer", -1, "-1"],
  ["number", 1.5, "1.5"],
  ["boolean", true, "true"],
  ["boolean", false, "false"],
])("sends a parameter of type %s as text: %j", (type, value, sent) => {
  expect(checkValue("x", value, facts(type))).toBe(sent);
});

test.each<[type: string, value: unknown, message: string]>([
  ["integer", 1.5, "a finite integer, got the number 1.5"],
  ["integer", "12", 'a finite integer, got "12"'],
  ["integer", 2 ** 53, "a finite integer, got the number 9007199254740992"],
  ["number", NaN, "a finite number, got the number NaN"],
  ["number", Infinity, "a finite number, got the number Infinity"],
  ["number", true, "a finite number, got the boolean true"],
  ["boolean", 1, "true or false, got the number 1"],
  ["boolean", "true", 'true or false, got "true"'],
])("refuses a parameter of type %s: %j", (type, value, message) => {
  expect(() => checkValue("x", value, facts(type))).toThrow(`Expected \`x\` to be ${message}`);
});

async function targetOf(params: CreateTrackingLinkParams): Promise<string> {
  const targets: string[] = [];
  const open = createImpactClient({
    ...account,
    baseUrl,
    fetch: (input) => {
      targets.push(new Request(input).url);
      return Promise.resolve(Response.json({ TrackingURL: "https://example.sjv.io/x" }));
    },
  });
  await open.trackingLinks.create(params);
  return targets.join().replace(`${baseUrl}/Mediapartners/${account.accountSid}`, "");
}

test("sends nothing for undefined", async () => {
  const target = await targetOf({
    programId: "1",
    type: undefined,
    customPath: undefined,
    deepLink: undefined,
    subId1: undefined,
  });

  expect(target).toBe("/Programs/1/TrackingLinks");
});

test("sends what an object inherits", async () => {
  const params = Object.create({ programId: "1", subId1: "x" }) as CreateTrackingLinkParams;

  expect(await targetOf(params)).toBe("/Programs/1/TrackingLinks?subId1=x");
});

test("sends what the getters of a class return and calls each once", async () => {
  const asked: string[] = [];
  class Job {
    get programId(): string {
      asked.push("programId");
      return "1";
    }
    get type(): "Vanity" {
      asked.push("type");
      return "Vanity";
    }
    readonly subId1 = "x";
  }
  const impact = createImpactClient({ ...account, baseUrl, fetch: createFakeImpact().fetch });

  const { type, programId } = await impact.trackingLinks.create(new Job());

  expect({ type, programId }).toEqual({ type: "Vanity", programId: "1" });
  expect(asked).toEqual(["programId", "type"]);
  expect(await targetOf(new Job())).toBe("/Programs/1/TrackingLinks?subId1=x&Type=Vanity");
});

test("sends a Vanity link without a path", async () => {
  expect(await targetOf({ programId: "1", type: "Vanity" })).toBe(
    "/Programs/1/TrackingLinks?Type=Vanity",
  );
});

test("sends a value of 255 characters, however many code units they are", async () => {
  expect(await targetOf({ programId: "1", subId1: EMOJI.repeat(255) })).toBe(
    `/Programs/1/TrackingLinks?subId1=${"%F0%9F%98%80".repeat(255)}`,
  );
});

test("a URL beyond ASCII is one, however often it is asked for", () => {
  // Node 20's URL.canParse forgets it once it is compiled.
  const isOne = Array.from({ length: 20_000 }, () => isWebUrl("https://bücher.example/ü"));
  expect(new Set(isOne)).toEqual(new Set([true]));
});

test("sends a program id of three dots", async () => {
  expect(await targetOf({ programId: "..." })).toBe("/Programs/.../TrackingLinks");
});

test.each([
  "http://shop.example",
  "HTTPS://SHOP.EXAMPLE/",
  "https://shop.example:8443/a%20b?q=1+2#top",
  "https://bücher.example/ü",
  "https://[::1]/",
  "https://localhost/",
  `https://shop.example/${"a".repeat(300)}`,
])("sends the deep link %s as it was given", async (deepLink) => {
  expect(await targetOf({ programId: "1", deepLink })).toBe(
    `/Programs/1/TrackingLinks?DeepLink=${encodeURIComponent(deepLink)}`,
  );
});
