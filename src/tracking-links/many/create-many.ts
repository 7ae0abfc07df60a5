import { onAbort } from "../../abort.ts";
import { isImpactError } from "../../errors.ts";
import { redactErrors } from "../../http/redact-errors.ts";
import type { Settings } from "../../options.ts";
import type { QuotaView } from "../../quota.ts";
import type { LinkCreator } from "../create.ts";
import { dedupeKey, splitIds } from "../dedupe-key.ts";
import { extendTrackingLink, type TrackingLinkExtension } from "../link.ts";
import type { LinkRequest } from "../params.ts";
import { abortOnReturn } from "./abort-on-return.ts";
import { Dedupe, type Outcome } from "./dedupe.ts";
import { isPromise, openSource, paramsOf } from "./inputs.ts";
import { readManyOptions, type CreateManyOptions, type ManySettings } from "./options.ts";
import { pool, type PoolOptions } from "./pool.ts";
import { QuotaLimiter } from "./quota-limiter.ts";
import { Refusals } from "./refusals.ts";
import { callerThrew, notSent, type CreateManyResult } from "./results.ts";

/** The client, as far as `createMany` uses it. */
export interface ManyClient extends LinkCreator {
  readonly settings: Settings;
  readonly quota: QuotaView;
}

/** Creates a link for each input. Gives a result for each. */
export function createMany<Input>(
  client: ManyClient,
  inputs: Iterable<Input> | AsyncIterable<Input>,
  options: CreateManyOptions<Input> = {},
): AsyncGenerator<CreateManyResult<Input>, void, undefined> {
  return abortOnReturn((stop) => results(client, inputs, options, stop));
}

async function* results<Input>(
  client: ManyClient,
  inputs: Iterable<Input> | AsyncIterable<Input>,
  options: CreateManyOptions<Input>,
  stop: AbortController,
): AsyncGenerator<CreateManyResult<Input>, void, undefined> {
  const { redact } = client.settings;
  const many = redactErrors(redact, () => readManyOptions(options, client.settings));
  const { ordered, concurrency, call } = many;
  const source = openSource(inputs);
  const sender = createSender(client, many, stop.signal);
  const dedupe = new Dedupe();

  type Result = CreateManyResult<Input>;
  const run = (input: Input, index: number): Result | Promise<Result> => {
    let row: Row;
    try {
      row = readRow(client, many, input, index);
    } catch (thrown) {
      const error = isImpactError(thrown) ? thrown : callerThrew("an input", thrown, redact);
      return { index, input, ok: false, error };
    }
    const { request, key, ids } = row;
    const equal = key === undefined ? undefined : dedupe.find(key);
    const finish = ({ link, error }: Outcome): Result => {
      if (error) return { index, input, ok: false, error };
      const own = ids ? { ...link, url: extendTrackingLink(link.url, ids) } : link;
      return { index, input, ok: true, link: own, reused: equal !== undefined };
    };
    if (equal !== undefined) return isPromise(equal) ? equal.then(finish) : finish(equal);
    const sent = sender.send(request, index);
    return (key === undefined ? sent : dedupe.share(key, sent)).then(finish);
  };
  const sourceFailed = (thrown: unknown, index: number): Result => {
    const error = callerThrew("another input", thrown, redact);
    return { index, input: undefined, ok: false, error };
  };

  const { isReady, drain } = sender;
  const forget = onAbort(call.signal, () => stop.abort(call.signal?.reason));
  if (call.signal?.aborted) stop.abort(call.signal.reason);
  try {
    const task = { run, sourceFailed };
    yield* pool(source, task, { ordered, lookAhead: concurrency, isReady, drain, stop });
  } finally {
    forget();
  }
}

/** An input that can be sent. */
interface Row {
  readonly request: LinkRequest;
  /** The same for equal requests; undefined if each is to be sent. */
  readonly key: string | undefined;
  /** To be appended to the link. */
  readonly ids: TrackingLinkExtension | undefined;
}

/** Throws for an input that cannot be sent. */
function readRow<Input>(
  { check, settings }: ManyClient,
  { params, reuse, appendIds }: ManySettings<Input>,
  input: Input,
  index: number,
): Row {
  const given = check(paramsOf(input, index, params, settings.redact));
  const split = appendIds ? splitIds(given.given) : undefined;
  const request = split?.ids ? check(split.base) : given;
  return { request, ids: split?.ids, key: reuse ? dedupeKey(request.given) : undefined };
}

/** Milliseconds to wait after a 429 that does not say how long. */
const PAUSE = 60_000;

interface Sender {
  send(request: LinkRequest, index: number): Promise<Outcome>;
  /** Whether a further input may be read. */
  readonly isReady: PoolOptions["isReady"];
  /** Aborts once nothing is sent any more, because the credentials are refused. */
  readonly drain: AbortSignal;
}

function createSender<Input>(
  client: ManyClient,
  { concurrency, quotaReserve, call: { timeout, maxRetries } }: ManySettings<Input>,
  signal: AbortSignal,
): Sender {
  const { quota, settings } = client;
  const gate = { quota, reserve: quotaReserve, emit: settings.emit, signal };
  const limiter = new QuotaLimiter(concurrency, gate);
  const refusals = new Refusals();
  const drain = new AbortController();
  return {
    isReady: (wake) => limiter.hasRoom(wake),
    drain: drain.signal,
    async send(request, index) {
      for (;;) {
        const slot = limiter.acquire(() => refusals.of(request));
        // Not awaited if there is one, so that this is sent before the next input is read.
        const refusal = slot && (await slot);
        if (refusal) return { error: notSent(refusal) };
        try {
          return { link: await client.send(request, { signal, timeout, maxRetries, index }) };
        } catch (error) {
          // An abort, whose reason may be anything.
          if (!isImpactError(error) || error === signal.reason) throw error;
          if (error.code !== "rate_limited") {
            refusals.note(error);
            if (error.code === "unauthorized") drain.abort();
            return { error };
          }
          limiter.pause(error.retryAfter ?? PAUSE);
        } finally {
          limiter.release();
        }
      }
    },
  };
}
