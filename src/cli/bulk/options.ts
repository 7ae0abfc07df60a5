import { readArguments, readNumber } from "../flags.ts";
import { UsageError } from "../io.ts";
import type { Status } from "../outcome.ts";

export interface BulkOptions {
  /** The file to read; `-` is stdin. */
  readonly input: string;
  /** The file to write; `-` is stdout. */
  readonly out: string;
  readonly program: string | undefined;
  readonly concurrency: number;
  readonly appendIds: boolean;
  readonly quotaReserve: number;
  readonly passThrough: boolean;
  /** Finished rows with these statuses are sent again. */
  readonly retry: ReadonlySet<Status>;
  readonly isDryRun: boolean;
  readonly isSilent: boolean;
  readonly isSandbox: boolean;
}

const FLAGS = {
  out: { type: "string" },
  program: { type: "string" },
  concurrency: { type: "string" },
  "append-ids": { type: "boolean" },
  "quota-reserve": { type: "string" },
  "pass-through": { type: "boolean" },
  "retry-unknown": { type: "boolean" },
  "retry-failed": { type: "boolean" },
  "dry-run": { type: "boolean" },
  silent: { type: "boolean" },
  sandbox: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Undefined if help was asked for. Throws {@link UsageError} for anything that cannot work. */
export function readBulkOptions(args: readonly string[]): BulkOptions | undefined {
  const { flags, given } = readArguments(args, FLAGS, 1);
  if (flags["help"]) return undefined;
  const [input] = given;
  if (input === undefined) throw new UsageError("Expected a file to read, or - for stdin");
  // parseArgs returns a text for a flag of this type.
  const text = (name: "out" | "program"): string | undefined => flags[name] as string | undefined;
  const program = text("program");
  const out = text("out");
  const isSet = (name: keyof typeof FLAGS): boolean => flags[name] === true;
  const retry = (["unknown", "failed"] as const).filter((status) => isSet(`retry-${status}`));
  const options: BulkOptions = {
    input,
    out: out ?? "-",
    program,
    concurrency: readNumber(flags, "concurrency", 1000, 1) ?? 8,
    appendIds: isSet("append-ids"),
    quotaReserve: readNumber(flags, "quota-reserve") ?? 0,
    passThrough: isSet("pass-through"),
    retry: new Set(retry),
    isDryRun: isSet("dry-run"),
    isSilent: isSet("silent"),
    isSandbox: isSet("sandbox"),
  };
  if (program?.trim() === "") throw new UsageError("--program takes an id, got an empty text");
  if (out === undefined && !options.isDryRun) {
    throw new UsageError("Expected --out <file>, or --out -");
  }
  return options;
}
