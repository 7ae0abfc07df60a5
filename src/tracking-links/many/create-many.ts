import { onAbort } from "../../abort.ts";
import { isImpactError, type ImpactError } from "../../errors.ts";
import { endInputs, isPromise, readInputs, type Inputs } from "./inputs.ts";
import { extendTrackingLink, type TrackingLinkExtension } from "../link.ts";
import { readManyOptions, type CreateManyOptions } from "./options.ts";
import { isWorthRepeating, notSent, unreadable, type CreateManyResult } from "./results.ts";
import type { Settings } from "../../options.ts";
import { createPace } from "./quota-limiter.ts";
import type { CreateTrackingLinkParams } from "../params.ts";
import type { Quota } from "../../quota.ts";
import { createRecent } from "../../lru.ts";
import { keyOf, REMEMBERED, splitIds } from "../dedupe-key.ts";
import { sleep } from "../../sleep.ts";
import type { LinkCreator, TrackingLink } from "../create.ts";
import { redactErrors } from "../../http/redact-errors.ts";
import type { LinkRequest } from "../params.ts";

/** An input, from when it is taken until its result is. */
interface Row {
  readonly index: number;
  result?: CreateManyResult;
}

/** An input that can be sent. */
interface LinkRow extends Row {
  readonly params: CreateTrackingLinkParams;
  /** To be appended to the link. */
  ids: TrackingLinkExtension | undefined;
}

/** One request, for all rows that ask for the same. */
interface Job {
  readonly request: LinkRequest;
  readonly key: string | undefined;
  /** The one that it is sent for. */
  readonly row: LinkRow;
  /** Those that came while it was under way. */
  others?: LinkRow[];
}

/** What became of a request. */
type Outcome =
  | { readonly link: TrackingLink; readonly error?: undefined }
  | { readonly link?: undefined; readonly error: ImpactError };

/** Results that wait for a slow one before them, for each request that may be under way. */
const AHEAD = 16;

/** Milliseconds to wait after a 429 that does not say how long. */
const PAUSE = 60_000;

/** One call over many inputs, an outcome for each, in input order. It ends as soon as it is left. */
export async function* createMany(
  operation: LinkCreator,
  settings: Settings,
  quota: () => Quota | undefined,
  inputs: Inputs,
  options: CreateManyOptions = {},
  left: AbortSignal,
): AsyncGenerator<CreateManyResult, void, undefined> {
  const { emit, redact } = settings;
  const { call, concurrency, reuse, appendIds, quotaReserve, ordered } = redactErrors(redact, () =>
    readManyOptions(options, settings),
  );
  const { timeout, maxRetries } = call;
  const input = readInputs(inputs);
  const pace = createPace(quota, quotaReserve);
  /** By what was asked for: what is not finished, and what became of the rest. */
  const unfinished = new Map<string, Job>();
  const finished = createRecent<Outcome>(REMEMBERED);
  const stop = new AbortController();
  const { signal } = stop;

  /** Rows whose results are owed next: all of them in input order, or those that are known. */
  const owed: Row[] = [];
  /** Jobs that wait for the quota. */
  const waiting: Job[] = [];
  let count = 0;
  /** Rows taken and not yet handed over. */
  let open = 0;
  let underWay = 0;
  let isPulling = false;
  /** Nothing more is taken: the inputs have ended, or the credentials are refused. */
  let hasEnded = false;
  let isExhausted = false;
  let isSleeping = false;
  /** Why nothing more is sent, or nothing more that makes a Vanity link. */
  let refusal: ImpactError | undefined;
  let vanityRefusal: ImpactError | undefined;
  /** Why the whole has failed. */
  const failures: unknown[] = [];
  let wake = (): void => {};

  const fail = (reason: unknown): void => {
    failures.push(reason);
    wake();
  };

  const settle = (row: Row, result: CreateManyResult): void => {
    row.result = result;
    if (!ordered) owed.push(row);
    if (owed[0] === row) wake();
  };
  const settleWith = (row: LinkRow, { link, error }: Outcome, reused: boolean): void => {
    const { index, params, ids } = row;
    if (error) return settle(row, { index, params, ok: false, error });
    const own = ids ? { ...link, url: extendTrackingLink(link.url, ids) } : link;
    settle(row, { index, params, ok: true, link: own, reused });
  };
  const finish = ({ row, others = [], key }: Job, outcome: Outcome): void => {
    const { error } = outcome;
    if (key !== undefined) {
      unfinished.delete(key);
      if (!error || !isWorthRepeating(error)) finished.set(key, outcome);
    }
    settleWith(row, outcome, false);
    for (const other of others) settleWith(other, outcome, true);
  };

  const send = (job: Job): void => {
    underWay++;
    const made = operation.send(job.request, { signal, timeout, maxRetries, index: job.row.index });
    made.then(
      (link) => {
        underWay--;
        pace.answered();
        finish(job, { link });
        fill();
      },
      (error: unknown) => {
        underWay--;
        pace.answered();
        // An abort, whose reason may be anything.
        if (!isImpactError(error) || error === signal.reason) return fail(error);
        if (error.code === "rate_limited") {
          pace.pause(error.retryAfter ?? PAUSE, Date.now());
          waiting.push(job);
        } else {
          if (error.code === "unauthorized") refusal ??= error;
          if (error.code === "vanity_limit_reached") vanityRefusal ??= error;
          finish(job, { error });
        }
        fill();
      },
    );
  };

  const take = (params: CreateTrackingLinkParams): void => {
    const row: LinkRow = { index: count++, params, ids: undefined };
    open++;
    if (ordered) owed.push(row);
    let request: LinkRequest;
    let key: string | undefined;
    try {
      request = operation.check(params);
      const { given } = request;
      const split = appendIds ? splitIds(given) : undefined;
      if (split) row.ids = split.ids;
      if (split?.ids) request = operation.check(split.base);
      if (reuse) key = keyOf(split?.base ?? given);
    } catch (thrown) {
      const error = isImpactError(thrown) ? thrown : unreadable("an input", thrown, redact);
      return settle(row, { index: row.index, params, ok: false, error });
    }
    if (key === undefined) return void waiting.push({ request, key, row });
    const outcome = finished.get(key);
    const same = unfinished.get(key);
    if (outcome) settleWith(row, outcome, true);
    else if (same) (same.others ??= []).push(row);
    else {
      const job: Job = { request, key, row };
      unfinished.set(key, job);
      waiting.push(job);
    }
  };

  /** An input that throws has failed where it threw, and has ended. */
  const takeThrown = (cause: unknown): void => {
    hasEnded = isExhausted = true;
    const row: Row = { index: count++ };
    open++;
    if (ordered) owed.push(row);
    const error = unreadable("another input", cause, redact);
    settle(row, { index: row.index, params: undefined, ok: false, error });
  };

  const taken = (step: IteratorResult<CreateTrackingLinkParams>): void => {
    if (step.done) hasEnded = isExhausted = true;
    else take(step.value);
  };

  const pull = (): void => {
    try {
      const step = input.next();
      if (!isPromise(step)) return taken(step);
      isPulling = true;
      Promise.resolve(step)
        .then(taken)
        .catch(takeThrown)
        .then(() => {
          isPulling = false;
          fill();
          wake();
        }, fail);
    } catch (error) {
      takeThrown(error);
    }
  };

  /** Sends and takes as much as there is room for. */
  const fill = (): void => {
    try {
      while (failures.length === 0 && !signal.aborted) {
        const job = waiting[0];
        if (job !== undefined) {
          const refused = refusal ?? (job.request.type === "Vanity" ? vanityRefusal : undefined);
          if (!refused && (underWay >= concurrency || !isOpen())) return;
          waiting.shift();
          if (refused) finish(job, { error: notSent(refused) });
          else send(job);
        } else {
          if (refusal) hasEnded = true;
          // With the next result at hand it is the reader who is slow, so no more is sent ahead than needed.
          const room = owed[0]?.result ? concurrency : concurrency * AHEAD;
          if (hasEnded || isPulling || underWay >= concurrency || open >= room) return;
          pull();
        }
      }
    } catch (error) {
      fail(error);
    }
  };

  const isOpen = (): boolean => {
    if (isSleeping) return false;
    const delay = pace.delay(underWay, Date.now());
    if (delay > 0 && delay < Infinity) {
      isSleeping = true;
      const time = Date.now();
      emit?.({ type: "wait", cause: "quota", time, delay, until: new Date(time + delay) });
      sleep(delay, signal).then(() => {
        isSleeping = false;
        pace.waited();
        fill();
      }, fail);
    }
    return delay <= 0;
  };

  const forget = onAbort(call.signal, () => stop.abort(call.signal?.reason));
  // Held for as long as this runs, so that not every call has to listen and to leave.
  const forgetStop = onAbort(signal, () => fail(signal.reason));
  const forgetLeft = onAbort(left, () => stop.abort());
  try {
    if (call.signal?.aborted) stop.abort(call.signal.reason);
    while (!left.aborted) {
      fill();
      // What is known when it fails is still told, also behind what never will be.
      if (failures.length > 0) while (owed.length > 0 && !owed[0]?.result) owed.shift();
      const { result } = owed[0] ?? {};
      if (result !== undefined) {
        owed.shift();
        open--;
        yield result;
      } else if (failures.length > 0) {
        throw failures[0];
      } else if (hasEnded && open === 0) {
        return;
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  } finally {
    forget();
    forgetStop();
    forgetLeft();
    stop.abort();
    if (!isExhausted) await endInputs(input, isPulling || (failures.length > 0 && !left.aborted));
  }
}
