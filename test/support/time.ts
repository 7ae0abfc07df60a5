import { beforeEach, vi } from "vitest";

export const NOW: number = Date.parse("2026-11-22T12:00:00Z");
export const HOUR = 3_600_000;

/** Fakes time for each test of a file, and the random number that a backoff depends on. */
export function useFakeTime({ random }: { random?: number } = {}): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
    if (random !== undefined) vi.spyOn(Math, "random").mockReturnValue(random);
  });
}

/** Runs a call to its end, however long it waits, and gives what it resolves or rejects with. */
export async function ended(call: Promise<unknown>): Promise<unknown> {
  const result = call.catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return result;
}
