import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  createImpactClient,
  isImpactError,
  type ImpactClientOptions,
  type ImpactErrorCode,
} from "../../src/index.ts";
import { root } from "../support/workspace.ts";

// docs/errors.md: a heading for each code, and under it what can come of it.

const page = readFileSync(join(root, "docs/errors.md"), "utf8");
const sections = new Map(
  page.split(/^## /m).flatMap((text) => {
    const code = /^`(\w+)`\n/.exec(text)?.[1];
    return code === undefined ? [] : [[code, text] as const];
  }),
);
const account = { accountSid: "IR1", authToken: "t0ken-1", baseUrl: "https://api.example" };
const params = { programId: "1" };

/** A call of a client whose server does as told; `undefined` if it rejects with no ImpactError. */
async function told(run: () => unknown): Promise<string | undefined> {
  try {
    await run();
  } catch (error) {
    if (isImpactError(error)) return `${error.code} ${error.outcome}`;
  }
  return undefined;
}

function call(fetch: () => Promise<Response>, options: ImpactClientOptions = {}): () => unknown {
  return () =>
    createImpactClient({ ...account, fetch, maxRetries: 0, ...options }).trackingLinks.create(
      params,
    );
}

function answer(status: number, body = "", headers = {}): () => unknown {
  const message = JSON.stringify({ Message: body });
  return call(() => Promise.resolve(new Response(message, { status, headers })));
}

/** A 503, and a 429 for its retry. */
function refusedAfterUnknown(): () => unknown {
  const statuses = [503, 429];
  const retryAfter = ["0", "700"];
  return call(
    async () => {
      const headers = { "Retry-After": retryAfter.shift() ?? "" };
      return new Response("{}", { status: statuses.shift() ?? 200, headers });
    },
    { maxRetries: 1 },
  );
}

/** Rejects with the error of that one of many Vanity links, of programs 0, 1 and so on, that is never sent. */
function unsent(statuses: readonly number[], message: string, concurrency: number): () => unknown {
  const fetch = (url: unknown): Promise<Response> => {
    const status = statuses[Number(String(url).split("/").at(-2))];
    const headers = status === 429 ? { "Retry-After": "700" } : {};
    const body = JSON.stringify({ Message: message });
    return Promise.resolve(new Response(body, { status: status ?? 200, headers }));
  };
  const inputs = statuses.map(
    (_, index) => ({ programId: String(index), type: "Vanity" }) as const,
  );
  return async () => {
    const { trackingLinks } = createImpactClient({ ...account, fetch });
    for await (const result of trackingLinks.createMany(inputs, { concurrency })) {
      if (!result.ok && result.error.attempts === 0) throw result.error;
    }
  };
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Rejects with the error of an input that comes while another one waits for the quota, before the credentials are refused. */
async function late(): Promise<void> {
  const fetch = async (url: unknown): Promise<Response> => {
    if (String(url).includes("/0/")) {
      return new Response("{}", { status: 429, headers: { "Retry-After": "700" } });
    }
    await after(40);
    return new Response("{}", { status: 401 });
  };
  const { trackingLinks } = createImpactClient({ ...account, fetch });
  async function* inputs() {
    yield { programId: "0" };
    yield { programId: "1" };
    await after(20);
    yield { programId: "2" };
  }
  for await (const result of trackingLinks.createMany(inputs(), { concurrency: 3 })) {
    if (!result.ok && result.index === 2) throw result.error;
  }
}

function broken(code: string): () => unknown {
  const cause = Object.assign(new Error(code), { code });
  return call(() => Promise.reject(new TypeError("fetch failed", { cause })));
}

const LIMIT = "The limit of 5,000 vanity links is reached";

const provoked: Record<ImpactErrorCode, (() => unknown)[]> = {
  configuration: [() => createImpactClient({ ...account, timeout: 0 })],
  invalid_input: [() => createImpactClient(account).trackingLinks.create({ programId: "" })],
  unauthorized: [answer(401), unsent([429, 401], "", 2), late],
  forbidden: [answer(403, "Access denied")],
  vanity_limit_reached: [answer(403, LIMIT), unsent([403, 403], LIMIT, 1)],
  unknown_reference: [answer(403, "MediaPartnerPropertyId 7 does not exist")],
  deep_link_refused: [
    answer(400, "This program does not support deep linking."),
    async () => {
      const body = JSON.stringify({ message: "This program does not support deep linking." });
      const fetch = () => Promise.resolve(new Response(body, { status: 400 }));
      const { trackingLinks } = createImpactClient({ ...account, fetch });
      const links = ["/a", "/b"].map((path) => ({
        programId: "1",
        deepLink: `https://shop.example${path}`,
      }));
      for await (const result of trackingLinks.createMany(links, { concurrency: 1 })) {
        if (!result.ok && result.error.attempts === 0) throw result.error;
      }
    },
  ],
  invalid_request: [answer(400), answer(402), answer(405)],
  not_found: [answer(404)],
  rate_limited: [answer(429), refusedAfterUnknown()],
  server_error: [answer(500), answer(503)],
  unexpected_response: [
    answer(302, "", { Location: "/login" }),
    answer(307, "", { Location: "/login" }),
    answer(308, "", { Location: "/login" }),
    answer(200),
    call(() => Promise.resolve(new Response("<html>"))),
  ],
  connection: [broken("ECONNREFUSED"), broken("ENOTFOUND"), broken("ECONNRESET")],
  timeout: [
    call(() => new Promise(() => {}), { timeout: 1 }),
    call(() => Promise.resolve(new Response()), {
      timeout: 1,
      beforeSend: () => new Promise(() => {}),
    }),
  ],
};

test("docs/errors.md has a heading for each code, in order, and no other", () => {
  const errors = readFileSync(join(root, "src/errors.ts"), "utf8");
  const union = /export type ImpactErrorCode =(.*?);/s.exec(errors)?.[1] ?? "";
  const codes = [...union.matchAll(/"(\w+)"/g)].map(([, code]) => code);
  expect([...sections.keys()]).toEqual(codes);
});

test.each(Object.entries(provoked))(
  "docs/errors.md lists the outcomes that %s can have",
  async (code, runs) => {
    const section = sections.get(code) ?? "";
    const parts = [...section.matchAll(/^\*\*(.+?)\*\*/gm)].map(([, part]) => part);
    expect(parts).toEqual(["What happened.", "Can a link exist?", "What to do."]);

    const existence = /^\*\*Can a link exist\?\*\*.*?\n\n/ms.exec(section)?.[0] ?? "";
    const outcomes = [...existence.matchAll(/`(not_sent|rejected|unknown)`/g)].map(
      ([, outcome]) => `${code} ${outcome}`,
    );
    expect(new Set(await Promise.all(runs.map(told)))).toEqual(new Set(outcomes));
  },
);
