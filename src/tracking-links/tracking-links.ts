import { isImpactError } from "../errors.ts";
import { redactErrors } from "../http/redact-errors.ts";
import type { Anything, CheckedParams, Inputs, OrUseParams } from "./many/checked-params.ts";
import { createMany } from "./many/create-many.ts";
import type { CreateManyOptions, CreateManyOptionsOf } from "./many/options.ts";
import type { CreateManyResult } from "./many/results.ts";
import { readRequestOptions, type RequestOptions, type Settings } from "../options.ts";
import type { CreateTrackingLinkParams } from "./params.ts";
import type { QuotaView } from "../quota.ts";
import type { LinkCreator, TrackingLink } from "./create.ts";

/** Creates tracking links, one or many. */
export interface TrackingLinks {
  /**
   * Creates a tracking link for a program that the account has joined.
   *
   * Resolves to the link. Rejects with an {@link ImpactError}, or with the signal's reason if the caller aborts.
   *
   * `customPath` without `type` creates a Vanity link. A Regular link is retried up to `maxRetries` times, also if the
   * outcome is unknown. A Vanity link is retried only if certainly none was created, because each counts toward the
   * account's 5,000.
   *
   * If you abort the call, it rejects with the signal's reason. A link may still have been created.
   *
   * @example
   * const { url } = await impact.trackingLinks.create({ programId: "1000", subId1: "newsletter" });
   * @see https://integrations.impact.com/partner-api-reference/partner-v14/reference/tracking-links/trackinglinks
   */
  create(params: CreateTrackingLinkParams, options?: RequestOptions): Promise<TrackingLink>;

  /**
   * Creates a link for each input. Gives one result for each, in input order. A failure is a result, not an
   * exception.
   *
   * Inputs are read lazily, as you consume results, so any number of them fits in memory. Identical inputs share one
   * request. When the quota is used up, it waits for the quota to reset and emits a `wait` event.
   *
   * It stops after `unauthorized`: inputs already read still get a result. After `vanity_limit_reached` it sends no
   * further Vanity request, and after a `deep_link_refused` for a whole program no further deep link of that program.
   * Leaving the loop aborts the requests in flight.
   *
   * @example
   * for await (const { input, ...result } of impact.trackingLinks.createMany(inputs)) {
   *   console.log(input?.deepLink, result.ok ? result.link.url : result.error.code);
   * }
   */
  createMany<Input extends Anything = CreateTrackingLinkParams>(
    inputs: Inputs<CheckedParams<Input, OrUseParams>>,
  ): AsyncGenerator<CreateManyResult<Input>, void, undefined>;

  /**
   * Creates a link for each input, as without options. The option `params` converts each input to parameters, so inputs
   * can be of any type.
   *
   * Gives one result for each input. A failure is a result, not an exception. Inputs are read lazily, as you consume
   * results. On abort it yields the settled results, then rejects with the signal's reason.
   *
   * @throws ImpactError `invalid_input` for a wrong option, or a `quotaReserve` that is not less than the quota.
   * @example
   * const params = (row: Row) => ({ programId: "1000", deepLink: row.url, subId1: row.id });
   * for await (const result of impact.trackingLinks.createMany(rows, { params })) {
   *   if (result.ok) await save(result.input.id, result.link.url);
   * }
   */
  createMany<Input extends Anything = CreateTrackingLinkParams, Made extends Anything = never>(
    inputs: Inputs<Input>,
    options: CreateManyOptionsOf<Input, Made>,
  ): AsyncGenerator<CreateManyResult<Input>, void, undefined>;
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
  const client = { ...creator, settings, quota };
  return Object.freeze({
    create,
    createMany: <Input>(
      inputs: Iterable<Input> | AsyncIterable<Input>,
      options?: CreateManyOptions<Input>,
    ) => createMany(client, inputs, options),
  } satisfies TrackingLinks);
}
