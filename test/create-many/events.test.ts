import { expect, test, vi } from "vitest";
import type { ImpactEvent } from "../../src/index.ts";
import {
  HOUR,
  useFakeTime,
  good,
  refusal,
  served,
  settled,
  program,
  programs,
  all,
  reading,
  clocked,
} from "../support/create-many.ts";

useFakeTime();

test("events have the index of their input", async () => {
  const { impact, events } = served(({ target, count }) =>
    count === 1 ? refusal(500) : good(target),
  );
  const rows = [program(0), program(""), program(0), program(3)];

  await all(impact.trackingLinks.createMany(rows, { concurrency: 1, maxRetries: 1 }));

  const id = (events[0] as { id: string }).id.replace(/\d+$/, "");
  expect(
    events.map((event) => {
      if (event.type === "wait" && event.cause === "quota") throw new Error("no quota is known");
      return `${event.type} ${event.id.replace(id, "")} ${event.attempt} ${event.index}`;
    }),
  ).toEqual([
    "request 1 1 0",
    "response 1 1 0",
    "retry 1 2 0",
    "wait 1 2 0",
    "request 1 2 0",
    "response 1 2 0",
    "request 2 1 3",
    "response 2 1 3",
  ]);
});

test("events of a single call have no index", async () => {
  const { impact, events } = served();
  await impact.trackingLinks.create(program(0));

  expect(events.map((event) => "index" in event)).toEqual([false, false]);
});

test("a listener that throws changes nothing", async () => {
  const onEvent = (): never => {
    throw new Error("a fault in a log");
  };
  const { impact } = clocked({ limit: 1, windowMs: HOUR }, { onEvent });

  const results = await all(impact.trackingLinks.createMany(programs(3), { concurrency: 1 }));

  expect(results.map(({ ok }) => ok)).toEqual([true, true, true]);
});

test("a listener that aborts as the wait for the quota begins ends it", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const onEvent = ({ type }: ImpactEvent): void => {
    if (type === "wait") controller.abort("enough");
  };
  const { impact } = clocked({ limit: 1, windowMs: HOUR }, { onEvent });
  const { given, ended } = reading(
    impact.trackingLinks.createMany(programs(3), { concurrency: 1, signal }),
  );

  await settled();

  expect(await ended).toBe("enough");
  expect(given.length).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});
