import { createHash } from "node:crypto";
import { readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { isImpactError } from "../index.ts";
import { openClient } from "./account.ts";
import { mapColumns, type ColumnMap } from "./columns.ts";
import { exitCodeOf } from "./failure.ts";
import { isWritten, readOutcomes } from "./read-output.ts";
import { readArguments, readNumber } from "./flags.ts";
import { bulkHelp } from "./help.ts";
import { EXIT, plain, say, show, UsageError, why, type Io } from "./io.ts";
import { openJournal, replaceJournal, type Journal, type Outcome, type Task } from "./journal.ts";
import { openFileWriter, openStreamWriter } from "./output.ts";
import { plan } from "./dry-run.ts";
import { count, createTally, summarize } from "./progress.ts";
import { rowFormat } from "./rows.ts";
import { runRows, type BulkOptions } from "./run-rows.ts";
import { openTable, type Table } from "./table.ts";

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

/** `impact-links bulk`: a link for each row of a file. */
export async function bulk(args: readonly string[], io: Io): Promise<number> {
  const { flags, given } = readArguments(args, FLAGS, 1);
  if (flags["help"]) return show(io, bulkHelp);
  const [input] = given;
  if (input === undefined) throw new UsageError("Expected a file to read, or - for stdin");
  const out = flags["out"] as string | undefined;
  const options: BulkOptions = {
    out: out ?? "-",
    program: flags["program"] as string | undefined,
    concurrency: readNumber(flags, "concurrency", 1000, 1) ?? 8,
    appendIds: flags["append-ids"] === true,
    quotaReserve: readNumber(flags, "quota-reserve") ?? 0,
    passThrough: flags["pass-through"] === true,
    retry: new Set([
      ...(flags["retry-unknown"] === true ? ["unknown" as const] : []),
      ...(flags["retry-failed"] === true ? ["failed" as const] : []),
    ]),
    isSilent: flags["silent"] === true,
    isSandbox: flags["sandbox"] === true,
  };
  const isDry = flags["dry-run"] === true;
  if (options.program?.trim() === "")
    throw new UsageError("--program takes an id, got an empty text");
  if (out === undefined && !isDry) throw new UsageError("Expected --out <file>, or --out -");
  if (options.out !== "-" && isSameFile(input, options.out)) {
    throw new UsageError("--out is the file to read; give it another name");
  }
  // A run takes hours beside other programs. V8 would let its heap grow to some times of what is in use.
  setFlagsFromString("--heap-growing-percent=50");
  let table: Table;
  try {
    table = await openTable(input, io.stdin);
  } catch (error) {
    if (io.signal.aborted) return EXIT.interrupted;
    throw error;
  }
  try {
    const columns = mapColumns(table.columns, options);
    if (options.isSandbox)
      await say(io, "impact-links: sandbox, nothing is sent and every link is fake\n");
    if (!options.isSilent) await introduce(io, table, columns);
    if (out !== undefined) rowFormat(out, table.format, table.columns);
    if (isDry) return await plan(table, columns, options, io);
    // Nothing is left behind by a run that cannot begin: an account that is missing is another one later.
    openClient(options.isSandbox);
    return options.out === "-"
      ? await runRows({
          table,
          columns,
          options,
          io,
          writer: openStreamWriter(io.stdout),
          journal: undefined,
        })
      : await runWithJournal(table, columns, options, io);
  } catch (error) {
    if (error instanceof Error && "syscall" in error) {
      await say(io, `impact-links: ${why(error)}\n`);
      return EXIT.failed;
    }
    if (!isImpactError(error)) throw error;
    await say(io, `impact-links: ${error.message}\n`);
    return exitCodeOf(error);
  } finally {
    await table.close();
  }
}

async function introduce(
  io: Io,
  { name, count: rows, columns }: Table,
  { used }: ColumnMap,
): Promise<void> {
  const kept = columns.filter((column) => ![...used.values()].includes(column.trim()));
  const parameters = [...used.values()].join(", ") || "none";
  const others = kept.length === 0 ? "" : `; passed through: ${kept.map(plain).join(", ")}`;
  const what = `${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"}`;
  await say(io, `impact-links: ${name}: ${what}; parameters: ${parameters}${others}\n`);
}

/** Goes on where an earlier run has stopped. */
async function runWithJournal(
  table: Table,
  columns: ColumnMap,
  options: BulkOptions,
  io: Io,
): Promise<number> {
  const { out } = options;
  const path = `${targetOf(out)}.journal`;
  const journal = await openJournal(path);
  const isNew = journal.task === undefined;
  /** Nothing is left behind by a run that has not begun. */
  let isKept = !isNew || journal.finished !== undefined;
  try {
    const task = taskOf(table, options, io);
    if (!isNew || isWritten(out)) refuseOther(journal, task, path, out);
    if (isNew && isWritten(out)) {
      const outcomes = await readOutcomes(out, table).catch(() => undefined);
      if (outcomes === undefined) {
        throw new UsageError(`${out} exists, and is not the output of ${table.name}; move it away`);
      }
      if (!outcomes.some(({ status }) => options.retry.has(status))) {
        return await sayComplete(io, outcomes, options);
      }
      // An output is as good as a journal for rows that are done. It will be emptied, so the journal is whole first.
      replaceJournal(path, task, outcomes);
      isKept = true;
      journal.close();
      return await runWithJournal(table, columns, options, io);
    }
    const writer = openFileWriter(out);
    if (isNew) {
      isKept = false;
      journal.begin(task);
    }
    await journal.sync();
    isKept = true;
    writer.clear();
    const code = await runRows({ table, columns, options, io, writer, journal });
    if (code === EXIT.done || code === EXIT.incomplete) journal.finish(task);
    return code;
  } finally {
    if (!isKept) journal.remove();
    journal.close();
  }
}

async function sayComplete(io: Io, outcomes: readonly Outcome[], { isSilent }: BulkOptions) {
  const tally = createTally(outcomes.length);
  for (const outcome of outcomes) count(tally, outcome);
  if (!isSilent)
    await say(io, `impact-links: complete already; nothing was sent\n${summarize(tally)}`);
  return tally.counts.failed + tally.counts.unknown > 0 ? EXIT.incomplete : EXIT.done;
}

/** All that decides what comes out, and no secret: the account is a fingerprint. */
function taskOf(table: Table, options: BulkOptions, { env }: Io): Task {
  const { program = null, appendIds, passThrough, isSandbox } = options;
  const account = isSandbox ? "sandbox" : (env["IMPACT_ACCOUNT_SID"] ?? "");
  const baseUrl = env["IMPACT_BASE_URL"] ?? "";
  return {
    journal: 1,
    "the input": table.sha256,
    "the account": fingerprint(account),
    "the server": isSandbox || !URL.canParse(baseUrl) ? null : new URL(baseUrl).hostname,
    "--program": program,
    "--append-ids": appendIds,
    "--pass-through": passThrough,
    "--sandbox": isSandbox,
  };
}

function fingerprint(text: string): string {
  return createHash("sha256").update(`impact-links ${text}`).digest("hex").slice(0, 16);
}

function refuseOther({ task, finished }: Journal, asked: Task, path: string, out: string): void {
  const earlier = task ?? finished ?? asked;
  const changed = Object.keys(asked).filter((name) => earlier[name] !== asked[name]);
  if (changed.length === 0) return;
  const [what, instead] =
    task === undefined
      ? [`${out} belongs to a run that is complete`, "Give another --out"]
      : [`${path} belongs to a run that is not finished`, "Go on with what it was asked for"];
  throw new UsageError(
    `${what}, and since then ${changed.join(" and ")} changed. ` +
      `${instead}, or move ${out} and ${path} away to begin anew`,
  );
}

/** The file that a name leads to, there or not: two names of one output are one output. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    try {
      return targetOf(resolve(folder, readlinkSync(path)));
    } catch {
      return folder === path ? path : join(targetOf(folder), basename(path));
    }
  }
}

function isSameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
