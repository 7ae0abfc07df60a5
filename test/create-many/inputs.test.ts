import { ReadableStream as WebStream } from "node:stream/web";
import { expect, test, vi } from "vitest";
import {
  NOW,
  useFakeTime,
  linkOf,
  good,
  refusal,
  after,
  served,
  settled,
  program,
  programs,
  line,
  all,
  lines,
  watched,
  never,
  type Params,
  type Inputs,
} from "../support/create-many.ts";

useFakeTime();

const three = programs(3);
function* generated(): Generator<Params> {
  yield* three;
}
async function* generatedLater(): AsyncGenerator<Params> {
  for (const row of three) {
    await after(5, () => {});
    yield row;
  }
}
const byHand = (): Iterator<Params> => {
  let count = 0;
  return {
    next: () => {
      const value = three[count++];
      return value ? { done: false, value } : { done: true, value: undefined };
    },
  };
};

test.each<[kind: string, inputs: () => Inputs]>([
  ["an array", () => three],
  ["a set", () => new Set(three)],
  ["the values of a map", () => new Map(three.map((row) => [row.programId, row])).values()],
  ["a generator", generated],
  ["an async generator", generatedLater],
  ["an iterable without return()", () => ({ [Symbol.iterator]: byHand })],
  [
    "an async iterable without return()",
    () => ({
      [Symbol.asyncIterator]: () => {
        const inner = byHand();
        return { next: async () => inner.next() };
      },
    }),
  ],
  [
    "an iterable of both kinds, whose async side is taken",
    () => ({ [Symbol.asyncIterator]: generatedLater, [Symbol.iterator]: () => never() as never }),
  ],
  [
    "a web stream",
    () =>
      new WebStream<Params>({
        start(controller) {
          for (const row of three) controller.enqueue(row);
          controller.close();
        },
      }),
  ],
])("inputs may be %s", async (_, inputs) => {
  const { impact, requests } = served();

  const results = await all(impact.trackingLinks.createMany(inputs()));

  expect(results.map(line)).toEqual(["0 0", "1 1", "2 2"]);
  expect(results.map(({ input }) => input)).toEqual(three);
  expect(requests).toEqual(["0", "1", "2"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("createMany accepts empty inputs", async () => {
  const { impact, requests } = served();

  expect(await all(impact.trackingLinks.createMany([]))).toEqual([]);
  expect(await all(impact.trackingLinks.createMany([], { ordered: false }))).toEqual([]);
  expect(requests).toEqual([]);
});

test("inputs are not read before the first call of next()", async () => {
  const { impact, requests } = served();
  const { inputs, seen } = watched(3);

  const results = impact.trackingLinks.createMany(inputs);
  await settled();
  await results.return();

  expect(seen).toEqual({ taken: 0, returned: 0, isClosed: false });
  expect(requests).toEqual([]);
});

test("each input has a complete result", async () => {
  const { impact } = served(({ target }) => (target === "1" ? refusal(404, "No") : good(target)));
  const rows: Params[] = [program(0, { type: "Vanity" }), program(1), program(0)];

  expect(await all(impact.trackingLinks.createMany(rows))).toEqual([
    {
      index: 0,
      input: rows[0],
      ok: true,
      reused: false,
      link: {
        url: linkOf("0?Type=Vanity"),
        type: "Vanity",
        programId: "0",
        raw: { TrackingURL: linkOf("0?Type=Vanity") },
      },
    },
    {
      index: 1,
      input: rows[1],
      ok: false,
      error: expect.objectContaining({
        code: "not_found",
        outcome: "rejected",
        status: 404,
        reason: "No",
        attempts: 1,
      }),
    },
    {
      index: 2,
      input: rows[2],
      ok: true,
      reused: false,
      link: {
        url: linkOf("0"),
        type: "Regular",
        programId: "0",
        raw: { TrackingURL: linkOf("0") },
      },
    },
  ]);
});

test("each result has the very input that was given", async () => {
  const { impact } = served();
  const rows = [program(0), program("")];

  const results = await all(impact.trackingLinks.createMany(rows));

  expect(results[0]?.input).toBe(rows[0]);
  expect(results[1]?.input).toBe(rows[1]);
});

test("inputs may be one object that changes", async () => {
  const { impact, requests } = served(({ target }) => after(10, () => good(target)));
  const row = { programId: "" };
  function* inputs(): Generator<Params> {
    for (let id = 0; id < 4; id++) {
      row.programId = String(id);
      yield row;
    }
  }

  expect(await lines(impact.trackingLinks.createMany(inputs()))).toEqual([
    "0 0",
    "1 1",
    "2 2",
    "3 3",
  ]);
  expect(requests).toEqual(["0", "1", "2", "3"]);
});

test("inputs may come late, with requests in flight meanwhile", async () => {
  const { impact, events } = served(({ target }) => after(30, () => good(target)));
  async function* inputs(): AsyncGenerator<Params> {
    for (const row of programs(4)) {
      yield row;
      await after(10, () => {});
    }
  }

  await all(impact.trackingLinks.createMany(inputs()));

  const sent = events.filter(({ type }) => type === "request");
  expect(sent.map(({ time }) => time - NOW)).toEqual([0, 10, 20, 30]);
});
