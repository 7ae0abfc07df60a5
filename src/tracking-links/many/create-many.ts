/**
 * many/ contains `createMany`. pool.ts reads the inputs and orders the results, quota-limiter.ts decides when a request
 * may be sent, dedupe.ts shares one request between equal ones, and this file composes them.
 */
import { onAbort } from "../../abort.ts";
import { isImpactError, type ImpactError, type Outcome } from "../../errors.ts";
import { leastCertain, overAttempts } from "../../http/api-error.ts";
import type { Redact } from "../../http/credentials.ts";
import { redactErrors } from "../../http/redact-errors.ts";
import type { Settings } from "../../options.ts";
import type { QuotaView } from "../../quota.ts";
import { badInput } from "../../validate.ts";
import type { LinkCreator } from "../create.ts";
import { dedupeKey, splitIds } from "../dedupe-key.ts";
import { withIds, type TrackingLinkExtension } from "../link.ts";
import type { CreateTrackingLinkParams, LinkRequest } from "../params.ts";
import { Dedupe, type Settled } from "./dedupe.ts";
import { readManyOptions, type CreateManyOptions, type ManySettings } from "./options.ts";
import { abortOnReturn, isPromise, Pool, type Task } from "./pool.ts";
import { QuotaLimiter } from "./quota-limiter.ts";
import { Refusals } from "./refusals.ts";
import { callerThrew, notSent, type CreateManyResult } from "./results.ts";

/** The parts of the client that `createMany` uses. */
export interface ManyClient extends LinkCreator {
  readonly settings: Settings;
  readonly quota: QuotaView;
}

/** Milliseconds to wait after a 429 that does not say how long. */
const PAUSE = 60_000;

/** Creates a link for each input, and yields a result for each. */
export function createMany<Input>(
  client: ManyClient,
  inputs: Iterable<Input> | AsyncIterable<Input>,
  options: CreateManyOptions<Input> = {},
): AsyncGenerator<CreateManyResult<Input>, void, undefined> {
  const stop = new AbortController();
  return abortOnReturn(results(client, inputs, options, stop), stop);
}

async function* results<Input>(
  client: ManyClient,
  inputs: Iterable<Input> | AsyncIterable<Input>,
  options: CreateManyOptions<Input>,
  stop: AbortController,
): AsyncGenerator<CreateManyResult<Input>, void, undefined> {
  const { settings } = client;
  const many = redactErrors(settings.redact, () => readManyOptions(options, settings));
  const { ordered, concurrency } = many;
  const { signal } = many.call;
  const links = new Links(client, many, stop.signal);
  const stopListening = onAbort(signal, () => stop.abort(signal?.reason));
  if (signal?.aborted) stop.abort(signal.reason);
  try {
    const isReady = (wake: () => void): boolean => links.limiter.hasRoom(wake);
    const { drain } = links;
    const pool = new Pool(inputs, links, { ordered, lookAhead: concurrency, isReady, drain, stop });
    yield* pool.results();
  } finally {
    stopListening();
  }
}

/** An input that can be sent. */
interface Row {
  readonly request: LinkRequest;
  /** Equal for equal requests; undefined if requests are not shared. */
  readonly key: string | undefined;
  /** Ids to append to the link. */
  readonly ids: TrackingLinkExtension | undefined;
}

class Links<Input> implements Task<Input, CreateManyResult<Input>> {
  readonly limiter: QuotaLimiter;
  readonly #client: ManyClient;
  readonly #many: ManySettings<Input>;
  readonly #signal: AbortSignal;
  readonly #dedupe = new Dedupe();
  readonly #refusals = new Refusals();
  readonly #drain = new AbortController();

  constructor(client: ManyClient, many: ManySettings<Input>, signal: AbortSignal) {
    const { concurrency, quotaReserve: reserve } = many;
    const { quota, settings } = client;
    this.#client = client;
    this.#many = many;
    this.#signal = signal;
    this.limiter = new QuotaLimiter({ concurrency, quota, reserve, emit: settings.emit, signal });
  }

  /** Aborts once the credentials are refused. Nothing is sent after that. */
  get drain(): AbortSignal {
    return this.#drain.signal;
  }

  /** Validates an input, and waits for an equal request or sends one. */
  run(input: Input, index: number): CreateManyResult<Input> | Promise<CreateManyResult<Input>> {
    let row: Row;
    try {
      row = this.#readRow(input, index);
    } catch (thrown) {
      const { redact } = this.#client.settings;
      const error = isImpactError(thrown) ? thrown : callerThrew("an input", thrown, redact);
      return { index, input, ok: false, error };
    }
    const { request, key, ids } = row;
    const equal = key === undefined ? undefined : this.#dedupe.find(key);
    const finish = ({ link, error }: Settled): CreateManyResult<Input> => {
      if (error) return { index, input, ok: false, error };
      const own = ids ? { ...link, url: withIds(link.url, ids) } : link;
      return { index, input, ok: true, link: own, reused: equal !== undefined };
    };
    if (equal !== undefined) return isPromise(equal) ? equal.then(finish) : finish(equal);
    const sent = this.#send(request, index);
    return (key === undefined ? sent : this.#dedupe.share(key, sent)).then(finish);
  }

  inputsFailed(thrown: unknown, index: number): CreateManyResult<Input> {
    const error = callerThrew("another input", thrown, this.#client.settings.redact);
    return { index, input: undefined, ok: false, error };
  }

  /** Throws for an input that cannot be sent. */
  #readRow(input: Input, index: number): Row {
    const { params, reuse, appendIds } = this.#many;
    const { check, settings } = this.#client;
    const given = check(paramsOf(input, index, params, settings.redact));
    const split = appendIds ? splitIds(given.given) : undefined;
    const request = split?.ids ? check(split.base) : given;
    return { request, ids: split?.ids, key: reuse ? dedupeKey(request.given) : undefined };
  }

  /** Waits for a slot and sends the request. After a 429, pauses all requests and sends this one again. */
  async #send(request: LinkRequest, index: number): Promise<Settled> {
    const { timeout, maxRetries } = this.#many.call;
    const options = { signal: this.#signal, timeout, maxRetries, index };
    let earlier: Outcome = "not_sent";
    const failed = (error: ImpactError): Settled => ({ error: overAttempts(error, earlier) });
    for (;;) {
      const slot = this.limiter.acquire(() => this.#refusals.of(request));
      // Do not await a free slot, so that this request is sent before the next input is read.
      const refusal = slot && (await slot);
      if (refusal) return failed(notSent(refusal));
      try {
        return { link: await this.#client.send(request, options) };
      } catch (error) {
        // An abort. Its reason may be any value, even an ImpactError.
        if (!isImpactError(error) || error === this.#signal.reason) throw error;
        if (error.code !== "rate_limited") {
          this.#refusals.note(error, request);
          if (error.code === "unauthorized") this.#drain.abort();
          return failed(error);
        }
        earlier = leastCertain(error.outcome, earlier);
        this.limiter.pause(error.retryAfter ?? PAUSE);
      } finally {
        this.limiter.release();
      }
    }
  }
}

/** Returns the parameters of a link for an input. Throws `invalid_input` if the caller's function returns none. */
function paramsOf<Input>(
  input: Input,
  index: number,
  params: CreateManyOptions<Input>["params"],
  redact: Redact,
): CreateTrackingLinkParams {
  // The types require `params` unless inputs are parameters. `check` validates them in any case.
  if (params === undefined) return input as unknown as CreateTrackingLinkParams;
  let made: CreateTrackingLinkParams | Promise<CreateTrackingLinkParams>;
  try {
    made = params(input, index);
  } catch (thrown) {
    throw callerThrew("`params` to return parameters", thrown, redact);
  }
  if (!isPromise(Object(made))) return made;
  // An unhandled rejection would end the process.
  Promise.resolve(made).catch(() => {});
  throw badInput("invalid_input", "params", "`params` to return parameters", "a promise");
}
