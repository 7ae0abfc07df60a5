import { existsSync, readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { extendTrackingLink } from "../../../src/index.ts";
import { SECRETS, type Ended } from "./process.ts";
import type { Deed, Arrival, CountingServer } from "./server.ts";
import { COLUMNS, requestOf, isInvalid, isRefused, type Row } from "./rows.ts";

export function readOr(path: string, otherwise = ""): string {
  return existsSync(path) ? readFileSync(path, "utf8") : otherwise;
}

export interface Written {
  status: string;
  trackingUrl: string;
  errorCode: string;
  error: string;
  note: string;
  [column: string]: string;
}

export function readRows(path: string): Written[] {
  const text = readOr(path);
  if (!path.endsWith(".jsonl")) return parse(text, { columns: true });
  const blank = Object.fromEntries(
    [...COLUMNS, "trackingUrl", "errorCode", "error"].map((n) => [n, ""]),
  );
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => ({ ...blank, ...(JSON.parse(line) as Written) }));
}

type Line = { row?: number; sent?: number; back?: number; status?: string; trackingUrl?: string };

/** The whole lines of a journal that are about rows. */
export function readJournal(path: string): Line[] {
  return readOr(path)
    .split("\n")
    .slice(1, -1)
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => !("finished" in line));
}

/** Whether a journal says that its run is complete. */
export function isFinished(path: string): boolean {
  return readOr(path).endsWith('\n{"finished":true}\n');
}

export interface Audit {
  /** After a run was stopped, however. */
  stopped(): void;
  /** After a run that ended by itself: what is wrong, if anything is. */
  complete(ended: Ended): string[];
}

/** Compares what was asked for with what the server has seen and with what was written. */
export function audit(
  rows: readonly Row[],
  server: CountingServer,
  out: string,
  appendIds = false,
): Audit {
  const faults: string[] = [];
  const journal = `${out}.journal`;
  const requests = rows.map((row) => requestOf(row, appendIds));
  const snapshots: string[] = [];
  const recorded = new Map<number, Line>();
  /** From which arrival on no request may be for this key. */
  const closed = new Map<string, number>();
  /** Requests of which a run may not know what became. */
  const lost = new Set<string>();

  const keepNoSecret = (name: string, text: string): void => {
    for (const secret of SECRETS) {
      if (text.includes(secret)) faults.push(`${name} holds ${secret}`);
    }
  };

  return {
    stopped() {
      const text = readOr(out);
      snapshots.push(text);
      keepNoSecret("output", text);
      keepNoSecret("journal", readOr(journal));
      const underWay = new Map<number, number>();
      try {
        for (const line of readJournal(journal)) {
          const { sent, back, row } = line;
          if (sent !== undefined) underWay.set(sent, (underWay.get(sent) ?? 0) + 1);
          if (back !== undefined) underWay.set(back, (underWay.get(back) ?? 0) - 1);
          if (row === undefined) continue;
          underWay.delete(row);
          recorded.set(row, line);
        }
      } catch (error) {
        faults.push(`a whole line of the journal is no JSON: ${String(error)}`);
      }
      for (const [index, count] of underWay) {
        if (count > 0) lost.add(requests[index]?.key ?? "");
      }
      const open = new Set<string>();
      requests.forEach(({ key }, index) => {
        if (!recorded.has(index)) open.add(key);
      });
      for (const [index, { trackingUrl }] of recorded) {
        const { key = "" } = requests[index] ?? {};
        if (trackingUrl === undefined && open.has(key)) continue;
        if (!closed.has(key)) closed.set(key, server.arrivals.length);
      }
    },

    complete({ code, stderr }) {
      const final = readOr(out);
      keepNoSecret("output", final);
      keepNoSecret("journal", readOr(journal));
      keepNoSecret("stderr", stderr);
      if (!isFinished(journal)) faults.push("the journal is not that of a finished run");
      if (existsSync(`${out}.lock`)) faults.push("the lock is still there");
      snapshots.forEach((text, index) => {
        if (!final.startsWith(text))
          faults.push(`after stop ${index + 1} the output was no beginning`);
      });
      const made = new Map<string, Set<string>>();
      const sent = new Map<string, Arrival[]>();
      server.arrivals.forEach((arrival, position) => {
        const { key, url, deed } = arrival;
        if (url !== undefined) made.set(key, (made.get(key) ?? new Set()).add(url));
        sent.set(key, [...(sent.get(key) ?? []), arrival]);
        if (position >= (closed.get(key) ?? Infinity))
          faults.push(`finished, and sent again: ${key}`);
        if (deed === "stall") lost.add(key);
      });
      for (const [key, list] of sent) {
        if (!list[0]?.isVanity) continue;
        const links = list.filter(({ url }) => url !== undefined).length;
        if (links > 1) faults.push(`${links} Vanity links for ${key}`);
        const known: readonly Deed[] = ["refuse", "quota", "unauthorized", "vanity limit"];
        if (!list.slice(0, -1).every(({ deed }) => known.includes(deed))) {
          faults.push(`sent again after ${list.map(({ deed }) => deed).join(", ")}: ${key}`);
        }
      }
      const written = readRows(out);
      if (written.length !== rows.length) {
        faults.push(`${written.length} rows where ${rows.length} were given`);
      }
      let isWhole = true;
      written.forEach((got, index) => {
        const row = rows[index];
        const { key, isVanity } = requests[index] ?? { key: "", isVanity: false };
        const wrong = (what: string): void => {
          faults.push(`row ${index} ${what}: ${JSON.stringify(got)}`);
        };
        if (row === undefined) return;
        for (const name of COLUMNS) {
          if ((got[name] ?? "") !== (row[name] ?? "")) wrong(`has another ${name}`);
        }
        const { status, trackingUrl } = got;
        const earlier = recorded.get(index);
        if (earlier && (earlier.status !== status || (earlier.trackingUrl ?? "") !== trackingUrl)) {
          wrong(`was recorded as ${JSON.stringify(earlier)}`);
        }
        if (status === "created" || status === "reused") {
          const ids = appendIds && row.subId1 ? { subId1: row.subId1 } : {};
          const links = [...(made.get(key) ?? [])].map((url) => extendTrackingLink(url, ids));
          if (!links.includes(trackingUrl)) wrong("has a link that was made for something else");
          return;
        }
        isWhole = false;
        if (trackingUrl !== "") wrong("has a link and no success");
        if (status === "failed") {
          if (!isInvalid(row) && !isRefused(key)) wrong("was neither invalid nor refused");
        } else if (status === "unknown") {
          const unheard = sent.get(key)?.some(({ deed }) => /^(error|reset)/.test(deed)) ?? false;
          if (!isVanity && !lost.has(key)) wrong("is Regular");
          else if (!lost.has(key) && !unheard) wrong("was answered");
        } else wrong("has no known status");
      });
      if (code !== (isWhole ? 0 : 3)) faults.push(`exit code ${code}: ${stderr}`);
      return faults;
    },
  };
}
