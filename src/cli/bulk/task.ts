import { createHash } from "node:crypto";
import { UsageError } from "../io.ts";
import type { Task } from "../journal/entries.ts";
import type { Journal } from "../journal/journal.ts";
import type { Job } from "./run.ts";

/** The task of a run: everything that determines its output. It holds no secret; the account is a fingerprint. */
export function taskOf({ table, options, io: { env } }: Job): Task {
  const { program = null, appendIds, passThrough, isSandbox } = options;
  const account = isSandbox ? "sandbox" : (env["IMPACT_ACCOUNT_SID"] ?? "");
  const hash = createHash("sha256").update(`impact-links ${account}`).digest("hex");
  const baseUrl = env["IMPACT_BASE_URL"] ?? "";
  return {
    journal: 1,
    "the input": table.sha256,
    "the account": hash.slice(0, 16),
    "the server": isSandbox || !URL.canParse(baseUrl) ? null : new URL(baseUrl).hostname,
    "--program": program,
    "--append-ids": appendIds,
    "--pass-through": passThrough,
    "--sandbox": isSandbox,
  };
}

/** Throws {@link UsageError} if the journal is that of another task, naming each difference. */
export function expectSameTask({ path, task, finished }: Journal, asked: Task, out: string): void {
  const earlier = task ?? finished ?? asked;
  const changed = Object.keys(asked).filter((name) => earlier[name] !== asked[name]);
  if (changed.length === 0) return;
  const [what, instead] =
    task === undefined
      ? [`${out} belongs to a complete run`, "Choose another --out"]
      : [`${path} belongs to an unfinished run`, "Repeat the original command"];
  throw new UsageError(
    `${what}, and since then ${changed.join(" and ")} changed. ` +
      `${instead}, or move ${out} and ${path} away to start over`,
  );
}
