import { isImpactError } from "../index.ts";
import { extendTrackingLink } from "../tracking-links/link.ts";
import { checkParams } from "../tracking-links/params.ts";
import { createRecent } from "../lru.ts";
import { keyOf, REMEMBERED, splitIds } from "../tracking-links/dedupe-key.ts";
import type { ColumnMap } from "./columns.ts";
import type { Journal, Outcome } from "./journal.ts";
import type { TableRow } from "./table.ts";

/** What is known of a row before it is sent. */
interface Known {
  readonly outcome: Outcome;
  /** It was recorded by an earlier run. */
  readonly isOld: boolean;
}

interface History {
  /** To be asked for each row, in order. Undefined if the row is to be sent. */
  outcomeOf(row: TableRow): Known | undefined;
  /** Whether an earlier try may have made the row's Vanity link. */
  isOpen(index: number): boolean;
}

export interface HistoryOptions {
  readonly appendIds: boolean;
  /** Which finished rows are sent again. */
  readonly retry: ReadonlySet<Outcome["status"]>;
}

const WAS_UNDER_WAY: Outcome = {
  status: "unknown",
  errorCode: "connection",
  error: "The run was stopped while the request was under way: a link may have been made",
};

/** Where a row stands that cannot be read, and what it holds that would be lost. */
function unreadable({ line, problem, text }: TableRow): string | undefined {
  if (problem === undefined) return undefined;
  return [`line ${line}`, problem, ...(text === undefined ? [] : [text])].join(": ");
}

/** What earlier runs leave to be done: what they have finished is not sent again, nor is what is the same. */
export function createHistory(
  journal: Journal | undefined,
  columns: ColumnMap,
  { appendIds, retry }: HistoryOptions,
): History {
  const links = createRecent<string>(REMEMBERED);
  const unknown = new Set<string>();
  const open = new Set<number>();
  const isNew = journal?.task === undefined;

  const requestOf = (cells: readonly unknown[]) => {
    try {
      const params = columns.readParams(cells);
      checkParams(params);
      const { base, ids } = appendIds ? splitIds(params) : { base: params, ids: undefined };
      return { key: keyOf(base), isVanity: base.type === "Vanity", ids };
    } catch (error) {
      if (isImpactError(error)) return undefined;
      throw error;
    }
  };

  return {
    isOpen: (index) => open.has(index),
    outcomeOf(row) {
      const { index, cells } = row;
      const error = unreadable(row) ?? columns.problemIn(cells);
      if (error !== undefined) {
        const outcome = { status: "failed", errorCode: "invalid_input", error } as const;
        return { outcome, isOld: false };
      }
      if (isNew) return undefined;
      const request = requestOf(cells);
      const earlier = journal.takeOutcome(index);
      // Its request may have been on its way once more since, by a run that was told to retry.
      const isKnown = earlier !== undefined && !journal.wasUnderWay(index);
      if (isKnown && !retry.has(earlier.status)) {
        const link = earlier.base ?? (appendIds ? undefined : earlier.trackingUrl);
        if (request && link !== undefined) links.set(request.key, link);
        if (request?.isVanity && earlier.status === "unknown") unknown.add(request.key);
        return { outcome: earlier, isOld: true };
      }
      if (request === undefined) return undefined;
      const { key, isVanity, ids } = request;
      const link = links.get(key);
      if (link !== undefined) {
        const trackingUrl = ids ? extendTrackingLink(link, ids) : link;
        const base = appendIds ? { base: link } : {};
        return { outcome: { status: "reused", trackingUrl, ...base }, isOld: false };
      }
      const isUnknown =
        journal.wasUnderWay(index) || earlier?.status === "unknown" || unknown.has(key);
      if (!isVanity || !isUnknown) return undefined;
      if (retry.has("unknown")) {
        open.add(index);
        return undefined;
      }
      unknown.add(key);
      return { outcome: WAS_UNDER_WAY, isOld: false };
    },
  };
}
