import { badInput, expectWhole, kindOf } from "../../validate.ts";
import {
  readRequestOptions,
  REQUEST_OPTIONS,
  type RequestOptions,
  type Settings,
} from "../../options.ts";

/** Options of `createMany`; `timeout`, `maxRetries` and `signal` are as for one call. */
export interface CreateManyOptions extends RequestOptions {
  /** Requests under way at once, from 1 to 1000. @default 8 */
  concurrency?: number | undefined;
  /**
   * Sends an identical request once, and gives its link, or the reason why there is none, to all inputs that
   * ask for it. The 10,000 requests used last are remembered, and all that are under way.
   *
   * @default true
   */
  reuse?: boolean | undefined;
  /**
   * Asks once for all inputs that differ in `subId1` to `subId3` and `sharedId` alone, without these, and
   * appends to the link what each input has. impact.com recommends to give them when a link is made.
   *
   * @default false
   */
  appendIds?: boolean | undefined;
  /**
   * Requests of each window of the quota to leave for others. What is sent again after a failure may take some
   * of them.
   *
   * @default 0
   */
  quotaReserve?: number | undefined;
  /**
   * `false` gives each result as soon as it is known; its `index` says which input it is for.
   *
   * @default true
   */
  ordered?: boolean | undefined;
}

const CONCURRENCY = { least: 1, most: 1000, expected: "a whole number from 1 to 1000" };
const RESERVE = {
  least: 0,
  most: Number.MAX_SAFE_INTEGER,
  expected: "a whole number of at least 0",
};
const FLAGS = ["reuse", "appendIds", "ordered"] as const;
const OPTIONS: readonly (keyof CreateManyOptions)[] = [
  ...REQUEST_OPTIONS,
  "concurrency",
  "quotaReserve",
  ...FLAGS,
];

/** Options, checked and complete. */
interface ManySettings {
  readonly reuse: boolean;
  readonly appendIds: boolean;
  readonly ordered: boolean;
  readonly call: ReturnType<typeof readRequestOptions>;
  readonly concurrency: number;
  readonly quotaReserve: number;
}

/** Throws `invalid_input` for anything that cannot work. */
export function readManyOptions(options: CreateManyOptions, settings: Settings): ManySettings {
  const call = readRequestOptions(options, settings, OPTIONS);
  for (const name of FLAGS) {
    const value: unknown = options[name];
    if (value === undefined || typeof value === "boolean") continue;
    throw badInput("invalid_input", name, `\`${name}\` to be true or false`, kindOf(value));
  }
  const { concurrency, quotaReserve, reuse = true, appendIds = false, ordered = true } = options;
  if (appendIds && !reuse) {
    throw badInput("invalid_input", "reuse", "`reuse` with `appendIds`", "`reuse: false`");
  }
  return {
    call,
    reuse,
    appendIds,
    ordered,
    concurrency: expectWhole("invalid_input", "concurrency", concurrency, CONCURRENCY) ?? 8,
    quotaReserve: expectWhole("invalid_input", "quotaReserve", quotaReserve, RESERVE) ?? 0,
  };
}
