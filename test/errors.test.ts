import { inspect } from "node:util";
import { expect, test } from "vitest";
import type * as Errors from "../src/errors.ts";
import { ImpactError, isImpactError } from "../src/index.ts";
import { errorFrom, failing } from "./support/client.ts";

const FULL = {
  code: "rate_limited",
  outcome: "rejected",
  status: 429,
  reason: "Rate limit exceeded.",
  fields: [{ field: "AdId", message: "Wrong." }],
  body: { Status: "ERROR", Extra: [1, { deep: null }] },
  attempts: 3,
  retryAfter: 700_000,
  method: "POST",
  url: "https://api.impact.com/Mediapartners/IR1/Programs/1/TrackingLinks",
} as const;

function full(): ImpactError {
  const headers = new Headers({ "Retry-After": "700", "X-Request-Id": "r1" });
  const cause = new TypeError("fetch failed");
  return new ImpactError("POST … answered 429: Rate limit exceeded.", { ...FULL, headers, cause });
}

/** A second copy of the module, as two versions of the package in one program are. */
async function otherCopy(): Promise<typeof Errors> {
  const address = "../src/errors.ts?copy";
  const copy: typeof Errors = await import(address);
  return copy;
}

const failure = (): Promise<ImpactError> => errorFrom(failing("ECONNRESET"));

test("ImpactError is an Error with a literal name that is not a field", () => {
  const error = full();

  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe("ImpactError");
  expect(String(error)).toBe("ImpactError: POST … answered 429: Rate limit exceeded.");
  expect(error.stack?.split("\n", 1)).toEqual([
    "ImpactError: POST … answered 429: Rate limit exceeded.",
  ]);
  expect(Object.hasOwn(error, "name")).toBe(false);
});

test("ImpactError keeps all details that it is given", () => {
  const error = full();

  expect({ ...error }).toEqual({
    ...FULL,
    headers: new Headers({ "Retry-After": "700", "X-Request-Id": "r1" }),
  });
  expect(error.cause).toEqual(new TypeError("fetch failed"));
});

test("ImpactError has no key for an unknown detail", () => {
  const details = { code: "timeout", outcome: "unknown" } as const;
  const bare = new ImpactError("late", details);
  const given = new ImpactError("late", {
    ...details,
    status: undefined,
    reason: undefined,
    fields: undefined,
    body: undefined,
    headers: undefined,
    attempts: undefined,
    retryAfter: undefined,
    method: undefined,
    url: undefined,
    cause: undefined,
  });

  for (const error of [bare, given]) {
    expect(new Set(Reflect.ownKeys(error))).toEqual(
      new Set(["attempts", "code", "message", "outcome", "stack"]),
    );
    expect("status" in error).toBe(false);
    expect("cause" in error).toBe(false);
    expect(error.attempts).toBe(0);
  }
});

test("ImpactError keeps details that are empty", () => {
  const error = new ImpactError("x", {
    code: "unexpected_response",
    outcome: "unknown",
    body: null,
    reason: "",
    retryAfter: 0,
  });

  expect({ ...error }).toEqual({
    code: "unexpected_response",
    outcome: "unknown",
    body: null,
    reason: "",
    retryAfter: 0,
    attempts: 0,
  });
});

test("ImpactError has every field in its JSON", () => {
  expect(JSON.parse(JSON.stringify(full()))).toEqual({
    name: "ImpactError",
    message: "POST … answered 429: Rate limit exceeded.",
    ...FULL,
    headers: { "retry-after": "700", "x-request-id": "r1" },
    cause: "TypeError: fetch failed",
  });
  const late = new ImpactError("late", { code: "timeout", outcome: "unknown" });
  expect(JSON.stringify(late)).toBe(
    '{"name":"ImpactError","message":"late","code":"timeout","outcome":"unknown","attempts":0}',
  );
});

test("ImpactError survives structuredClone as an Error, and its JSON survives it whole", () => {
  const error = full();
  const clone: unknown = structuredClone(error);

  expect(clone).toBeInstanceOf(Error);
  expect(clone).toMatchObject({
    name: "Error",
    message: error.message,
    stack: error.stack,
    cause: new TypeError("fetch failed"),
  });
  expect(Object.keys(clone as Error)).toEqual([]);
  expect(isImpactError(clone)).toBe(false);
  expect(structuredClone(error.toJSON())).toEqual(error.toJSON());
});

test("ImpactError shows its details when it is printed", () => {
  const lines = inspect(full(), { depth: 4 })
    .split("\n")
    .filter((line) => !/^\s+at /.test(line));

  expect(lines[0]).toBe("ImpactError: POST … answered 429: Rate limit exceeded.");
  for (const line of [
    "  code: 'rate_limited',",
    "  outcome: 'rejected',",
    "  status: 429,",
    "  reason: 'Rate limit exceeded.',",
    "  fields: [ { field: 'AdId', message: 'Wrong.' } ],",
    "  attempts: 3,",
    "  retryAfter: 700000,",
    "  method: 'POST',",
    "  url: 'https://api.impact.com/Mediapartners/IR1/Programs/1/TrackingLinks',",
  ]) {
    expect(lines.map((each) => each.replace(/,?$/, ","))).toContain(line);
  }
  expect(lines).toContain("  [cause]: TypeError: fetch failed");
});

test("ImpactError shows no unknown detail when it is printed", async () => {
  const error = await failure();
  const keys = inspect(error)
    .split("\n")
    .flatMap((line) => /^ {2}(\[?\w+\]?): /.exec(line)?.[1] ?? []);

  expect(new Set(keys)).toEqual(
    new Set(["code", "outcome", "attempts", "method", "url", "[cause]"]),
  );
});

test("isImpactError recognizes the errors of another copy of the package, as instanceof does", async () => {
  const copy = await otherCopy();
  const foreign: unknown = new copy.ImpactError("x", { code: "timeout", outcome: "unknown" });

  expect(copy.ImpactError).not.toBe(ImpactError);
  expect(isImpactError(foreign)).toBe(true);
  expect(foreign instanceof ImpactError).toBe(true);
  expect(copy.isImpactError(full())).toBe(true);
  expect(full() instanceof copy.ImpactError).toBe(true);
});

test("instanceof of a class that extends ImpactError matches its own instances only", () => {
  class Own extends ImpactError {}
  const own: unknown = new Own("x", { code: "timeout", outcome: "unknown" });

  expect([own instanceof Own, own instanceof ImpactError]).toEqual([true, true]);
  expect((full() as unknown) instanceof Own).toBe(false);
});

test("isImpactError recognizes the errors of a client", async () => {
  expect(isImpactError(await failure())).toBe(true);
});

test.each([
  ["an Error", new Error("x")],
  ["an Error with the same name", Object.assign(new Error("x"), { name: "ImpactError" })],
  ["its JSON", full().toJSON()],
  ["null", null],
  ["undefined", undefined],
  ["a string", "ImpactError"],
  ["a function", ImpactError],
])("isImpactError refuses %s", (_, value) => {
  expect(isImpactError(value)).toBe(false);
  expect(value instanceof ImpactError).toBe(false);
});

test("toJSON keeps a cause that is not an error", () => {
  const error = new ImpactError("No.", { code: "timeout", outcome: "unknown", cause: { a: 1 } });
  expect(error.toJSON()).toEqual({
    name: "ImpactError",
    message: "No.",
    code: "timeout",
    outcome: "unknown",
    attempts: 0,
    cause: { a: 1 },
  });
});

test("toJSON omits a missing cause", () => {
  const error = new ImpactError("No.", { code: "timeout", outcome: "unknown" });
  expect(Object.keys(error.toJSON())).toEqual(["name", "message", "code", "outcome", "attempts"]);
});
