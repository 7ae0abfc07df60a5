// `impact-links bulk` creates a link for each row of a file. This file reads the input and reports errors; run.ts
// executes a run. ../journal keeps the state of each row.

import { setFlagsFromString } from "node:v8";
import { isImpactError } from "../../index.ts";
import { exitCodeOf, openClient } from "../impact-client.ts";
import type { Arguments } from "../flags.ts";
import { mapColumns } from "../input/columns.ts";
import { filesOf, TakenOverError } from "../journal/journal.ts";
import { openTable, type Table } from "../input/table.ts";
import { EXIT, plain, say, UsageError, why, type Io } from "../io.ts";
import { RESULT_COLUMNS } from "../outcome.ts";
import { resultColumns } from "../output/result-columns.ts";
import { rowFormat } from "../output/row-format.ts";
import { targetOf } from "../output/target.ts";
import { openWriter } from "../output/writer.ts";
import { flagOf, PARAMETER_NAMES } from "../parameters.ts";
import { formatCount, formatRows } from "../progress/tally.ts";
import { checkHeader, checkRows } from "./check-input.ts";
import { dryRun } from "./dry-run.ts";
import { runWithJournal } from "./journaled-run.ts";
import { readBulkOptions, type BulkOptions } from "./options.ts";
import { readReusable } from "./reuse.ts";
import { runRows, type Job } from "./run.ts";

export async function bulk(given: Arguments, io: Io): Promise<number> {
  const options = readBulkOptions(given);
  const { input, out } = options;
  if (input !== "-" && out !== "-" && filesOf(targetOf(out)).includes(targetOf(input))) {
    throw new UsageError("--out would overwrite the input file; choose another name");
  }
  // A run may take hours, so limit its memory. By default V8 lets the heap grow to several times the memory in use.
  setFlagsFromString("--heap-growing-percent=50");
  const { delimiter, encoding, skipLines } = options.reading;
  const delimiters = delimiter === undefined ? undefined : [delimiter];
  const reading = { delimiters, encoding, skipLines, ...io };
  const table = await openTable(input, reading).catch((error: unknown) => {
    if (!io.signal.aborted) throw error;
  });
  if (table === undefined) return EXIT.interrupted;
  try {
    return await runTable(table, options, io);
  } catch (error) {
    if (error === io.signal.reason) return EXIT.interrupted;
    const isFromSystem = error instanceof Error && "syscall" in error;
    const isKnown = isFromSystem || isImpactError(error) || error instanceof TakenOverError;
    if (!isKnown) throw error;
    await say(io, why(error));
    return isImpactError(error) ? exitCodeOf(error) : EXIT.failed;
  } finally {
    await table.close();
  }
}

async function runTable(table: Table, options: BulkOptions, io: Io): Promise<number> {
  await checkHeader(table, options);
  const columns = mapColumns(table.columns, options.mapping);
  if (options.isSandbox) await say(io, "sandbox, nothing is sent and every link is fake");
  const job = { table, columns, options, io };
  // Throws for an unknown extension of --out, before anything is sent.
  rowFormat(options.out, table.format, table.columns);
  await checkRows(job);
  if (!options.isSilent) await introduce(job);
  // Throws for missing credentials, before a journal is created that would name the wrong account.
  if (!options.isDryRun) openClient(options.isSandbox);
  const reusable = await readReusable(job);
  if (options.isDryRun) return dryRun(job, reusable);
  if (options.out !== "-") return runWithJournal(job, reusable);
  return runRows({ ...job, reusable, writer: openWriter("-", io), journal: undefined });
}

/** Maximum number of columns in a message, and of characters of each. */
const SHOWN = 100;

/** Prints how the columns are used. */
async function introduce({ table, columns: { used, defaults }, io }: Job): Promise<void> {
  const { name, count, columns } = table;
  const isUsed = new Set(used.values());
  const others = columns.filter((_, position) => !isUsed.has(position));
  const more = others.length > SHOWN ? ` and ${formatCount(others.length - SHOWN)} more` : "";
  const shown = others.slice(0, SHOWN).map((column) => plain(column.slice(0, SHOWN)));
  const passed = others.length === 0 ? "" : `; passed through: ${shown.join(", ")}${more}`;
  const parameters = [...used].map(([key, position]) => {
    const column = plain(columns[position]!.trim());
    return PARAMETER_NAMES.get(column) === key ? column : `${key} from ${column}`;
  });
  const fixed = Object.keys(defaults).map((key) => `--${flagOf(key)}`);
  await say(
    io,
    `${name}: ${formatRows(count)}; parameters: ${[...parameters, ...fixed].join(", ") || "none"}${passed}`,
  );
  const renamed = Object.values(resultColumns(columns));
  if (renamed.some((each, place) => each !== RESULT_COLUMNS[place])) {
    await say(io, `results: ${renamed.join(", ")}, because the input has columns of these names`);
  }
}
