import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { UsageError } from "../io.ts";
import { resultColumns } from "../output/result-columns.ts";
import type { Journal } from "../journal/journal.ts";
import type { Task } from "../journal/records.ts";
import type { Job } from "./run.ts";

/** Returns the task of a run: everything that determines its output. Contains no secret; the account is hashed. */
export function taskOf({ table, options, io: { env } }: Job): Task {
  const { appendIds, isSandbox, mappingFlags } = options;
  const { delimiter = null, encoding = null, skipLines = null } = options.reading;
  const account = isSandbox ? "sandbox" : (env["IMPACT_ACCOUNT_SID"] ?? "");
  const hash = createHash("sha256").update(`impact-links ${account}`).digest("hex");
  return {
    journal: 1,
    "the input": table.sha256,
    "the account": hash.slice(0, 16),
    "the server": isSandbox ? null : serverOf(env["IMPACT_BASE_URL"] ?? ""),
    "the results": Object.values(resultColumns(table.columns)),
    ...mappingFlags,
    "--delimiter": delimiter,
    "--encoding": encoding,
    "--skip-lines": skipLines,
    "--append-ids": appendIds,
    "--sandbox": isSandbox,
  };
}

/** Returns the names of the entries that differ between two tasks. */
export function differences(one: Task, other: Task): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => !isDeepStrictEqual(one[name], other[name]));
}

/** Returns the origin and path of a base URL. The client refuses an invalid one; a dry run has no client. */
function serverOf(baseUrl: string): string | null {
  if (baseUrl === "") return null;
  if (!URL.canParse(baseUrl)) return "invalid";
  const { origin, pathname } = new URL(baseUrl);
  return `${origin}${pathname.replace(/\/+$/, "")}`;
}

/** Throws {@link UsageError} if the journal belongs to another task. Its message names each difference. */
export function expectSameTask({ path, earlier }: Journal, present: Task, out: string): void {
  const { task = present, isFinished } = earlier;
  const changed = differences(present, task);
  if (changed.length === 0) return;
  const [owner, instead] = isFinished
    ? [`${out} belongs to a complete run`, "Choose another --out"]
    : [`${path} belongs to an unfinished run`, "Repeat the original command"];
  throw new UsageError(
    `${owner}, and since then ${changed.join(" and ")} changed. ` +
      `${instead}, or move ${out} and ${path} away to start over. ` +
      `To keep links of equal rows, choose another --out and add --reuse ${out}`,
  );
}
