import type { Arguments } from "../flags.ts";
import { UsageError } from "../io.ts";
import { STATUSES, type Status } from "../outcome.ts";
import { mappingFlags, readMapping } from "./mapping.ts";

export type BulkOptions = Readonly<ReturnType<typeof readBulkOptions>>;

/** Reads the options of `bulk`. Throws {@link UsageError} for invalid ones. */
export function readBulkOptions(given: Arguments) {
  const [input] = given.others;
  const out = given.text("out");
  const isDryRun = given.has("dry-run");
  if (input === undefined) throw new UsageError("Expected a file to read, or - for stdin");
  const concurrency = given.number("concurrency", 1000, 1) ?? 8;
  const quotaReserve = given.number("quota-reserve") ?? 0;
  const mapping = readMapping(given);
  const reading = {
    delimiter: readDelimiter(given.text("delimiter")),
    encoding: readEncoding(given.text("encoding")),
    skipLines: given.number("skip-lines"),
  };
  if (out === undefined && !isDryRun) throw new UsageError("Expected --out <file>, or --out -");
  return {
    /** The file to read; `-` is stdin. */
    input,
    reading,
    /** The file to write; `-` is stdout. */
    out: out ?? "-",
    mapping,
    /** As given, for the journal. */
    mappingFlags: mappingFlags(given),
    /** Outputs of earlier runs to reuse links from. */
    reuse: given.list("reuse"),
    concurrency,
    quotaReserve,
    appendIds: given.has("append-ids"),
    /** Finished rows with these statuses are sent again. */
    retry: new Set<Status>(STATUSES.filter((status) => given.has(`retry-${status}`))),
    isDryRun,
    isSilent: given.has("silent"),
    isDebug: given.has("debug"),
    isSandbox: given.has("sandbox"),
  };
}

function readDelimiter(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const delimiter = text === "tab" || text === "\\t" ? "\t" : text;
  if (/^[^\r\n"\w\s]$|^[\t ]$/.test(delimiter)) return delimiter;
  throw new UsageError('--delimiter takes one character, such as ";", or tab');
}

function readEncoding(label: string | undefined): string | undefined {
  try {
    return label === undefined ? undefined : new TextDecoder(label).encoding;
  } catch {
    throw new UsageError(
      "--encoding takes the name of an encoding, such as windows-1252, windows-1251 or shift_jis",
    );
  }
}
