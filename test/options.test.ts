import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createImpactClient,
  isImpactError,
  spec,
  type ImpactClientOptions,
  type ImpactError,
} from "../src/index.ts";
import { version } from "../src/version.ts";

const account = { accountSid: "IRabc123", authToken: "s3cret-t0ken-0123456789" };

const UNSET = ["IMPACT_ACCOUNT_SID", "IMPACT_AUTH_TOKEN", "IMPACT_BASE_URL"];

beforeEach(() => {
  for (const name of UNSET) vi.stubEnv(name, undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** What a JavaScript caller can give, whatever the types say. */
function refusal(options: unknown): ImpactError {
  try {
    createImpactClient(options as ImpactClientOptions);
  } catch (error) {
    if (isImpactError(error)) return error;
    throw error;
  }
  return expect.unreachable("nothing was refused");
}

function refused(field: string, message: string): Record<string, unknown> {
  return {
    name: "ImpactError",
    message,
    code: "configuration",
    outcome: "not_sent",
    attempts: 0,
    fields: [{ field, message }],
  };
}

function shown(error: ImpactError): string {
  return [
    String(error),
    error.stack,
    JSON.stringify(error),
    inspect(error, { depth: Infinity, showHidden: true }),
  ].join("\n");
}

/** What goes out for one link. */
async function sentWith(
  options: ImpactClientOptions,
): Promise<{ url: string; headers: Record<string, string> }> {
  const sent: { url: string; headers: Record<string, string> }[] = [];
  const impact = createImpactClient({
    ...options,
    fetch: (input, init) => {
      const { url, headers } = new Request(input, init);
      sent.push({ url, headers: Object.fromEntries(headers) });
      return Promise.resolve(Response.json({ TrackingURL: "https://example.sjv.io/x" }));
    },
  });
  await impact.trackingLinks.create({ programId: "1" });
  const [request, ...more] = sent;
  expect(more).toEqual([]);
  return request ?? { url: "nothing was sent", headers: {} };
}

function basic(accountSid: string, authToken: string): string {
  return `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;
}

describe("where settings come from", () => {
  test("takes the environment if no argument is given", async () => {
    vi.stubEnv("IMPACT_ACCOUNT_SID", "IRenv");
    vi.stubEnv("IMPACT_AUTH_TOKEN", "env-t0ken");
    vi.stubEnv("IMPACT_BASE_URL", "https://env.example");

    const { url, headers } = await sentWith({});

    expect(url).toBe("https://env.example/Mediapartners/IRenv/Programs/1/TrackingLinks");
    expect(headers["authorization"]).toBe(basic("IRenv", "env-t0ken"));
  });

  test("takes an argument over the environment", async () => {
    vi.stubEnv("IMPACT_ACCOUNT_SID", "IRenv");
    vi.stubEnv("IMPACT_AUTH_TOKEN", "env-t0ken");
    vi.stubEnv("IMPACT_BASE_URL", "https://env.example");

    const { url, headers } = await sentWith({ ...account, baseUrl: "https://arg.example" });

    expect(url).toBe("https://arg.example/Mediapartners/IRabc123/Programs/1/TrackingLinks");
    expect(headers["authorization"]).toBe(basic(account.accountSid, account.authToken));
  });

  test("takes each setting from where it is given, undefined being absent", async () => {
    vi.stubEnv("IMPACT_ACCOUNT_SID", "IRenv");
    vi.stubEnv("IMPACT_AUTH_TOKEN", "env-t0ken");

    const { url, headers } = await sentWith({ accountSid: undefined, authToken: "arg-t0ken" });

    expect(url).toBe("https://api.impact.com/Mediapartners/IRenv/Programs/1/TrackingLinks");
    expect(headers["authorization"]).toBe(basic("IRenv", "arg-t0ken"));
  });

  test("takes the document's server and version by default", async () => {
    const { url, headers } = await sentWith(account);

    expect(url).toBe(`${spec.server}/Mediapartners/IRabc123/Programs/1/TrackingLinks`);
    expect(headers).toEqual({
      accept: "application/json",
      authorization: basic(account.accountSid, account.authToken),
      "ir-version": spec.version,
      "user-agent": `impact-partner-client/${version} (IR-Version ${spec.version})`,
    });
  });

  test("takes options that are undefined as absent", async () => {
    const absent: ImpactClientOptions = {
      baseUrl: undefined,
      apiVersion: undefined,
      timeout: undefined,
      maxRetries: undefined,
      maxRetryDelay: undefined,
      headers: undefined,
      onEvent: undefined,
      dangerouslyAllowBrowser: undefined,
    };

    expect(await sentWith({ ...account, ...absent })).toEqual(await sentWith(account));
  });

  test("takes an empty variable as unset", async () => {
    vi.stubEnv("IMPACT_BASE_URL", "");

    const { url } = await sentWith(account);

    expect(url).toBe("https://api.impact.com/Mediapartners/IRabc123/Programs/1/TrackingLinks");
  });

  test("takes a runtime without process for an empty environment", () => {
    vi.stubGlobal("process", undefined);

    expect(createImpactClient(account).accountSid).toBe("IRabc123");
  });

  test("takes an environment that may not be read for an empty one", () => {
    vi.stubGlobal("process", {
      get env(): never {
        throw new Error("NotCapable: Requires env access");
      },
    });

    expect(createImpactClient(account).accountSid).toBe("IRabc123");
  });

  test.each([undefined, ""])("refuses to go without an account SID (variable: %j)", (value) => {
    vi.stubEnv("IMPACT_ACCOUNT_SID", value);

    expect(refusal({ authToken: account.authToken }).toJSON()).toEqual(
      refused(
        "accountSid",
        "Expected `accountSid` to be given, or IMPACT_ACCOUNT_SID to be set, got neither",
      ),
    );
  });

  test.each([undefined, ""])("refuses to go without an auth token (variable: %j)", (value) => {
    vi.stubEnv("IMPACT_AUTH_TOKEN", value);

    expect(refusal({ accountSid: account.accountSid }).toJSON()).toEqual(
      refused(
        "authToken",
        "Expected `authToken` to be given, or IMPACT_AUTH_TOKEN to be set, got neither",
      ),
    );
  });

  test("names the account SID first if nothing is given at all", () => {
    expect(refusal(undefined).message).toBe(
      "Expected `accountSid` to be given, or IMPACT_ACCOUNT_SID to be set, got neither",
    );
  });

  test("checks what the environment gives", () => {
    vi.stubEnv("IMPACT_BASE_URL", "http://api.example");
    expect(refusal(account).message).toBe(
      "Expected `IMPACT_BASE_URL` to be an https URL without credentials, query or fragment " +
        '(http only for localhost), got http to "api.example"',
    );

    vi.stubEnv("IMPACT_ACCOUNT_SID", "IR:1");
    expect(refusal({ authToken: account.authToken }).message).toBe(
      "Expected `IMPACT_ACCOUNT_SID` to be free of colons, got one with a colon",
    );
  });

  test("keeps what it was given, whatever becomes of the object", async () => {
    const options = { ...account, headers: { "X-Trace": "before" } };
    const traces: (string | null)[] = [];
    const impact = createImpactClient({
      ...options,
      fetch: (_, init) => {
        traces.push(new Headers(init?.headers).get("x-trace"));
        return Promise.resolve(Response.json({ TrackingURL: "https://example.sjv.io/x" }));
      },
    });
    options.headers["X-Trace"] = "after";

    await impact.trackingLinks.create({ programId: "1" });

    expect(traces).toEqual(["before"]);
  });
});

describe("credentials", () => {
  const SID = "IR-s3cret-sid";
  const TOKEN = "s3cret-t0ken-0123456789";

  test.each<[field: "accountSid" | "authToken", value: unknown, message: string]>([
    ["accountSid", "", "to be a string, got an empty one"],
    ["accountSid", 12345, "to be a string, got a value of type number"],
    ["accountSid", { sid: SID }, "to be a string, got a value of type object"],
    [
      "accountSid",
      `${SID}\n`,
      "to be free of control characters, got one with a line break or the like",
    ],
    [
      "accountSid",
      `${SID}\u0000`,
      "to be free of control characters, got one with a line break or the like",
    ],
    ["accountSid", ` ${SID}`, "to be free of outer spaces, got one with a space at an end"],
    ["accountSid", `${SID}:`, "to be free of colons, got one with a colon"],
    ["accountSid", `${SID}:${TOKEN}`, "to be free of colons, got one with a colon"],
    ["accountSid", ".", "to be an account SID, got a path of dots"],
    ["accountSid", "..", "to be an account SID, got a path of dots"],
    ["accountSid", `${SID}\ud83d`, "to be valid Unicode, got one with half a surrogate pair"],
    ["authToken", "", "to be a string, got an empty one"],
    ["authToken", 12345, "to be a string, got a value of type number"],
    ["authToken", [TOKEN], "to be a string, got a value of type object"],
    ["authToken", () => TOKEN, "to be a string, got a value of type function"],
    [
      "authToken",
      `${TOKEN}\n`,
      "to be free of control characters, got one with a line break or the like",
    ],
    [
      "authToken",
      `${TOKEN}\r\nX-Evil: 1`,
      "to be free of control characters, got one with a line break or the like",
    ],
    [
      "authToken",
      `${TOKEN}\u0085`,
      "to be free of control characters, got one with a line break or the like",
    ],
    ["authToken", `${TOKEN} `, "to be free of outer spaces, got one with a space at an end"],
    ["authToken", `\u00a0${TOKEN}`, "to be free of outer spaces, got one with a space at an end"],
    ["authToken", `\ufeff${TOKEN}`, "to be free of outer spaces, got one with a space at an end"],
    ["authToken", " ", "to be free of outer spaces, got one with a space at an end"],
    ["authToken", `${TOKEN}\ude00`, "to be valid Unicode, got one with half a surrogate pair"],
  ])("refuses %s %j and shows neither half", (field, value, rest) => {
    const error = refusal({ accountSid: SID, authToken: TOKEN, [field]: value });

    expect(error.toJSON()).toEqual(refused(field, `Expected \`${field}\` ${rest}`));
    expect(shown(error)).not.toContain(SID);
    expect(shown(error)).not.toContain(TOKEN);
  });

  test.each<[accountSid: string, authToken: string]>([
    ["IRabc123", "with:colons::"],
    ["IRäöü", "ünïcode-€-😀"],
    ["IR 1", "with inner space"],
    ["IR/1?#%", "~!@#$%^&*()=+"],
    ["I", "t"],
  ])("sends the credentials %j and %j as UTF-8 in base64", async (accountSid, authToken) => {
    const { headers } = await sentWith({ accountSid, authToken });

    expect(headers["authorization"]).toBe(basic(accountSid, authToken));
  });
});

const BASE_URL =
  "`baseUrl` to be an https URL without credentials, query or fragment (http only for localhost)";
const MILLISECONDS = "`timeout` to be a whole number of milliseconds from 1 to 2147483647";
const RETRIES = "`maxRetries` to be a whole number from 0 to 100";
const RETRY_DELAY = "`maxRetryDelay` to be a whole number of milliseconds of at least 0";
const VERSION = '`apiVersion` to be a version such as "14"';
const HEADERS = "`headers` to be an object of strings";
const VALID_HEADERS = "`headers` to be an object of valid header names and values";

describe("a wrong option", () => {
  test.each<[options: Record<string, unknown>, message: string]>([
    [{ baseUrl: "" }, `${BASE_URL}, got no such URL`],
    [{ baseUrl: 443 }, `${BASE_URL}, got the number 443`],
    [{ baseUrl: new URL("https://api.example") }, `${BASE_URL}, got a value of type object`],
    [{ baseUrl: "api.example" }, `${BASE_URL}, got no such URL`],
    [{ baseUrl: "//api.example" }, `${BASE_URL}, got no such URL`],
    [{ baseUrl: "https:/api.example" }, `${BASE_URL}, got no such URL`],
    [{ baseUrl: "https://" }, `${BASE_URL}, got no such URL`],
    [{ baseUrl: "https://api.example:99999" }, `${BASE_URL}, got no such URL`],
    [{ baseUrl: "ftp://api.example" }, `${BASE_URL}, got no such URL`],
    [{ baseUrl: "file:///api" }, `${BASE_URL}, got no such URL`],
    [{ baseUrl: "http://api.example" }, `${BASE_URL}, got http to "api.example"`],
    [{ baseUrl: "HTTP://API.example:8080/x" }, `${BASE_URL}, got http to "api.example:8080"`],
    [{ baseUrl: "http://0.0.0.0" }, `${BASE_URL}, got http to "0.0.0.0"`],
    [{ baseUrl: "http://192.168.0.1" }, `${BASE_URL}, got http to "192.168.0.1"`],
    [{ baseUrl: "http://128.0.0.1" }, `${BASE_URL}, got http to "128.0.0.1"`],
    [{ baseUrl: "http://[::2]" }, `${BASE_URL}, got http to "[::2]"`],
    [{ baseUrl: "http://localhost.example" }, `${BASE_URL}, got http to "localhost.example"`],
    [{ baseUrl: "http://notlocalhost" }, `${BASE_URL}, got http to "notlocalhost"`],
    [{ baseUrl: "http://127.0.0.1.example" }, `${BASE_URL}, got http to "127.0.0.1.example"`],
    [{ baseUrl: "https://user:pass@api.example" }, `${BASE_URL}, got one with credentials`],
    [{ baseUrl: "https://user@api.example" }, `${BASE_URL}, got one with credentials`],
    [{ baseUrl: "http://:pass@localhost" }, `${BASE_URL}, got one with credentials`],
    [{ baseUrl: "https://api.example?key=1" }, `${BASE_URL}, got one with a query or fragment`],
    [{ baseUrl: "https://api.example/?" }, `${BASE_URL}, got one with a query or fragment`],
    [{ baseUrl: "https://api.example/#top" }, `${BASE_URL}, got one with a query or fragment`],
    [{ baseUrl: "https://api.example#" }, `${BASE_URL}, got one with a query or fragment`],

    [{ timeout: 0 }, `${MILLISECONDS}, got the number 0`],
    [{ timeout: -1 }, `${MILLISECONDS}, got the number -1`],
    [{ timeout: 1.5 }, `${MILLISECONDS}, got the number 1.5`],
    [{ timeout: NaN }, `${MILLISECONDS}, got the number NaN`],
    [{ timeout: Infinity }, `${MILLISECONDS}, got the number Infinity`],
    [{ timeout: 2 ** 31 }, `${MILLISECONDS}, got the number 2147483648`],
    [{ timeout: "30000" }, `${MILLISECONDS}, got a string`],
    [{ timeout: null }, `${MILLISECONDS}, got null`],

    [{ maxRetries: -1 }, `${RETRIES}, got the number -1`],
    [{ maxRetries: 101 }, `${RETRIES}, got the number 101`],
    [{ maxRetries: 0.5 }, `${RETRIES}, got the number 0.5`],
    [{ maxRetries: Infinity }, `${RETRIES}, got the number Infinity`],
    [{ maxRetries: false }, `${RETRIES}, got the boolean false`],

    [{ maxRetryDelay: -1 }, `${RETRY_DELAY}, got the number -1`],
    [{ maxRetryDelay: 0.5 }, `${RETRY_DELAY}, got the number 0.5`],
    [{ maxRetryDelay: NaN }, `${RETRY_DELAY}, got the number NaN`],
    [{ maxRetryDelay: "1m" }, `${RETRY_DELAY}, got a string`],

    [{ apiVersion: 14 }, `${VERSION}, got the number 14`],
    [{ apiVersion: "" }, `${VERSION}, got an empty string`],
    [{ apiVersion: "14 " }, `${VERSION}, got a string`],
    [{ apiVersion: "14\r\nX-Evil: 1" }, `${VERSION}, got a string`],
    [{ apiVersion: "1".repeat(21) }, `${VERSION}, got a string`],

    [{ fetch: "fetch" }, "`fetch` to be a function, got a string"],
    [{ fetch: null }, "`fetch` to be a function, got null"],
    [{ fetch: { fetch } }, "`fetch` to be a function, got a value of type object"],
    [{ onEvent: true }, "`onEvent` to be a function, got the boolean true"],
    [{ onEvent: null }, "`onEvent` to be a function, got null"],

    [{ headers: null }, `${HEADERS}, got null`],
    [{ headers: "X-Trace: 1" }, `${HEADERS}, got a string`],
    [{ headers: [["X-Trace", "1"]] }, `${HEADERS}, got an array`],
    [{ headers: new Headers({ "X-Trace": "1" }) }, `${HEADERS}, got a value of type object`],
    [{ headers: { "X-Trace": 1 } }, `${VALID_HEADERS}, got a wrong "X-Trace"`],
    [{ headers: { "X-Trace": undefined } }, `${VALID_HEADERS}, got a wrong "X-Trace"`],
    [{ headers: { "X-Trace": "a\r\nb" } }, `${VALID_HEADERS}, got a wrong "X-Trace"`],
    [{ headers: { "X-Trace": "😀" } }, `${VALID_HEADERS}, got a wrong "X-Trace"`],
    [{ headers: { "X Trace": "a" } }, `${VALID_HEADERS}, got a wrong "X Trace"`],
    [
      { headers: { Authorization: "Bearer x" } },
      '`headers` to be free of "Authorization" (`accountSid` and `authToken` set it), got it',
    ],
    [
      { headers: { ACCEPT: "text/html" } },
      '`headers` to be free of "ACCEPT" (the client reads JSON alone), got it',
    ],
    [
      { headers: { "IR-Version": "15" } },
      '`headers` to be free of "IR-Version" (`apiVersion` sets it), got it',
    ],
    [
      { headers: { "Content-Length": "1" } },
      '`headers` to be free of "Content-Length" (the runtime sets it), got it',
    ],
    ...["Connection", "Expect", "Keep-Alive", "transfer-encoding", "Upgrade"].map(
      (name): [Record<string, unknown>, string] => [
        { headers: { [name]: "x" } },
        `\`headers\` to be free of "${name}" (the runtime sets it), got it`,
      ],
    ),
    [{ headers: { Host: "x" } }, '`headers` to be free of "Host" (`baseUrl` sets it), got it'],

    [
      { dangerouslyAllowBrowser: "yes" },
      "`dangerouslyAllowBrowser` to be true or false, got a string",
    ],
    [
      { dangerouslyAllowBrowser: 1 },
      "`dangerouslyAllowBrowser` to be true or false, got the number 1",
    ],
    [{ dangerouslyAllowBrowser: null }, "`dangerouslyAllowBrowser` to be true or false, got null"],
    [{ accountSid: null }, "`accountSid` to be a string, got a value of type object"],
    [{ authToken: null }, "`authToken` to be a string, got a value of type object"],
    [{ apiVersion: null }, `${VERSION}, got null`],
    [{ apiVersion: account.authToken }, `${VERSION}, got a string`],
    [{ timeout: account.authToken }, `${MILLISECONDS}, got a string`],
    [{ fetch: account.authToken }, "`fetch` to be a function, got a string"],
    [
      { headers: { constructor: "a\nb" } },
      '`headers` to be an object of valid header names and values, got a wrong "constructor"',
    ],
    [
      { headers: new Map([["x", "y"]]) },
      "`headers` to be an object of strings, got a value of type object",
    ],
  ])("is refused without showing the credentials: %j", (options, message) => {
    const [field = ""] = Object.keys(options);
    const error = refusal({ ...account, ...options });

    expect(error.toJSON()).toEqual(refused(field, `Expected ${message}`));
    expect(shown(error)).not.toContain(account.accountSid);
    expect(shown(error)).not.toContain(account.authToken);
  });

  test("shows no password of a base URL and no value of a header", () => {
    const secret = "hunter2-hunter2";
    const errors = [
      refusal({ ...account, baseUrl: `https://user:${secret}@api.example` }),
      refusal({ ...account, baseUrl: `http://user:${secret}@api.example` }),
      refusal({ ...account, baseUrl: `https://api.example?key=${secret}` }),
      refusal({ ...account, baseUrl: `https://api.example:${secret}@` }),
      refusal({ ...account, headers: { "X-Key": `${secret}\n1` } }),
      refusal({ ...account, headers: { Authorization: secret } }),
    ];

    for (const error of errors) expect(shown(error)).not.toContain(secret);
  });

  const ALL_OPTIONS =
    "`accountSid`, `authToken`, `baseUrl`, `apiVersion`, `timeout`, `maxRetries`, `maxRetryDelay`, " +
    "`fetch`, `headers`, `onEvent`, `beforeSend`, `dangerouslyAllowBrowser`";

  test.each<[name: string, got: string]>([
    ["accountSID", "`accountSID`; did you mean `accountSid`?"],
    ["account_sid", "`account_sid`; did you mean `accountSid`?"],
    ["AuthToken", "`AuthToken`; did you mean `authToken`?"],
    ["authtokens", "`authtokens`; did you mean `authToken`?"],
    ["baseURL", "`baseURL`; did you mean `baseUrl`?"],
    ["timeOut", "`timeOut`; did you mean `timeout`?"],
    ["header", "`header`; did you mean `headers`?"],
    ["onevents", "`onevents`; did you mean `onEvent`?"],
    ["maxRetry", `\`maxRetry\`; known are ${ALL_OPTIONS}`],
    ["token", `\`token\`; known are ${ALL_OPTIONS}`],
    ["signal", `\`signal\`; known are ${ALL_OPTIONS}`],
    ["__proto__", `\`__proto__\`; known are ${ALL_OPTIONS}`],
    ["constructor", `\`constructor\`; known are ${ALL_OPTIONS}`],
    ["toString", `\`toString\`; known are ${ALL_OPTIONS}`],
  ])("is refused if it is unknown: %s", (name, got) => {
    const options = Object.fromEntries([...Object.entries(account), [name, undefined]]);

    expect(refusal(options).toJSON()).toEqual(refused(name, `Expected a known option, got ${got}`));
  });

  test.each<[options: unknown, got: string]>([
    [null, "null"],
    ["IRabc123", "a string"],
    [[], "an array"],
    [() => account, "a value of type function"],
  ])("is refused if it is no object of options: %j", (options, got) => {
    expect(refusal(options).toJSON()).toEqual(
      refused("options", `Expected options to be an object, got ${got}`),
    );
  });
});

test.each([
  { timeout: 1 },
  { timeout: 2 ** 31 - 1 },
  { maxRetries: 0 },
  { maxRetries: 100 },
  { maxRetryDelay: 0 },
  { maxRetryDelay: Number.MAX_SAFE_INTEGER },
  { apiVersion: "15" },
  { apiVersion: "2026-06.beta_1" },
  { headers: {} },
  { dangerouslyAllowBrowser: false },
])("takes %j", (options) => {
  expect(createImpactClient({ ...account, ...options }).accountSid).toBe("IRabc123");
});

test.each([
  ["https://api.example", "https://api.example/Mediapartners"],
  ["https://api.example/", "https://api.example/Mediapartners"],
  ["HTTPS://API.Example:443", "https://api.example/Mediapartners"],
  ["https://api.example:8443", "https://api.example:8443/Mediapartners"],
  ["https://proxy.example/impact", "https://proxy.example/impact/Mediapartners"],
  ["https://proxy.example/a/b%20c//", "https://proxy.example/a/b%20c/Mediapartners"],
  ["http://localhost:4010", "http://localhost:4010/Mediapartners"],
  ["http://impact.localhost/x", "http://impact.localhost/x/Mediapartners"],
  ["http://127.0.0.1:4010", "http://127.0.0.1:4010/Mediapartners"],
  ["http://127.1.2.3", "http://127.1.2.3/Mediapartners"],
  ["http://[::1]:4010", "http://[::1]:4010/Mediapartners"],
])("sends to %s with its path kept", async (baseUrl, expected) => {
  const { url } = await sentWith({ ...account, baseUrl });

  expect(url).toBe(`${expected}/IRabc123/Programs/1/TrackingLinks`);
});

describe("in a browser page", () => {
  const GUARD =
    "Expected to run outside of a browser page, where every visitor could read the auth token " +
    "(`dangerouslyAllowBrowser: true` allows it), got a browser page";

  test.each([undefined, false])("refuses to run (dangerouslyAllowBrowser: %j)", (allowed) => {
    vi.stubGlobal("window", { document: {} });
    const error = refusal({ ...account, dangerouslyAllowBrowser: allowed });

    expect(error.toJSON()).toEqual(refused("dangerouslyAllowBrowser", GUARD));
    expect(shown(error)).not.toContain(account.accountSid);
    expect(shown(error)).not.toContain(account.authToken);
  });

  test("runs if that is allowed, and names no user agent", async () => {
    vi.stubGlobal("window", { document: {} });

    const { headers } = await sentWith({ ...account, dangerouslyAllowBrowser: true });

    expect(headers).toEqual({
      accept: "application/json",
      authorization: basic(account.accountSid, account.authToken),
      "ir-version": spec.version,
    });
  });

  test("is not what a window without a document is", async () => {
    vi.stubGlobal("window", {});

    const { headers } = await sentWith(account);

    expect(headers["user-agent"]).toBe(
      `impact-partner-client/${version} (IR-Version ${spec.version})`,
    );
  });
});

test("shows no credentials in what it holds", () => {
  const impact = createImpactClient(account);
  const printed = [
    JSON.stringify(impact),
    inspect(impact, { depth: Infinity, showHidden: true, getters: true }),
  ].join("\n");

  expect(printed).not.toContain(account.authToken);
  expect(printed).not.toContain(Buffer.from(account.authToken).toString("base64"));
  expect(printed).not.toContain(basic(account.accountSid, account.authToken));
});

test("takes 127.0.0.0/8 for this machine", () => {
  const impact = createImpactClient({ ...account, baseUrl: "http://127.10.200.1:4010" });
  expect(impact.accountSid).toBe(account.accountSid);
});

test("takes headers from an object without a prototype", async () => {
  const headers = Object.assign(Object.create(null) as Record<string, string>, { "X-A": "1" });
  const sent: unknown[] = [];
  const fetch: typeof globalThis.fetch = (_, init) => {
    sent.push(new Headers(init?.headers).get("x-a"));
    return Promise.resolve(Response.json({ TrackingURL: "https://example.sjv.io/x" }));
  };
  await createImpactClient({ ...account, headers, fetch }).trackingLinks.create({ programId: "1" });
  expect(sent).toEqual(["1"]);
});

test.each<[what: string, process: unknown]>([
  ["no process", undefined],
  ["no environment", {}],
  [
    "an environment that may not be read",
    {
      get env(): never {
        throw new Error("not allowed");
      },
    },
  ],
])("needs no environment where all is given: %s", (_, process) => {
  vi.stubGlobal("process", process);
  try {
    expect(createImpactClient(account).accountSid).toBe(account.accountSid);
    expect(() => createImpactClient({ accountSid: "IR1" })).toThrow(
      "Expected `authToken` to be given, or IMPACT_AUTH_TOKEN to be set, got neither",
    );
  } finally {
    vi.unstubAllGlobals();
  }
});

test("refuses a header that Node's fetch would lose in silence", () => {
  expect(refusal({ ...account, headers: { ["__proto__"]: "x" } }).message).toBe(
    'Expected `headers` to be an object of valid header names and values, got a wrong "__proto__"',
  );
});
