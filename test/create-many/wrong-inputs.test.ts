import { describe, expect, test } from "vitest";
import {
  useFakeTime,
  served,
  settled,
  program,
  programs,
  line,
  all,
  lines,
  reading,
  watched,
  throwing,
  failure,
  errorOf,
  type Params,
  type Inputs,
} from "../support/create-many.ts";
import { times } from "../support/thorough.ts";

useFakeTime();

const wrong: [what: string, row: unknown, message: string][] = [
  ["undefined", undefined, "Expected parameters as an object, got undefined"],
  ["null", null, "Expected parameters as an object, got null"],
  ["a number", 7, "Expected parameters as an object, got the number 7"],
  ["a string", "x", "Expected parameters as an object, got a string"],
  ["an array", [], "Expected parameters as an object, got an array"],
  ["empty", {}, "Expected `programId`, got none"],
  [
    "of an unknown key",
    { programId: "1", subid1: "a" },
    "Expected a known parameter, got `subid1`; did you mean `subId1`?",
  ],
];

test.each(wrong)("an input that is %s fails alone", async (_, row, message) => {
  const { impact, requests } = served();
  const rows = [program(0), row as Params, program(2)];

  const results = await all(impact.trackingLinks.createMany(rows));

  expect(results.map(line)).toEqual(["0 0", "1 invalid_input not_sent", "2 2"]);
  expect(results[1]).toEqual({ index: 1, input: row, ok: false, error: errorOf(results[1]) });
  expect(errorOf(results[1]).message).toBe(message);
  expect(requests).toEqual(["0", "2"]);
});

test.each(wrong)("an input that is %s fails alone without order, too", async (_, row) => {
  const { impact } = served();
  const rows = [program(0), row as Params, program(2)];

  const given = await lines(impact.trackingLinks.createMany(rows, { ordered: false }));

  expect(given.sort()).toEqual(["0 0", "1 invalid_input not_sent", "2 2"]);
});

test("an input whose getter throws fails without affecting others", async () => {
  const { impact } = served();
  const row = {
    get programId(): string {
      throw new Error("no such column");
    },
  };

  expect(await lines(impact.trackingLinks.createMany([program(0), row, program(2)]))).toEqual([
    "0 0",
    "1 invalid_input not_sent",
    "2 2",
  ]);
});

describe.each(["ordered", "unordered"])("inputs that throw, %s", (order) => {
  const options = { ordered: order === "ordered" };
  const fault = new Error("no such file");
  function* sync(count: number): Generator<Params> {
    yield* programs(count);
    throw fault;
  }
  async function* later(count: number): AsyncGenerator<Params> {
    yield* programs(count);
    throw fault;
  }

  test.each([
    ["at first", 0],
    ["midway", 3],
  ])("inputs that throw %s have failed there, and have ended", async (_, count) => {
    for (const inputs of [sync, later]) {
      const { impact, requests } = served();

      const results = await all(impact.trackingLinks.createMany(inputs(count), options));
      results.sort((a, b) => a.index - b.index);

      const last = results.pop();
      expect(results.map(line)).toEqual(
        programs(count).map(({ programId }) => `${programId} ${programId}`),
      );
      expect(last).toEqual({ index: count, input: undefined, ok: false, error: errorOf(last) });
      expect(errorOf(last)).toMatchObject({
        code: "invalid_input",
        outcome: "not_sent",
        message: "Expected another input, got an error: no such file",
      });
      expect(requests).toEqual(programs(count).map(({ programId }) => programId));
    }
  });

  test.each<[what: string, thrown: unknown, words: string]>([
    ["undefined", undefined, "undefined"],
    ["a string", "gone", "gone"],
    ["a symbol", Symbol("gone"), "Symbol(gone)"],
  ])("%s that inputs throw is named in the message", async (_, thrown, words) => {
    const { impact } = served();
    const results = await all(impact.trackingLinks.createMany(throwing(thrown), options));

    expect(results.map(({ index }) => index)).toEqual([0]);
    expect(errorOf(results[0]).message).toBe(`Expected another input, got an error: ${words}`);
  });

  test("inputs that throw a value without a message fail", async () => {
    const { impact } = served();
    function* inputs(): Generator<Params> {
      yield program(0);
      throw Object.create(null);
    }

    const given = await lines(impact.trackingLinks.createMany(inputs(), options));

    expect(given.sort()).toEqual(["0 0", "1 invalid_input not_sent"]);
  });
});

test.each<[what: string, next: () => unknown]>([
  ["nothing", () => undefined],
  ["a promise of nothing", () => Promise.resolve(undefined)],
  ["a promise of null", () => Promise.resolve(null)],
])("an iterator that gives %s has failed there, and has ended", async (_, next) => {
  const { impact } = served();
  const inputs = { [Symbol.asyncIterator]: () => ({ next }) } as unknown as Inputs;

  expect(await lines(impact.trackingLinks.createMany(inputs))).toEqual([
    "0 invalid_input not_sent",
  ]);
});

test("inputs may come as thenables that are no promises", async () => {
  const { impact } = served();
  let count = 0;
  const next = () => ({
    // oxlint-disable-next-line unicorn/no-thenable
    then: (resolve: (step: IteratorResult<Params, undefined>) => void): void => {
      const value = programs(2)[count++];
      resolve(value ? { done: false, value } : { done: true, value: undefined });
    },
  });
  const inputs = { [Symbol.asyncIterator]: () => ({ next }) } as unknown as Inputs;
  const { given, ended } = reading(impact.trackingLinks.createMany(inputs));

  await settled();

  expect(given).toEqual(["0 0", "1 1"]);
  expect(await Promise.race([ended, Promise.resolve("stuck")])).toBe("ended");
});

test("inputs that throw are not closed", async () => {
  const { impact } = served();
  const { inputs, seen } = watched(3, () => {
    throw new Error("no such file");
  });

  expect(await lines(impact.trackingLinks.createMany(inputs))).toEqual([
    "0 invalid_input not_sent",
  ]);
  expect(seen.returned).toBe(0);
});

test.each<[what: string, inputs: unknown, got: string]>([
  ["undefined", undefined, "undefined"],
  ["null", null, "null"],
  ["a number", 7, "the number 7"],
  ["a string", "12", "a string"],
  ["a function", program, "a value of type function"],
  ["one row", program(0), "a value of type object"],
])("inputs that are %s are refused altogether", async (_, inputs, got) => {
  const { impact } = served();

  const error = await failure(impact.trackingLinks.createMany(inputs as Inputs));

  expect(error).toMatchObject({
    code: "invalid_input",
    outcome: "not_sent",
    message: `Expected inputs that can be iterated, got ${got}`,
  });
});

/** More than the stack has frames. */
const MANY = times(20_000, 100_000);

test("wrong inputs in a row overflow no stack, however many", async () => {
  const { impact, requests } = served();
  function* inputs(): Generator<Params> {
    for (let id = 0; id < MANY; id++) yield program("");
    yield program("last");
  }
  let count = 0;
  let last = "";

  for await (const result of impact.trackingLinks.createMany(inputs())) {
    count += result.index === count ? 1 : 0;
    last = line(result);
  }

  expect(count).toBe(MANY + 1);
  expect(last).toBe(`${MANY} last`);
  expect(requests).toEqual(["last"]);
});
