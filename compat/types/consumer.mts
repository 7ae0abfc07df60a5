/**
 * Uses every public name of the package's two entries. `npm run test:types` compiles it against the packed types, with
 * the DOM lib or with Node's types, never with both.
 */
import {
  createImpactClient,
  extendTrackingLink,
  ImpactError,
  isImpactError,
  parseTrackingLink,
  spec,
  type CallWaitEvent,
  type CreateManyOptions,
  type CreateManyResult,
  type CreateTrackingLinkParams,
  type FieldError,
  type ImpactClient,
  type ImpactClientOptions,
  type ImpactErrorCode,
  type ImpactErrorDetails,
  type ImpactEvent,
  type Outcome,
  type ParsedTrackingLink,
  type Quota,
  type QuotaWaitEvent,
  type RequestEvent,
  type RequestOptions,
  type ResponseEvent,
  type RetryEvent,
  type Spec,
  type TrackingLink,
  type TrackingLinkExtension,
  type TrackingLinks,
  type TrackingLinkType,
  type WaitEvent,
  type components,
  type operations,
  type paths,
  pages,
  toImpactError,
  type ListPath,
  type Page,
  type PagesOptions,
  type RawClient,
  type RawResult,
  type RetryRule,
} from "impact-partner-client";
import {
  createFakeImpact,
  type FakeImpact,
  type FakeImpactOptions,
  type FakeLink,
  type FakePrograms,
  type Fault,
  type RecordedRequest,
} from "impact-partner-client/testing";

/** Whether two types are identical. Also detects a nested `any` or `never` in place of another type. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_yes: Same<A, B>): void {}

// Options and events.

function label(event: ImpactEvent): string {
  switch (event.type) {
    case "request": {
      const request: RequestEvent = event;
      return `${request.id} ${request.attempt} ${request.method} ${request.url}`;
    }
    case "response": {
      const response: ResponseEvent = event;
      same<typeof response.status, number | undefined>(true);
      return `${response.status ?? response.error?.code} ${response.duration} ms`;
    }
    case "retry": {
      const { error, delay }: RetryEvent = event;
      return `${error.message}: again in ${delay} ms`;
    }
    case "wait":
      return waiting(event);
  }
}

function waiting(event: WaitEvent): string {
  if (event.cause === "quota") {
    const quota: QuotaWaitEvent = event;
    // @ts-expect-error a wait for quota has no call id
    void quota.id;
    return `quota until ${quota.until.toISOString()}`;
  }
  const call: CallWaitEvent = event;
  same<typeof call.cause, "retry_after" | "backoff">(true);
  return `call ${call.id} until ${call.until.toISOString()}`;
}

const options: ImpactClientOptions = {
  accountSid: "IR1",
  authToken: "token",
  baseUrl: undefined,
  timeout: 10_000,
  headers: { "X-Trace": "1" },
  fetch: (input, init) => fetch(input, init),
  onEvent: (event) => console.log(label(event)),
};
const impact: ImpactClient = createImpactClient(options);
createImpactClient();
createImpactClient({ fetch });
same<typeof impact.quota, Quota | undefined>(true);
same<typeof impact.accountSid, string>(true);
// @ts-expect-error it is accountSid
createImpactClient({ accountSID: "IR1" });
// @ts-expect-error milliseconds are a number
createImpactClient({ timeout: "30s" });
// @ts-expect-error readonly
impact.accountSid = "IR2";

// One link.

const regular: CreateTrackingLinkParams = { programId: "1000", subId1: undefined };
const vanity: CreateTrackingLinkParams = { programId: "1000", customPath: "Sale" };
const call: RequestOptions = { signal: AbortSignal.timeout(1_000), maxRetries: 0 };

export async function one(links: TrackingLinks): Promise<string> {
  const link: TrackingLink = await links.create(regular, call);
  same<typeof link.type, TrackingLinkType>(true);
  same<typeof link.raw, Readonly<Record<string, unknown>>>(true);
  const { url } = await impact.trackingLinks.create(vanity);
  same<typeof url, string>(true);
  return link.url + url;
}
// @ts-expect-error programId is missing
impact.trackingLinks.create({ subId1: "a" });
// @ts-expect-error it is deepLink
impact.trackingLinks.create({ programId: "1000", deeplink: "https://shop.example" });
// @ts-expect-error ids are strings
impact.trackingLinks.create({ programId: 1000 });
// @ts-expect-error there is no such type of link
({ type: "Short" }) satisfies { type: TrackingLinkType };

// Many links.

const manyOptions: CreateManyOptions = { ...call, concurrency: 4, ordered: false };

export async function many(inputs: AsyncIterable<CreateTrackingLinkParams>): Promise<string[]> {
  const urls: string[] = [];
  for await (const result of impact.trackingLinks.createMany(inputs, manyOptions)) {
    urls.push(urlOf(result));
  }
  for await (const { index } of impact.trackingLinks.createMany(new Set([regular, vanity]))) {
    same<typeof index, number>(true);
  }
  const rows = [{ sku: "boots", page: "https://shop.example/boots" }];
  const params = ({ page }: { page: string }) => ({ programId: "1000", deepLink: page });
  for await (const result of impact.trackingLinks.createMany(rows, { params })) {
    if (result.ok) same<typeof result.input.sku, string>(true);
  }
  // @ts-expect-error `sku` is not a parameter, so `params` is required
  impact.trackingLinks.createMany(rows);
  return urls;
}

function urlOf(result: CreateManyResult): string {
  // @ts-expect-error a failed result has no `link`
  void result.link;
  if (!result.ok) {
    same<typeof result.error, ImpactError>(true);
    return result.error.code;
  }
  return result.reused ? "" : result.link.url;
}
// @ts-expect-error a single input is not iterable
impact.trackingLinks.createMany(regular);

// Errors.

export function explain(thrown: unknown): string {
  if (!isImpactError(thrown)) return String(thrown);
  same<typeof thrown, ImpactError>(true);
  same<typeof thrown.headers, Headers | undefined>(true);
  same<typeof thrown.status, number | undefined>(true);
  const code: ImpactErrorCode = thrown.code;
  const outcome: Outcome = thrown.outcome;
  const fields: readonly FieldError[] = thrown.fields ?? [];
  // @ts-expect-error there is no such code
  void (thrown.code === "ratelimited");
  return [code, outcome, ...fields.map(({ field, message }) => `${field}: ${message}`)].join(" ");
}
const details: ImpactErrorDetails = { code: "timeout", outcome: "unknown", status: undefined };
const error: Error = new ImpactError("late", details);
explain(error instanceof ImpactError ? error.toJSON() : error.cause);

// Existing links.

const extension: TrackingLinkExtension = { subId1: "a", sharedId: undefined };
const parsed: ParsedTrackingLink = parseTrackingLink(
  extendTrackingLink("https://example.sjv.io/x", extension),
);
same<typeof parsed.kind, "regular" | "vanity" | "other">(true);
same<typeof parsed.subId1, string | undefined>(true);
// @ts-expect-error a link has its program already
extendTrackingLink(parsed.url, { programId: "1" });

const document: Spec = spec;
same<typeof document.version, string>(true);

// The raw client.

type Path = "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";
type Query = NonNullable<operations["createTrackingLink"]["parameters"]["query"]>;
same<paths[Path]["post"], operations["createTrackingLink"]>(true);
export type Schemas = components["schemas"];

const { raw } = createImpactClient(options);

export async function rawLink(query: Query): Promise<string | undefined> {
  const path = { AccountSID: impact.accountSid, ProgramId: "1000" };
  const { data, response } = await raw.POST(
    "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks",
    { params: { path, query } },
  );
  same<typeof response, Response>(true);
  same<NonNullable<typeof data>["TrackingURL"], string | undefined>(true);
  return data?.TrackingURL;
}
// @ts-expect-error there is no such path
raw.POST("/Programs");

interface OwnPaths {
  "/Things": { get: { responses: { 200: { content: { "application/json": { name: string } } } } } };
}
export async function ownThing(): Promise<string | undefined> {
  const own: ImpactClient<OwnPaths> = createImpactClient<OwnPaths>(options);
  const { data } = await own.raw.GET("/Things");
  same<NonNullable<typeof data>["name"], string>(true);
  return data?.name;
}

interface FormPaths {
  "/Forms": {
    post: {
      requestBody: { content: { "application/x-www-form-urlencoded": { name: string } } };
      responses: { 200: { content: { "application/json": { id: string } } } };
    };
    put: {
      requestBody: { content: { "multipart/form-data": { file: string } } };
      responses: { 204: { content?: never } };
    };
  };
}
export async function forms({ POST, PUT }: RawClient<FormPaths>): Promise<string | undefined> {
  const body = new URLSearchParams({ name: "a" });
  const headers = { "Content-Type": "application/x-www-form-urlencoded" } as const;
  await POST("/Forms", { body: { name: "a" }, headers });
  await PUT("/Forms", { body: new FormData() });
  // @ts-expect-error it would be sent as JSON
  await POST("/Forms", { body: { name: "a" } });
  // @ts-expect-error it would be sent as a form without files
  await PUT("/Forms", { body });
  const { data } = await POST("/Forms", { body });
  same<NonNullable<typeof data>["id"], string>(true);
  return data?.id;
}

const rule: RetryRule = "never";
createImpactClient({ ...options, retryRules: { "GET /Things": rule }, throwOnError: true });
export async function ownPages(): Promise<void> {
  const own = createImpactClient<OwnPaths>(options);
  const path: ListPath<OwnPaths> = "/Things";
  const pageOptions: PagesOptions<Record<string, unknown>> = { waitForQuota: true };
  for await (const page of pages(own, path, pageOptions)) {
    same<typeof page, Page<OwnPaths, "/Things">>(true);
    console.log(page.name);
  }
  const result: RawResult = await own.raw.GET("/Things");
  same<ReturnType<typeof toImpactError>, ImpactError | undefined>(true);
  console.log(toImpactError(result)?.code);
}
// @ts-expect-error the parameters are missing
raw.POST("/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks");

// The fake API.

const fakeOptions: FakeImpactOptions = { programs: ["1000"], vanityLimit: 1 };
const fake: FakeImpact = createFakeImpact(fakeOptions);
const fault: Fault = { status: 429, headers: { "Retry-After": "1" } };
fake.failNext(fault, { network: "ECONNRESET" }, { stallBody: true });
createImpactClient({ ...options, fetch: fake.fetch });
const made: readonly FakeLink[] = fake.links;
const byId: FakePrograms = { "1000": { deepLinkDomains: ["shop.example"] }, "2000": {} };
createFakeImpact({ programs: byId });
const seen: readonly RecordedRequest[] = fake.requests;
console.log(made[0]?.params["subId1"], seen[0]?.query);
fake.reset();
// @ts-expect-error it is ECONNRESET
fake.failNext({ network: "reset" });
// @ts-expect-error readonly
fake.links = [];
