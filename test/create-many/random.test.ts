import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import {
  NOW,
  useFakeTime,
  good,
  refusal,
  after,
  served,
  line,
  all,
  type Params,
} from "../support/create-many.ts";

useFakeTime();

type Kind = "good" | "refused" | "broken" | "invalid";
const row = fc.record({
  kind: fc.constantFrom<Kind>("good", "good", "good", "refused", "broken", "invalid"),
  id: fc.integer({ min: 0, max: 9 }),
  subId1: fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
  isVanity: fc.boolean(),
});

const paramsOf = ({
  kind,
  id,
  subId1,
  isVanity,
}: typeof row extends fc.Arbitrary<infer T> ? T : never): Params =>
  kind === "invalid"
    ? ({ programId: `${id}`, nonsense: 1 } as unknown as Params)
    : {
        programId: `${kind}${id}`,
        ...(isVanity && { type: "Vanity" }),
        ...(subId1 && { subId1 }),
      };

test("each input has one result, its own, in order with `ordered`", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 80 }),
      fc.record({
        concurrency: fc.integer({ min: 1, max: 6 }),
        ordered: fc.boolean(),
        mode: fc.constantFrom("reuse", "append", "all"),
      }),
      fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 10 }),
      fc.constantFrom("sync", "async", "late"),
      async (rows, { concurrency, ordered, mode }, delays, how) => {
        vi.useFakeTimers({ now: NOW });
        const { impact, requests, seen } = served(({ target, count }) => {
          const give = (): Response => {
            if (target.startsWith("refused")) return refusal(404);
            return target.startsWith("broken") ? refusal(500) : good(target);
          };
          const delay = delays[count % delays.length] ?? 0;
          return delay === 0 ? give() : after(delay, give);
        });
        const params = rows.map(paramsOf);
        async function* later(): AsyncGenerator<Params> {
          for (const [index, each] of params.entries()) {
            if (how === "late") await after(delays[index % delays.length] ?? 0, () => {});
            yield each;
          }
        }

        const given = await all(
          impact.trackingLinks.createMany(how === "sync" ? params : later(), {
            concurrency,
            ordered,
            reuse: mode !== "all",
            appendIds: mode === "append",
          }),
        );

        const order = given.map(({ index }) => index);
        if (!ordered) given.sort((a, b) => a.index - b.index);
        expect(given.map(({ index }) => index)).toEqual(rows.map((_, index) => index));
        if (ordered) expect(order).toEqual(rows.map((_, index) => index));
        const wanted = rows.map((each, index) => {
          if (each.kind === "invalid") return `${index} invalid_input not_sent`;
          if (each.kind === "refused") return `${index} not_found rejected`;
          if (each.kind === "broken") return `${index} server_error unknown`;
          const query = [
            ...(each.isVanity ? ["Type=Vanity"] : []),
            ...(each.subId1 ? [`subId1=${each.subId1}`] : []),
          ];
          return `${index} good${each.id}${query.length > 0 ? `?${query.join("&")}` : ""}`;
        });
        expect(given.map((each) => line(each).replace(" reused", ""))).toEqual(wanted);
        given.forEach((each, index) => expect(each.input).toBe(params[index]));

        // Broken Regular ones may be sent again for a later input; all others are sent once.
        const keys = rows.flatMap(({ kind, id, isVanity, subId1 }) =>
          kind === "invalid"
            ? []
            : [
                {
                  key: `${kind}${id}${isVanity}${mode === "append" ? "" : subId1}`,
                  kind,
                  isVanity,
                },
              ],
        );
        const isSure = (each: { kind: Kind; isVanity: boolean }): boolean =>
          each.kind !== "broken" || each.isVanity;
        const sure = keys.filter(isSure).map(({ key }) => key);
        const once = requests.filter((each) => !each.startsWith("broken") || /Vanity/.test(each));
        expect(once.length).toBe(mode === "all" ? sure.length : new Set(sure).size);
        expect(given.filter((each) => each.ok && !each.reused).length).toBe(
          requests.filter((each) => each.startsWith("good")).length,
        );
        expect(seen.underWay).toBe(0);
        expect(seen.most).toBeLessThanOrEqual(concurrency);
        expect(vi.getTimerCount()).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});
