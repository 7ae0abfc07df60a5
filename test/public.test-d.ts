import { expectTypeOf, test } from "vitest";
import {
  createImpactClient,
  extendTrackingLink,
  isImpactError,
  parseTrackingLink,
  spec,
  type CreateManyOptions,
  type CreateManyResult,
  type CreateTrackingLinkParams,
  type ImpactClient,
  type ImpactClientOptions,
  type ImpactError,
  type ImpactErrorCode,
  type ImpactEvent,
  type ParsedTrackingLink,
  type Quota,
  type QuotaWaitEvent,
  type RawClient,
  type RequestEvent,
  type RequestOptions,
  type TrackingLink,
  type TrackingLinkExtension,
  type TrackingLinks,
  type paths,
} from "../src/index.ts";

import type * as generated from "../generated/params.ts";

declare const impact: ImpactClient;

declare const create: TrackingLinks["create"];

declare const createMany: TrackingLinks["createMany"];

declare const event: ImpactEvent;

type Results<Input> = AsyncGenerator<CreateManyResult<Input>, void, undefined>;

test("createImpactClient accepts no options, or any of them, including undefined", () => {
  expectTypeOf(createImpactClient).toEqualTypeOf<
    <Paths extends {} = paths>(options?: ImpactClientOptions) => ImpactClient<Paths>
  >();
  expectTypeOf(createImpactClient).toBeCallableWith();
  expectTypeOf(createImpactClient).toBeCallableWith({});
  expectTypeOf(createImpactClient).toBeCallableWith({ accountSid: undefined });
});

test("createImpactClient accepts no unknown option and none of another type", () => {
  expectTypeOf<Required<ImpactClientOptions>>().toEqualTypeOf<{
    accountSid: string | undefined;
    authToken: string | undefined;
    baseUrl: string | undefined;
    apiVersion: string | undefined;
    timeout: number | undefined;
    maxRetries: number | undefined;
    maxRetryDelay: number | undefined;
    retryRules: Readonly<Record<string, "always" | "never">> | undefined;
    throwOnError: boolean | undefined;
    fetch: typeof globalThis.fetch | undefined;
    headers: Record<string, string> | undefined;
    onEvent: ((event: ImpactEvent) => void) | undefined;
    beforeSend: ((request: RequestEvent) => void | Promise<void>) | undefined;
    dangerouslyAllowBrowser: boolean | undefined;
  }>();
  // @ts-expect-error it is accountSid
  createImpactClient({ accountSID: "IR1" });
  // @ts-expect-error there is no such option
  createImpactClient({ retries: 2 });
  // @ts-expect-error milliseconds are a number
  createImpactClient({ timeout: "30s" });
  // @ts-expect-error null is no absence
  createImpactClient({ accountSid: null });
  // @ts-expect-error a header has one text
  createImpactClient({ headers: { "X-Trace": 1 } });
});

test("createImpactClient returns a client that cannot be written to", () => {
  expectTypeOf<ImpactClient>().branded.toEqualTypeOf<{
    readonly accountSid: string;
    readonly apiVersion: string;
    readonly quota: Quota | undefined;
    readonly trackingLinks: TrackingLinks;
    readonly raw: RawClient<paths>;
  }>();
  // @ts-expect-error readonly
  impact.accountSid = "IR2";
  // @ts-expect-error readonly
  impact.quota = undefined;
});

test("create returns a link for parameters and the options of a call", () => {
  expectTypeOf<TrackingLinks["create"]>().toEqualTypeOf<
    (params: CreateTrackingLinkParams, options?: RequestOptions) => Promise<TrackingLink>
  >();
  expectTypeOf<TrackingLink["url"]>().toEqualTypeOf<string>();
  expectTypeOf<"Regular" | "Vanity">().toExtend<TrackingLink["type"]>();
  expectTypeOf<TrackingLink["type"]>().toEqualTypeOf<
    NonNullable<CreateTrackingLinkParams["type"]>
  >();
  expectTypeOf<TrackingLink["programId"]>().toEqualTypeOf<string>();
  expectTypeOf<keyof TrackingLink>().toEqualTypeOf<"url" | "type" | "programId" | "raw">();
  expectTypeOf<TrackingLink["raw"]>().toEqualTypeOf<Readonly<Record<string, unknown>>>();
});

test("create accepts every parameter of the document", () => {
  expectTypeOf(create).toBeCallableWith({
    programId: "1",
    adId: "2",
    deepLink: "https://shop.example",
    mediaPartnerPropertyId: "3",
    subId1: "a",
    subId2: "b",
    subId3: "c",
    sharedId: "d",
  });
});

test("create accepts undefined for every optional parameter", () => {
  expectTypeOf(create).toBeCallableWith({
    programId: "1",
    type: undefined,
    customPath: undefined,
    adId: undefined,
    deepLink: undefined,
    mediaPartnerPropertyId: undefined,
    subId1: undefined,
    subId2: undefined,
    subId3: undefined,
    sharedId: undefined,
  });
  expectTypeOf(create).toBeCallableWith({
    programId: "1",
    type: "Vanity",
    customPath: undefined,
  });
});

test("create accepts a custom path with or without type, so that params can be built with conditional spreads", () => {
  expectTypeOf(create).toBeCallableWith({ programId: "1", type: "Vanity" });
  expectTypeOf(create).toBeCallableWith({
    programId: "1",
    type: "Vanity",
    customPath: "Sale",
  });
  expectTypeOf(create).toBeCallableWith({ programId: "1", customPath: "Sale" });
  const path = "Sale" as string | undefined;
  void create({ programId: "1", ...(path ? { customPath: path } : {}) });
  const typed = (type: "Regular" | "Vanity", customPath?: string): CreateTrackingLinkParams => ({
    programId: "1",
    type,
    customPath,
  });
  void create(typed("Vanity", "Sale"));
  // @ts-expect-error the type is written with a capital
  void create({ programId: "1", type: "vanity" });
});

test("create accepts no unknown parameter and none of another type", () => {
  expectTypeOf<CreateTrackingLinkParams>().toEqualTypeOf<generated.CreateTrackingLinkParams>();
  expectTypeOf<
    | "programId"
    | "type"
    | "customPath"
    | "adId"
    | "deepLink"
    | "mediaPartnerPropertyId"
    | "subId1"
    | "subId2"
    | "subId3"
    | "sharedId"
  >().toExtend<keyof CreateTrackingLinkParams>();
  // @ts-expect-error it is subId1
  void create({ programId: "1", SubId1: "a" });
  // @ts-expect-error it is deepLink
  void create({ programId: "1", Deeplink: "https://shop.example" });
  // @ts-expect-error the account is the client's
  void create({ programId: "1", accountSid: "IR1" });
  // @ts-expect-error it is unknown for a Vanity link too
  void create({ programId: "1", type: "Vanity", path: "Sale" });
  // @ts-expect-error an id is a string
  void create({ programId: 1 });
  // @ts-expect-error null is no absence
  void create({ programId: "1", subId1: null });
});

test("create accepts nothing without a program", () => {
  expectTypeOf<CreateTrackingLinkParams["programId"]>().toEqualTypeOf<string>();
  // @ts-expect-error programId is missing
  void create({ subId1: "a" });
  // @ts-expect-error programId is missing
  void create({ type: "Vanity", customPath: "Sale" });
  // @ts-expect-error programId is required
  void create({ programId: undefined });
  // @ts-expect-error the parameters are missing
  void create();
});

test("create accepts no unknown option and none of another type", () => {
  const params = { programId: "1" };
  const { signal } = new AbortController();

  expectTypeOf<Required<RequestOptions>>().toEqualTypeOf<{
    signal: AbortSignal | undefined;
    timeout: number | undefined;
    maxRetries: number | undefined;
  }>();
  expectTypeOf(create).toBeCallableWith(params, {});
  expectTypeOf(create).toBeCallableWith(params, {
    signal,
    timeout: 1,
    maxRetries: 0,
  });
  expectTypeOf(create).toBeCallableWith(params, {
    signal: undefined,
    timeout: undefined,
  });
  // @ts-expect-error it is maxRetries
  void create(params, { retries: 1 });
  // @ts-expect-error headers are the client's
  void create(params, { headers: {} });
  // @ts-expect-error a controller is no signal
  void create(params, { signal: new AbortController() });
  // @ts-expect-error milliseconds are a number
  void create(params, { timeout: "1s" });
});

test("ImpactError has one of these codes", () => {
  expectTypeOf<ImpactErrorCode>().toEqualTypeOf<
    | "configuration"
    | "invalid_input"
    | "unauthorized"
    | "forbidden"
    | "vanity_limit_reached"
    | "unknown_reference"
    | "deep_link_refused"
    | "invalid_request"
    | "not_found"
    | "rate_limited"
    | "server_error"
    | "unexpected_response"
    | "connection"
    | "timeout"
  >();
  expectTypeOf<ImpactError["code"]>().toEqualTypeOf<ImpactErrorCode>();
});

test("ImpactError has typed details", () => {
  expectTypeOf<ImpactError>().toExtend<Error>();
  expectTypeOf<ImpactError["outcome"]>().toEqualTypeOf<"not_sent" | "rejected" | "unknown">();
  expectTypeOf<ImpactError["attempts"]>().toEqualTypeOf<number>();
  expectTypeOf<ImpactError["status"]>().toEqualTypeOf<number | undefined>();
  expectTypeOf<ImpactError["reason"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<ImpactError["fields"]>().toEqualTypeOf<
    readonly { field: string; message: string }[] | undefined
  >();
  expectTypeOf<ImpactError["body"]>().toEqualTypeOf<unknown>();
  expectTypeOf<ImpactError["headers"]>().toEqualTypeOf<Headers | undefined>();
  expectTypeOf<ImpactError["retryAfter"]>().toEqualTypeOf<number | undefined>();
  expectTypeOf<ImpactError["method"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<ImpactError["url"]>().toEqualTypeOf<string | undefined>();
});

test("isImpactError narrows to ImpactError", () => {
  const thrown = Symbol("anything") as unknown;

  expectTypeOf(isImpactError).guards.toEqualTypeOf<ImpactError>();
  expectTypeOf(isImpactError).parameters.toEqualTypeOf<[value: unknown]>();
  if (isImpactError(thrown)) {
    expectTypeOf(thrown).toEqualTypeOf<ImpactError>();
    if (thrown.code === "rate_limited") {
      expectTypeOf(thrown.code).toEqualTypeOf<"rate_limited">();
    }
    // @ts-expect-error there is no such code
    void (thrown.code === "ratelimited");
  } else {
    expectTypeOf(thrown).toEqualTypeOf<unknown>();
  }
});

test("createMany returns results for sync and async inputs", () => {
  const results = createMany([] as CreateTrackingLinkParams[], {} as CreateManyOptions);
  expectTypeOf(results).toEqualTypeOf<AsyncGenerator<CreateManyResult, void, undefined>>();
  expectTypeOf(createMany({} as Iterable<CreateTrackingLinkParams>)).toEqualTypeOf(results);
  expectTypeOf(createMany({} as AsyncIterable<CreateTrackingLinkParams>)).toEqualTypeOf(results);
  type Both = Iterable<CreateTrackingLinkParams> | AsyncIterable<CreateTrackingLinkParams>;
  expectTypeOf(createMany({} as Both)).toEqualTypeOf(results);
  expectTypeOf(createMany).toBeCallableWith([{ programId: "1" }]);
  expectTypeOf(createMany).toBeCallableWith([{ programId: "1", type: "Vanity" }] as const);
  expectTypeOf(createMany).toBeCallableWith(new Set([{ programId: "1" }]));
  expectTypeOf(createMany).toBeCallableWith([][Symbol.iterator]());
  expectTypeOf(createMany).toBeCallableWith(
    (function* () {
      yield { programId: "1" };
    })(),
  );
  expectTypeOf(createMany).toBeCallableWith(
    (async function* () {
      yield { programId: "1", subId1: "a" };
    })(),
  );
});

test("createMany accepts no input of another kind", () => {
  // @ts-expect-error a single input is none
  createMany({ programId: "1" });
  // @ts-expect-error a text is no input
  createMany("1");
  // @ts-expect-error it is programId
  createMany([{ programID: "1" }]);
  // @ts-expect-error promises of inputs are none
  createMany([Promise.resolve({ programId: "1" })]);
  // @ts-expect-error inputs are missing
  createMany();
});

test("createMany accepts parameters without the option `params`, in any iterable", () => {
  interface Params {
    programId: string;
    subId1?: string;
  }
  const readonlyRows: readonly Params[] = [];
  expectTypeOf(createMany(readonlyRows)).toEqualTypeOf<Results<Params>>();
  expectTypeOf(createMany(new Set<Params>())).toEqualTypeOf<Results<Params>>();
  expectTypeOf(createMany([] as ({ programId: string } | Params)[])).toEqualTypeOf<
    Results<{ programId: string } | Params>
  >();
  function* rows(): Generator<Params> {}
  async function* rowsLater(): AsyncGenerator<Params> {}
  expectTypeOf(createMany(rows())).toEqualTypeOf<Results<Params>>();
  expectTypeOf(createMany(rowsLater(), { ordered: false })).toEqualTypeOf<Results<Params>>();
  createMany([{ programId: "1", type: "Vanity", customPath: "Sale" }]);
  createMany([{ programId: "1", type: "Vanity" }, { programId: "2" }]);
  createMany(["1", "2"].map((programId) => ({ programId, ...(programId && { subId1: "a" }) })));
  // Not needed, but possible.
  createMany(readonlyRows, { params: (row) => ({ ...row, subId2: row.subId1 }) });
});

test("createMany accepts no input type with a key that is not a parameter", () => {
  interface Wide {
    programId: string;
    sku: string;
  }
  // @ts-expect-error sku is no parameter
  createMany([] as Wide[]);
  // @ts-expect-error sku is no parameter
  createMany([] as readonly Wide[], { concurrency: 2 });
  // @ts-expect-error nor is it in one member of a union
  createMany([] as ({ programId: string } | Wide)[]);
  // @ts-expect-error nor if it is optional
  createMany([] as { programId: string; sku?: string }[]);
  // @ts-expect-error nor if all of it is readonly
  createMany([{ programId: "1", sku: "a" }] as const);
  // @ts-expect-error it is subId1
  createMany([{ programId: "1", subid1: "a" }]);
  // @ts-expect-error it is subId1, too, in the second
  createMany([{ programId: "1" }, { programId: "1", subid1: "a" }]);
  // @ts-expect-error sku is no parameter
  createMany((function* (): Generator<Wide> {})());
  // @ts-expect-error sku is no parameter
  createMany((async function* (): AsyncGenerator<Wide> {})());
  const inferred = (async function* () {
    yield { programId: "1", sku: "a" };
  })();
  // @ts-expect-error sku is no parameter
  createMany(inferred);
  // @ts-expect-error programId is missing
  createMany([] as { subId1: string }[]);
  // @ts-expect-error a text is no input
  createMany(["1"]);
});

test("createMany accepts rows of any type with `params` and returns them", () => {
  interface Row {
    readonly sku: string;
    readonly price: number;
  }
  const params = ({ sku }: Row): CreateTrackingLinkParams => ({ programId: "1", subId1: sku });
  const rows: Row[] = [];
  expectTypeOf(createMany(rows, { params })).toEqualTypeOf<Results<Row>>();
  expectTypeOf(createMany<Row>(rows, { params })).toEqualTypeOf<Results<Row>>();
  expectTypeOf(createMany(new Map<string, Row>(), { params: ([, row]) => params(row) }))
    // The entry that the map gives.
    .toEqualTypeOf<Results<[string, Row]>>();
  createMany(rows, {
    concurrency: 2,
    params(row, index) {
      expectTypeOf(row).toEqualTypeOf<Row>();
      expectTypeOf(index).toEqualTypeOf<number>();
      return { programId: row.sku, type: "Vanity" };
    },
  });
  createMany(["1", undefined], { params: (id) => ({ programId: id ?? "2" }) });
  createMany([] as ({ programId: string } | Row)[], {
    params: (row) => ("sku" in row ? params(row) : row),
  });
  createMany((async function* (): AsyncGenerator<Row> {})(), { params });
  const generic = <T>(list: T[], idOf: (row: T) => string): Results<T> =>
    createMany(list, { params: (row) => ({ programId: idOf(row) }) });
  expectTypeOf(generic(rows, ({ sku }) => sku)).toEqualTypeOf<Results<Row>>();
  // @ts-expect-error there is no such column
  createMany(rows, { params: (row) => ({ programId: row.name }) });
  // @ts-expect-error programId is missing
  createMany(rows, { params: (row) => ({ subId1: row.sku }) });
  // @ts-expect-error a promise is no object of parameters
  createMany(rows, { params: async (row) => params(row) });
  // @ts-expect-error it is undefined
  createMany(rows, { params: undefined });
});

test("createMany accepts its options, including undefined, and those of one call", () => {
  expectTypeOf<Required<CreateManyOptions<{ id: string }>>>().toEqualTypeOf<{
    signal: AbortSignal | undefined;
    timeout: number | undefined;
    maxRetries: number | undefined;
    concurrency: number | undefined;
    reuse: boolean | undefined;
    appendIds: boolean | undefined;
    quotaReserve: number | undefined;
    ordered: boolean | undefined;
    params: ((input: { id: string }, index: number) => CreateTrackingLinkParams) | undefined;
  }>();
  expectTypeOf<CreateManyOptions>().toExtend<RequestOptions>();
  expectTypeOf(createMany).toBeCallableWith([], {});
  expectTypeOf(createMany).toBeCallableWith([], { concurrency: undefined, reuse: undefined });
  // @ts-expect-error it is concurrency
  createMany([], { concurency: 2 });
  // @ts-expect-error a number it is
  createMany([], { concurrency: "8" });
  // @ts-expect-error true or false
  createMany([], { ordered: 1 });
  // @ts-expect-error one call has no such option
  void create({ programId: "1" }, { concurrency: 2 });
});

test("createMany returns a link or an error, discriminated by ok", () => {
  const result = {} as CreateManyResult;
  expectTypeOf(result.index).toEqualTypeOf<number>();
  expectTypeOf(result.ok).toEqualTypeOf<boolean>();
  expectTypeOf(result.input).toEqualTypeOf<CreateTrackingLinkParams | undefined>();
  // @ts-expect-error there may be none
  void result.link;
  // @ts-expect-error there may be none
  void result.error;
  if (result.ok) {
    expectTypeOf(result.link).toEqualTypeOf<TrackingLink>();
    expectTypeOf(result.input).toEqualTypeOf<CreateTrackingLinkParams>();
    expectTypeOf(result.reused).toEqualTypeOf<boolean>();
    // @ts-expect-error a link is no error
    void result.error;
    // @ts-expect-error readonly
    result.index = 1;
  } else {
    expectTypeOf(result.error).toEqualTypeOf<ImpactError>();
    expectTypeOf(result.input).toEqualTypeOf<CreateTrackingLinkParams | undefined>();
    // @ts-expect-error an error is no link
    void result.link;
    // @ts-expect-error an error is no link
    void result.reused;
  }
});

test("createMany reports a wait for the quota in an event that belongs to no call", () => {
  expectTypeOf<QuotaWaitEvent>().branded.toEqualTypeOf<{
    readonly type: "wait";
    readonly cause: "quota";
    readonly time: number;
    readonly delay: number;
    readonly until: Date;
  }>();
  expectTypeOf<QuotaWaitEvent>().toExtend<ImpactEvent>();
});

test("quota has parts that may be unknown", () => {
  expectTypeOf<Quota>().toEqualTypeOf<{
    readonly limit: number | undefined;
    readonly remaining: number | undefined;
    readonly resetAt: Date | undefined;
    readonly observedAt: Date;
  }>();
});

test("an event has one of four types", () => {
  expectTypeOf<NonNullable<ImpactClientOptions["onEvent"]>>().parameters.toEqualTypeOf<
    [event: ImpactEvent]
  >();
  expectTypeOf<ImpactEvent["type"]>().toEqualTypeOf<"request" | "response" | "retry" | "wait">();
});

test("an event is narrowed by its type", () => {
  // @ts-expect-error a wait for the quota is about no one call
  void event.id;
  if (event.type === "wait" && event.cause === "quota") return;
  expectTypeOf(event.id).toEqualTypeOf<string>();
  expectTypeOf(event.index).toEqualTypeOf<number | undefined>();
  expectTypeOf(event.attempt).toEqualTypeOf<number>();
  expectTypeOf(event.method).toEqualTypeOf<string>();
  expectTypeOf(event.url).toEqualTypeOf<string>();
  // @ts-expect-error a request has no status yet
  void event.status;
  switch (event.type) {
    case "request":
      break;
    case "response":
      expectTypeOf(event.status).toEqualTypeOf<number | undefined>();
      expectTypeOf(event.error).toEqualTypeOf<ImpactError | undefined>();
      expectTypeOf(event.quota).toEqualTypeOf<Quota | undefined>();
      break;
    case "retry":
      expectTypeOf(event.error).toEqualTypeOf<ImpactError>();
      expectTypeOf(event.delay).toEqualTypeOf<number>();
      break;
    case "wait":
      expectTypeOf(event.delay).toEqualTypeOf<number>();
      expectTypeOf(event.until).toEqualTypeOf<Date>();
      break;
    default:
      expectTypeOf(event).toEqualTypeOf<never>();
  }
});

test("extendTrackingLink accepts what a link can carry", () => {
  expectTypeOf(extendTrackingLink).toEqualTypeOf<
    (url: string, extension: TrackingLinkExtension) => string
  >();
  expectTypeOf<Required<TrackingLinkExtension>>().toEqualTypeOf<{
    subId1: string | undefined;
    subId2: string | undefined;
    subId3: string | undefined;
    sharedId: string | undefined;
    deepLink: string | undefined;
    mediaPartnerPropertyId: string | undefined;
  }>();
  extendTrackingLink("https://example.sjv.io/x", {});
  // @ts-expect-error it is subId1
  extendTrackingLink("https://example.sjv.io/x", { subid1: "a" });
  // @ts-expect-error a link has its program already
  extendTrackingLink("https://example.sjv.io/x", { programId: "1" });
  // @ts-expect-error what to add is missing
  extendTrackingLink("https://example.sjv.io/x");
});

test("parseTrackingLink returns the parts of a link", () => {
  expectTypeOf(parseTrackingLink).toEqualTypeOf<(url: string) => ParsedTrackingLink>();
  expectTypeOf<ParsedTrackingLink["url"]>().toEqualTypeOf<string>();
  expectTypeOf<ParsedTrackingLink["domain"]>().toEqualTypeOf<string>();
  expectTypeOf<ParsedTrackingLink["kind"]>().toEqualTypeOf<"regular" | "vanity" | "other">();
  expectTypeOf<keyof ParsedTrackingLink>().toEqualTypeOf<
    | keyof TrackingLinkExtension
    | "url"
    | "domain"
    | "kind"
    | "partnerId"
    | "adId"
    | "programId"
    | "customPath"
  >();
  expectTypeOf<ParsedTrackingLink["programId"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<ParsedTrackingLink["customPath"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<ParsedTrackingLink["deepLink"]>().toEqualTypeOf<string | undefined>();
});

test("spec says what this build was generated from", () => {
  expectTypeOf(spec.title).toEqualTypeOf<string>();
  expectTypeOf(spec.version).toEqualTypeOf<string>();
  expectTypeOf(spec.sha256).toEqualTypeOf<string>();
  // @ts-expect-error readonly
  spec.version = "15";
});
