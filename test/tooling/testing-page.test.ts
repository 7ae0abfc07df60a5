import { expect, test } from "vitest";
import { createImpactClient, isImpactError } from "../../src/index.ts";
import { createFakeImpact, type Fault } from "../../src/testing/index.ts";
import { account } from "../support/client.ts";
import { readPage } from "../support/pages.ts";

// The table of faults in docs/testing.md: which error each of them makes.

const rows = [
  ...readPage("docs/testing.md").matchAll(
    /^\| `(\{ \w+: .*? \})` +\| .*? \| `(\w+)`, `(\w+)` +\|$/gm,
  ),
].map(([, fault = "", code, outcome]) => [fault, `${code} ${outcome}`] as const);

test("docs/testing.md has a row for each fault but the statuses", () => {
  const kinds = rows.map(([fault]) => /\w+/.exec(fault)?.[0]);
  expect(kinds).toEqual([
    "network",
    "network",
    "dropAfterCommit",
    "delay",
    "stallBody",
    "truncateBody",
  ]);
});

test.each(rows)(
  "the fault %s makes the error that docs/testing.md says: %s",
  async (text, error) => {
    const fault = JSON.parse(text.replace(/\w+(?=:)/, '"$&"')) as Fault;
    const fake = createFakeImpact();
    fake.failNext(fault);
    const impact = createImpactClient({
      ...account,
      fetch: fake.fetch,
      timeout: 50,
      maxRetries: 0,
    });

    const thrown: unknown = await impact.trackingLinks
      .create({ programId: "1" })
      .catch((reason: unknown) => reason);
    expect(isImpactError(thrown) && `${thrown.code} ${thrown.outcome}`).toBe(error);
  },
);
