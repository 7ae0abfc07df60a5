import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { UsageError } from "../io.ts";
import { resultColumns } from "../output/result-columns.ts";
import type { Journal } from "../journal/journal.ts";
import type { Task } from "../journal/records.ts";
import type { Job } from "./run.ts";

/** The task of a run: everything that determines its output. It holds no secret; the account is a fingerprint. */
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

/** The names of what differs between two tasks. */
export function differences(one: Task, other: Task): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => !isDeepStrictEqual(one[name], other[name]));
}

/** Its origin and path. */
function serverOf(baseUrl: string): string | null {
  // The client refuses any other text before a run begins.
  if (baseUrl === "") return null;
  const { origin, pathname } = new URL(baseUrl);
  return `${origin}${pathname.replace(/\/+$/, "")}`;
}

/** Throws {@link UsageError} if the journal is that of another task, naming each difference. */
export function expectSameTask({ path, earlier }: Journal, asked: Task, out: string): void {
  const { task = asked, isFinished } = earlier;
  const changed = differences(asked, task);
  if (changed.length === 0) return;
  const [what, instead] = isFinished
    ? [`${out} belongs to a complete run`, "Choose another --out"]
    : [`${path} belongs to an unfinished run`, "Repeat the original command"];
  throw new UsageError(
    `${what}, and since then ${changed.join(" and ")} changed. ` +
      `${instead}, or move ${out} and ${path} away to start over. ` +
      `Another --out with --reuse ${out} takes the links that are the same`,
  );
}
