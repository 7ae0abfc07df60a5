import * as fc from "fast-check";
import { expect, test } from "vitest";
import { lru, type Lru } from "../src/lru.ts";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function filled(size: number, count: number): Lru<number> {
  const recent = lru<number>(size);
  for (const each of numbers(count)) recent.set(`${each}`, each);
  return recent;
}

test("lru gives what was set, and undefined for what was not", () => {
  const recent = lru<number>(4);

  recent.set("a", 1);
  recent.set("b", 2);

  expect(["a", "b", "c"].map((key) => recent.get(key))).toEqual([1, 2, undefined]);
});

test("lru keeps the last `size` used entries, and at most twice that", () => {
  for (const count of [1, 9, 10, 11, 19, 20, 21, 29, 30, 31, 100]) {
    // To look one up is to use it, so each is looked up in a map of its own.
    const held = numbers(count).filter((each) => filled(10, count).get(`${each}`) === each);

    expect(held.length).toBeGreaterThanOrEqual(Math.min(10, count));
    expect(held.length).toBeLessThanOrEqual(20);
    expect(held).toEqual(numbers(count).slice(count - held.length));
  }
});

test("lru gives nothing but what was set last, and always what was used last", () => {
  const step = fc.record({
    act: fc.constantFrom("get", "get", "set"),
    key: fc.integer({ min: 0, max: 30 }).map(String),
  });

  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const recent = lru<number>(5);
      const values = new Map<string, number>();
      // What was used last comes last.
      let used: string[] = [];
      steps.forEach(({ act, key }, count) => {
        const isSure = used.slice(-5).includes(key);
        if (act === "set") {
          recent.set(key, count);
          values.set(key, count);
        } else {
          const found = recent.get(key);
          if (isSure || found !== undefined) expect(found).toBe(values.get(key));
          if (found === undefined) return;
        }
        used = [...used.filter((each) => each !== key), key];
      });
    }),
  );
});
