/**
 * Scenarios that the package must pass in every runtime. Each runtime has its own entry, which imports the package as a
 * user would and passes it in. This file imports nothing, and uses only APIs that all runtimes have.
 *
 * @typedef {typeof import("../src/index.ts")} Library
 * @typedef {typeof import("../src/testing/index.ts")} Testing
 * @typedef {{ baseUrl: string, dangerouslyAllowBrowser?: boolean }} Where
 * @typedef {Record<string, string>} Results the name of each scenario → "ok" or an error message
 */

const account = { accountSid: "IRcompat", authToken: "compat-token" };
const LINK = "https://example.sjv.io/c/1/2/1000?subId1=";

/**
 * @param {Library} library
 * @param {Where} where
 * @param {{ testing: Testing }} [others] the package's other entry, if it is tested too
 * @returns {Promise<Results>}
 */
export function runScenarios({ createImpactClient, isImpactError }, where, others) {
  const impact = createImpactClient({ ...account, ...where, maxRetries: 0 });
  const { trackingLinks } = impact;
  /** @param {Promise<unknown>} call */
  const failure = (call) =>
    call.then(
      () => "no failure",
      (/** @type {unknown} */ error) => (isImpactError(error) ? error : String(error)),
    );

  return inTurn({
    async create() {
      const link = await trackingLinks.create({ programId: "1000", subId1: "ü & b" });
      expectEqual(link.url, `${LINK}%C3%BC%20%26%20b`);
      expectEqual(impact.quota?.remaining, 999);
    },
    async "API error"() {
      const error = await failure(trackingLinks.create({ programId: "403", type: "Vanity" }));
      if (!isImpactError(error)) throw new Error(`Expected an ImpactError, got ${error}`);
      const { code, outcome, status, reason } = error;
      expectEqual(
        [code, outcome, status, reason],
        ["vanity_limit_reached", "rejected", 403, "The vanity limit is reached."],
      );
    },
    async timeout() {
      const error = await failure(trackingLinks.create({ programId: "never" }, { timeout: 50 }));
      if (!isImpactError(error)) throw new Error(`Expected an ImpactError, got ${error}`);
      expectEqual([error.code, error.outcome, error.attempts], ["timeout", "unknown", 1]);
    },
    async abort() {
      const controller = new AbortController();
      const reason = new Error("enough");
      setTimeout(() => controller.abort(reason), 50);
      const { signal } = controller;
      const thrown = await trackingLinks.create({ programId: "never" }, { signal }).then(
        () => "no failure",
        (/** @type {unknown} */ error) => error,
      );
      if (thrown !== reason) throw new Error(`Expected the signal's reason, got ${String(thrown)}`);
    },
    async createMany() {
      const inputs = Array.from({ length: 20 }, (_, i) => ({
        programId: i === 7 ? "403" : "1000",
        subId1: i === 9 ? "" : String(i % 15),
      }));
      const got = [];
      for await (const result of trackingLinks.createMany(inputs, { concurrency: 5 })) {
        const { index } = result;
        if (result.ok) got.push([index, result.link.url, result.reused]);
        else got.push([index, result.error.code]);
      }
      const due = inputs.map(({ subId1 }, index) => {
        if (index === 7) return [index, "forbidden"];
        if (index === 9) return [index, "invalid_input"];
        return [index, LINK + subId1, index >= 15];
      });
      expectEqual(got, due);
    },
    async "sent once"() {
      const path = Math.random().toString(36).slice(2);
      // Leaves an idle connection. If the next request reuses it, the server closes it without a response.
      await trackingLinks.create({ programId: "1000" });
      const once = await failure(trackingLinks.create({ programId: "once", customPath: path }));
      if (isImpactError(once)) expectEqual([once.code, once.outcome], ["connection", "unknown"]);
      const { url } = await trackingLinks.create({ programId: "arrivals", adId: path });
      expectEqual(url, "https://example.sjv.io/c/1/2/1");
    },
    async "impact.raw"() {
      const path = { AccountSID: account.accountSid, ProgramId: "1000" };
      const { data } = await impact.raw.POST(
        "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks",
        { params: { path, query: { subId1: "raw" } } },
      );
      expectEqual(data?.TrackingURL, `${LINK}raw`);
    },
    ...(others && {
      async "./testing"() {
        const { fetch, links } = others.testing.createFakeImpact();
        const client = createImpactClient({ ...account, ...where, fetch });
        const { url } = await client.trackingLinks.create({
          programId: "1",
          type: "Vanity",
          customPath: "a",
        });
        expectEqual([url, links.length], ["https://example.sjv.io/a", 1]);
      },
    }),
  });
}

/**
 * In a page, the client must throw unless `dangerouslyAllowBrowser` is set.
 *
 * @param {Library} library
 * @param {string} baseUrl
 * @returns {Promise<Results>}
 */
export function runGuard({ createImpactClient, isImpactError }, baseUrl) {
  return inTurn({
    async guard() {
      let error;
      try {
        createImpactClient({ ...account, baseUrl });
      } catch (thrown) {
        error = thrown;
      }
      expectEqual(isImpactError(error) && error.code, "configuration");
    },
  });
}

/**
 * Runs the scenarios one after another, so that a connection that one leaves open is there for the next.
 *
 * @param {Record<string, () => Promise<void>>} scenarios
 * @returns {Promise<Results>}
 */
async function inTurn(scenarios) {
  /** @type {Results} */
  const results = {};
  for (const [name, run] of Object.entries(scenarios)) {
    results[name] = await run().then(
      () => "ok",
      (/** @type {unknown} */ error) => String(error),
    );
  }
  return results;
}

/**
 * @param {unknown} got
 * @param {unknown} due
 */
function expectEqual(got, due) {
  const [is, should] = [JSON.stringify(got), JSON.stringify(due)];
  if (is !== should) throw new Error(`Expected ${should}, got ${is}`);
}
