import type {
  Client,
  ClientPathsWithMethod,
  FetchOptions,
  FetchResponse,
  HeadersOptions,
  MaybeOptionalInit,
} from "openapi-fetch";

type HttpMethod = "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace";
type PathItem = Record<HttpMethod, {}>;

/** Media types that allow JSON, which openapi-fetch writes. */
type Json = `${string}${"/" | "+"}json` | `${string}${"/" | "+"}json;${string}` | `${string}/*`;

/** A body that says its own Content-Type. */
interface TypedBody<Sent> {
  body: Sent;
  headers?: HeadersOptions;
}

/** A body whose Content-Type the call has to say. */
interface UntypedBody<Sent, Type> {
  body: Sent;
  headers: { "Content-Type": Type } & HeadersOptions;
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

/** The bodies of an operation that takes no JSON; never for every other one. */
type OtherBody<Operation> = Operation extends { requestBody?: infer Body }
  ? NonNullable<Body> extends { content: infer Content }
    ? Extract<keyof Content, Json> extends never
      ? BodyOf<keyof Content, Content[keyof Content]>
      : never
    : never
  : never;

/** The options of a call: openapi-fetch's own, except for an operation that takes no JSON. */
type RawInit<Item extends PathItem, Method extends HttpMethod> = [OtherBody<Item[Method]>] extends [
  never,
]
  ? MaybeOptionalInit<Item, Method>
  : OtherInit<Item[Method]> | Extract<MaybeOptionalInit<Item, Method>, undefined>;

type OtherInit<Operation> = Omit<FetchOptions<Operation>, keyof NoBody | "bodySerializer"> &
  (OtherBody<Operation> | (Operation extends { requestBody: {} } ? never : NoBody));

// The rest is as openapi-fetch has it, and does not export it.

type RequiredKeys<T> = { [Name in keyof T]: {} extends Pick<T, Name> ? never : Name }[keyof T];
type More = { [name: string]: unknown };
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
  Path extends PathWith<Paths, Method>,
  Init extends RawInit<Paths[Path], Method>,
>(
  url: Path,
  ...init: InitParam<Init>
) => Promise<FetchResponse<Paths[Path][Method], Init, `${string}/${string}`>>;

type CallOfMethod<Paths extends Record<string, PathItem>> = <
  Method extends HttpMethod,
  Path extends PathWith<Paths, Method>,
  Init extends RawInit<Paths[Path], Method>,
>(
  method: Method,
  url: Path,
  ...init: InitParam<Init>
) => Promise<FetchResponse<Paths[Path][Method], Init, `${string}/${string}`>>;

/**
 * openapi-fetch's `Client`, except for operations that take no JSON. Their `body` has to be a `URLSearchParams` for a form, a
 * `FormData` for `multipart/form-data`, or a `Blob` for any other type: openapi-fetch's types take an object, which would be
 * sent as JSON. With the Content-Type as a header of the call, an object is sent as a form, and text or bytes as they are.
 */
export interface RawClient<Paths extends {}> extends Omit<
  Client<Paths>,
  "PUT" | "POST" | "PATCH" | "DELETE" | "request"
> {
  /** Calls a PUT endpoint. */
  PUT: Call<Paths, "put">;
  /** Calls a POST endpoint. */
  POST: Call<Paths, "post">;
  /** Calls a PATCH endpoint. */
  PATCH: Call<Paths, "patch">;
  /** Calls a DELETE endpoint. */
  DELETE: Call<Paths, "delete">;
  /** Calls an endpoint of any method. */
  request: CallOfMethod<Paths>;
}
