import { getEventListeners } from "node:events";
import { expect, test, vi } from "vitest";
import { sleep } from "../src/sleep.ts";
import { NOW, useFakeTime } from "./support/time.ts";

useFakeTime();

test("sleep waits for the time given", async () => {
  let end: number | undefined;
  void sleep(700).then(() => (end = Date.now() - NOW));

  await vi.advanceTimersByTimeAsync(699);
  expect(end).toBe(undefined);
  await vi.advanceTimersByTimeAsync(1);
  expect(end).toBe(700);
});

test.each([2 ** 31 - 1, 2 ** 31, 2 ** 33])(
  "sleep waits %d ms, longer than a timer can",
  async (ms) => {
    let end: number | undefined;
    void sleep(ms).then(() => (end = Date.now() - NOW));

    await vi.runAllTimersAsync();

    expect(end).toBe(ms);
  },
);

test.each([0, -1, NaN])("sleep does not wait for %d ms", async (ms) => {
  await sleep(ms);

  expect(Date.now()).toBe(NOW);
  expect(vi.getTimerCount()).toBe(0);
});

test("sleep rejects at once if the signal is already aborted and sets no timer", async () => {
  const signal = AbortSignal.abort("gone");

  await expect(sleep(700, signal)).rejects.toBe("gone");

  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("sleep rejects with the signal's reason in any part of a long wait", async () => {
  const controller = new AbortController();
  const waiting = sleep(2 ** 33, controller.signal).catch((reason: unknown) => reason);

  await vi.advanceTimersByTimeAsync(2 ** 32);
  controller.abort("gone");

  expect(await waiting).toBe("gone");
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);
});

test("sleep leaves no listener when it ends by itself", async () => {
  const { signal } = new AbortController();
  const waiting = sleep(2 ** 33, signal);

  await vi.runAllTimersAsync();
  await waiting;

  expect(getEventListeners(signal, "abort")).toEqual([]);
});
