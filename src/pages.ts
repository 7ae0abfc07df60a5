import type { ImpactClient } from "./client.ts";
import { ImpactError, isImpactError } from "./errors.ts";
import { toImpactError, type RawResult } from "./http/raw-error.ts";
import type { RequestOptions } from "./options.ts";
import { sleep } from "./sleep.ts";

/** The paths with a GET. */
export type ListPath<Paths> = {
  [Path in keyof Paths]: Paths[Path] extends { get: object } ? Path : never;
}[keyof Paths] &
  string;

type Get<Paths, Path extends keyof Paths> = Paths[Path] extends { get: infer Operation }
  ? Operation
  : never;

/** The JSON of a page. A record of unknown values if the document does not describe it. */
export type Page<Paths, Path extends keyof Paths> =
  Get<Paths, Path> extends { responses: { 200: { content: { "application/json": infer Body } } } }
    ? Body
    : Record<string, unknown>;

/** Options of {@link pages}. */
export interface PagesOptions<Parameters> extends RequestOptions {
  /** Parameters of the first request, as for `impact.raw`. */
  params?: Parameters;
  /**
   * Waits for the quota to reset after a 429, and requests the page again, instead of throwing.
   *
   * @default false
   */
  waitForQuota?: boolean | undefined;
}

type ParametersOf<Operation> = Operation extends { parameters: infer Parameters }
  ? Parameters
  : Record<string, unknown>;

/**
 * Iterates over the pages of a list. Requests a page when you have consumed the one before it. Follows `@nextpageuri` if
 * the API returns it. Otherwise increments `Page`, up to `@numpages` if the API returns it, else until a page is empty or
 * shorter than `PageSize`.
 *
 * @throws ImpactError for an error response, like `toImpactError`.
 * @example
 * for await (const page of pages(impact, "/Mediapartners/{AccountSID}/Campaigns", {
 *   params: { path: { AccountSID: impact.accountSid } },
 * })) console.log(page.Campaigns);
 */
export async function* pages<Paths extends {}, Path extends ListPath<Paths>>(
  client: Pick<ImpactClient<Paths>, "raw" | "quota">,
  path: Path,
  options: PagesOptions<ParametersOf<Get<Paths, Path>>> = {},
): AsyncGenerator<Page<Paths, Path>, void, undefined> {
  const { waitForQuota: _, ...init } = options;
  // The types of `raw` need a literal path. The types of this function check the parameters.
  const get = client.raw as unknown as { GET(path: string, init: object): Promise<RawResult> };
  let request: Request = { path, init };
  const seen = new Set<string>();
  for (;;) {
    const data = await getPage(() => get.GET(request.path, request.init), client, options);
    // Unchecked: the response may differ from the document.
    yield data as Page<Paths, Path>;
    const next = nextRequest(data, request);
    if (next === undefined) return;
    const key = JSON.stringify([next.path, next.init.params]);
    if (seen.has(key)) throw repeatedPage(next.path);
    seen.add(key);
    request = next;
  }
}

interface Request {
  readonly path: string;
  readonly init: {
    readonly params?: unknown;
  };
}

/** Milliseconds to wait after a 429 that does not say how long. */
const DEFAULT_WAIT = 60_000;

async function getPage(
  get: () => Promise<RawResult>,
  client: { readonly quota: ImpactClient["quota"] },
  { waitForQuota = false, signal }: PagesOptions<unknown>,
): Promise<unknown> {
  for (;;) {
    const result = await get().catch(asResult);
    const error = isImpactError(result) ? result : toImpactError(result);
    if (error === undefined) return (result as RawResult).data;
    if (!waitForQuota || error.code !== "rate_limited") throw error;
    await sleep(waitOf(error, client.quota?.resetAt), signal);
  }
}

/** Returns a refusal that a client with `throwOnError` has thrown. */
function asResult(error: unknown): ImpactError {
  if (isImpactError(error)) return error;
  throw error;
}

function repeatedPage(path: string): ImpactError {
  const kind = { code: "unexpected_response", outcome: "rejected" } as const;
  return new ImpactError(
    `The API returned the same next page twice: ${path.split("?", 1)[0]}`,
    kind,
  );
}

function waitOf({ retryAfter }: ImpactError, resetAt: Date | undefined): number {
  if (retryAfter !== undefined) return retryAfter;
  const untilReset = resetAt === undefined ? 0 : resetAt.getTime() - Date.now();
  return untilReset > 0 ? untilReset : DEFAULT_WAIT;
}

/** Returns the request for the next page; undefined after the last page. */
function nextRequest(data: unknown, { path, init }: Request): Request | undefined {
  const page = Object(data) as Record<string, unknown>;
  const next = page["@nextpageuri"];
  if (typeof next === "string") {
    if (next === "") return undefined;
    // Remove the origin, so that the credentials go only to the client's own server.
    const { params: _, ...rest } = init;
    return { path: next.replace(/^https?:\/\/[^/]*/i, ""), init: rest };
  }
  const { query = {} } = (init.params ?? {}) as { query?: Record<string, unknown> };
  const number = Number(page["@page"] ?? query["Page"] ?? 1);
  const isLast =
    page["@numpages"] === undefined ? isShort(data, query) : number >= Number(page["@numpages"]);
  if (isLast) return undefined;
  const params = { ...(init.params as object), query: { ...query, Page: number + 1 } };
  return { path, init: { ...init, params } };
}

/** Whether the length of a page shows that it is the last one. */
function isShort(data: unknown, { PageSize }: Record<string, unknown>): boolean {
  const list = Array.isArray(data) ? data : Object.values(Object(data)).find(Array.isArray);
  const length = Array.isArray(list) ? list.length : 0;
  return length === 0 || (PageSize !== undefined && length < Number(PageSize));
}
