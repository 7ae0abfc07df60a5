/**
 * testing/ is the fake API: fake.ts puts it together, api.ts answers as the API does, and faults.ts makes requests fail.
 * It answers requests and never sends one.
 */
import { createTrackingLink } from "../../generated/operations.ts";
import { badInput, expectKnown, expectWhole, kindOf } from "../validate.ts";
import { createApi } from "./api.ts";
import { checkFault, handleUnder, type Fault } from "./faults.ts";
import type { FakeLink } from "./links.ts";
import { record, type RecordedRequest } from "./requests.ts";
import { createQuotaWindow } from "./window.ts";

export interface FakeImpactOptions {
  /** The one account. @default any account, as long as path and credentials name the same */
  accountSid?: string;
  /** The account's token. @default any token */
  authToken?: string;
  /** Ids of the programs that the account has joined, or what each allows by its id. @default every id */
  programs?: readonly string[] | FakePrograms;
  /** Ids of the account's media properties. @default every id */
  mediaPartnerProperties?: readonly string[];
  /** How many vanity links the account may hold. @default 5000 */
  vanityLimit?: number;
  /** Requests in a window of so many milliseconds. @default { limit: 1000, windowMs: 3_600_000 } */
  rateLimit?: { limit: number; windowMs: number };
  /** Domain of the links. @default "example.sjv.io" */
  trackingDomain?: string;
  /** The fake's clock, in milliseconds since the epoch. @default Date.now */
  now?: () => number;
}

/**
 * Programs by id. `deepLinkDomains` are the domains to which a program takes deep links, such as `shop.example` or
 * `*.shop.example`: none if the array is empty, every one if there is no array.
 */
export type FakePrograms = Readonly<
  Record<string, { readonly deepLinkDomains?: readonly string[] }>
>;

/** The Partner API's tracking links, in memory. */
export interface FakeImpact {
  /** Answers as the API would. Give it to `createImpactClient({ fetch })`, to msw, or serve it. */
  readonly fetch: typeof globalThis.fetch;
  /** Every link made, in order. */
  readonly links: readonly FakeLink[];
  /** Every request that arrived, in order, those that a fault dealt with included. */
  readonly requests: readonly RecordedRequest[];
  /** The next request meets the first of these, the one after it the second, and so on. */
  failNext(...faults: Fault[]): void;
  /** As it was when it was made: no links, no requests, no faults, the quota whole. */
  reset(): void;
}

/**
 * Makes a fake of the API, in memory, for tests. It knows the parameters from the vendor's document, as the
 * client does.
 *
 * Decisions where the vendor's pages leave the behaviour open:
 * - Wrong credentials are 401; credentials of another account than the path's are 403.
 * - A deep link that a program does not take is 400, in the API's own words; `www.` of a permitted domain is taken.
 * - A program that is not among `programs` is 404, a media property that is not among `mediaPartnerProperties` is 403.
 * - Every request with right credentials counts against the quota, refused ones included.
 * - A wrong value (an unknown `Type`, a `DeepLink` that is no URL, over 255 characters) is 400.
 * - `CustomPath` makes a vanity link, with or without `Type=Vanity`; `Type` is case-insensitive.
 * - A vanity path can be taken once, in any case of letters; the second request is 400.
 * - Asking twice for the same Regular link gives the same URL, and counts as two links.
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

/** A misspelt option would leave a test green for the wrong reason. */
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
