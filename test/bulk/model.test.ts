import * as fc from "fast-check";
import fs, { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { readOr, readRows } from "../support/bulk/audit.ts";
import { endAll, newFolder } from "../support/bulk/process.ts";
import { requestOf, writeInput, type Row } from "../support/bulk/rows.ts";
import { serveLinks, type Arrival, type Deed } from "../support/bulk/server.ts";
import { command } from "../support/bulk/story.ts";
import { times } from "../support/thorough.ts";

afterAll(endAll);

const vanityRow = (customPath: string): Row => ({ programId: "1", customPath, note: "" });
const regularRow = (subId1: string): Row => ({ programId: "1", subId1, note: "" });
const ROWS = [
  vanityRow("a"),
  regularRow("c"),
  vanityRow("b"),
  vanityRow("a"),
  regularRow("c"),
  vanityRow("b"),
  regularRow("d"),
];
const KEYS = ROWS.map((row) => requestOf(row).key);

interface Step {
  readonly flags: readonly string[];
  readonly deeds: readonly Deed[];
  /** The process is killed as this request arrives. */
  readonly killAt: number;
  /** The disk is full after so many writes. */
  readonly fullAfter: number;
  /** Somebody writes this link into the first unknown row of the output. */
  readonly isCorrected: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  flags: fc.subarray(["--retry-failed", "--retry-unknown"]),
  deeds: fc.array(
    fc.constantFrom<Deed>("link", "refuse", "quota", "error", "reset before", "reset after"),
    { maxLength: 12 },
  ),
  killAt: fc.oneof(fc.constant(Infinity), fc.nat(8)),
  fullAfter: fc.oneof(fc.constant(Infinity), fc.nat(20)),
  isCorrected: fc.boolean(),
});

const CORRECTED = "https://example.sjv.io/found";

/** What is true of each request, whatever the command knows. */
class Model {
  readonly made = new Map<string, Set<string>>();
  /** Requests whose answer nobody has heard, by the number of the first one. */
  readonly inDoubt = new Map<string, number>();
  readonly firstRefusal = new Map<string, number>();
  /** Requests whose refusal may not have been recorded. */
  readonly unrecorded = new Set<string>();
  /** The links that rows were reported to have. */
  readonly known = new Map<number, string>();
  #requests = 0;
  readonly faults: string[] = [];

  sent({ key, isVanity, deed }: Arrival, flags: readonly string[]): void {
    const number = this.#requests++;
    if (isVanity && this.inDoubt.has(key) && !flags.includes("--retry-unknown")) {
      this.faults.push(`sent in doubt: ${key}`);
    }
    if (deed === "refuse" && !this.firstRefusal.has(key)) this.firstRefusal.set(key, number);
    if (/^(error|reset)/.test(deed)) this.doubt(key, number);
  }

  doubt(key: string, number = this.#requests): void {
    if (!this.inDoubt.has(key)) this.inDoubt.set(key, number);
  }

  ended(rows: ReturnType<typeof readRows>): void {
    rows.forEach(({ status, trackingUrl }, index) => {
      const key = KEYS[index] ?? "";
      const made = this.made.get(key);
      const isLink = status === "created" || status === "reused";
      if (isLink && trackingUrl !== CORRECTED && !made?.has(trackingUrl)) {
        this.faults.push(`row ${index} has a link of something else`);
      }
      const known = this.known.get(index) ?? trackingUrl;
      if (known !== trackingUrl) this.faults.push(`row ${index} has lost its link`);
      if (isLink) this.known.set(index, trackingUrl);
      // A refusal says nothing of the requests before it.
      const doubt = this.inDoubt.get(key) ?? Infinity;
      if (status === "failed" && doubt < (this.firstRefusal.get(key) ?? Infinity)) {
        this.faults.push(`row ${index} may have a link`);
      }
      if (status === "unknown" && !this.inDoubt.has(key) && !this.unrecorded.has(key)) {
        this.faults.push(`row ${index} is unknown for nothing`);
      }
    });
  }
}

/** Runs it on a disk that is full after so many writes. */
async function onDisk<T>(writes: number, run: () => Promise<T>): Promise<T> {
  const { writeSync } = fs;
  let left = writes;
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
    syscall: "write",
  });
  fs.writeSync = ((...args: Parameters<typeof writeSync>) => {
    if (left-- <= 0) throw full;
    return writeSync(...args);
  }) as typeof writeSync;
  syncBuiltinESMExports();
  try {
    return await run();
  } finally {
    fs.writeSync = writeSync;
    syncBuiltinESMExports();
  }
}

test("no sequence of answers, kills, full disks, flags and corrections sends what is in doubt, or fails what may have a link", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
      const folder = newFolder();
      const [input, out] = [writeInput(join(folder, "in.csv"), ROWS), join(folder, "out.csv")];
      const files = [out, `${out}.journal`];
      const server = await serveLinks({ retryAfter: 0.001, delay: () => 0 });
      const model = new Model();
      for (const { flags, deeds, killAt, fullAfter, isCorrected } of steps) {
        let isKilled = false;
        let count = 0;
        server.arrivals.length = 0;
        server.decide = ({ key, isVanity }) => {
          if (isKilled) return "unauthorized";
          isKilled = count === killAt;
          const deed = isKilled ? "reset after" : (deeds[count] ?? "link");
          count++;
          model.sent({ key, isVanity, deed }, flags);
          if (isKilled) {
            for (const file of files) if (existsSync(file)) copyFileSync(file, `${file}.killed`);
          }
          return deed;
        };
        const args = [input, "--out", out, "--silent", "--concurrency", "1", ...flags];
        const { code } = await onDisk(fullAfter, () => command(args, server));
        for (const { key, url } of server.arrivals) {
          if (url !== undefined) model.made.set(key, (model.made.get(key) ?? new Set()).add(url));
        }
        if (isKilled) {
          for (const file of files) {
            rmSync(file, { force: true });
            if (existsSync(`${file}.killed`)) copyFileSync(`${file}.killed`, file);
          }
        }
        if (isKilled || code === 1) {
          // After a kill or on a full disk, an answer that is not in the journal is lost.
          const journal = readOr(`${out}.journal`);
          for (const { key, url } of server.arrivals) {
            if (url === undefined) model.unrecorded.add(key);
            else if (!new RegExp(`${url}\\b`).test(journal)) model.doubt(key);
          }
          continue;
        }
        expect([0, 3]).toContain(code);
        model.ended(readRows(out));
        if (isCorrected) {
          const text = readFileSync(out, "utf8");
          writeFileSync(out, text.replace(/,,unknown,.*/, `,${CORRECTED},created,,`));
        }
      }
      expect(model.faults).toEqual([]);
    }),
    { numRuns: times(25, 600), endOnFailure: false },
  );
}, 300_000);
