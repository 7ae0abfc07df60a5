import { expect, test } from "vitest";
import { account, refused } from "../support/client.ts";
import { refusal, shown, useEmptyEnvironment } from "../support/options.ts";

useEmptyEnvironment();

const BASE_URL =
  "`baseUrl` to be an https URL without credentials, query or fragment (http only for localhost)";

const MILLISECONDS = "`timeout` to be a whole number of milliseconds from 1 to 2147483647";

const RETRIES = "`maxRetries` to be a whole number from 0 to 100";

const RETRY_DELAY = "`maxRetryDelay` to be a whole number of milliseconds of at least 0";

const VERSION = '`apiVersion` to be a version such as "14"';

const HEADERS = "`headers` to be an object of strings";

const VALID_HEADERS = "`headers` to be an object of valid header names and values";

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
  ...[
    "Authorization",
    "ACCEPT",
    "IR-Version",
    "Host",
    "Content-Length",
    "Connection",
    "Expect",
    "Keep-Alive",
    "transfer-encoding",
    "Upgrade",
  ].map((name): [Record<string, unknown>, string] => [
    { headers: { [name]: "x" } },
    `\`headers\` to be free of headers that the client sets itself, got "${name}"`,
  ]),

  [
    { dangerouslyAllowBrowser: "yes" },
    "`dangerouslyAllowBrowser` to be true or false, got a string",
  ],
  [
    { dangerouslyAllowBrowser: 1 },
    "`dangerouslyAllowBrowser` to be true or false, got the number 1",
  ],
  [{ dangerouslyAllowBrowser: null }, "`dangerouslyAllowBrowser` to be true or false, got null"],
  [{ throwOnError: "yes" }, "`throwOnError` to be true or false, got a string"],
  [
    { retryRules: "never" },
    '`retryRules` to be rules such as `{ "GET /Things/{Id}": "never" }`, got a string',
  ],
  [
    { retryRules: { "/Things": "never" } },
    '`retryRules` to be rules such as `{ "GET /Things/{Id}": "never" }`, got "/Things"',
  ],
  [
    { retryRules: { "GET /Things": true } },
    '`retryRules` to be "always" or "never" for GET /Things, got the boolean true',
  ],
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
])("refuses %j without showing the credentials", (options, message) => {
  const [field = ""] = Object.keys(options);
  const error = refusal({ ...account, ...options });

  expect(error.toJSON()).toEqual(refused("configuration", field, `Expected ${message}`));
  expect(shown(error)).not.toContain(account.accountSid);
  expect(shown(error)).not.toContain(account.authToken);
});

test("shows neither the password of a base URL nor the value of a header", () => {
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
  "`retryRules`, `throwOnError`, `fetch`, `headers`, `onEvent`, `beforeSend`, `dangerouslyAllowBrowser`";

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
])("refuses the unknown option %s", (name, got) => {
  const options = Object.fromEntries([...Object.entries(account), [name, undefined]]);

  expect(refusal(options).toJSON()).toEqual(
    refused("configuration", name, `Expected a known option, got ${got}`),
  );
});

test.each<[options: unknown, got: string]>([
  [null, "null"],
  ["IRabc123", "a string"],
  [[], "an array"],
  [() => account, "a value of type function"],
])("refuses %j in place of options", (options, got) => {
  expect(refusal(options).toJSON()).toEqual(
    refused("configuration", "options", `Expected options to be an object, got ${got}`),
  );
});

test("refuses a header that Node's fetch would drop silently", () => {
  expect(refusal({ ...account, headers: { ["__proto__"]: "x" } }).message).toBe(
    'Expected `headers` to be an object of valid header names and values, got a wrong "__proto__"',
  );
});
