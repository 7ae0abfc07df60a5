import { readRequestOptions, REQUEST_OPTIONS } from "../../options.ts";
import type { RequestOptions, Settings } from "../../options.ts";
import { badInput, expectWhole, kindOf } from "../../validate.ts";
import type { CreateTrackingLinkParams } from "../params.ts";
import type { CheckedParams, Mistake, OrUseParams } from "./checked-params.ts";

/**
 * Options of `createMany`. `signal`, `timeout` and `maxRetries` are as for one call.
 *
 * @typeParam Input - Type of an input.
 * @typeParam Made - Type of what `params` returns; inferred, so that the compiler finds unknown keys in it.
 */
export interface CreateManyOptions<
  Input = CreateTrackingLinkParams,
  Made = CreateTrackingLinkParams,
> extends RequestOptions {
  /**
   * Converts an input to the parameters of a link. Required unless the inputs are parameters. If it throws, only that
   * input fails, with `invalid_input`.
   *
   * @example
   * createMany(rows, { params: (row) => ({ programId: "1000", deepLink: row.url }) });
   */
  params?: ((input: Input, index: number) => CheckedParams<Made>) | undefined;
  /** Maximum number of requests in flight, from 1 to 1000. @default 8 */
  concurrency?: number | undefined;
  /**
   * Sends one request for identical inputs. All of them get its link, or its error if a retry would not help. Remembers
   * requests in flight and the 10,000 most recently used ones.
   *
   * @default true
   */
  reuse?: boolean | undefined;
  /**
   * Sends one request for inputs that differ only in `subId1` to `subId3` and `sharedId`. The request has no ids; each
   * input's ids are appended to the link. impact.com recommends passing ids when you create a link.
   *
   * @default false
   */
  appendIds?: boolean | undefined;
  /**
   * Requests of each quota window to leave for other processes. Retries may use some of them.
   *
   * @default 0
   */
  quotaReserve?: number | undefined;
  /**
   * `false` yields each result as soon as it is known. Identify it by its `input` and `index`.
   *
   * @default true
   */
  ordered?: boolean | undefined;
}

/** Options for inputs that are not parameters. */
interface CreateManyFromOptions<Input, Made> extends CreateManyOptions<Input, Made> {
  params: (input: Input, index: number) => CheckedParams<Made>;
}

/**
 * Options for any inputs. Inputs of an unknown type are checked at run time: in `Parameters<TrackingLinks["createMany"]>`
 * they are all unknown. `Made` is never where there is no `params` to infer it from.
 */
export type CreateManyOptionsOf<Input, Made> = [
  unknown extends Input ? never : Mistake<Input>,
] extends [never]
  ? CreateManyOptions<Input, Made> | undefined
  : | CreateManyFromOptions<Input, Made>
    | ([Made] extends [never] ? Mistake<Input, OrUseParams> : never);

const CONCURRENCY = { least: 1, most: 1000 };
const RESERVE = { least: 0 };
const FLAGS = ["reuse", "appendIds", "ordered"] as const;
const OPTIONS: readonly (keyof CreateManyOptions)[] = [
  ...REQUEST_OPTIONS,
  "params",
  "concurrency",
  "quotaReserve",
  ...FLAGS,
];

/** Validated options with defaults. */
export interface ManySettings<Input> {
  readonly params: CreateManyOptions<Input>["params"];
  readonly reuse: boolean;
  readonly appendIds: boolean;
  readonly ordered: boolean;
  readonly call: ReturnType<typeof readRequestOptions>;
  readonly concurrency: number;
  readonly quotaReserve: number;
}

/** Reads the options of `createMany`. Throws `invalid_input` for an invalid value. */
export function readManyOptions<Input>(
  options: CreateManyOptions<Input>,
  settings: Settings,
): ManySettings<Input> {
  const call = readRequestOptions(options, settings, OPTIONS);
  for (const name of FLAGS) {
    const value: unknown = options[name];
    if (value === undefined || typeof value === "boolean") continue;
    throw badInput("invalid_input", name, `\`${name}\` to be true or false`, kindOf(value));
  }
  const { params, concurrency, quotaReserve } = options;
  const { reuse = true, appendIds = false, ordered = true } = options;
  if (params !== undefined && typeof params !== "function") {
    throw badInput("invalid_input", "params", "`params` to be a function", kindOf(params));
  }
  if (appendIds && !reuse) {
    throw badInput("invalid_input", "reuse", "`reuse` with `appendIds`", "`reuse: false`");
  }
  return {
    params,
    call,
    reuse,
    appendIds,
    ordered,
    concurrency: expectWhole("invalid_input", "concurrency", concurrency, CONCURRENCY, 8),
    quotaReserve: expectWhole("invalid_input", "quotaReserve", quotaReserve, RESERVE, 0),
  };
}
