import { closeSync, openSync } from "node:fs";
import { isImpactError, parseTrackingLink } from "../../index.ts";
import type { CreateTrackingLinkParams, ParsedTrackingLink } from "../../index.ts";
import { mapColumns, type ColumnMap, type Mapping } from "../input/columns.ts";
import { isCode, say, UsageError, why } from "../io.ts";
import { journalOf } from "../journal/journal.ts";
import { Records, type Task } from "../journal/records.ts";
import { openOutput } from "../output/read-output.ts";
import { asResultColumns } from "../output/result-columns.ts";
import { targetOf } from "../output/target.ts";
import { readMapping, type Flags } from "./mapping.ts";
import { keyOf, requestOf } from "./request.ts";
import type { Job } from "./run.ts";
import { differences, taskOf } from "./task.ts";

/** Links and unanswered requests of other outputs, for `--reuse`. */
export interface Reusable {
  /** Returns the link that was created with exactly these parameters. */
  linkOf(params: CreateTrackingLinkParams): string | undefined;
  /** Keys of requests that may have created a link which is in no output. */
  readonly keysInDoubt: ReadonlySet<string>;
}

/** Reads the outputs named by `--reuse`. Throws {@link UsageError} for an output of another account or server. */
export async function readReusable(job: Job): Promise<Reusable> {
  const { reuse, out } = job.options;
  const links = new Map<string, string>();
  const keysInDoubt = new Set<string>();
  for (const path of reuse) {
    if (out !== "-" && targetOf(path) === targetOf(out)) {
      throw new UsageError("--reuse is the file to write; a resumed run reuses its links anyway");
    }
    await readOne(path, job, links, keysInDoubt);
  }
  return {
    linkOf: (params) => (links.size === 0 ? undefined : links.get(keyOf(params, false))),
    keysInDoubt,
  };
}

async function readOne(
  path: string,
  job: Job,
  links: Map<string, string>,
  keysInDoubt: Set<string>,
): Promise<void> {
  const { options, io } = job;
  const earlier = await readJournalOf(path, keysInDoubt);
  if (earlier !== undefined) expectSameAccount(path, earlier, taskOf(job));
  // Its mapping is that of the run that wrote it, if the journal still exists.
  const flags = earlier && flagsIn(earlier);
  const mapping = flags === undefined ? options.mapping : readMapping(flags);
  const delimiter = flags?.text("delimiter");
  const output = await openOutput(path, {
    signal: io.signal,
    delimiter: delimiter ?? options.reading.delimiter,
    names: asResultColumns(earlier?.["the results"]),
  });
  try {
    if (!output.hasResults) {
      throw new UsageError(`--reuse takes an output of bulk; ${path} is not one`);
    }
    if (earlier === undefined && !options.isSilent) {
      const assumed = "that its links belong to this account, server and program";
      await say(io, `${path} has no journal: assuming ${assumed}`);
    }
    const columns = mapColumnsOf(path, output.inputColumns, mapping);
    for await (const { cells, outcome } of output.rows()) {
      const params = columns.readParams(cells);
      if (outcome === undefined) continue;
      const { status, trackingUrl = "" } = outcome;
      if (![...Object.values(params), trackingUrl].every(isCertain)) continue;
      if (status === "unknown") {
        const request = requestOf(params, options.appendIds);
        if (!isImpactError(request)) keysInDoubt.add(request.key);
      } else if (isFor(trackingUrl, params, earlier !== undefined))
        links.set(keyOf(params, false), trackingUrl);
    }
  } finally {
    await output.close();
  }
}

function mapColumnsOf(path: string, columns: readonly string[], mapping: Mapping): ColumnMap {
  try {
    return mapColumns(columns, mapping);
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`--reuse ${path}: ${error.message}`) : error;
  }
}

/** Returns the task of the run that wrote an output, if its journal still exists. */
async function readJournalOf(path: string, keysInDoubt: Set<string>): Promise<Task | undefined> {
  const journal = journalOf(targetOf(path));
  let file: number;
  try {
    file = openSync(journal, "r");
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw new UsageError(`Cannot read ${journal}: ${why(error)}`);
  }
  try {
    const records = new Records(file, journal);
    await records.readNew();
    for (const key of records.keysInDoubt()) keysInDoubt.add(key);
    return records.task;
  } finally {
    closeSync(file);
  }
}

const MUST_MATCH = ["the account", "the server", "--sandbox", "--append-ids"];

function expectSameAccount(path: string, earlier: Task, present: Task): void {
  const changed = differences(earlier, present).filter((name) => MUST_MATCH.includes(name));
  if (changed.length === 0) return;
  throw new UsageError(
    `The links of ${path} cannot be reused: since then ${changed.join(" and ")} changed`,
  );
}

function flagsIn(task: Task): Flags {
  return {
    text: (name) => {
      const value = task[`--${name}`];
      return typeof value === "string" ? value : undefined;
    },
    list: (name) => {
      const value = task[`--${name}`];
      return Array.isArray(value) ? (value as readonly string[]) : [];
    },
  };
}

const IDS = ["subId1", "subId2", "subId3", "sharedId"] as const;
/** Parameters in the URL of a regular link, in addition to the ids, which are in every URL. */
const ON_REGULAR = ["programId", "deepLink", "adId", "mediaPartnerPropertyId"] as const;

/**
 * Whether this is a tracking link whose visible parameters match the row: a user may have edited a cell. Without a
 * journal, a regular link must show all parameters of the row.
 */
function isFor(link: string, params: CreateTrackingLinkParams, hasJournal: boolean): boolean {
  let shown: ParsedTrackingLink;
  try {
    shown = parseTrackingLink(link);
  } catch {
    return false;
  }
  const { kind } = shown;
  if (kind === "other") return false;
  const isRegular = kind === "regular";
  return [...IDS, ...(isRegular ? ON_REGULAR : [])].every((name) => {
    // The API chooses these if the row has none. With a journal, the program is certain.
    const isFree = name === "adId" || name === "mediaPartnerPropertyId";
    if (params[name] === undefined && isFree) return true;
    if (name === "programId" && hasJournal) return true;
    if (shown[name] === undefined) return hasJournal || !isRegular || params[name] === undefined;
    return isSame(shown[name], params[name]);
  });
}

function isSame(one: string, other = ""): boolean {
  return (
    one === other || (URL.canParse(one) && URL.canParse(other) && hrefOf(one) === hrefOf(other))
  );
}

const hrefOf = (text: string): string => new URL(text).href;

/** Whether a value contains no `'` that CSV output may have added against formulas. */
const isCertain = (value: unknown): boolean => !/'[=+\-@\t\r\n\0＝＋－＠]/.test(String(value));
