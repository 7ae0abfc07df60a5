import { createMany } from "./many/create-many.ts";
import { isImpactError } from "../errors.ts";
import { redactErrors } from "../http/redact-errors.ts";
import { leavable } from "./many/abort-on-return.ts";
import type { CreateManyOptions } from "./many/options.ts";
import type { CreateManyResult } from "./many/results.ts";
import { readRequestOptions, type RequestOptions, type Settings } from "../options.ts";
import type { CreateTrackingLinkParams } from "./params.ts";
import type { QuotaView } from "../quota.ts";
import type { LinkCreator, TrackingLink } from "./create.ts";

/** Makes links: one, or many. */
export interface TrackingLinks {
  /**
   * Creates a tracking link for a program that the account has joined.
   *
   * It resolves to a link that the API has made, or rejects with an {@link ImpactError} that says why there
   * is none; a caller's abort rejects with the signal's reason.
   *
   * A Regular link is asked for again when there was no clear answer, up to `maxRetries` times. A Vanity link is
   * not, unless it is known that none was made: it would take another of the account's 5,000.
   *
   * @example
   * const { url } = await impact.trackingLinks.create({ programId: "1000", subId1: "newsletter" });
   * @see https://integrations.impact.com/partner-api-reference/partner-v14/reference/tracking-links/trackinglinks
   */
  create(params: CreateTrackingLinkParams, options?: RequestOptions): Promise<TrackingLink>;

  /**
   * Creates a link for each input, and gives one result for each, in the order of the inputs. A failure is a
   * result, not an exception.
   *
   * Inputs are taken as results are, so any number of them fits in memory. An identical request is sent once.
   * When the quota is used up it waits until the quota is whole again, however long that takes, and says so
   * by a `wait` event.
   *
   * It ends early, after the results that it owes, when the credentials are refused (`unauthorized`); after
   * `vanity_limit_reached` no further Vanity link is asked for. Leaving the loop ends what is under way.
   * An abort rejects with the signal's reason, after the results that are known by then.
   *
   * @throws ImpactError `invalid_input` for a wrong option, or a `quotaReserve` that leaves nothing.
   * @example
   * for await (const result of impact.trackingLinks.createMany(inputs)) {
   *   console.log(result.index, result.ok ? result.link.url : result.error.code);
   * }
   */
  createMany(
    params: Iterable<CreateTrackingLinkParams> | AsyncIterable<CreateTrackingLinkParams>,
    options?: CreateManyOptions,
  ): AsyncGenerator<CreateManyResult, void, undefined>;
}

export function createTrackingLinks(
  creator: LinkCreator,
  settings: Settings,
  quota: QuotaView,
): TrackingLinks {
  const create = async (
    params: CreateTrackingLinkParams,
    options?: RequestOptions,
  ): Promise<TrackingLink> => {
    try {
      const request = creator.check(params);
      const call = redactErrors(settings.redact, () => readRequestOptions(options, settings));
      return await creator.send(request, call);
    } catch (error) {
      // Timers cut the stack of an error; this one begins with the caller.
      if (isImpactError(error)) Error.captureStackTrace?.(error, create);
      throw error;
    }
  };
  return Object.freeze({
    create,
    createMany: (inputs, options) =>
      leavable((left) => createMany(creator, settings, () => quota.current, inputs, options, left)),
  } satisfies TrackingLinks);
}
