import { createTrackingLink } from "../../generated/operations.ts";
import { isImpactError } from "../errors.ts";
import { badInput, expectKnown, expectWhole, kindOf } from "../validate.ts";
import { checkValue, FACTS } from "../tracking-links/params.ts";
import { forbid, refuse, render, type FakeAnswer } from "./answers.ts";
import { checkFault, handleUnder, type Fault } from "./faults.ts";
import { makeLink, readParams, type FakeLink } from "./links.ts";
import { record, type RecordedRequest } from "./requests.ts";
import { createQuotaWindow } from "./window.ts";

export interface FakeImpactOptions {
  /** The one account. @default any account, as long as path and credentials name the same */
  accountSid?: string;
  /** The account's token. @default any token */
  authToken?: string;
  /** Ids of the programs that the account has joined. @default every id */
  programs?: readonly string[];
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
 * What the vendor's pages leave open is decided here:
 * - Wrong credentials are 401; credentials of another account than the path's are 403.
 * - A program that is not among `programs` is 404, a media property that is not among `mediaPartnerProperties` is 403.
 * - Every request with right credentials counts against the quota, refused ones included.
 * - A wrong value (an unknown `Type`, a `DeepLink` that is no URL, over 255 characters) is 400.
 * - `CustomPath` makes a vanity link, with or without `Type=Vanity`; `Type` is told in any case of letters.
 * - A vanity path can be taken once, in any case of letters; the second request is 400.
 * - Asking twice for the same Regular link gives the same URL, and counts as two links.
 *
 * @example
 * const fake = createFakeImpact({ programs: ["1000"] });
 * const impact = createImpactClient({ accountSid: "IR1", authToken: "any", fetch: fake.fetch });
 */
export function createFakeImpact(options: FakeImpactOptions = {}): FakeImpact {
  checkOptions(options);
  const {
    accountSid,
    authToken,
    programs,
    mediaPartnerProperties,
    vanityLimit = 5000,
    rateLimit = { limit: 1000, windowMs: 3_600_000 },
    trackingDomain = "example.sjv.io",
    now = Date.now,
  } = options;
  const links: FakeLink[] = [];
  const requests: RecordedRequest[] = [];
  const faults: Fault[] = [];
  const quota = createQuotaWindow(rateLimit.limit, rateLimit.windowMs);

  const handle = (request: Request, recorded: RecordedRequest): Response => {
    const accept = request.headers.get("accept") ?? "";
    const credentials = readBasic(request.headers.get("authorization"));
    const isKnown =
      credentials !== undefined &&
      (accountSid ?? credentials.user) === credentials.user &&
      (authToken ?? credentials.password) === credentials.password;
    if (!isKnown) return render(refuse(401, "Authentication failed."), accept, {});
    const time = now();
    const granted = quota.take(time);
    const answer = granted
      ? answerTo(request, recorded, credentials.user, time)
      : refuse(429, "Rate limit exceeded.");
    return render(answer, accept, quota.headers(time, !granted));
  };

  const answerTo = (
    request: Request,
    { query }: RecordedRequest,
    user: string,
    time: number,
  ): FakeAnswer => {
    const path = readPath(new URL(request.url).pathname);
    if (path === undefined) return refuse(404, "The requested resource was not found.");
    if (request.method !== createTrackingLink.method) {
      return refuse(405, `Method ${request.method} is not allowed.`);
    }
    const { AccountSID: account, ProgramId: programId = "" } = path;
    if (account !== user) return forbid("Access to this account is denied.", time);
    if (programs && !programs.includes(programId)) {
      return refuse(404, `Program ${programId} was not found.`);
    }
    const params = readParams(query);
    const type = createTrackingLink.params.type.enum.find(
      (each) => each.toLowerCase() === params["type"]?.toLowerCase(),
    );
    const wrong = findWrong(type === undefined ? params : { ...params, type });
    if (wrong !== undefined) return wrong;
    const property = params["mediaPartnerPropertyId"];
    if (property !== undefined && mediaPartnerProperties?.includes(property) === false) {
      return forbid(`MediaPartnerPropertyId ${property} does not exist.`, time);
    }
    const isVanity = type === "Vanity" || params["customPath"] !== undefined;
    // Not looked up for a Regular link, of which there may be very many.
    const taken = isVanity ? links.flatMap((link) => link.customPath?.toLowerCase() ?? []) : [];
    const vanityPath = isVanity ? (params["customPath"] ?? freePath(taken)) : undefined;
    if (vanityPath !== undefined) {
      if (taken.length >= vanityLimit) {
        return forbid(`The limit of ${vanityLimit} vanity links is reached.`, time);
      }
      if (taken.includes(vanityPath.toLowerCase())) {
        return refuse(400, `CustomPath ${vanityPath} is already in use.`, "CustomPath");
      }
    }
    const link = makeLink(trackingDomain, user, programId, params, vanityPath);
    links.push(link);
    return { status: 200, body: { TrackingURL: link.url } };
  };

  return {
    links,
    requests,
    async fetch(input, init) {
      const request = new Request(input, init);
      const { signal } = request;
      const recorded = await record(request, createTrackingLink, now());
      if (signal.aborted) throw signal.reason;
      requests.push(recorded);
      return handleUnder(faults.shift(), () => handle(request, recorded), signal);
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
const COUNT = { least: 0, most: Number.MAX_SAFE_INTEGER, expected: "a whole number of at least 0" };

/** A misspelt option would leave a test green for the wrong reason. */
function checkOptions(options: FakeImpactOptions): void {
  expectKnown("configuration", "option", options, OPTIONS);
  const expect = (
    name: keyof FakeImpactOptions,
    what: string,
    holds: (value: unknown) => boolean,
  ) => {
    const value = options[name];
    if (value === undefined || holds(value)) return;
    throw badInput("configuration", name, `\`${name}\` to be ${what}`, kindOf(value));
  };
  const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
  for (const name of ["accountSid", "authToken", "trackingDomain"] as const) {
    expect(name, "a string that is not empty", isText);
  }
  for (const name of ["programs", "mediaPartnerProperties"] as const) {
    expect(name, "an array of strings", (ids) => Array.isArray(ids) && ids.every(isText));
  }
  expect("now", "a function", (now) => typeof now === "function");
  expectWhole("configuration", "vanityLimit", options.vanityLimit, COUNT);
  if (options.rateLimit === undefined) return;
  expectKnown("configuration", "rateLimit", options.rateLimit, ["limit", "windowMs"]);
  for (const name of ["limit", "windowMs"] as const) {
    const value: unknown = options.rateLimit[name];
    if (expectWhole("configuration", `rateLimit.${name}`, value, COUNT) === undefined) {
      throw badInput("configuration", "rateLimit", `\`rateLimit.${name}\``, "none");
    }
  }
}

function readBasic(header: string | null): { user: string; password: string } | undefined {
  const encoded = /^Basic ((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2,3}=*)?)$/i.exec(
    header ?? "",
  )?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  const text = new TextDecoder().decode(bytes);
  const colon = text.indexOf(":");
  return colon < 1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The path's parameters by their wire names; undefined if it is no path of the operation. */
function readPath(pathname: string): Record<string, string> | undefined {
  const template = createTrackingLink.path;
  const pattern = template.replace(/\{([^{}]+)\}/g, "(?<$1>[^/]+)");
  const found = new RegExp(`${pattern}$`).exec(pathname)?.groups;
  try {
    return (
      found &&
      Object.fromEntries(
        Object.entries(found).map(([name, value]) => [name, decodeURIComponent(value)]),
      )
    );
  } catch {
    return undefined;
  }
}

/** Values are judged by the client's own rules. */
function findWrong(params: Record<string, string>): FakeAnswer | undefined {
  for (const [key, facts] of FACTS) {
    const value = params[key];
    try {
      if (value !== undefined) checkValue(key, value, facts);
    } catch (error) {
      if (isImpactError(error)) return refuse(400, `${facts.name}: ${error.message}`, facts.name);
      throw error;
    }
  }
  return undefined;
}

/** Looks random, and is the same after the same links, so that tests can foretell it. */
function freePath(taken: readonly string[]): string {
  for (let count = taken.length + 1; ; count++) {
    const path = (count * 48_271 * 7_919).toString(36).slice(-6);
    if (!taken.includes(path)) return path;
  }
}
