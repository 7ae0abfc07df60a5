import { expect, test, vi } from "vitest";
import { isImpactError, type CreateTrackingLinkParams } from "../../src/index.ts";
import {
  account,
  after,
  all,
  errorOf,
  failure,
  good,
  line,
  lines,
  linkOf,
  program,
  programs,
  reading,
  refusal,
  served,
  settled,
  useFakeTime,
  type Params,
} from "../support/create-many.ts";

useFakeTime();

interface Row {
  readonly sku: string;
  readonly sub?: string;
}

const params = ({ sku, sub }: Row): Params => ({ programId: sku, ...(sub && { subId1: sub }) });
const rows: Row[] = [{ sku: "0" }, { sku: "1", sub: "a" }, { sku: "" }];

test.each([true, false])("`params` makes the parameters of a row, ordered: %s", async (ordered) => {
  const { impact, requests } = served();

  const results = await all(impact.trackingLinks.createMany(rows, { params, ordered }));

  results.sort((a, b) => a.index - b.index);
  expect(results.map(line)).toEqual(["0 0", "1 1?subId1=a", "2 invalid_input not_sent"]);
  results.forEach(({ input }, index) => expect(input).toBe(rows[index]));
  expect(requests).toEqual(["0", "1?subId1=a"]);
});

test("`params` is called once for each input, with its index, as it is read", async () => {
  const { impact } = served(({ target }) => after(10, () => good(target)));
  const calls: unknown[][] = [];
  const spy = (...given: [string, number]): Params => {
    calls.push(given);
    return program(given[0]);
  };
  const { ended } = reading(
    impact.trackingLinks.createMany(["a", "b", "c"], { params: spy, concurrency: 2 }),
  );

  await settled();
  expect(calls).toEqual([
    ["a", 0],
    ["b", 1],
  ]);
  await vi.runAllTimersAsync();
  await ended;
  expect(calls.slice(2)).toEqual([["c", 2]]);
});

test("inputs may be of any type with `params`", async () => {
  const { impact } = served();
  const inputs = ["a", 7, undefined, null, Symbol.iterator, ["b"]];

  const results = await all(
    impact.trackingLinks.createMany(inputs, { params: (_, index) => program(index) }),
  );

  expect(results.map(({ input }) => input)).toEqual(inputs);
  expect(results.map(({ ok }) => ok)).toEqual(inputs.map(() => true));
});

test("each result has its own input, although their request is sent once", async () => {
  const { impact, requests } = served();
  const inputs = [{ id: 1 }, { id: 2 }, { id: 3 }];

  const results = await all(
    impact.trackingLinks.createMany(inputs, { params: () => program("same") }),
  );

  expect(results.map(line)).toEqual(["0 same", "1 same reused", "2 same reused"]);
  results.forEach(({ input }, index) => expect(input).toBe(inputs[index]));
  expect(requests).toEqual(["same"]);
});

test("`appendIds` appends the ids that `params` gives", async () => {
  const { impact, requests } = served();
  const inputs = ["a", "b"];
  const make = (subId1: string): Params => program("same", { subId1 });

  const results = await all(
    impact.trackingLinks.createMany(inputs, { params: make, appendIds: true }),
  );

  expect(results.map((result) => result.ok && result.link.url)).toEqual(
    inputs.map((id) => linkOf(`same?subId1=${id}`)),
  );
  expect(requests).toEqual(["same"]);
});

test("a failed request has its input, too", async () => {
  const { impact } = served(() => refusal(404));

  const [result] = await all(impact.trackingLinks.createMany(rows.slice(0, 1), { params }));

  expect(errorOf(result).code).toBe("not_found");
  expect(result?.input).toBe(rows[0]);
});

test.each([
  ["null", null, "Expected parameters as an object, got null"],
  ["undefined", undefined, "Expected parameters as an object, got undefined"],
  ["a text", "1", "Expected parameters as an object, got a string"],
  ["an array", [], "Expected parameters as an object, got an array"],
  ["no program", {}, "Expected `programId`, got none"],
  [
    "an unknown key",
    { programId: "1", subid1: "a" },
    "Expected a known parameter, got `subid1`; did you mean `subId1`?",
  ],
  [
    "a promise",
    Promise.resolve(program(1)),
    "Expected `params` to return parameters, got a promise",
  ],
  [
    "a promise that rejects",
    () => Promise.reject(new Error("no such column")),
    "Expected `params` to return parameters, got a promise",
  ],
])("a row for which `params` gives %s fails alone", async (_, made, message) => {
  const { impact, requests } = served();
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);

  const results = await all(
    impact.trackingLinks.createMany(["0", "1", "2"], {
      params: (id) =>
        id === "1"
          ? ((typeof made === "function" ? made() : made) as unknown as Params)
          : program(id),
    }),
  );
  vi.useRealTimers();
  await new Promise((resolve) => setTimeout(resolve, 0));
  process.off("unhandledRejection", unhandled);

  expect(results.map(line)).toEqual(["0 0", "1 invalid_input not_sent", "2 2"]);
  expect(results[1]?.input).toBe("1");
  expect(errorOf(results[1]).message).toBe(message);
  expect(requests).toEqual(["0", "2"]);
  expect(unhandled).not.toHaveBeenCalled();
});

test.each<[what: string, thrown: unknown, words: string]>([
  ["an error", new Error("no such column"), "no such column"],
  ["a text", "no such column", "no such column"],
  ["undefined", undefined, "undefined"],
  ["nothing that has words", Object.create(null), "the thrown value cannot be read"],
])("a row for which `params` throws %s fails alone", async (_, thrown, words) => {
  const { impact } = served();

  const results = await all(
    impact.trackingLinks.createMany(programs(3), {
      params(row, index) {
        if (index === 1) throw thrown;
        return row;
      },
    }),
  );

  expect(results.map(line)).toEqual(["0 0", "1 invalid_input not_sent", "2 2"]);
  const message = `Expected \`params\` to return parameters, got an error: ${words}`;
  expect(errorOf(results[1])).toMatchObject({ message, attempts: 0, cause: { message: words } });
});

test("an ImpactError that `params` throws is the cause of the row's own", async () => {
  const { impact } = served(() => refusal(404));
  const earlier = await impact.trackingLinks.create(program(1)).catch((error: unknown) => error);
  if (!isImpactError(earlier)) throw new Error("it is no failure");

  const [result] = await all(
    impact.trackingLinks.createMany(["1"], {
      params: () => {
        throw earlier;
      },
    }),
  );

  expect(errorOf(result)).toMatchObject({ code: "invalid_input", outcome: "not_sent" });
});

test("no credentials that `params` gives or throws are shown", async () => {
  const { authToken } = account;
  const { impact, requests } = served();
  const makers: (() => Params)[] = [
    () => {
      throw new Error(`cannot read ${authToken}`, { cause: new Error(authToken) });
    },
    () => program(1, { subId1: authToken }),
    () => ({ programId: "1", [authToken]: "a" }),
  ];

  const results = await all(impact.trackingLinks.createMany(makers, { params: (make) => make() }));

  for (const result of results) {
    const error = errorOf(result);
    expect(error.code).toBe("invalid_input");
    const cause = error.cause instanceof Error ? [error.cause, error.cause.cause] : [];
    for (const each of [error, ...cause]) {
      expect(`${String(each)} ${JSON.stringify(each)}`).not.toContain(authToken);
    }
  }
  expect(requests).toEqual([]);
});

test("inputs that throw have no input in the last result, with `params` too", async () => {
  const { impact } = served();
  function* inputs(): Generator<string> {
    yield "0";
    throw new Error("no such file");
  }

  const results = await all(
    impact.trackingLinks.createMany(inputs(), { params: (id) => program(id) }),
  );

  expect(results.map(line)).toEqual(["0 0", "1 invalid_input not_sent"]);
  expect(results.map(({ input }) => input)).toEqual(["0", undefined]);
});

test.each<[params: unknown, got: string]>([
  [null, "null"],
  [{}, "a value of type object"],
  ["programId", "a string"],
  [true, "the boolean true"],
])("`params` that is no function, such as %j, is refused", async (value, got) => {
  const { impact } = served();
  const options = { params: value as (input: Params) => CreateTrackingLinkParams };

  const error = await failure(impact.trackingLinks.createMany(programs(1), options));

  const message = `Expected \`params\` to be a function, got ${got}`;
  expect(error).toMatchObject({
    code: "invalid_input",
    outcome: "not_sent",
    message,
    fields: [{ field: "params", message }],
  });
});

test("`params: undefined` is the same as no `params`", async () => {
  const { impact } = served();

  expect(await lines(impact.trackingLinks.createMany(programs(1), { params: undefined }))).toEqual([
    "0 0",
  ]);
});
