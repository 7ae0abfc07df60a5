import * as fc from "fast-check";
import { expect, test } from "vitest";
import { operations, type ParameterFacts } from "../../generated/operations.ts";
import { createImpactClient, isImpactError, spec } from "../../src/index.ts";
import { version } from "../../src/version.ts";
import { account, baseUrl, basic, LINK_BODY, LINKS_PATH, rejection } from "../support/client.ts";
import { times } from "../support/thorough.ts";

interface Sent {
  url: string;
  headers: [string, string][];
  method: string | undefined;
  body: unknown;
}

/** A server that keeps what it was asked. */
function recorder(): { fetch: typeof globalThis.fetch; sent: Sent[] } {
  const sent: Sent[] = [];
  const fetch = (url: unknown, init: RequestInit = {}): Promise<Response> => {
    const { method, body } = init;
    sent.push({ url: String(url), headers: [...new Headers(init.headers)], method, body });
    return Promise.resolve(new Response(LINK_BODY));
  };
  return { fetch, sent };
}

/** Percent-decoding by hand: nothing but unreserved characters and escapes may stand in a value. */
function decode(encoded: string): string {
  const bytes: number[] = [];
  for (let i = 0; i < encoded.length; i++) {
    const char = encoded.charAt(i);
    if (char === "%") {
      const hex = encoded.slice(i + 1, i + 3);
      if (!/^[0-9A-F]{2}$/.test(hex)) throw new Error(`a bare % in ${encoded}`);
      bytes.push(Number.parseInt(hex, 16));
      i += 2;
    } else if (/^[A-Za-z0-9\-._~!*'()]$/.test(char)) {
      bytes.push(char.charCodeAt(0));
    } else {
      throw new Error(`an unencoded ${JSON.stringify(char)} in ${encoded}`);
    }
  }
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes));
}

/** What stands on the wire, taken apart at the characters that HTTP gives a meaning. */
function parse(url: string): { origin: string; segments: string[]; query: [string, string][] } {
  const path = url.slice(baseUrl.length);
  const mark = path.indexOf("?");
  const pathname = mark < 0 ? path : path.slice(0, mark);
  const query = mark < 0 ? "" : path.slice(mark + 1);
  return {
    origin: url.slice(0, baseUrl.length),
    segments: pathname.split("/").slice(1).map(decode),
    query: query
      .split("&")
      .filter((pair) => pair !== "")
      .map((pair) => {
        const equals = pair.indexOf("=");
        return [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
      }),
  };
}

const nasty = fc.constantFrom(
  ..."/\\?#&=+%;:@,.'\"<>{}|^`~!*() \t\n\r\0".split(""),
  "..",
  "../",
  "..\\",
  "%2e%2e",
  "%2E%2E%2F",
  "%",
  "%zz",
  "%00",
  "\r\nX-Evil: 1",
  "&Type=Vanity",
  "?Type=Vanity",
  "#top",
  "{AccountSID}",
  "{ProgramId}",
  "$&",
  "$1",
  "$'",
  "//evil.example",
  "https://evil.example/",
  "@evil.example",
  "ünïcode",
  "\u0000",
  "\u2028",
  "\ufeff",
  "🔗",
  "．．／",
);

const text = fc.oneof(
  fc.array(nasty, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")),
  fc
    .array(fc.oneof(nasty, fc.string({ unit: "binary", maxLength: 8 })), { maxLength: 6 })
    .map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.string({ unit: fc.constantFrom("a", "\ud83d", "\udd17"), maxLength: 6 }),
);

/** What `create` takes for a text, by the design alone. */
const isText = (value: string): boolean =>
  value.trim() !== "" && !/\p{Cs}/u.test(value) && [...value].length <= 255;

/** Whether a text is free of characters that nobody sees, which are copied with an id or a URL by mistake. */
const isVisible = (value: string): boolean =>
  !/[\p{Cc}\p{Bidi_Control}\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff]/u.test(value);

const isId = (value: string): boolean =>
  isText(value) && isVisible(value) && value.trim() === value;

const isSegment = (value: string): boolean => isId(value) && value !== "." && value !== "..";

const expectedHeaders = (sid = "IRabc123"): unknown[] => [
  ["accept", "application/json"],
  ["authorization", basic({ ...account, accountSid: sid })],
  ["ir-version", spec.version],
  ["user-agent", `impact-partner-client/${version} (IR-Version ${spec.version})`],
];

/** What came of a call: a refusal with nothing sent, or what stood on the wire. */
function seen(result: unknown, sent: Sent[]): object {
  if (isImpactError(result)) {
    const { code, outcome, fields } = result;
    return { code, outcome, field: fields?.[0]?.field, requests: sent.length };
  }
  const [{ url, headers, method, body }] = sent as [Sent];
  const { origin, segments, query } = parse(url);
  // No parser on the way may read another path out of it.
  const isStable = new URL(url).pathname === url.slice(baseUrl.length).split("?", 1)[0];
  return { origin, segments, query, headers, method, body, isStable, requests: sent.length };
}

const refused = (code: string, field: string): object => ({
  code,
  outcome: "not_sent",
  field,
  requests: 0,
});

const arrived = (query: [string, string][], segments: { program?: string; sid?: string } = {}) => ({
  origin: baseUrl,
  segments: [
    "Mediapartners",
    segments.sid ?? "IRabc123",
    "Programs",
    segments.program ?? "1",
    "TrackingLinks",
  ],
  query,
  headers: expectedHeaders(segments.sid ?? "IRabc123"),
  method: "POST",
  body: undefined,
  isStable: true,
  requests: 1,
});

const runs = { numRuns: times(100, 1000) };

test("refuses a program that is not an id and sends any other as it was given", async () => {
  await fc.assert(
    fc.asyncProperty(text, async (programId) => {
      const { fetch, sent } = recorder();
      const impact = createImpactClient({ ...account, baseUrl, fetch });

      const result = await rejection(impact.trackingLinks.create({ programId }));

      expect(seen(result, sent)).toEqual(
        isSegment(programId)
          ? arrived([], { program: programId })
          : refused("invalid_input", "programId"),
      );
    }),
    runs,
  );
});

test("refuses an account that is not an id and sends any other as it was given", async () => {
  await fc.assert(
    fc.asyncProperty(text, async (accountSid) => {
      const { fetch, sent } = recorder();
      const isSid =
        accountSid.trim() === accountSid &&
        !["", ".", ".."].includes(accountSid) &&
        !/[:\p{Cc}\p{Cs}]/u.test(accountSid);

      const result: unknown = await Promise.resolve()
        .then(() => createImpactClient({ ...account, accountSid, baseUrl, fetch }))
        .then((impact) => impact.trackingLinks.create({ programId: "1" }))
        .catch((e) => e);

      expect(seen(result, sent)).toEqual(
        isSid ? arrived([], { sid: accountSid }) : refused("configuration", "accountSid"),
      );
    }),
    runs,
  );
});

const { params } = operations.createTrackingLink;

const names = Object.entries<ParameterFacts>(params)
  .filter(([, facts]) => facts.in === "query" && facts.type === "string")
  .filter(([, facts]) => !("enum" in facts) && !("format" in facts))
  .map(([name, facts]) => ({ name, onWire: facts.name }));

test.each(names)(
  "refuses $name if it is not a text and sends any other as it was given",
  async ({ name, onWire }) => {
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const { fetch, sent } = recorder();
        const impact = createImpactClient({ ...account, baseUrl, fetch });
        const given = { programId: "1", type: "Vanity" as const, [name]: value };

        const result = await rejection(impact.trackingLinks.create(given));

        const query: [string, string][] = [
          ["Type", "Vanity"],
          [onWire, value],
        ];
        const isOfId = name.endsWith("Id") || name === "customPath";
        const isValid = isOfId ? isId(value) : isText(value);
        expect(seen(result, sent)).toEqual(
          isValid ? arrived(query) : refused("invalid_input", name),
        );
      }),
      { numRuns: times(30, 300) },
    );
  },
);

test("refuses a deepLink that is not a web address and sends any other as it was given", async () => {
  const address = fc.tuple(fc.constantFrom("http://", "https://", "HTTPS://", ""), text);
  await fc.assert(
    fc.asyncProperty(address, async ([scheme, rest]) => {
      const deepLink = `${scheme}shop.example/${rest}`;
      const { fetch, sent } = recorder();
      const impact = createImpactClient({ ...account, baseUrl, fetch });
      const isAddress = scheme !== "" && !/[\s\p{Cc}\p{Cs}]/u.test(rest) && isVisible(rest);

      const result = await rejection(impact.trackingLinks.create({ programId: "1", deepLink }));

      expect(seen(result, sent)).toEqual(
        isAddress ? arrived([["DeepLink", deepLink]]) : refused("invalid_input", "deepLink"),
      );
    }),
    runs,
  );
});

test("sends all parameters in the order in which they were given", async () => {
  const valid = text.filter(isText);
  const id = text.filter(isId);
  const given = fc.record(
    { adId: id, mediaPartnerPropertyId: id, subId1: valid, subId2: valid, sharedId: id },
    { requiredKeys: [] },
  );
  const wire: Record<string, string> = {
    adId: "AdId",
    mediaPartnerPropertyId: "MediaPartnerPropertyId",
  };
  await fc.assert(
    fc.asyncProperty(given, async (values) => {
      const { fetch, sent } = recorder();
      const impact = createImpactClient({ ...account, baseUrl, fetch });

      await impact.trackingLinks.create({ programId: "1", ...values });

      expect(seen(undefined, sent)).toEqual(
        arrived(Object.entries(values).map(([name, value]) => [wire[name] ?? name, value])),
      );
    }),
    { numRuns: times(30, 300) },
  );
});

test("sends no unknown parameter", async () => {
  const anyName = fc.oneof(
    text,
    fc.constantFrom("__proto__", "constructor", "toString", "AccountSID"),
  );
  await fc.assert(
    fc.asyncProperty(anyName, text, async (name, value) => {
      fc.pre(!(name in operations.createTrackingLink.params));
      const { fetch, sent } = recorder();
      const impact = createImpactClient({ ...account, baseUrl, fetch });
      const given = Object.defineProperty({ programId: "1" }, name, { value, enumerable: true });

      await expect(impact.trackingLinks.create(given)).rejects.toMatchObject({
        code: "invalid_input",
      });

      expect(sent).toEqual([]);
    }),
  );
});

test("sends no value that is not a text", async () => {
  const values = fc.anything().filter((value) => typeof value !== "string" && value !== undefined);
  await fc.assert(
    fc.asyncProperty(
      values,
      fc.constantFrom("programId", "subId1", "type"),
      async (value, name) => {
        const { fetch, sent } = recorder();
        const impact = createImpactClient({ ...account, baseUrl, fetch });

        await expect(
          impact.trackingLinks.create({ programId: "1", [name]: value }),
        ).rejects.toMatchObject({ code: "invalid_input", outcome: "not_sent" });

        expect(sent).toEqual([]);
      },
    ),
  );
});

test("sends a header of the caller as it is or refuses it", async () => {
  await fc.assert(
    fc.asyncProperty(text, text, async (name, value) => {
      const { fetch, sent } = recorder();

      const result: unknown = await Promise.resolve()
        .then(() => createImpactClient({ ...account, baseUrl, fetch, headers: { [name]: value } }))
        .then((impact) => impact.trackingLinks.create({ programId: "1" }))
        .catch((e) => e);

      // Node's fetch loses a header named "__proto__" in silence.
      const isToken = /^[!#$%&'*+.^_`|~A-Za-z0-9-]+$/.test(name) && name !== "__proto__";
      // HTTP takes spaces, tabs and line breaks away from both ends of a value.
      const trimmed = value.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
      const isHeader = isToken && !/[\r\n\0]|[^\0-\u00ff]/.test(trimmed);
      expect(
        isImpactError(result)
          ? [result.code, sent.length]
          : [sent[0]?.headers.length, new Headers(sent[0]?.headers).get(name)],
      ).toEqual(isHeader ? [5, trimmed] : ["configuration", 0]);
    }),
    runs,
  );
});

test("the raw client encodes the path and the query of any text", async () => {
  const valid = text.filter((value) => isText(value) && ![".", ".."].includes(value));
  await fc.assert(
    fc.asyncProperty(valid, valid, valid, async (AccountSID, ProgramId, subId1) => {
      const { fetch, sent } = recorder();
      const client = createImpactClient({ ...account, baseUrl, fetch }).raw;

      await client.POST(LINKS_PATH, {
        params: { path: { AccountSID, ProgramId }, query: { subId1 } },
      });

      const parsed = parse((sent[0]?.url ?? "").replaceAll("'", "%27"));
      expect(parsed.segments).toEqual([
        "Mediapartners",
        AccountSID,
        "Programs",
        ProgramId,
        "TrackingLinks",
      ]);
      expect(parsed.query).toEqual([["subId1", subId1]]);
    }),
    { numRuns: times(30, 300) },
  );
});
