/**
 * testing/ contains the fake API. fake.ts composes it, api.ts answers like the API, and faults.ts makes requests fail.
 * It sends no requests.
 */
import { createTrackingLink } from "../../generated/operations.ts";
import { badInput, expectKnown, expectWhole, kindOf } from "../validate.ts";
import { createApi } from "./api.ts";
import { checkFault, handleUnder, type Fault } from "./faults.ts";
import type { FakeLink } from "./links.ts";
import { record, type RecordedRequest } from "./requests.ts";
import { createQuotaWindow } from "./window.ts";

export interface FakeImpactOptions {
  /** The only account. @default any account that is the same in path and credentials */
  accountSid?: string;
  /** The account's token. @default any token */
  authToken?: string;
  /** Ids of the programs that the account has joined, or their settings by id. @default every id */
  programs?: readonly string[] | FakePrograms;
  /** Ids of the account's media properties. @default every id */
  mediaPartnerProperties?: readonly string[];
  /** Maximum number of vanity links of the account. @default 5000 */
  vanityLimit?: number;
  /** Maximum number of requests in a window. @default { limit: 1000, windowMs: 3_600_000 } */
  rateLimit?: { limit: number; windowMs: number };
  /** Domain of the links. @default "example.sjv.io" */
  trackingDomain?: string;
  /** The fake's clock, in milliseconds since the epoch. @default Date.now */
  now?: () => number;
}

/**
 * Programs by id. `deepLinkDomains` are the domains that a program accepts in deep links, such as `shop.example` or
 * `*.shop.example`. An empty array accepts none; no array accepts all.
 */
export type FakePrograms = Readonly<
  Record<string, { readonly deepLinkDomains?: readonly string[] }>
>;

/** The Partner API's tracking links, in memory. */
export interface FakeImpact {
  /** Answers like the API. Pass it to `createImpactClient({ fetch })` or to msw, or serve it. */
  readonly fetch: typeof globalThis.fetch;
  /** All created links, in order. */
  readonly links: readonly FakeLink[];
  /** All received requests, in order, including those with a fault. */
  readonly requests: readonly RecordedRequest[];
  /** Applies the first fault to the next request, the second to the one after it, and so on. */
  failNext(...faults: Fault[]): void;
  /** Restores the initial state: no links, requests or faults, and the full quota. */
  reset(): void;
}

/**
 * Creates a fake API in memory, for tests. Its parameters are those of the vendor's document, as in the client.
 *
 * Behaviour that the vendor's pages do not define:
 * - Wrong credentials get a 401. Credentials of another account than the path's get a 403.
 * - A deep link that a program does not accept gets a 400 with the API's message. A permitted domain includes its
 *   `www.`.
 * - A program that is not in `programs` gets a 404. A media property that is not in `mediaPartnerProperties` gets a
 *   403.
 * - Every request with correct credentials counts against the quota, including refused ones.
 * - An invalid value (an unknown `Type`, a `DeepLink` that is not a URL, over 255 characters) gets a 400.
 * - `CustomPath` creates a vanity link, with or without `Type=Vanity`. `Type` is case-insensitive.
 * - A vanity path can be used once, ignoring case. The second request gets a 400.
 * - Two requests for the same Regular link get the same URL, and count as two links.
 *
 * @example
 * const fake = createFakeImpact({ programs: ["1000"] });
 * const impact = createImpactClient({ accountSid: "IR1", authToken: "any", fetch: fake.fetch });
 */
export function createFakeImpact(options: FakeImpactOptions = {}): FakeImpact {
  checkOptions(options);
  const { rateLimit = { limit: 1000, windowMs: 3_600_000 }, now = () => Date.now() } = options;
  const links: FakeLink[] = [];
  const requests: RecordedRequest[] = [];
  const faults: Fault[] = [];
  const quota = createQuotaWindow(rateLimit.limit, rateLimit.windowMs);
  const handle = createApi(options, links, quota);
  return {
    links,
    requests,
    async fetch(input, init) {
      const request = new Request(input, init);
      const { signal } = request;
      const recorded = await record(request, createTrackingLink, now());
      if (signal.aborted) throw signal.reason;
      requests.push(recorded);
      return handleUnder(faults.shift(), () => handle(request, recorded, now()), signal);
    },
    failNext(...next) {
      next.forEach(checkFault);
      faults.push(...next);
    },
    reset() {
      for (const list of [links, requests, faults]) list.length = 0;
      quota.reset();
    },
  };
}

const OPTIONS: readonly (keyof FakeImpactOptions)[] = [
  "accountSid",
  "authToken",
  "programs",
  "mediaPartnerProperties",
  "vanityLimit",
  "rateLimit",
  "trackingDomain",
  "now",
];
const COUNT = { least: 0 };

/** Refuses misspelt options, which would let a test pass for the wrong reason. */
function checkOptions(options: FakeImpactOptions): void {
  expectKnown("configuration", "option", options, OPTIONS);
  const expect = (name: keyof FakeImpactOptions, what: string, holds: (v: unknown) => boolean) => {
    const value = options[name];
    if (value === undefined || holds(value)) return;
    throw badInput("configuration", name, `\`${name}\` to be ${what}`, kindOf(value));
  };
  const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
  for (const name of ["accountSid", "authToken", "trackingDomain"] as const) {
    expect(name, "a string that is not empty", isText);
  }
  const areTexts = (ids: unknown): boolean => Array.isArray(ids) && ids.every(isText);
  expect("mediaPartnerProperties", "an array of strings", areTexts);
  const { programs } = options;
  if (programs === null || typeof programs !== "object" || Array.isArray(programs)) {
    expect("programs", "an array of strings", areTexts);
  } else {
    for (const [id, program] of Object.entries(programs)) {
      expectKnown("configuration", `program ${id} option`, program, ["deepLinkDomains"]);
    }
    const areDomains = ({ deepLinkDomains: domains }: FakePrograms[string]): boolean =>
      domains === undefined || areTexts(domains);
    expect("programs", "arrays of `deepLinkDomains` by id", (all) =>
      Object.values(all as FakePrograms).every(areDomains),
    );
  }
  expect("now", "a function", (now) => typeof now === "function");
  expectWhole("configuration", "vanityLimit", options.vanityLimit, COUNT, undefined);
  if (options.rateLimit === undefined) return;
  expectKnown("configuration", "rateLimit", options.rateLimit, ["limit", "windowMs"]);
  for (const name of ["limit", "windowMs"] as const) {
    const value: unknown = options.rateLimit[name];
    if (expectWhole("configuration", `rateLimit.${name}`, value, COUNT, undefined) === undefined) {
      throw badInput("configuration", "rateLimit", `\`rateLimit.${name}\``, "none");
    }
  }
}
