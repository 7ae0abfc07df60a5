/** The figures of a run, as stored in bench/results.json. Times are medians. */
export interface Results {
  readonly setting: Setting;
  readonly call: CallResults;
  readonly http: HttpResults;
  readonly transport: HttpResults;
  readonly start: StartResults;
  readonly many: ManyResults;
  readonly command: CommandResults;
  readonly size: SizeResults;
}

export interface Setting {
  readonly date: string;
  readonly rounds: number;
  readonly system: string;
  readonly cores: number;
  /** Load average of the minute before the run. */
  readonly load: number;
  /** By name: Node, and the packages that the ways use. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface Comparison {
  readonly way: string;
  readonly us: number;
  readonly cpu: number;
  /** Relative to `raw` in the same group of ways. */
  readonly usRatio: number;
  readonly cpuRatio: number;
}

/** `bytes`: allocations of one call. */
export type CallResults = readonly (Comparison & { readonly bytes: number })[];

/** By the number of requests in flight. */
export interface HttpResults {
  readonly at10: readonly Comparison[];
  readonly at100: readonly Comparison[];
}

export interface StartResults {
  /** `firstCallMs` includes the import. */
  readonly ways: readonly { way: string; importMs: number; firstCallMs: number }[];
  /** Duration of `impact-links --help`. */
  readonly helpMs: number;
  /** Duration of `node -e 0`. */
  readonly bareMs: number;
}

export interface ManyResults {
  /** `rss` is the peak in MiB. */
  readonly ways: readonly { way: string; us: number; rss: number }[];
  /** Heap growth from 10 % to 100 % of a million inputs, in MB. */
  readonly growth: number;
}

export interface CommandResults {
  /** Per row, with `createMany` alone. */
  readonly directUs: number;
  /** Per row, with `impact-links bulk`. */
  readonly bulkUs: number;
  /** Peak RSS of `impact-links bulk` in MiB. */
  readonly rss: number;
}

/** Bytes, minified and gzipped. */
export type SizeResults = readonly { name: string; size: number }[];
