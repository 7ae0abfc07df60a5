import type { Arguments } from "../flags.ts";
import { UsageError } from "../io.ts";
import { STATUSES, type Status } from "../outcome.ts";

export type BulkOptions = Readonly<ReturnType<typeof readBulkOptions>>;

/** Throws {@link UsageError} for anything that cannot work. */
export function readBulkOptions(given: Arguments) {
  const [input] = given.others;
  const [program, out] = [given.text("program"), given.text("out")];
  const isDryRun = given.has("dry-run");
  if (input === undefined) throw new UsageError("Expected a file to read, or - for stdin");
  const concurrency = given.number("concurrency", 1000, 1) ?? 8;
  const quotaReserve = given.number("quota-reserve") ?? 0;
  if (program?.trim() === "") throw new UsageError("--program takes an id, got an empty text");
  if (out === undefined && !isDryRun) throw new UsageError("Expected --out <file>, or --out -");
  return {
    /** The file to read; `-` is stdin. */
    input,
    /** The file to write; `-` is stdout. */
    out: out ?? "-",
    program,
    concurrency,
    quotaReserve,
    appendIds: given.has("append-ids"),
    passThrough: given.has("pass-through"),
    /** Finished rows with these statuses are sent again. */
    retry: new Set<Status>(STATUSES.filter((status) => given.has(`retry-${status}`))),
    isDryRun,
    isSilent: given.has("silent"),
    isSandbox: given.has("sandbox"),
  };
}
