import { connect } from "./http/transport.ts";
import { readOptions, type ImpactClientOptions } from "./options.ts";
import type { Quota } from "./quota.ts";
import { linkRules } from "./http/retry-policy.ts";
import { createLinkOperation, linkReader } from "./tracking-links/tracking-link.ts";
import { createTrackingLinks, type TrackingLinks } from "./tracking-links/tracking-links.ts";

/** A client for one partner account. It can be shared by any number of callers. */
export interface ImpactClient {
  /** The account whose links it makes. */
  readonly accountSid: string;
  /** Sent as `IR-Version` with every request. */
  readonly apiVersion: string;
  /** What the server last said of the account's hourly quota; undefined until it has. */
  readonly quota: Quota | undefined;
  /** Makes links. */
  readonly trackingLinks: TrackingLinks;
}

/**
 * Makes a client from options, else the environment, else defaults. Nothing is sent.
 *
 * @throws ImpactError `configuration` if an option is missing, unknown or wrong.
 * @example
 * const impact = createImpactClient(); // IMPACT_ACCOUNT_SID and IMPACT_AUTH_TOKEN
 */
export function createImpactClient(options: ImpactClientOptions = {}): ImpactClient {
  const settings = readOptions(options);
  const { accountSid, apiVersion } = settings;
  const { send, quota } = connect(settings, linkReader, linkRules);
  const operation = createLinkOperation(send, settings);
  return Object.freeze({
    accountSid,
    apiVersion,
    get quota() {
      return quota();
    },
    trackingLinks: createTrackingLinks(operation, settings, quota),
  });
}
