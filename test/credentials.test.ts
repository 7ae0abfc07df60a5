import { expect, test } from "vitest";
import { createCredentials } from "../src/credentials.ts";

const { redact } = createCredentials("IR1", 't0ken/of"mine');

test("cuts a token out of text, keys and values, at any depth that is kept", () => {
  const nested = (depth: number): unknown => (depth === 0 ? 't0ken/of"mine' : [nested(depth - 1)]);
  expect(redact({ 'x t0ken/of"mine': { a: 't0ken/of"mine', b: [1, true, null] } })).toEqual({
    "x [redacted]": { a: "[redacted]", b: [1, true, null] },
  });
  expect(JSON.stringify(redact(nested(20)))).toBe(`${"[".repeat(20)}"[redacted]"${"]".repeat(20)}`);
  expect(JSON.stringify(redact(nested(40)))).toBe("[".repeat(21) + "]".repeat(21));
  expect(redact({ a: nested(19) })).toEqual({ a: expect.any(Array) as unknown });
});

test("an object that lies too deep is kept as an empty one", () => {
  let value: unknown = { secret: 't0ken/of"mine' };
  for (let depth = 0; depth < 20; depth++) value = { a: value };
  expect(JSON.stringify(redact(value))).toBe(`${'{"a":'.repeat(20)}{}${"}".repeat(20)}`);
});

test.each(["token", "secret", "abc", "a1b"])("leaves a word that may be ordinary: %s", (token) => {
  const credentials = createCredentials("IR1", token);
  expect(credentials.redact(`your ${token} is wrong`)).toBe(`your ${token} is wrong`);
  expect(credentials.redact(credentials.authorization())).toBe("Basic [redacted]");
});

test.each(["t0ke", "abcdefgh", "::::"])("cuts out what can be told from a word: %s", (token) => {
  expect(createCredentials("IR1", token).redact(`got ${token}`)).toBe("got [redacted]");
});
