import { expect, test } from "vitest";
import { createImpactClient, isImpactError, type Outcome } from "../../src/index.ts";
import { account, baseUrl, failing, LINK_BODY, rejection, responding } from "../support/client.ts";

/** The end of one attempt: its outcome, and whether a Regular link is retried after it. */
interface Ending {
  readonly outcome: Outcome | "link";
  readonly isRetried: boolean;
  readonly fetch: () => Promise<Response>;
  readonly error?: { readonly code: string; readonly status?: number };
}

const halfBody = (): Promise<Response> => {
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(LINK_BODY.slice(0, 20)));
      queueMicrotask(() => controller.error(new TypeError("terminated")));
    },
  });
  return Promise.resolve(new Response(stream));
};

const refusing = (status: number): (() => Promise<Response>) =>
  responding(JSON.stringify({ Message: `No ${status}` }), { status });

const endings: Record<string, Ending> = {
  refused: {
    outcome: "not_sent",
    isRetried: true,
    fetch: failing("ECONNREFUSED", "connect"),
    error: { code: "connection" },
  },
  reset: {
    outcome: "unknown",
    isRetried: true,
    fetch: failing("ECONNRESET", "read"),
    error: { code: "connection" },
  },
  "half a body": {
    outcome: "unknown",
    isRetried: true,
    fetch: halfBody,
    error: { code: "connection", status: 200 },
  },
  "500": {
    outcome: "unknown",
    isRetried: true,
    fetch: refusing(500),
    error: { code: "server_error", status: 500 },
  },
  HTML: {
    outcome: "unknown",
    isRetried: true,
    fetch: responding("<html>"),
    error: { code: "unexpected_response", status: 200 },
  },
  "429": {
    outcome: "rejected",
    isRetried: true,
    fetch: refusing(429),
    error: { code: "rate_limited", status: 429 },
  },
  "400": {
    outcome: "rejected",
    isRetried: false,
    fetch: refusing(400),
    error: { code: "invalid_request", status: 400 },
  },
  "no link": {
    outcome: "unknown",
    isRetried: false,
    fetch: responding("{}"),
    error: { code: "unexpected_response", status: 200 },
  },
  link: { outcome: "link", isRetried: false, fetch: responding(LINK_BODY) },
};

const names = Object.keys(endings);
const sequences = names.flatMap((first) =>
  names.flatMap((second) => names.map((third) => [first, second, third])),
);

/** The endings that a call meets, by the rule that a reader of the documentation would apply. */
function met(sequence: readonly string[]): Ending[] {
  const attempts = sequence.map((name) => endings[name] as Ending);
  const last = attempts.findIndex(({ isRetried }) => !isRetried);
  return last < 0 ? attempts : attempts.slice(0, last + 1);
}

function outcomeOfAll(attempts: readonly Ending[]): string {
  const outcomes = attempts.map(({ outcome }) => outcome);
  if (outcomes.includes("link")) return "link";
  if (outcomes.includes("unknown")) return "unknown";
  return outcomes.includes("rejected") ? "rejected" : "not_sent";
}

test.each(sequences)(
  "the outcome is that of the whole call: %s, %s, %s",
  async (...sequence: string[]) => {
    const fetches = sequence.map((name) => endings[name]?.fetch);
    const fetch = (): Promise<Response> => fetches.shift()?.() ?? failing("ENOMORE")();
    const impact = createImpactClient({ ...account, baseUrl, fetch, maxRetryDelay: 0 });
    const ended = await rejection(impact.trackingLinks.create({ programId: "1" }));

    const attempts = met(sequence);
    const last = attempts.at(-1);
    expect(isImpactError(ended) ? ended.outcome : "link").toBe(outcomeOfAll(attempts));
    if (!isImpactError(ended)) return;
    expect(ended).toMatchObject({ attempts: attempts.length, ...last?.error });
    const saysMore = ended.message.endsWith("(an earlier attempt may have made a link)");
    expect(saysMore).toBe(ended.outcome === "unknown" && last?.outcome !== "unknown");
  },
);

test("a Vanity link is not asked for again after an unknown outcome, so that its own outcome stands", async () => {
  const answers = [refusing(429), failing("ECONNRESET", "read"), refusing(400)];
  const fetch = (): Promise<Response> => answers.shift()?.() ?? failing("ENOMORE")();
  const impact = createImpactClient({ ...account, baseUrl, fetch, maxRetryDelay: 0 });
  const error = await rejection(impact.trackingLinks.create({ programId: "1", customPath: "a" }));
  expect(error).toMatchObject({ code: "connection", outcome: "unknown", attempts: 2 });
  expect(answers).toHaveLength(1);
});

test("the error of a whole call keeps all that is known of the last attempt", async () => {
  const headers = { "X-Request": "7" };
  const last = responding(
    JSON.stringify({ Message: "No", Errors: [{ Field: "AdId", Message: "?" }] }),
    {
      status: 403,
      headers,
    },
  );
  const answers = [failing("ECONNRESET", "read"), last];
  const fetch = (): Promise<Response> => answers.shift()?.() ?? failing("ENOMORE")();
  const impact = createImpactClient({ ...account, baseUrl, fetch, maxRetryDelay: 0 });
  const error = await rejection(impact.trackingLinks.create({ programId: "1" }));
  expect(error).toMatchObject({
    message: `POST ${baseUrl}/Mediapartners/IRabc123/Programs/1/TrackingLinks answered 403: No (an earlier attempt may have made a link)`,
    code: "forbidden",
    outcome: "unknown",
    status: 403,
    reason: "No",
    fields: [{ field: "AdId", message: "?" }],
    method: "POST",
    attempts: 2,
  });
  expect(isImpactError(error) && error.headers?.get("x-request")).toBe("7");
});
