import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import { createImpactClient } from "../../src/index.ts";
import { createFakeImpact, type Fault } from "../../src/testing/index.ts";
import { account, all, baseUrl, NOW, useFakeTime, type Params } from "../support/create-many.ts";
import { times } from "../support/thorough.ts";

useFakeTime();

const refusal = (status: number, headers = {}): Fault => ({
  status,
  body: { Message: `No ${status}` },
  headers,
});

const fault = fc.constantFrom<Fault>(
  { delay: 1 },
  { network: "ECONNREFUSED" },
  { network: "ECONNRESET" },
  { dropAfterCommit: true },
  { truncateBody: true },
  { stallBody: true },
  refusal(429),
  refusal(429, { "Retry-After": "100" }),
  refusal(400),
  refusal(403),
  refusal(500),
  { status: 200, body: {} },
);

test("no result says that there is no link where the API has made one", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fault, { maxLength: 40 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 1, max: 4 }),
      async (faults, kinds, maxRetries, concurrency) => {
        vi.useFakeTimers({ now: NOW });
        const fake = createFakeImpact();
        fake.failNext(...faults);
        const { fetch } = fake;
        const impact = createImpactClient({ ...account, baseUrl, fetch, maxRetries });
        const inputs = kinds.map((isVanity, index): Params => ({
          programId: "1",
          subId1: String(index),
          ...(isVanity && { type: "Vanity" }),
        }));

        const results = await all(impact.trackingLinks.createMany(inputs, { concurrency }));

        expect(results.map(({ index }) => index)).toEqual(inputs.map((_, index) => index));
        for (const [index, result] of results.entries()) {
          const made = fake.links.filter(({ params }) => params["subId1"] === String(index));
          if (result.ok) expect(made.map(({ url }) => url)).toContain(result.link.url);
          else if (result.error.outcome !== "unknown") expect(made).toEqual([]);
          if (kinds[index]) expect(made.length).toBeLessThanOrEqual(1);
        }
      },
    ),
    { numRuns: times(100, 1000) },
  );
});
