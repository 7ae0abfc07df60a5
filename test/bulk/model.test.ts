import * as fc from "fast-check";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { readRows } from "../support/bulk/audit.ts";
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
  isCorrected: fc.boolean(),
});

const CORRECTED = "https://example.sjv.io/found";

/** What is true of each request, whatever the command knows. */
class Model {
  readonly made = new Map<string, Set<string>>();
  /** Requests whose answer nobody has heard, by the number of the first one. */
  readonly inDoubt = new Map<string, number>();
  readonly firstRefusal = new Map<string, number>();
  #requests = 0;
  readonly faults: string[] = [];

  sent({ key, isVanity, deed }: Arrival, flags: readonly string[]): void {
    const number = this.#requests++;
    if (isVanity && this.inDoubt.has(key) && !flags.includes("--retry-unknown")) {
      this.faults.push(`sent in doubt: ${key}`);
    }
    if (deed === "refuse" && !this.firstRefusal.has(key)) this.firstRefusal.set(key, number);
    if (/^(error|reset)/.test(deed) && !this.inDoubt.has(key)) this.inDoubt.set(key, number);
  }

  ended(rows: ReturnType<typeof readRows>): void {
    rows.forEach(({ status, trackingUrl }, index) => {
      const key = KEYS[index] ?? "";
      const made = this.made.get(key);
      const isLink = status === "created" || status === "reused";
      if (isLink && trackingUrl !== CORRECTED && !made?.has(trackingUrl)) {
        this.faults.push(`row ${index} has a link of something else`);
      }
      // A refusal says nothing of the requests before it.
      const doubt = this.inDoubt.get(key) ?? Infinity;
      if (status === "failed" && doubt < (this.firstRefusal.get(key) ?? Infinity)) {
        this.faults.push(`row ${index} may have a link`);
      }
    });
  }
}

test("no sequence of answers, kills, flags and corrections sends what is in doubt, or fails what may have a link", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
      const folder = newFolder();
      const [input, out] = [writeInput(join(folder, "in.csv"), ROWS), join(folder, "out.csv")];
      const files = [out, `${out}.journal`];
      const server = await serveLinks({ retryAfter: 0.001, delay: () => 0 });
      const model = new Model();
      for (const { flags, deeds, killAt, isCorrected } of steps) {
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
        await command([input, "--out", out, "--silent", "--concurrency", "1", ...flags], server);
        for (const { key, url } of server.arrivals) {
          if (url !== undefined) model.made.set(key, (model.made.get(key) ?? new Set()).add(url));
        }
        if (isKilled) {
          for (const file of files) {
            rmSync(file, { force: true });
            if (existsSync(`${file}.killed`)) copyFileSync(`${file}.killed`, file);
          }
          continue;
        }
        model.ended(readRows(out));
        if (isCorrected) {
          const text = readFileSync(out, "utf8");
          writeFileSync(out, text.replace(/,,unknown,.*/, `,${CORRECTED},created,,`));
        }
      }
      expect(model.faults).toEqual([]);
    }),
    { numRuns: times(60, 600), endOnFailure: false },
  );
}, 300_000);
