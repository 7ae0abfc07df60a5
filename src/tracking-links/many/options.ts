import { readRequestOptions, REQUEST_OPTIONS } from "../../options.ts";
import type { RequestOptions, Settings } from "../../options.ts";
import { badInput, expectWhole, kindOf } from "../../validate.ts";
import type { CreateTrackingLinkParams } from "../params.ts";

/** Options of `createMany`. `signal`, `timeout` and `maxRetries` are as for one call. */
export interface CreateManyOptions<Input = CreateTrackingLinkParams> extends RequestOptions {
  /**
   * Makes the parameters of a link from an input. Needed unless the inputs are parameters themselves. If it
   * throws, that input alone fails, with `invalid_input`.
   *
   * @example
   * createMany(rows, { params: (row) => ({ programId: "1000", deepLink: row.url }) });
   */
  params?: ((input: Input, index: number) => CreateTrackingLinkParams) | undefined;
  /** Requests in flight at once, from 1 to 1000. @default 8 */
  concurrency?: number | undefined;
  /**
   * Sends one request for identical inputs. All of them get its link, or its error unless a retry may help. Requests in
   * flight and the 10,000 used last are remembered.
   *
   * @default true
   */
  reuse?: boolean | undefined;
  /**
   * Sends one request for inputs that differ only in `subId1` to `subId3` and `sharedId`, without these ids, and appends
   * each input's own to the link. impact.com recommends passing ids when a link is made.
   *
   * @default false
   */
  appendIds?: boolean | undefined;
  /**
   * Requests of each quota window to keep free for other programs. Retries may use some of them.
   *
   * @default 0
   */
  quotaReserve?: number | undefined;
  /**
   * `false` gives each result as soon as it is known; its `input` and `index` say which one it is.
   *
   * @default true
   */
  ordered?: boolean | undefined;
}

/** Options for inputs of any type. */
export interface CreateManyFromOptions<Input> extends CreateManyOptions<Input> {
  params: (input: Input, index: number) => CreateTrackingLinkParams;
}

/** The type of a key that is no parameter: nothing can be assigned to it. */
interface UnknownParameter {
  readonly "make the parameters with the option `params`": never;
}

type UnknownKey<Input> = Input extends unknown
  ? Exclude<keyof Input, keyof CreateTrackingLinkParams>
  : never;

/** Refuses an input type with a key that is no parameter, in any member of a union. */
export type OnlyParameters<Input> = {
  readonly [Key in UnknownKey<Input>]?: UnknownParameter;
};

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

/** Options, checked and complete. */
export interface ManySettings<Input> {
  readonly params: CreateManyOptions<Input>["params"];
  readonly reuse: boolean;
  readonly appendIds: boolean;
  readonly ordered: boolean;
  readonly call: ReturnType<typeof readRequestOptions>;
  readonly concurrency: number;
  readonly quotaReserve: number;
}

/** Throws `invalid_input` for anything that cannot work. */
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
