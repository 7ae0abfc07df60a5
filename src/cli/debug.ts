import type { ImpactEvent } from "../index.ts";
import { plain, show, type Io } from "./io.ts";

/**
 * `--debug`: prints each event of a client to stderr. Events contain no credentials; the account SID is masked here.
 * `lineOf` maps the index of an input of `createMany` to its line.
 */
export function createDebug(
  { stderr, env }: Io,
  lineOf = (_index: number): number | undefined => undefined,
): (event: ImpactEvent) => void {
  const account = env["IMPACT_ACCOUNT_SID"];
  return (event) => {
    const line = "index" in event && event.index !== undefined ? lineOf(event.index) : undefined;
    const text = `${line === undefined ? "" : `line ${line}: `}${describe(event)}`;
    const safe = account ? text.replaceAll(account, "[account]") : text;
    void show(stderr, `impact-links: ${new Date(event.time).toISOString()} ${plain(safe)}\n`);
  };
}

function describe(event: ImpactEvent): string {
  switch (event.type) {
    case "request":
      return `${event.method} ${event.url}${event.attempt > 1 ? ` (attempt ${event.attempt})` : ""}`;
    case "response": {
      const { status = "no status", duration, error, quota } = event;
      const failure =
        error === undefined ? "" : `; ${error.code}, ${error.outcome}: ${error.message}`;
      const remaining = quota?.remaining === undefined ? "" : `; quota ${quota.remaining}`;
      return `${status} after ${Math.round(duration)} ms${failure}${remaining}`;
    }
    case "retry":
      return `attempt ${event.attempt} in ${Math.round(event.delay)} ms`;
    case "wait": {
      const why = { quota: "the quota", retry_after: "Retry-After", backoff: "a backoff" }[
        event.cause
      ];
      return `wait ${Math.round(event.delay)} ms for ${why}, until ${event.until.toISOString()}`;
    }
  }
}
