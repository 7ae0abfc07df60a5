import { createTrackingLink, type ParameterFacts } from "../../generated/operations.ts";
import { isImpactError } from "../errors.ts";
import { checkValue } from "../tracking-links/check-value.ts";
import { FACTS } from "../tracking-links/params.ts";
import { refuse, refuseWithTime, render, type FakeAnswer } from "./answers.ts";
import type { FakeImpactOptions, FakePrograms } from "./fake.ts";
import { makeLink, readParams, type FakeLink } from "./links.ts";
import type { RecordedRequest } from "./requests.ts";
import type { QuotaWindow } from "./window.ts";

/** Answers a request, and adds the created link to `links`. */
type Handle = (request: Request, recorded: RecordedRequest, time: number) => Response;

/** Creates the API without faults. */
export function createApi(
  options: FakeImpactOptions,
  links: FakeLink[],
  quota: QuotaWindow,
): Handle {
  const { accountSid, authToken } = options;
  return (request, recorded, time) => {
    const accept = request.headers.get("accept") ?? "";
    const credentials = readBasic(request.headers.get("authorization"));
    const isKnown =
      credentials !== undefined &&
      (accountSid ?? credentials.user) === credentials.user &&
      (authToken ?? credentials.password) === credentials.password;
    if (!isKnown) return render(refuse(401, "Authentication failed."), accept, {});
    const granted = quota.take(time);
    const answer = granted
      ? answerTo(request, recorded, credentials.user, options, links, time)
      : refuse(429, "Rate limit exceeded.");
    return render(answer, accept, quota.headers(time, !granted));
  };
}

function answerTo(
  request: Request,
  { query }: RecordedRequest,
  user: string,
  {
    programs,
    mediaPartnerProperties,
    vanityLimit = 5000,
    trackingDomain = "example.sjv.io",
  }: FakeImpactOptions,
  links: FakeLink[],
  time: number,
): FakeAnswer {
  const path = readPath(new URL(request.url).pathname);
  if (path === undefined) return refuse(404, "The requested resource was not found.");
  if (request.method !== createTrackingLink.method) {
    return refuse(405, `Method ${request.method} is not allowed.`);
  }
  const { AccountSID: account, ProgramId: programId = "" } = path;
  if (account !== user) return refuseWithTime(403, "Access to this account is denied.", time);
  const program = programOf(programs, programId);
  if (program === undefined) return refuse(404, `Program ${programId} was not found.`);
  const params = readParams(query);
  const type = createTrackingLink.params.type.enum.find(
    (each) => each.toLowerCase() === params["type"]?.toLowerCase(),
  );
  const wrong = findWrong(type === undefined ? params : { ...params, type });
  if (wrong !== undefined) return wrong;
  const property = params["mediaPartnerPropertyId"];
  if (property !== undefined && mediaPartnerProperties?.includes(property) === false) {
    return refuseWithTime(403, `MediaPartnerPropertyId ${property} does not exist.`, time);
  }
  const noDeepLink = deepLinkProblem(params["deepLink"], program.deepLinkDomains);
  if (noDeepLink !== undefined) return refuseWithTime(400, noDeepLink, time);
  const isVanity = type === "Vanity" || params["customPath"] !== undefined;
  // Skipped for a Regular link, because it is slow if a test creates many links.
  const taken = isVanity ? links.flatMap((link) => link.customPath?.toLowerCase() ?? []) : [];
  const vanityPath = isVanity ? (params["customPath"] ?? freePath(taken)) : undefined;
  if (vanityPath !== undefined && taken.length >= vanityLimit) {
    return refuseWithTime(403, `The limit of ${vanityLimit} vanity links is reached.`, time);
  }
  if (vanityPath !== undefined && taken.includes(vanityPath.toLowerCase())) {
    return refuse(400, `CustomPath ${vanityPath} is already in use.`, "CustomPath");
  }
  const link = makeLink(trackingDomain, user, programId, params, vanityPath);
  links.push(link);
  return { status: 200, body: { TrackingURL: link.url } };
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

/** Returns the path's parameters by their API names; undefined if it is not a path of the operation. */
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

/** Returns the settings of a program; undefined if the account has not joined it. */
function programOf(
  programs: FakeImpactOptions["programs"],
  id: string,
): FakePrograms[string] | undefined {
  if (programs === undefined) return {};
  if (isList(programs)) return programs.includes(id) ? {} : undefined;
  return Object.hasOwn(programs, id) ? programs[id] : undefined;
}

/** `Array.isArray` alone does not narrow the type of a read-only array. */
const isList = (programs: readonly string[] | FakePrograms): programs is readonly string[] =>
  Array.isArray(programs);

/** Returns the API's message if the program does not accept this deep link. A domain includes its `www.` subdomain. */
function deepLinkProblem(deepLink: string | undefined, domains: readonly string[] | undefined) {
  if (deepLink === undefined || domains === undefined) return undefined;
  if (domains.length === 0) return "This program does not support deep linking.";
  const { hostname } = new URL(deepLink);
  const isOf = (domain: string): boolean =>
    domain.startsWith("*")
      ? hostname.endsWith(domain.replace(/^\*\.?/, "."))
      : [domain, `www.${domain}`].includes(hostname);
  if (domains.some(isOf)) return undefined;
  return `The domain '${hostname}' is not a valid deep link domain for this program.`;
}

/** Returns a refusal for the first invalid value, by the client's own rules. */
function findWrong(params: Record<string, string>): FakeAnswer | undefined {
  for (const [key, facts] of FACTS) {
    const value = params[key];
    try {
      if (value !== undefined) checkValue(key, fromQuery(value, facts), facts);
    } catch (error) {
      if (isImpactError(error)) return refuse(400, `${facts.name}: ${error.message}`, facts.name);
      throw error;
    }
  }
  return undefined;
}

/** Converts the text of a query parameter to its type. */
function fromQuery(text: string, { type, enum: choices }: ParameterFacts): unknown {
  if (choices) return choices.find((each) => String(each) === text) ?? text;
  if (type === "integer" || type === "number") return Number(text);
  return type === "boolean" ? { true: true, false: false }[text] : text;
}

/** Returns an unused path that looks random. It depends only on the earlier links, so that tests can predict it. */
function freePath(taken: readonly string[]): string {
  for (let count = taken.length + 1; ; count++) {
    const path = (count * 48_271 * 7_919).toString(36).slice(-6);
    if (!taken.includes(path)) return path;
  }
}
