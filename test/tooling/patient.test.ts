import { readFileSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { createImpactClient, isImpactError, type ImpactClient } from "../../src/index.ts";
import { folderOfFiles } from "../support/pages.ts";
import { serve } from "../support/server.ts";

// "Wait longer than five minutes" in docs/recipes.md. One test, since undici keeps the clock of its first timer.

const LINK = "https://example.sjv.io/c/1/2/3";

/** Waits for sockets while the timers are fake. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setImmediate(done));
}

test("fetch and undici give up after 300 seconds, and the patient recipe does not", async () => {
  const held: ServerResponse[] = [];
  const body = JSON.stringify({ TrackingURL: LINK });
  const { baseUrl, requests } = await serve(({ url = "" }, response) => {
    held.push(response);
    if (url.includes("/Programs/2/")) response.write(body.slice(0, 9));
  });
  for (const [name, value] of Object.entries({
    IMPACT_ACCOUNT_SID: "IR1",
    IMPACT_AUTH_TOKEN: "t0ken-1",
    IMPACT_BASE_URL: baseUrl,
  })) {
    vi.stubEnv(name, value);
  }
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });

  const folder = folderOfFiles();
  const recipe = readFileSync(join(folder, "patient.js"), "utf8");
  const limited = recipe.replace("{ headersTimeout: 0, bodyTimeout: 0 }", "");
  expect(limited).not.toBe(recipe);
  writeFileSync(join(folder, "limited.js"), limited);
  const clientOf = async (file: string): Promise<ImpactClient> =>
    ((await import(join(folder, file))) as { impact: ImpactClient }).impact;
  const clients = {
    fetch: createImpactClient({ timeout: 900_000 }),
    undici: await clientOf("limited.js"),
    recipe: await clientOf("patient.js"),
  };

  const said: Record<string, unknown> = {};
  for (const [name, { trackingLinks }] of Object.entries(clients)) {
    for (const programId of ["1", "2"]) {
      void trackingLinks.create({ programId }, { maxRetries: 0 }).then(
        ({ url }) => (said[`${name} ${programId}`] = url),
        (error: unknown) => {
          if (!isImpactError(error)) throw error;
          const { code, outcome, cause } = error;
          said[`${name} ${programId}`] = [code, outcome, Object(cause).cause?.code];
        },
      );
    }
  }
  await until(() => requests.length === 6);
  await vi.advanceTimersByTimeAsync(299_000);
  expect(said).toEqual({});

  await vi.advanceTimersByTimeAsync(3000);
  await until(() => Object.keys(said).length >= 4);
  const ended = {
    "fetch 1": ["connection", "unknown", "UND_ERR_HEADERS_TIMEOUT"],
    "fetch 2": ["connection", "unknown", "UND_ERR_BODY_TIMEOUT"],
    "undici 1": ["connection", "unknown", "UND_ERR_HEADERS_TIMEOUT"],
    "undici 2": ["connection", "unknown", "UND_ERR_BODY_TIMEOUT"],
  };
  expect(said).toEqual(ended);

  await vi.advanceTimersByTimeAsync(590_000);
  for (const [index, response] of held.entries()) {
    const isBegun = requests[index]?.target.includes("/Programs/2/");
    response.end(isBegun ? body.slice(9) : body);
  }
  await until(() => Object.keys(said).length >= 6);
  expect(said).toEqual({ ...ended, "recipe 1": LINK, "recipe 2": LINK });
});
