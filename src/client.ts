import type { paths } from "../generated/openapi.ts";
import { createApi, createRaw } from "./http/api.ts";
import { createSend } from "./http/layers.ts";
import type { RawClient } from "./http/raw-client.ts";
import { readOptions, type ImpactClientOptions } from "./options.ts";
import { QuotaView, type Quota } from "./quota.ts";
import { createLinkCreator } from "./tracking-links/create.ts";
import { createTrackingLinks, type TrackingLinks } from "./tracking-links/tracking-links.ts";

/** A client for one partner account. Any number of callers can share it. */
export interface ImpactClient<Paths extends {} = paths> {
  /** The account whose links it makes. */
  readonly accountSid: string;
  /** Sent as `IR-Version` with every request. */
  readonly apiVersion: string;
  /** The account's hourly quota, merged from all responses. Undefined before the first one. */
  readonly quota: Quota | undefined;
  /** Creates tracking links. */
  readonly trackingLinks: TrackingLinks;
  /**
   * openapi-fetch's own client, for every operation of impact.com's document: same credentials, version, retries, timeout
   * and quota. Set `timeout` and `maxRetries` beside `params` for one call. `body` is an object for an operation that takes
   * JSON. Others take a `URLSearchParams`, a `FormData` or a `Blob`.
   *
   * An error response is returned as `error`, not thrown. Rejects with an {@link ImpactError} for a lost connection, a
   * timeout, a 2xx that should be JSON and cannot be parsed (`unexpected_response`), and a request to another server than
   * the client's (`configuration`).
   *
   * @example
   * const { data, error } = await impact.raw.POST(path, { params: { path: { AccountSID, ProgramId } } });
   * @see https://openapi-ts.dev/openapi-fetch/
   */
  readonly raw: RawClient<Paths>;
}

/**
 * Creates a client from options, else the environment, else defaults. Sends nothing.
 *
 * `Paths` sets the types of `raw`. The default is the tracking links paths. Pass the `paths` that openapi-typescript
 * generates from another OpenAPI document of impact.com.
 *
 * @throws ImpactError `configuration` if an option is missing, unknown or wrong.
 * @example
 * const impact = createImpactClient(); // IMPACT_ACCOUNT_SID and IMPACT_AUTH_TOKEN
 */
export function createImpactClient<Paths extends {} = paths>(
  options: ImpactClientOptions = {},
): ImpactClient<Paths> {
  const settings = readOptions(options);
  const { accountSid, apiVersion } = settings;
  const quota = new QuotaView();
  const send = createSend(settings, quota);
  const creator = createLinkCreator(createApi(settings, send), settings);
  let raw: RawClient<Paths> | undefined;
  return Object.freeze({
    accountSid,
    apiVersion,
    get quota() {
      return quota.current;
    },
    trackingLinks: createTrackingLinks(creator, settings, quota),
    // Made when it is first used: real requests make an import slower.
    get raw() {
      return (raw ??= createRaw<Paths>(settings, send));
    },
  });
}
