import { expect, test } from "vitest";
import { createCredentials } from "../../src/http/credentials.ts";

const { redact } = createCredentials("IR1", 't0ken/of"mine');

test("redacts a token in text, keys and values, down to the depth that is kept", () => {
  const nested = (depth: number): unknown => (depth === 0 ? 't0ken/of"mine' : [nested(depth - 1)]);
  expect(redact({ 'x t0ken/of"mine': { a: 't0ken/of"mine', b: [1, true, null] } })).toEqual({
    "x [redacted]": { a: "[redacted]", b: [1, true, null] },
  });
  expect(JSON.stringify(redact(nested(20)))).toBe(`${"[".repeat(20)}"[redacted]"${"]".repeat(20)}`);
  expect(JSON.stringify(redact(nested(40)))).toBe("[".repeat(21) + "]".repeat(21));
  expect(redact({ a: nested(19) })).toEqual({ a: expect.any(Array) as unknown });
});

test("replaces an object that is too deep by an empty one", () => {
  let value: unknown = { secret: 't0ken/of"mine' };
  for (let depth = 0; depth < 20; depth++) value = { a: value };
  expect(JSON.stringify(redact(value))).toBe(`${'{"a":'.repeat(20)}{}${"}".repeat(20)}`);
});

test.each(["token", "secret", "abcdefg", "abc", "a1b", "1"])(
  "does not redact a token that may be an ordinary word: %s",
  (token) => {
    const credentials = createCredentials("IR1", token);
    expect(credentials.redact(`your ${token} is wrong`)).toBe(`your ${token} is wrong`);
    expect(credentials.redact(credentials.authorization())).toBe("Basic [redacted]");
  },
);

test.each(["t0ke", "abc1", "1abc", "abcdefgh", "::::"])(
  "redacts a short token that is not a word: %s",
  (token) => {
    expect(createCredentials("IR1", token).redact(`got ${token}`)).toBe("got [redacted]");
  },
);

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, "0");

test.each<[form: string, encode: (token: string) => string]>([
  ["as it is", (token) => token],
  ["percent-encoded", (token) => encodeURIComponent(token)],
  ["percent-encoded in lower case", (token) => encodeURIComponent(token).toLowerCase()],
  ["as a form encodes it", (token) => new URLSearchParams([["", token]]).toString().slice(1)],
  ["as JSON", (token) => JSON.stringify(token).slice(1, -1)],
  [
    "as ASCII JSON",
    (token) => token.replace(/[^a-z0-9]/gi, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`),
  ],
  [
    "as ASCII JSON in upper case",
    (token) =>
      token.replace(/[^a-z0-9]/gi, (unit) => `\\u${hex(unit.charCodeAt(0), 4).toUpperCase()}`),
  ],
  [
    "with decimal entities",
    (token) => token.replace(/[^a-z0-9]/giu, (c) => `&#${c.codePointAt(0)};`),
  ],
  [
    "with hexadecimal entities",
    (token) => token.replace(/[^a-z0-9]/giu, (c) => `&#x${hex(c.codePointAt(0)!, 1)};`),
  ],
  [
    "with named entities",
    (token) =>
      token
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;")
        .replaceAll('"', "&quot;")
        .replaceAll("'", "&apos;"),
  ],
])("redacts a token %s, wherever it stands", (_, encode) => {
  const token = "a1/b+c=\"d'e&f<g>h \\i.j*k(l)[m]{n}|o^p$q?rü😀s";
  const form = encode(token.toLowerCase());
  const credentials = createCredentials("IR1", token.toLowerCase());
  expect(credentials.redact(`${form} and ${form}.`)).toBe("[redacted] and [redacted].");
  expect(credentials.redact(form.slice(0, -1))).toBe(form.slice(0, -1));
});

// "IR1:~~~?>~~~?>0" and "~~~?>~~~?>0" have + and / in base64, and padding of one or two signs.
test.each(["~~~?>~~~?>0", "~~~?>~~~?>00", "~~~?>~~~?>000", "???>>>~~~1234567"])(
  "redacts the base64 of %s, in either alphabet, with and without padding",
  (token) => {
    const { redact: cut } = createCredentials("IR1", token);
    for (const text of [token, `IR1:${token}`]) {
      const standard = Buffer.from(text).toString("base64");
      const urlSafe = standard.replaceAll("+", "-").replaceAll("/", "_");
      for (const form of [standard, urlSafe]) {
        expect(cut(`<${form}>`)).toBe("<[redacted]>");
        expect(cut(`<${form.replace(/=+$/, "")}>`)).toBe("<[redacted]>");
        expect(cut(`<${encodeURIComponent(form)}>`)).toBe("<[redacted]>");
      }
    }
  },
);

test("keeps what follows a secret that needs no padding", () => {
  const { redact: cut } = createCredentials("IR1", "12345678901");
  const basic = Buffer.from("IR1:12345678901").toString("base64");
  expect(basic).not.toContain("=");
  expect(cut(`${basic}==`)).toBe("[redacted]==");
});
