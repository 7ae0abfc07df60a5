import { writeFileSync } from "node:fs";
import { stringify } from "csv-stringify/sync";
import { linkOf, type Deed, type CountingServer } from "./server.ts";

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A row of an input. */
export interface Row {
  programId: string;
  type?: string;
  customPath?: string;
  deepLink?: string;
  subId1?: string;
  note: string;
}

export const COLUMNS = ["programId", "type", "customPath", "deepLink", "subId1", "note"] as const;

function csvOf(rows: readonly Row[]): string {
  return stringify([COLUMNS, ...rows.map((row) => COLUMNS.map((name) => row[name] ?? ""))]);
}

function jsonlOf(rows: readonly Row[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** The request that a row needs. */
export function requestOf(row: Row, appendIds = false): { key: string; isVanity: boolean } {
  const query = new URLSearchParams();
  const { programId, type, customPath, deepLink, subId1 } = row;
  if (type || customPath) query.set("Type", type || "Vanity");
  if (customPath) query.set("CustomPath", customPath);
  if (deepLink) query.set("DeepLink", deepLink);
  if (subId1 && !appendIds) query.set("subId1", subId1);
  return linkOf(programId, query);
}

export const isInvalid = (row: Row): boolean => row.type === "Banner";
export const isRefused = (key: string): boolean => key.includes("refused");

/** Regular and Vanity rows, some that are the same, invalid, or refused by {@link decideFor}. */
export function mixedRows(count: number, random: () => number): Row[] {
  const notes = ["plain", 'with "quotes", a comma', "two\nlines", "=1+1", "ünïcode 🔗", ""];
  const rows: Row[] = [];
  for (let index = 0; index < count; index++) {
    const dice = random();
    const note = `${index} ${notes[Math.floor(random() * notes.length)]}`;
    const page = `https://shop.example/p${Math.floor(random() * 40)}`;
    const twin = rows[Math.floor(random() * rows.length)];
    const programId = "1000";
    if (dice < 0.3) {
      const path = random() < 0.1 ? "refused" : "v";
      rows.push({ programId, type: "Vanity", customPath: `${path}${index}`, note });
    } else if (dice < 0.45 && twin !== undefined) rows.push({ ...twin, note });
    else if (dice < 0.5) rows.push({ programId, type: "Banner", note });
    else if (dice < 0.55) rows.push({ programId, deepLink: `${page}/refused`, note });
    else rows.push({ programId, deepLink: page, subId1: `s${index}`, note });
  }
  return rows;
}

/** Refuses what is to be refused, and has each fault at most once for a link, so that a retry helps. */
export function decideFor(random: () => number, faults: readonly Deed[]): CountingServer["decide"] {
  const met = new Set<string>();
  return ({ key }) => {
    if (isRefused(key)) return "refuse";
    if (met.has(key) || random() > 0.1) return "link";
    met.add(key);
    return faults[Math.floor(random() * faults.length)] ?? "link";
  };
}

export function writeInput(path: string, rows: readonly Row[]): string {
  writeFileSync(path, path.endsWith(".jsonl") ? jsonlOf(rows) : csvOf(rows));
  return path;
}

export const regular = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    programId: "1000",
    subId1: `s${index}`,
    note: `n${index}`,
  }));
export const vanity = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    programId: "1000",
    type: "Vanity",
    customPath: `v${index}`,
    note: `n${index}`,
  }));

export const wide = (rows: readonly Row[]): Row[] =>
  rows.map((row) => ({ ...row, note: `${row.note} ${"x".repeat(200)}` }));
