import type { ImpactEvent } from "../index.ts";
import { plain, show, type Io } from "./io.ts";

/**
 * `--debug`: says on stderr what a client does. Events hold no credentials; the account is left out as well. `lineOf` gives
 * the line of an input of `createMany`.
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
      const what = error === undefined ? "" : `; ${error.code}, ${error.outcome}: ${error.message}`;
      const left = quota?.remaining === undefined ? "" : `; quota ${quota.remaining}`;
      return `${status} after ${Math.round(duration)} ms${what}${left}`;
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
