import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import type * as Library from "../../src/index.ts";
import type * as Testing from "../../src/testing/index.ts";
import { account, errorOf, LINKS_PATH, path } from "../support/client.ts";
import { root } from "../support/workspace.ts";

interface Format extends Pick<typeof Testing, "createFakeImpact"> {
  readonly main: typeof Library;
}

interface Things {
  "/Things": { get: { responses: { 200: { content: { "application/json": object } } } } };
}

const require = createRequire(join(root, "package.json"));
const esm: Format = {
  main: (await import(join(root, "dist/index.js"))) as typeof Library,
  ...((await import(join(root, "dist/testing.js"))) as typeof Testing),
};
const cjs: Format = {
  main: require("impact-partner-client") as typeof Library,
  ...(require("impact-partner-client/testing") as typeof Testing),
};

test("import and require give two builds with the same names", () => {
  expect(Object.keys(cjs.main).sort()).toEqual(Object.keys(esm.main).sort());
  expect(cjs.main.ImpactError).not.toBe(esm.main.ImpactError);
  expect(require.resolve("impact-partner-client")).toBe(join(root, "dist/index.cjs"));
  expect(require.resolve("impact-partner-client/testing")).toBe(join(root, "dist/testing.cjs"));
});

test.each([
  ["ESM", "CommonJS", esm, cjs],
  ["CommonJS", "ESM", cjs, esm],
])(
  "a client from the %s build works with everything of the %s build",
  async (_, __, own, other) => {
    const { createImpactClient } = own.main;
    const { ImpactError, isImpactError, pages, toImpactError } = other.main;
    const fake = other.createFakeImpact({ programs: ["1000"] });
    const impact = createImpactClient({ ...account, fetch: fake.fetch, maxRetries: 0 });

    const error = await errorOf(impact.trackingLinks.create({ programId: "2000" }));
    expect([isImpactError(error), error instanceof ImpactError]).toEqual([true, true]);

    fake.failNext({ status: 429, body: `{"Message":"Slow down, ${account.authToken}"}` });
    const params = { path: { ...path, ProgramId: "1000" } };
    const refused = await impact.raw.POST(LINKS_PATH, { params });
    expect(toImpactError(refused)).toBe(own.main.toImpactError(refused));
    expect(toImpactError(refused)).toMatchObject({
      code: "rate_limited",
      reason: "Slow down, [redacted]",
    });
    expect(toImpactError(await impact.raw.POST(LINKS_PATH, { params }))).toBe(undefined);

    fake.failNext({ status: 404 });
    const things = pages(createImpactClient<Things>({ ...account, fetch: fake.fetch }), "/Things");
    expect(await errorOf(things.next())).toMatchObject({ code: "not_found", attempts: 1 });
  },
);
