import { inspect } from "node:util";
import * as fc from "fast-check";
import { beforeEach, expect, test, vi } from "vitest";
import { createImpactClient, type ImpactEvent, isImpactError } from "../../src/index.ts";
import { baseUrl, LINKS_PATH, LINK_URL, rejection } from "../support/client.ts";
import { times } from "../support/thorough.ts";

interface Account {
  accountSid: string;
  authToken: string;
}

const utf8Base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[A-Za-z0-9]{1,8}$/) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(...":\"'`\\/.*+?^${}()|[]%&=<>#@!,; -_~", "$&", "\\u00fc"),
  },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("%2B", "%00", "ünïcode", "密码", "🔑", "\u00a0", "\u2028"),
  },
);

const credential = (pieces: number): fc.Arbitrary<string> =>
  fc
    .array(piece, { minLength: 1, maxLength: pieces })
    .map((parts) => parts.join(""))
    .filter((text) => text.trim() === text && text !== "" && !/[\p{Cc}\p{Cs}]/u.test(text));

const account: fc.Arbitrary<Account> = fc.record({
  accountSid: credential(4).filter((sid) => !/:|^\.{1,2}$/.test(sid)),
  // Four letters and digits keep it from being a part of what anyone would print.
  authToken: fc
    .tuple(credential(8), fc.stringMatching(/^[A-Za-z0-9]{6}$/))
    .map(([text, rest]) => `${text}Z${rest}Z`),
});

/** All forms in which a server may send the credentials back. */
function formsOf({ accountSid, authToken }: Account): string[] {
  const basic = utf8Base64(`${accountSid}:${authToken}`);
  const alone = utf8Base64(authToken);
  return [
    `Basic ${basic}`,
    basic,
    basic.replaceAll("=", ""),
    Buffer.from(`${accountSid}:${authToken}`).toString("base64url"),
    authToken,
    `${accountSid}:${authToken}`,
    JSON.stringify(authToken).slice(1, -1),
    JSON.stringify({ Authorization: `Basic ${basic}`, password: authToken }),
    encodeURIComponent(authToken),
    alone,
    Buffer.from(authToken).toString("base64url"),
  ];
}

const escapeXml = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

const bodies: Record<string, (echo: string) => string> = {
  "the message": (echo) => JSON.stringify({ Status: "ERROR", Message: `No such ${echo} here` }),
  "a name in JSON": (echo) => JSON.stringify({ [echo]: { [`x${echo}`]: [echo] } }),
  "field errors": (echo) => JSON.stringify({ Errors: [{ Field: echo, Message: `bad ${echo}` }] }),
  "JSON that is not an object": (echo) => JSON.stringify([echo, [echo]]),
  "JSON as a string": (echo) => JSON.stringify(echo),
  "JSON in JSON": (echo) => JSON.stringify({ message: JSON.stringify({ echo }) }),
  "the problem's title": (echo) => JSON.stringify({ title: echo, detail: echo }),
  "half a JSON": (echo) => JSON.stringify({ Message: echo, more: echo }).slice(0, -3),
  XML: (echo) => {
    const inside = `<Message>${escapeXml(echo)}</Message><Errors><Error><Field>${escapeXml(echo)}</Field></Error></Errors>`;
    return `<ImpactRadiusResponse><Status>ERROR</Status>${inside}</ImpactRadiusResponse>`;
  },
  "XML as it is": (echo) =>
    `<ImpactRadiusResponse><Message><![CDATA[${echo}]]></Message></ImpactRadiusResponse>`,
  "an HTML page": (echo) => `<html><title>${escapeXml(echo)}</title><body>${echo}</body></html>`,
  text: (echo) => `Authorization: ${echo}\n${echo}`,
  "the link": (echo) => JSON.stringify({ TrackingURL: `${LINK_URL}?x=${echo}` }),
  "the link alone": (echo) => JSON.stringify({ TrackingURL: echo }),
  "beside the link": (echo) => JSON.stringify({ TrackingURL: LINK_URL, Debug: { [echo]: echo } }),
};

const statuses = [200, 302, 307, 400, 401, 403, 404, 429, 500, 503];

/** A header holds bytes; text outside of Latin-1 goes as the bytes of its UTF-8. */
const headerValue = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** Every way in which a value is printed or stored, and all that can be reached from it. */
function printed(value: unknown): string[] {
  const all = {
    showHidden: true,
    depth: Infinity,
    maxStringLength: Infinity,
    maxArrayLength: Infinity,
  };
  const texts = [inspect(value), inspect(value, all), String(value), JSON.stringify(value) ?? ""];
  const seen = new Set<unknown>();
  const visit = (each: unknown): void => {
    if (typeof each === "string") texts.push(each);
    if (each === null || !["object", "function"].includes(typeof each) || seen.has(each)) return;
    seen.add(each);
    if (each instanceof Headers) texts.push(...[...each].flat());
    if (each instanceof Error)
      texts.push(String(each), JSON.stringify(each) ?? "", each.stack ?? "");
    for (const key of Reflect.ownKeys(each as object)) {
      texts.push(String(key));
      const { value: inner } = Object.getOwnPropertyDescriptor(each, key) ?? {};
      visit(inner);
    }
  };
  visit(value);
  return texts;
}

/** The prints that hold the credentials. */
function leaksOf(values: unknown[], { accountSid, authToken }: Account): string[] {
  const basic = utf8Base64(`${accountSid}:${authToken}`).replaceAll("=", "");
  return values.flatMap(printed).filter((text) => text.includes(authToken) || text.includes(basic));
}

/** All that a call lets its caller see. */
async function everything(
  credentials: Account,
  fetch: typeof globalThis.fetch,
): Promise<{ values: unknown[]; ending: unknown }> {
  const events: ImpactEvent[] = [];
  const onEvent = (event: ImpactEvent): void => void events.push(event);
  const options = { ...credentials, baseUrl, fetch, onEvent, maxRetries: 1 };
  const impact = createImpactClient(options);
  const ending = await rejection(impact.trackingLinks.create({ programId: "1" }));
  return { values: [impact, impact.trackingLinks, impact.quota, ending, events], ending };
}

const runs = { numRuns: times(3, 30) };

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});

test.each(Object.entries(bodies))(
  "nothing holds credentials that a server echoes in %s",
  async (_, body) => {
    await fc.assert(
      fc.asyncProperty(account, fc.constantFrom(...statuses), async (credentials, status) => {
        for (const form of formsOf(credentials)) {
          const fetch = (): Promise<Response> =>
            Promise.resolve(new Response(body(form), { status }));
          const { values } = await everything(credentials, fetch);
          expect(leaksOf(values, credentials)).toEqual([]);
        }
      }),
      runs,
    );
  },
);

test("nothing holds credentials that a server echoes in headers", async () => {
  await fc.assert(
    fc.asyncProperty(account, fc.constantFrom(...statuses), async (credentials, status) => {
      for (const form of formsOf(credentials)) {
        const echo = headerValue(form);
        const headers = {
          "X-Echo": echo,
          "WWW-Authenticate": `Basic realm="${echo}"`,
          "Set-Cookie": `session=${echo}`,
          "X-RateLimit-Limit": echo,
          "RateLimit-Reset": echo,
          "Content-Type": `text/plain; x=${echo}`,
        };
        const fetch = (): Promise<Response> =>
          Promise.resolve(new Response("{}", { status, headers }));
        const { values } = await everything(credentials, fetch);
        expect(leaksOf(values, credentials)).toEqual([]);
      }
    }),
    runs,
  );
});

test.each([
  ["path", (echo: string) => `https://elsewhere.example/${echo}`],
  ["query", (echo: string) => `https://elsewhere.example/?token=${echo}`],
  ["fragment", (echo: string) => `/#${echo}`],
  ["user", (echo: string) => `https://user:${encodeURIComponent(echo)}@elsewhere.example/`],
  ["whole", (echo: string) => echo],
])(
  "nothing holds credentials that a server echoes in the location of a redirect: %s",
  async (_, location) => {
    await fc.assert(
      fc.asyncProperty(account, async (credentials) => {
        for (const form of formsOf(credentials)) {
          const headers = { Location: headerValue(location(form)) };
          const fetch = (): Promise<Response> =>
            Promise.resolve(new Response(null, { status: 307, headers }));
          const { values } = await everything(credentials, fetch);
          expect(leaksOf(values, credentials)).toEqual([]);
        }
      }),
      runs,
    );
  },
);

const thrown: Record<string, (init: RequestInit, text: string) => unknown> = {
  "an error with the request": (init, text) =>
    Object.assign(new Error(`failed with ${text}`), {
      request: init,
      config: { headers: init.headers },
      code: text,
      response: { headers: new Headers({ "X-Echo": headerValue(text) }) },
    }),
  "causes of causes": (init, text) =>
    [1, 2, 3, 4, 5, 6, 7].reduce<unknown>(
      (cause) => Object.assign(new TypeError(`${text} failed`, { cause }), { init }),
      Object.assign(new Error(text), init),
    ),
  "a cause that is no error": (init, text) =>
    new TypeError("fetch failed", { cause: { init, text } }),
  "a cause that is text": (_, text) => new TypeError("fetch failed", { cause: text }),
  "an AggregateError": (init, text) =>
    new TypeError("fetch failed", {
      cause: new AggregateError(
        [Object.assign(new Error(text), init), text, { init }, new AggregateError([text], text)],
        text,
      ),
    }),
  "a circle of causes": (init, text) => {
    const error = Object.assign(new Error(text), { init });
    error.cause = error;
    return error;
  },
  "an error of another name and stack": (init, text) =>
    Object.assign(new Error(text), {
      name: text,
      stack: `${text}\n at ${text}`,
      syscall: text,
      init,
    }),
  "a class with private state": (init, text) =>
    new (class RequestError extends Error {
      readonly #init = init;
      override get message(): string {
        return `${text} ${JSON.stringify(this.#init.headers)}`;
      }
    })(),
  "a DOMException": (_, text) => new DOMException(text, "NetworkError"),
  text: (_, text) => text,
  "the request itself": (init) => init,
  "a function": (init, text) => Object.assign((): string => text, { init }),
  nothing: () => undefined,
};

test.each(Object.entries(thrown))(
  "nothing holds the credentials when fetch throws %s",
  async (_, toThrow) => {
    await fc.assert(
      fc.asyncProperty(account, async (credentials) => {
        for (const form of formsOf(credentials)) {
          const fetch = (_url: unknown, init: RequestInit = {}): Promise<Response> =>
            // oxlint-disable-next-line prefer-promise-reject-errors
            Promise.reject(toThrow(init, form));
          const { values, ending } = await everything(credentials, fetch);
          expect(isImpactError(ending) && [ending.code, ending.outcome]).toEqual([
            "connection",
            "unknown",
          ]);
          expect(leaksOf(values, credentials)).toEqual([]);
        }
      }),
      runs,
    );
  },
);

test("nothing holds the credentials when a body fails with an error that holds the request", async () => {
  await fc.assert(
    fc.asyncProperty(account, async (credentials) => {
      for (const form of formsOf(credentials)) {
        const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
          const error = Object.assign(new Error(form), { init });
          const body = new ReadableStream({ start: (stream) => stream.error(error) });
          return Promise.resolve(new Response(body));
        };
        const { values } = await everything(credentials, fetch);
        expect(leaksOf(values, credentials)).toEqual([]);
      }
    }),
    runs,
  );
});

test("nothing holds the credentials when a call times out or is aborted", async () => {
  await fc.assert(
    fc.asyncProperty(account, async (credentials) => {
      const events: ImpactEvent[] = [];
      const onEvent = (event: ImpactEvent): void => void events.push(event);
      const fetch = (): Promise<Response> => new Promise(() => {});
      const options = { ...credentials, baseUrl, fetch, onEvent, timeout: 1, maxRetries: 0 };
      const impact = createImpactClient(options);
      const timedOut = await rejection(impact.trackingLinks.create({ programId: "1" }));
      const signal = AbortSignal.abort();
      const aborted = await rejection(impact.trackingLinks.create({ programId: "1" }, { signal }));
      expect(leaksOf([impact, timedOut, aborted, events], credentials)).toEqual([]);
    }),
    runs,
  );
});

test("nothing holds the credentials when the raw client is refused", async () => {
  await fc.assert(
    fc.asyncProperty(account, async (credentials) => {
      for (const form of formsOf(credentials)) {
        const fetch = (): Promise<Response> =>
          Promise.resolve(
            new Response(bodies["the message"]?.(form), {
              status: 400,
              headers: { "X-Echo": headerValue(form) },
            }),
          );
        const client = createImpactClient({ ...credentials, baseUrl, fetch, maxRetries: 0 }).raw;
        const path = { AccountSID: "IR", ProgramId: "1" };
        const { error, response } = await client.POST(LINKS_PATH, { params: { path } });
        expect(leaksOf([client, error, response, response.headers], credentials)).toEqual([]);
      }
    }),
    runs,
  );
});

test("sends the credentials only as Basic credentials in UTF-8", async () => {
  await fc.assert(
    fc.asyncProperty(account, async (credentials) => {
      const { accountSid, authToken } = credentials;
      const sent: unknown[] = [];
      const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
        sent.push(new Headers(init?.headers).get("authorization"));
        return Promise.resolve(new Response("{}"));
      };
      await everything(credentials, fetch);
      expect(sent).toEqual([`Basic ${utf8Base64(`${accountSid}:${authToken}`)}`]);
    }),
  );
});

test("refuses a link that would carry the credentials before anything is sent", async () => {
  await fc.assert(
    fc.asyncProperty(account, async (credentials) => {
      for (const form of formsOf(credentials).filter((each) => [...each].length < 200)) {
        const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response("{}")));
        const impact = createImpactClient({ ...credentials, baseUrl, fetch });
        const params = { programId: "1", subId1: `a${form}` };
        const error = await rejection(impact.trackingLinks.create(params));
        expect(error).toMatchObject({ code: "invalid_input", outcome: "not_sent", attempts: 0 });
        expect(fetch).not.toHaveBeenCalled();
        expect(leaksOf([error], credentials)).toEqual([]);
      }
    }),
    runs,
  );
});

test("does not return a link that carries the credentials, although the server made it", async () => {
  await fc.assert(
    fc.asyncProperty(account, async (credentials) => {
      for (const form of formsOf(credentials)) {
        const TrackingURL = `${LINK_URL}?subId1=${form}`;
        const fetch = (): Promise<Response> =>
          Promise.resolve(new Response(JSON.stringify({ TrackingURL })));
        const { ending, values } = await everything(credentials, fetch);
        expect(ending).toMatchObject({ code: "unexpected_response", outcome: "unknown" });
        expect(leaksOf(values, credentials)).toEqual([]);
      }
    }),
    runs,
  );
});

const good = "t0kenT0ken";

const bad = fc.oneof(
  fc.constantFrom("\n", "\r\n", "\0", "\t", "\u007f", "\u0085").map((c) => `${good}${c}x${good}`),
  fc.constantFrom(" ", "\u00a0", "\n").chain((c) => fc.constantFrom(`${c}${good}`, `${good}${c}`)),
  fc.constantFrom("\ud83d", "\udd11").map((half) => `${good}${half}${good}`),
);

const refusal = (options: object): unknown => {
  try {
    return createImpactClient({ baseUrl, ...options });
  } catch (error) {
    return error;
  }
};

test.each(["accountSid", "authToken"])(
  "refuses the %s that cannot be sent and does not show it",
  (name) => {
    fc.assert(
      fc.property(bad, (value) => {
        const error = refusal({ accountSid: "IR", authToken: good, [name]: value });
        expect(error).toMatchObject({ code: "configuration", outcome: "not_sent", attempts: 0 });
        expect(printed(error).filter((text) => text.includes(good))).toEqual([]);
      }),
    );
  },
);

test.each([
  ["accountSid", `IR:${good}`],
  ["accountSid", "."],
  ["accountSid", ".."],
  ["accountSid", ""],
  ["authToken", ""],
  ["authToken", { token: good, toString: (): string => good }],
  ["authToken", [good]],
])("refuses the %s %j and does not show it", (name, value) => {
  const error = refusal({ accountSid: "IR", authToken: "x".repeat(32), [name]: value });

  expect(error).toMatchObject({ code: "configuration", fields: [{ field: name }] });
  expect(printed(error).filter((text) => text.includes(good))).toEqual([]);
});
