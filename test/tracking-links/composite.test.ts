import { expect, test } from "vitest";
import type { ParameterFacts } from "../../generated/operations.ts";
import { isImpactError } from "../../src/index.ts";
import { checkComposite, isComposite } from "../../src/tracking-links/check-composite.ts";

// Lists and objects, which today's document does not have. test/tooling/new-parameters.test.ts sends them.

const facts = (more: Partial<ParameterFacts>): ParameterFacts => ({
  name: "Meta",
  in: "query",
  required: false,
  type: "object",
  ...more,
});
const list = facts({ type: "array" });
const numbers = facts({ type: "array", items: { type: "integer" } });
const object = facts({});
const exploded = facts({ style: "form", explode: true });
const limits = facts({
  properties: {
    Days: { type: "integer", required: true },
    Kind: { type: "string", enum: ["a", "b"], required: false },
  },
});

/** The values as they are sent, or the message of the refusal. */
function check(value: unknown, given: ParameterFacts): unknown {
  try {
    return checkComposite("meta", value, given);
  } catch (error) {
    if (!isImpactError(error)) throw error;
    expect([error.code, error.outcome]).toEqual(["invalid_input", "not_sent"]);
    return error.message;
  }
}

test("lists and objects are composite, plain values are not", () => {
  const types = ["array", "object", "string", "integer", "boolean"];
  expect(types.map((type) => isComposite(facts({ type })))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test.each<[value: unknown, given: ParameterFacts, expected: unknown]>([
  [["a", "b"], list, ["a", "b"]],
  [[1, 2], numbers, ["1", "2"]],
  [[], list, "Expected `meta` to be a list that is not empty, got an array"],
  ["a", list, 'Expected `meta` to be a list that is not empty, got "a"'],
  [[""], list, "Expected `meta[0]` to be a string that is not empty, got an empty string"],
  [[1, 1.5], numbers, "Expected `meta[1]` to be a finite integer, got the number 1.5"],
  [Array(1), list, "Expected `meta[0]` to be a string that is not empty, got undefined"],
])("checks the list %j", (value, given, expected) => {
  expect(check(value, given)).toEqual(expected);
});

test.each<[value: unknown, given: ParameterFacts, expected: unknown]>([
  [{ a: "b", "c.d-e_f": "g" }, object, { a: "b", "c.d-e_f": "g" }],
  [{ a: "b", c: undefined }, object, { a: "b" }],
  [{ Days: 3 }, limits, { Days: "3" }],
  [{ Days: 3, Kind: "b" }, limits, { Days: "3", Kind: "b" }],
  [["a"], object, "Expected `meta` to be an object, got an array"],
  [null, object, "Expected `meta` to be an object, got null"],
  ["k=v", object, "Expected `meta` to be an object, got a string"],
  [{}, object, "Expected `meta` to have values, got an empty object"],
  [{ a: undefined }, object, "Expected `meta` to have values, got an empty object"],
  [{ a: 1 }, object, "Expected `meta.a` to be a string that is not empty, got the number 1"],
  [{ "a b": "c" }, object, 'Expected a valid name in `meta`, got "a b"'],
  [{ Kind: "a" }, limits, "Expected `meta.Days`, got none"],
  [{ Days: 3, Kind: "c" }, limits, 'Expected `meta.Kind` to be "a" or "b", got "c"'],
  [
    { Days: 3, kind: "a" },
    limits,
    "Expected a valid name in `meta`, got `kind`; did you mean `Kind`?",
  ],
  [{ SUBID1: "a" }, exploded, 'Expected a valid name in `meta`, got "SUBID1"'],
  [{ other: "a" }, exploded, { other: "a" }],
  [{ subId1: "a" }, facts({ style: "form", explode: false }), { subId1: "a" }],
  [{ subId1: "a" }, facts({ style: "deepObject", explode: true }), { subId1: "a" }],
])("checks the object %j", (value, given, expected) => {
  expect(check(value, given)).toEqual(expected);
});
