// Written by `npm run types:report`. Do not edit: `npm run check` compares.

import {
  Client,
  ClientPathsWithMethod,
  FetchOptions,
  FetchResponse,
  HeadersOptions,
  MaybeOptionalInit,
} from "openapi-fetch";
interface paths {
  "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations["createTrackingLink"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
interface components {
  schemas: never;
  responses: never;
  parameters: {
    AccountSID: string;
    ProgramId: string;
  };
  requestBodies: never;
  headers: never;
  pathItems: never;
}
interface operations {
  createTrackingLink: {
    parameters: {
      query?: {
        Type?: "Regular" | "Vanity";
        CustomPath?: string;
        AdId?: string;
        DeepLink?: string;
        MediaPartnerPropertyId?: string;
        subId1?: string;
        subId2?: string;
        subId3?: string;
        sharedId?: string;
      };
      header?: never;
      path: {
        AccountSID: components["parameters"]["AccountSID"];
        ProgramId: components["parameters"]["ProgramId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            TrackingURL?: string;
          };
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            timestamp?: number;
            status?: string;
            error?: string;
            message?: string;
          };
        };
      };
    };
  };
}
type HttpMethod = "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace";
type PathItem = Record<HttpMethod, {}>;
type Json = `${string}${"/" | "+"}json` | `${string}${"/" | "+"}json;${string}` | `${string}/*`;
interface TypedBody<Sent> {
  body: Sent;
  headers?: HeadersOptions;
}
interface UntypedBody<Sent, Type> {
  body: Sent;
  headers: {
    "Content-Type": Type;
  } & HeadersOptions;
}
interface NoBody {
  body?: undefined;
  headers?: HeadersOptions;
}
type BodyOf<Type, Fields> = Type extends `application/x-www-form-urlencoded${string}`
  ? TypedBody<URLSearchParams> | UntypedBody<Fields, Type>
  : Type extends `multipart/form-data${string}`
    ? TypedBody<FormData>
    : TypedBody<Blob> | UntypedBody<string | ArrayBuffer | ArrayBufferView, Type>;
type OtherBody<Operation> = Operation extends {
  requestBody?: infer Body;
}
  ? NonNullable<Body> extends {
      content: infer Content;
    }
    ? Extract<keyof Content, Json> extends never
      ? BodyOf<keyof Content, Content[keyof Content]>
      : never
    : never
  : never;
type RawInit<Item extends PathItem, Method extends HttpMethod> = [OtherBody<Item[Method]>] extends [
  never,
]
  ? MaybeOptionalInit<Item, Method>
  : OtherInit<Item[Method]> | Extract<MaybeOptionalInit<Item, Method>, undefined>;
type OtherInit<Operation> = Omit<FetchOptions<Operation>, keyof NoBody | "bodySerializer"> &
  (
    | OtherBody<Operation>
    | (Operation extends {
        requestBody: {};
      }
        ? never
        : NoBody)
  );
type RequiredKeys<T> = {
  [Name in keyof T]: {} extends Pick<T, Name> ? never : Name;
}[keyof T];
type More = {
  [name: string]: unknown;
};
type InitParam<Init> = (
  RequiredKeys<Init> extends undefined ? never : RequiredKeys<Init>
) extends never
  ? [(Init & More)?]
  : [Init & More];
type PathWith<Paths extends {}, Method extends HttpMethod> = ClientPathsWithMethod<
  Client<Paths>,
  Method
> &
  keyof Paths;
type Call<Paths extends Record<string, PathItem>, Method extends HttpMethod> = <
  Path$1 extends PathWith<Paths, Method>,
  Init extends RawInit<Paths[Path$1], Method>,
>(
  url: Path$1,
  ...init: InitParam<Init>
) => Promise<FetchResponse<Paths[Path$1][Method], Init, `${string}/${string}`>>;
type CallOfMethod<Paths extends Record<string, PathItem>> = <
  Method extends HttpMethod,
  Path$1 extends PathWith<Paths, Method>,
  Init extends RawInit<Paths[Path$1], Method>,
>(
  method: Method,
  url: Path$1,
  ...init: InitParam<Init>
) => Promise<FetchResponse<Paths[Path$1][Method], Init, `${string}/${string}`>>;
interface RawClient<Paths extends {}> extends Omit<
  Client<Paths>,
  "PUT" | "POST" | "PATCH" | "DELETE" | "request"
> {
  PUT: Call<Paths, "put">;
  POST: Call<Paths, "post">;
  PATCH: Call<Paths, "patch">;
  DELETE: Call<Paths, "delete">;
  request: CallOfMethod<Paths>;
}
type ImpactErrorCode =
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
  | "timeout";
type Outcome = "not_sent" | "rejected" | "unknown";
interface FieldError {
  field: string;
  message: string;
}
type Known = "fields" | "status" | "reason" | "body" | "headers" | "retryAfter" | "method" | "url";
type ImpactErrorDetails = Pick<ImpactError, "code" | "outcome"> & {
  [Field in keyof Pick<ImpactError, Known | "attempts">]?: ImpactError[Field] | undefined;
} & {
  cause?: unknown;
};
declare class ImpactError extends Error {
  static [Symbol.hasInstance](value: unknown): boolean;
  readonly code: ImpactErrorCode;
  readonly outcome: Outcome;
  readonly status?: number;
  readonly reason?: string;
  readonly fields?: readonly FieldError[];
  readonly body?: unknown;
  readonly headers?: Headers;
  readonly attempts: number;
  readonly retryAfter?: number;
  readonly method?: string;
  readonly url?: string;
  constructor(message: string, { code, outcome, attempts, cause, ...rest }: ImpactErrorDetails);
  toJSON(): Record<string, unknown>;
}
declare function isImpactError(value: unknown): value is ImpactError;
interface Quota {
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  readonly resetAt: Date | undefined;
  readonly observedAt: Date;
}
interface EventBase {
  readonly id: string;
  readonly attempt: number;
  readonly index?: number;
  readonly method: string;
  readonly url: string;
  readonly time: number;
}
interface RequestEvent extends EventBase {
  readonly type: "request";
}
interface ResponseEvent extends EventBase {
  readonly type: "response";
  readonly duration: number;
  readonly status?: number;
  readonly error?: ImpactError;
  readonly aborted?: true;
  readonly quota?: Quota;
}
interface RetryEvent extends EventBase {
  readonly type: "retry";
  readonly error: ImpactError;
  readonly delay: number;
}
interface Wait {
  readonly type: "wait";
  readonly delay: number;
  readonly until: Date;
}
interface CallWaitEvent extends EventBase, Wait {
  readonly cause: "retry_after" | "backoff";
}
interface QuotaWaitEvent extends Wait {
  readonly cause: "quota";
  readonly time: number;
}
type WaitEvent = CallWaitEvent | QuotaWaitEvent;
type ImpactEvent = RequestEvent | ResponseEvent | RetryEvent | WaitEvent;
type RetryRule = "always" | "never";
interface ImpactClientOptions {
  accountSid?: string | undefined;
  authToken?: string | undefined;
  baseUrl?: string | undefined;
  apiVersion?: string | undefined;
  timeout?: number | undefined;
  maxRetries?: number | undefined;
  maxRetryDelay?: number | undefined;
  retryRules?: Readonly<Record<string, RetryRule>> | undefined;
  throwOnError?: boolean | undefined;
  fetch?: typeof globalThis.fetch | undefined;
  headers?: Record<string, string> | undefined;
  onEvent?: ((event: ImpactEvent) => void) | undefined;
  beforeSend?: ((request: RequestEvent) => void | Promise<void>) | undefined;
  dangerouslyAllowBrowser?: boolean | undefined;
}
interface RequestOptions {
  signal?: AbortSignal | undefined;
  timeout?: number | undefined;
  maxRetries?: number | undefined;
}
interface Spec {
  readonly title: string;
  readonly version: string;
  readonly sha256: string;
  readonly server: string;
  readonly generator: string;
}
declare const spec: Spec;
interface CreateTrackingLinkParams {
  programId: string;
  type?: "Regular" | "Vanity" | undefined;
  customPath?: string | undefined;
  adId?: string | undefined;
  deepLink?: string | undefined;
  mediaPartnerPropertyId?: string | undefined;
  subId1?: string | undefined;
  subId2?: string | undefined;
  subId3?: string | undefined;
  sharedId?: string | undefined;
}
type TrackingLinkType = NonNullable<CreateTrackingLinkParams["type"]>;
type Params = CreateTrackingLinkParams;
type Anything = Params | {} | null | undefined;
type Inputs<Input> = readonly Input[] | Iterable<Input> | AsyncIterable<Input>;
type OrUseParams = " or the option `params`";
type CheckedParams<Given, Suffix extends string = ""> = unknown extends Given
  ? Params
  : [Mistake<Given>] extends [never]
    ? [Given] extends [Params]
      ? Params
      : Given
    : [MissingKey<Given> | UnknownKey<Given>] extends [never]
      ? Pick<Params, WrongKey<Given>>
      : Mistake<Given, Suffix>;
type Mistake<Given, Suffix extends string = ""> = [MissingKey<Given>] extends [never]
  ? [UnknownKey<Given>] extends [never]
    ? `Expected another type of \`${WrongKey<Given>}\`${Suffix}`
    : `Expected a known parameter${Suffix}, got \`${UnknownKey<Given>}\``
  : Given extends PromiseLike<unknown>
    ? `Expected parameters${Suffix}, got a promise`
    : `Expected \`${MissingKey<Given>}\`${Suffix}`;
type RequiredKey = {
  [Key in keyof Params]-?: {} extends Pick<Params, Key> ? never : Key;
}[keyof Params];
type MissingKey<Given> = {
  [Key in RequiredKey]: [Given] extends [Record<Key, unknown>] ? never : Key;
}[RequiredKey];
type UnknownKey<Given> =
  Given extends Record<RequiredKey, unknown>
    ? string extends keyof Given
      ? never
      : Exclude<keyof Given, keyof Params> & (string | number)
    : never;
type WrongKey<Given> = Given extends Params
  ? never
  : Given extends Record<RequiredKey, unknown>
    ? {
        [Key in keyof Params]-?: Pick<Given, Key & keyof Given> extends
          Pick<Params, Key> | Widened<Given, Key>
          ? never
          : Key;
      }[keyof Params]
    : never;
type Widened<Given, Key$1 extends keyof Params> = Key$1 extends keyof Given
  ? string extends Given[Key$1]
    ? Params[Key$1] extends string | undefined
      ? Readonly<Partial<Record<Key$1, string | undefined>>>
      : never
    : never
  : never;
interface CreateManyOptions<
  Input = CreateTrackingLinkParams,
  Made = CreateTrackingLinkParams,
> extends RequestOptions {
  params?: ((input: Input, index: number) => CheckedParams<Made>) | undefined;
  concurrency?: number | undefined;
  reuse?: boolean | undefined;
  appendIds?: boolean | undefined;
  quotaReserve?: number | undefined;
  ordered?: boolean | undefined;
}
interface CreateManyFromOptions<Input, Made> extends CreateManyOptions<Input, Made> {
  params: (input: Input, index: number) => CheckedParams<Made>;
}
type CreateManyOptionsOf<Input, Made> = [unknown extends Input ? never : Mistake<Input>] extends [
  never,
]
  ? CreateManyOptions<Input, Made> | undefined
  : | CreateManyFromOptions<Input, Made>
    | ([Made] extends [never] ? Mistake<Input, OrUseParams> : never);
interface TrackingLink {
  readonly url: string;
  readonly type: TrackingLinkType;
  readonly programId: string;
  readonly raw: Readonly<Record<string, unknown>>;
}
type CreateManyResult<Input = CreateTrackingLinkParams> =
  | {
      readonly index: number;
      readonly input: Input;
      readonly ok: true;
      readonly link: TrackingLink;
      readonly reused: boolean;
    }
  | {
      readonly index: number;
      readonly input: Input | undefined;
      readonly ok: false;
      readonly error: ImpactError;
    };
interface TrackingLinks {
  create(params: CreateTrackingLinkParams, options?: RequestOptions): Promise<TrackingLink>;
  createMany<Input extends Anything = CreateTrackingLinkParams>(
    inputs: Inputs<CheckedParams<Input, OrUseParams>>,
  ): AsyncGenerator<CreateManyResult<Input>, void, undefined>;
  createMany<Input extends Anything = CreateTrackingLinkParams, Made extends Anything = never>(
    inputs: Inputs<Input>,
    options: CreateManyOptionsOf<Input, Made>,
  ): AsyncGenerator<CreateManyResult<Input>, void, undefined>;
}
interface ImpactClient<Paths extends {} = paths> {
  readonly accountSid: string;
  readonly apiVersion: string;
  readonly quota: Quota | undefined;
  readonly trackingLinks: TrackingLinks;
  readonly raw: RawClient<Paths>;
}
declare function createImpactClient<Paths extends {} = paths>(
  options?: ImpactClientOptions,
): ImpactClient<Paths>;
declare const ON_LINK: {
  readonly subId1: {
    readonly names: readonly ["subId1"];
    readonly onAnyLink: true;
  };
  readonly subId2: {
    readonly names: readonly ["subId2"];
    readonly onAnyLink: true;
  };
  readonly subId3: {
    readonly names: readonly ["subId3"];
    readonly onAnyLink: true;
  };
  readonly sharedId: {
    readonly names: readonly ["sharedid"];
    readonly onAnyLink: true;
  };
  readonly deepLink: {
    readonly names: readonly ["u"];
    readonly onAnyLink: false;
  };
  readonly mediaPartnerPropertyId: {
    readonly names: readonly ["partnerpropertyid", "MediaPartnerPropertyId"];
    readonly onAnyLink: false;
  };
};
type OnLink = keyof typeof ON_LINK;
type TrackingLinkExtension = Pick<CreateTrackingLinkParams, OnLink>;
interface ParsedTrackingLink extends TrackingLinkExtension {
  url: string;
  domain: string;
  kind: "regular" | "vanity" | "other";
  partnerId?: string;
  adId?: string;
  programId?: string;
  customPath?: string;
}
declare function extendTrackingLink(url: string, extension: TrackingLinkExtension): string;
declare function parseTrackingLink(url: string): ParsedTrackingLink;
interface RawResult {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}
declare function toImpactError(raw: RawResult): ImpactError | undefined;
type ListPath<Paths> = {
  [Path in keyof Paths]: Paths[Path] extends {
    get: object;
  }
    ? Path
    : never;
}[keyof Paths] &
  string;
type Get<Paths, Path$1 extends keyof Paths> = Paths[Path$1] extends {
  get: infer Operation;
}
  ? Operation
  : never;
type Page<Paths, Path$1 extends keyof Paths> =
  Get<Paths, Path$1> extends {
    responses: {
      200: {
        content: {
          "application/json": infer Body;
        };
      };
    };
  }
    ? Body
    : Record<string, unknown>;
interface PagesOptions<Parameters> extends RequestOptions {
  params?: Parameters;
  waitForQuota?: boolean | undefined;
}
type ParametersOf<Operation> = Operation extends {
  parameters: infer Parameters;
}
  ? Parameters
  : Record<string, unknown>;
declare function pages<Paths extends {}, Path$1 extends ListPath<Paths>>(
  client: Pick<ImpactClient<Paths>, "raw" | "quota">,
  path: Path$1,
  options?: PagesOptions<ParametersOf<Get<Paths, Path$1>>>,
): AsyncGenerator<Page<Paths, Path$1>, void, undefined>;
export {
  type CallWaitEvent,
  type CreateManyOptions,
  type CreateManyResult,
  type CreateTrackingLinkParams,
  type FieldError,
  type ImpactClient,
  type ImpactClientOptions,
  ImpactError,
  type ImpactErrorCode,
  type ImpactErrorDetails,
  type ImpactEvent,
  type ListPath,
  type Outcome,
  type Page,
  type PagesOptions,
  type ParsedTrackingLink,
  type Quota,
  type QuotaWaitEvent,
  type RawClient,
  type RawResult,
  type RequestEvent,
  type RequestOptions,
  type ResponseEvent,
  type RetryEvent,
  type RetryRule,
  type Spec,
  type TrackingLink,
  type TrackingLinkExtension,
  type TrackingLinkType,
  type TrackingLinks,
  type WaitEvent,
  type components,
  createImpactClient,
  extendTrackingLink,
  isImpactError,
  type operations,
  pages,
  parseTrackingLink,
  type paths,
  spec,
  toImpactError,
};
