// impact-links bulk: a link for each row of a file. This file is the command; run.ts is a run of its parts.
// The state of each row is kept in ../journal.

import { realpathSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { isImpactError } from "../../index.ts";
import { openClient } from "../account.ts";
import { exitCodeOf } from "../failure.ts";
import { Arguments } from "../flags.ts";
import { bulkHelp } from "../help.ts";
import { mapColumns, type ColumnMap } from "../input/columns.ts";
import { openTable, type Table } from "../input/table.ts";
import { EXIT, plain, say, show, UsageError, why, type Io } from "../io.ts";
import { rowFormat } from "../output/row-format.ts";
import { openWriter } from "../output/writer.ts";
import { formatRows } from "../progress/tally.ts";
import { dryRun } from "./dry-run.ts";
import { runWithJournal } from "./journaled-run.ts";
import { readBulkOptions, type BulkOptions } from "./options.ts";
import { runRows } from "./run.ts";

export async function bulk(args: readonly string[], io: Io): Promise<number> {
  const given = new Arguments(args, bulkHelp, 1);
  if (given.has("help")) return show(io.stdout, bulkHelp);
  const options = readBulkOptions(given);
  if (options.out !== "-" && isSameFile(options.input, options.out)) {
    throw new UsageError("--out is the file to read; give it another name");
  }
  // A run takes hours beside other programs. By default V8 lets its heap grow to several times the memory in use.
  setFlagsFromString("--heap-growing-percent=50");
  let table: Table;
  try {
    table = await openTable(options.input, io.stdin);
  } catch (error) {
    if (io.signal.aborted) return EXIT.interrupted;
    throw error;
  }
  try {
    return await runTable(table, options, io);
  } catch (error) {
    if (error instanceof Error && "syscall" in error) {
      await say(io, why(error));
      return EXIT.failed;
    }
    if (!isImpactError(error)) throw error;
    await say(io, error.message);
    return exitCodeOf(error);
  } finally {
    await table.close();
  }
}

async function runTable(table: Table, options: BulkOptions, io: Io): Promise<number> {
  const columns = mapColumns(table.columns, options);
  if (options.isSandbox) await say(io, "sandbox, nothing is sent and every link is fake");
  if (!options.isSilent) await introduce(io, table, columns);
  // A name that does not say the format is refused here, before anything is sent.
  rowFormat(options.out, table.format, table.columns);
  if (options.isDryRun) return dryRun(table, columns, options, io);
  // A run that cannot start must leave no journal behind, which would name another account than the next run has.
  openClient(options.isSandbox);
  const run = { table, columns, options, io };
  if (options.out !== "-") return runWithJournal(run);
  return runRows({ ...run, writer: openWriter("-", io), journal: undefined });
}

async function introduce(io: Io, { name, count, columns }: Table, map: ColumnMap): Promise<void> {
  const used = [...map.used.values()];
  const others = columns.filter((column) => !used.includes(column.trim())).map(plain);
  const passed = others.length === 0 ? "" : `; passed through: ${others.join(", ")}`;
  const parameters = used.join(", ") || "none";
  await say(io, `${name}: ${formatRows(count)}; parameters: ${parameters}${passed}`);
}

function isSameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
